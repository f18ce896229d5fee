# SPDX-License-Identifier: LGPL-2.1-or-later
"""What holds for all tests: which are run, in which order, and what is shown of them."""

import zlib

import pytest

import schedule
from instance import Dovecot, checker, sanitizers
from instance.instance import built_stage
from progress import Progress
from tiers import TIERS, TURNS, Case, select

# How often the tests of a property walk at commit.
COMMIT_SEEDS = 1

_COLLECTED = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption("--tier", choices=TIERS, default="whole",
                     help="which of all cases: see tiers.py")
    parser.addoption("--seeds", type=int, default=COMMIT_SEEDS,
                     help="how many random walks a test of a property takes")
    parser.addoption("--slice", type=slice_of, default=(0, 1), metavar="NUMBER/OF",
                     help="only every so manyth module, as its name says")


def slice_of(text):
    """Return (number, of how many) of "0/8"."""
    number, _, count = text.partition("/")
    return int(number), int(count)


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(config), "progress")
        if checker.name():
            checker.begin()
    if checker.name() == "sanitizers" and not sanitizers.are_in(built_stage()):
        raise pytest.UsageError(f"{built_stage()} has no sanitizers: tests/build --sanitize")
    if checker.name():
        checker.make_sockets_patient()


def pytest_generate_tests(metafunc):
    """A test that asks for a `seed` runs once for each."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("seeds")))


def format_of(item):
    """Return the storage format that the case is about besides maildir, or None."""
    params = getattr(item, "callspec", None)
    for value in params.params.values() if params else ():
        for name in TURNS:
            if name == value or isinstance(value, tuple) and name in value:
                return name
    return None


def case_of(item):
    """Return what tiers.py asks about a collected test."""
    module, _, name = item.nodeid.partition("::")
    return Case(module, name, format_of(item), generation_of(item),
                is_nights=item.get_closest_marker("night") is not None,
                is_walk="seed" in getattr(item, "fixturenames", ()),
                is_differing=item.get_closest_marker("differs") is not None)


def generation_of(item):
    """Return the generation of Dovecot that the case is about, or None."""
    mark = item.get_closest_marker("only_on")
    return mark.args[0] if mark else None


def keep(config, items, kept):
    """Deselect the items that are not among those kept."""
    gone = [item for item in items if item not in kept]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item in kept]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what is about the other generation of Dovecot, or of another tier."""
    dovecot = Dovecot.installed()
    here = {case_of(item): item for item in items
            if generation_of(item) in (None, dovecot.generation)
            and not (checker.name() and item.get_closest_marker("measures"))}
    config.stash[_COLLECTED] = list(here)
    chosen = select(list(here), config.getoption("tier"), dovecot.version)
    number, count = config.getoption("slice")
    keep(config, items, {here[case] for case in chosen
                         if zlib.crc32(case.module.encode()) % count == number % count})
    schedule.sort(items)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """What the memory checker has to say of our sources fails the run."""
    if checker.name() and not hasattr(session.config, "workerinput") and checker.findings()[1]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Show that."""
    if checker.name():
        reports, found = checker.findings()
        for text in found:
            terminalreporter.write_line(f"\n{text}\n")
        terminalreporter.write_line(
            f"-- {checker.name()}: {reports} reports, "
            f"{len(found) or 'nothing'} in our frames")


@pytest.fixture(scope="session")
def collected(request):
    """The cases of all tiers, of this generation of Dovecot."""
    return request.config.stash[_COLLECTED]
