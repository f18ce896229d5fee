# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test tiers: which of all cases a tier selects with a version of Dovecot.

quick   the first case of each module
whole   each case but those of the night, and one of the two formats below
commit  the rotation: each test on one of the four versions, what is about the version
        on one of each generation, and the first case of each folder on all four. Of a
        test's combinations of parameters it has a few, and of the two formats below one
rest    what the rotation leaves out on that version
long    what takes too long for a commit
walks   the random walks of properties, for more of them than at commit
night   rest, long and walks
"""

import zlib
from collections import namedtuple

TIERS = ("quick", "whole", "commit", "rest", "long", "walks", "night")

# The versions share all of the suite's sources but for plugin/compat, so one of them
# stands for the others in most cases.
GENERATIONS = {23: ((2, 3, 19), (2, 3, 21)), 24: ((2, 4, 1), (2, 4, 5))}

# Formats that keep many messages in a file: which version of a generation tries them.
TURNS = {"mdbox": {23: 0, 24: 1}, "sdbox": {23: 1, 24: 0}}

# How many of a test's combinations of parameters, with one storage format, a commit
# tries: those at both ends, where a table's plain and its odd cases stand, and others
# at the same distance.
COMBINATIONS = 2

# A collected test: its module, its name there, the storage format that it is about or
# None, the generation that it is about or None, whether it is too long for a commit,
# whether it is one of many walks, and whether it is about what differs between versions.
Case = namedtuple("Case", "module name format generation is_nights is_walk is_differing")


def turn_of(version):
    """Return (generation, which of its versions): a version that is not known counts
    as the newest of its generation."""
    generation = version[0] * 10 + version[1]
    known = GENERATIONS[generation]
    return generation, known.index(version) if version in known else len(known) - 1


def _is_formats_turn(case, version):
    generation, turn = turn_of(version)
    return case.format not in TURNS or TURNS[case.format][generation] == turn


def _number_of(module):
    """Return the number that decides on a module's turns. They are by module: a part of
    it would start the same servers."""
    return zlib.crc32(module.encode())


def _few_combinations(cases):
    """Return, of each test, as many cases as a commit tries."""
    tests = {}
    for case in cases:
        name, _, _ = case.name.partition("[")
        tests.setdefault((case.module, name, case.format), []).append(case)
    return {those[number * (len(those) - 1) // (COMBINATIONS - 1)]
            for those in tests.values() for number in range(COMBINATIONS)}


def _formats_by_night(cases):
    """Return {(module, format)}: of a module with both formats the one that no commit
    tries."""
    formats = {}
    for case in cases:
        if case.format in TURNS:
            formats.setdefault(case.module, set()).add(case.format)
    return {(module, sorted(those)[_number_of(module) // 4 % 2])
            for module, those in formats.items() if len(those) == len(TURNS)}


def _is_turn(case, version):
    """True if the rotation gives the case to this version."""
    generation, turn = turn_of(version)
    number = _number_of(case.module)
    generations = [case.generation] if case.generation else list(GENERATIONS)
    if not case.is_differing:
        generations = [generations[number // 2 % len(generations)]]
    if generation not in generations:
        return False
    return _is_formats_turn(case, version) if case.format in TURNS else number % 2 == turn


def folder_of(case):
    """Return the folder that the case's module is in."""
    return case.module.rpartition("/")[0]


def _first_cases(cases, place):
    """Return the first case of each module or folder, as place() says of a case."""
    first = {}
    for case in cases:
        if not case.is_nights:
            first.setdefault(place(case), case)
    return set(first.values())


def _is_whole(case, version):
    return not case.is_nights and _is_formats_turn(case, version)


def select(cases, tier, version):
    """Return the cases of the tier with this version of Dovecot, in their order."""
    of_modules = _first_cases(cases, lambda case: case.module)
    of_folders = _first_cases(cases, folder_of)
    at_commit = [case for case in cases if not case.is_nights]
    few = _few_combinations(at_commit)
    by_night = _formats_by_night(at_commit)

    def is_commit(case):
        return case in of_folders or (
            case in few and (case.module, case.format) not in by_night
            and _is_turn(case, version))

    def is_rest(case):
        return not (case.is_nights or case.is_walk or is_commit(case))
    is_of = {
        "quick": lambda case: case in of_modules,
        "whole": lambda case: _is_whole(case, version),
        "commit": is_commit,
        "rest": is_rest,
        "long": lambda case: case.is_nights and not case.is_walk,
        "walks": lambda case: case.is_walk,
        "night": lambda case: not is_commit(case) or case.is_walk,
    }[tier]
    return [case for case in cases if is_of(case)]
