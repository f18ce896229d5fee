# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/night: parts that are run alone, remembered and resumed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PARTS = ("load", "rest", "long", "walks", "units", "fuzz", "valgrind", "sanitizers",
         "roundcube", "debian")
VERSIONS = ("2.3.19", "2.3.21", "2.4.1", "2.4.5")
# What is fuzzed is the same for each version, and two of them are a stable Debian's.
# Load compares servers of this machine.
ONLY = {"load": ("2.3.19",), "fuzz": ("2.3.19",), "valgrind": ("2.3.19", "2.4.1"),
        "sanitizers": ("2.3.19", "2.4.1"), "roundcube": ("2.3.19", "2.4.1"),
        "debian": ("2.3.19", "2.4.1")}
ALL = {(part, version) for part in PARTS for version in VERSIONS
       if version in ONLY.get(part, VERSIONS)}
# Each is told how to end by a file, and says how it was called.
FAKES = {
    "tests/allowed": "exit 0",
    "tests/run": 'echo "run $*" >>"$CALLS"; cat "$RESULT"',
    "tests/matrix": 'echo "matrix $*" >>"$CALLS"; cat "$RESULT"',
    "tests/fuzz/run": 'echo fuzz >>"$CALLS"; cat "$RESULT"',
    "tests/load/run": 'echo load >>"$CALLS"; cat "$RESULT"',
    "tests/debian/run": 'echo "debian $*" >>"$CALLS"; cat "$RESULT"',
    "bin/dovecot": "echo '2.3.19.1 (9b53102964)'",
    "bin/git": 'cat "$CHECKOUT"',
    "bin/date": 'echo $((86400 * $(cat "$DAY")))',
}


class Night:
    """A checkout whose tests do nothing, and its tests/night."""

    def __init__(self, folder):
        self._folder = folder
        for name, text in FAKES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#!/bin/sh\n{text}\n")
            path.chmod(0o755)
        shutil.copy(TESTS / "night", folder / "tests")
        self._calls, self._result = folder / "calls", folder / "result"
        self._checkout, self._day = folder / "checkout", folder / "day"
        self.becomes(0)
        self.passes()
        self.changes("one commit")

    def passes(self):
        self.ends("more\n3 passed, 0 failed\n")

    def fails(self):
        self.ends("more\n2 passed, 1 failed\n")

    def changes(self, text):
        """Let the checkout be another one."""
        self._checkout.write_text(text)

    def becomes(self, day):
        """Let it be another day."""
        self._day.write_text(str(day))

    def ends(self, text):
        """Let tests print this."""
        self._result.write_text(text)

    def _night(self, *arguments):
        return subprocess.run(
            [self._folder / "tests/night", *arguments], capture_output=True, text=True,
            env={**os.environ, "PATH": f"{self._folder}/bin:{os.environ['PATH']}",
                 "CALLS": str(self._calls), "RESULT": str(self._result),
                 "CHECKOUT": str(self._checkout), "DAY": str(self._day)})

    def run(self, *arguments):
        """Return (exit code, last line, how the tests were called)."""
        self._calls.write_text("")
        done = self._night(*arguments)
        return done.returncode, done.stdout.splitlines()[-1], self._calls.read_text().splitlines()

    def listed(self):
        """Return {(part, version): how it ended} of the list."""
        return {tuple(line.split()[:2]): " ".join(line.split()[2:])
                for line in self._night("--list").stdout.splitlines()}


@pytest.fixture
def night(tmp_path):
    return Night(tmp_path)


def test_a_part_is_run_alone(night):
    assert night.run("long", "2.4.5") == (
        0, "3 passed, 0 failed", ["matrix --night=long --seeds 200 2.4.5"])
    assert night.run("walks", "2.3.19", "--seeds", "7") == (
        0, "3 passed, 0 failed", ["run --night=walks --seeds 7"])
    assert night.run("units", "2.3.19")[2] == ["run --units-in-valgrind"]
    assert night.run("fuzz")[2] == ["fuzz"]
    assert night.run("load")[2] == ["load"]
    assert night.run("debian", "2.4.1")[2] == ["debian trixie"]
    assert night.run("roundcube", "2.3.19")[2] == ["run --night=long -k test_roundcube"]
    assert night.run("roundcube", "2.4.1", "-k", "effect or page")[2] == [
        "matrix --with-roundcube --night=long -k test_roundcube and (effect or page) 2.4.1"]


def test_all_parts_with_all_versions(night):
    status, last, calls = night.run()
    assert (status, last) == (0, f"{3 * len(ALL)} passed, 0 failed")
    assert len(calls) == len(set(calls)) == len(ALL)


def test_the_list_has_each_part_and_how_it_ended(night):
    assert set(night.listed()) == ALL
    assert set(night.listed().values()) == {"not run"}
    night.run("rest", "2.4.1")
    assert night.listed()["rest", "2.4.1"].startswith("3 passed, 0 failed in ")
    assert night.listed()["rest", "2.4.5"] == "not run"


def test_what_passed_is_not_run_again(night):
    night.run("long", "walks", "2.4.1")
    assert night.run("--resume", "long", "walks", "rest", "2.4.1") == (
        0, "9 passed, 0 failed", ["matrix --night=rest --seeds 200 2.4.1"])
    assert len(night.run("long", "2.4.1")[2]) == 1


def test_what_failed_is_run_again(night):
    night.fails()
    assert night.run("long", "2.4.1")[:2] == (1, "2 passed, 1 failed")
    night.passes()
    status, last, calls = night.run("--resume", "long", "2.4.1")
    assert (status, last, len(calls)) == (0, "3 passed, 0 failed", 1)


def test_another_checkout_has_passed_nothing(night):
    night.run("long", "2.4.1")
    night.changes("another commit")
    assert night.listed()["long", "2.4.1"] == "not run"
    assert len(night.run("--resume", "long", "2.4.1")[2]) == 1


def test_a_choice_of_tests_is_not_remembered(night):
    night.run("long", "2.4.1", "-k", "some")
    assert night.listed()["long", "2.4.1"] == "not run"


def test_a_run_without_a_result_has_failed(night):
    night.ends("killed\n")
    assert night.run("long", "2.4.1")[:2] == (1, "0 passed, 1 failed")
    assert len(night.run("--resume", "long", "2.4.1")[2]) == 1


@pytest.mark.night
@pytest.mark.parametrize("checker", ["valgrind", "sanitizers"])
def test_a_memory_checker_sees_another_slice_each_day(night, checker):
    slices = set()
    for day in range(12):
        night.becomes(day)
        call, = night.run(checker, "2.3.19")[2]
        assert call.startswith(f"run --checker {checker} --slice ")
        slices.add(call)
    assert len(slices) == 12
    assert night.run("--resume", checker, "2.3.19")[2] == []
    night.becomes(12)
    assert night.listed()[checker, "2.3.19"] == "not run"
    assert night.run("--resume", checker, "2.3.19")[2] == [
        f"run --checker {checker} --slice 0/12"]
    assert night.run(checker, "2.4.1")[2] == [f"matrix --checker {checker} --slice 0/12 2.4.1"]
