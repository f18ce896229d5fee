# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing is in no tier: what the rotation leaves out on a version runs on another one
at commit, and at night on that version."""

from collections import Counter

import pytest

from instance import Dovecot
from tiers import GENERATIONS, Case, folder_of, select, turn_of

VERSIONS = [version for versions in GENERATIONS.values() for version in versions]
BY_NIGHT = ("rest", "long", "walks")
pytestmark = pytest.mark.differs


def case(name, module="a.py", **how):
    return Case(module, name, **{"format": None, "is_nights": False, "is_walk": False,
                                 "is_everywhere": False, **how})


@pytest.fixture
def versions():
    """The versions of this generation."""
    return GENERATIONS[Dovecot.installed().generation]


def at(cases, tier, version):
    return set(select(cases, tier, version))


def test_each_case_runs_on_its_generation_at_commit(collected, versions):
    assert len(collected) == len(set(collected)) > 0
    selected = set().union(*(at(collected, "commit", version) for version in versions))
    assert selected == {case for case in collected if not case.is_nights}


def test_each_case_runs_on_each_version_at_commit_or_at_night(collected, versions):
    for version in versions:
        night = [at(collected, tier, version) for tier in BY_NIGHT]
        assert set().union(*night) == at(collected, "night", version)
        assert sum(map(len, night)) == len(at(collected, "night", version))
        assert set().union(*night, at(collected, "commit", version)) == set(collected)


def test_each_module_has_a_case_in_a_quick_run(collected, versions):
    modules = {case.module for case in collected if not case.is_nights}
    for version in versions:
        assert {case.module for case in at(collected, "quick", version)} == modules


def test_each_folder_has_a_case_on_each_version_at_commit(collected, versions):
    folders = {folder_of(case) for case in collected if not case.is_nights}
    assert len(folders) > 5
    for version in versions:
        assert {folder_of(case) for case in at(collected, "commit", version)} == folders


def test_what_differs_runs_on_each_version(collected, versions):
    differs = {case for case in collected if case.is_everywhere and not case.is_nights}
    assert differs
    for version in versions:
        assert differs <= at(collected, "commit", version)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_formats_take_turns(generation):
    plenty = [case(f"{name}{number}", format=name if name != "maildir" else None)
              for name in ("maildir", "mdbox", "sdbox") for number in range(5)]
    formats = [Counter(case.format for case in select(plenty, "commit", version)
                       if case.name != "maildir0")
               for version in GENERATIONS[generation]]
    assert formats[0] + formats[1] == {None: 4, "mdbox": 5, "sdbox": 5}
    assert sorted(counted["mdbox"] for counted in formats) == [0, 5]
    assert sorted(counted["sdbox"] for counted in formats) == [0, 5]


def test_a_walk_is_walked_at_commit_and_farther_at_night():
    walk, other = case("walk", is_walk=True), case("other")
    for version in VERSIONS:
        assert at([walk, other], "walks", version) == {walk}
        assert walk in at([walk, other], "night", version)
    assert any(walk in at([other, walk], "commit", version) for version in VERSIONS)


def test_what_takes_too_long_is_of_the_night_alone():
    long, other = case("long", is_nights=True, is_everywhere=True), case("other")
    for version in VERSIONS:
        for tier in "quick", "whole", "commit", "rest", "walks":
            assert long not in at([long, other], tier, version)
        assert at([long, other], "long", version) == {long}


def test_a_version_that_is_not_known_counts_as_the_newest():
    assert turn_of((2, 3, 22)) == turn_of((2, 3, 21))
    assert turn_of((2, 4, 9)) == turn_of((2, 4, 5))
