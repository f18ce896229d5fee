# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing is in no tier: each test runs on a version at commit, and each of its cases at
night on each version where no commit runs it."""

from collections import Counter

import pytest

from instance import Dovecot
from tiers import COMBINATIONS, GENERATIONS, TURNS, Case, folder_of, select, turn_of

VERSIONS = [version for versions in GENERATIONS.values() for version in versions]
BY_NIGHT = ("rest", "long", "walks")
pytestmark = pytest.mark.differs


def case(name, module="a.py", **how):
    return Case(module, name, **{"format": None, "is_nights": False, "is_walk": False,
                                 "generation": None, "is_differing": False, **how})


@pytest.fixture
def versions():
    """The versions of this generation."""
    return GENERATIONS[Dovecot.installed().generation]


def at(cases, tier, version):
    return set(select(cases, tier, version))


def names(cases):
    """Return the tests that the cases are of, whatever their parameters."""
    return {(case.module, case.name.partition("[")[0]) for case in cases}


def test_each_test_runs_on_a_version_at_commit(collected):
    assert len(collected) == len(set(collected)) > 0
    selected = set().union(*(at(collected, "commit", version) for version in VERSIONS))
    assert selected <= {case for case in collected if not case.is_nights}
    assert names(selected) == names(case for case in collected if not case.is_nights)


def test_a_commit_tries_a_few_of_a_tests_combinations():
    """Those at both ends among them: a plain case and an odd one."""
    plenty = [case(f"test_{test}[{value}]", f"{test}.py")
              for test in range(20) for value in range(9)]
    for cases in (plenty, plenty[:COMBINATIONS], plenty[:2]):
        selected = set().union(*(at([case("first")] + cases, "commit", version)
                                 for version in VERSIONS)) - {case("first")}
        of_tests = Counter(names([selected_case]).pop() for selected_case in selected)
        assert of_tests == {test: min(COMBINATIONS, len(cases)) for test in names(cases)}
        assert cases[0] in selected and cases[-1] in selected


def test_a_tests_combinations_are_counted_for_each_format():
    cases = [case(f"test[{name}-{value}]", "b.py", format=name)
             for name in ("maildir", "mdbox") for value in range(9)]
    selected = Counter(chosen.format for version in VERSIONS
                       for chosen in at([case("first")] + cases, "commit", version))
    assert selected == {None: len(VERSIONS), "maildir": COMBINATIONS, "mdbox": COMBINATIONS}


def test_no_version_has_much_more_than_its_share(collected, versions):
    """The largest has a third of what both have of this generation."""
    numbers = [len(at(collected, "commit", version)) for version in versions]
    assert 0.5 < numbers[0] / numbers[1] < 2
    assert sum(numbers) < 0.8 * len(collected)


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


def test_what_differs_runs_on_each_generation(collected):
    differs = {case for case in collected if case.is_differing and not case.is_nights}
    assert differs
    for generation, versions in GENERATIONS.items():
        of_both = {case for case in differs if case.generation in (None, generation)}
        assert names(of_both) <= names(set().union(*(at(collected, "commit", version)
                                                     for version in versions)))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_what_is_about_a_generation_runs_on_one_of_its_versions(generation):
    about = {case("x", f"{number}.py", generation=generation) for number in range(50)}
    others = [case("first", f"{number}.py") for number in range(50)]
    for version in VERSIONS:
        assert bool(at(others + list(about), "commit", version) & about) == (
            version in GENERATIONS[generation])
    assert about <= set().union(*(at(others + list(about), "commit", version)
                                  for version in VERSIONS))


@pytest.mark.parametrize("is_differing", [False, True])
def test_formats_take_turns(is_differing):
    """A version has one of the two, and each case of it one version or one of each
    generation. Of a module that has both a commit tries one."""
    plenty = [case(name, f"{number}.py", format=name, is_differing=is_differing)
              for name in ("maildir", "mdbox", "sdbox") for number in range(40)]
    first = case("first", "first.py")
    formats = [Counter(case.format for case in select([first] + plenty, "commit", version))
               for version in VERSIONS]
    for counted in formats:
        assert (counted["mdbox"] > 0) != (counted["sdbox"] > 0) and counted["maildir"] > 0
    times = len(GENERATIONS) if is_differing else 1
    together = sum(formats, Counter())
    assert (together[None], together["maildir"]) == (len(VERSIONS), 40 * times)
    assert together["mdbox"] + together["sdbox"] == 40 * times
    assert all(together[name] > 10 * times for name in TURNS)


@pytest.mark.parametrize("format", TURNS)
def test_a_module_with_one_format_runs_at_commit(format):
    cases = [case("first", "first.py"), case("any", format=format)]
    assert any(cases[1] in at(cases, "commit", version) for version in VERSIONS)


def test_a_walk_is_walked_at_commit_and_farther_at_night():
    walk, other = case("walk", is_walk=True), case("other")
    for version in VERSIONS:
        assert at([walk, other], "walks", version) == {walk}
        assert walk in at([walk, other], "night", version)
    assert any(walk in at([other, walk], "commit", version) for version in VERSIONS)


def test_what_takes_too_long_is_of_the_night_alone():
    long, other = case("long", is_nights=True, is_differing=True), case("other")
    for version in VERSIONS:
        for tier in "quick", "whole", "commit", "rest", "walks":
            assert long not in at([long, other], tier, version)
        assert at([long, other], "long", version) == {long}


def test_a_version_that_is_not_known_counts_as_the_newest():
    assert turn_of((2, 3, 22)) == turn_of((2, 3, 21))
    assert turn_of((2, 4, 9)) == turn_of((2, 4, 5))
