# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/load: what it says of processes that grow, and of children not waited for."""

import os
import subprocess
import sys

import pytest

from instance.wait import wait_for
from load.watch import Watch, has_grown

LOOKS = 16
# Takes so much more, and opens so many more files, for each line that it is given.
GROWING = """
import sys
kept = []
for line in sys.stdin:
    size, files = map(int, line.split())
    kept += [b"x" * size, *(open("/dev/null") for _ in range(files))]
    print(flush=True)
"""


class Processes:
    """A server of these processes."""

    def __init__(self, *pids):
        self._pids = pids

    def pids(self):
        return list(self._pids)


@pytest.mark.parametrize("grown, verdict", [
    ((10_000, 10_000, 20, 20), False),
    ((10_000, 10_256, 20, 20), False),
    ((10_000, 10_301, 20, 20), True),
    ((1_000, 1_250, 20, 20), False),
    ((1_000, 1_300, 20, 20), True),
    ((10_000, 5_000, 20, 20), False),
    ((10_000, 10_000, 20, 30), False),
    ((10_000, 10_000, 20, 31), True)])
def test_what_is_growth(grown, verdict):
    assert has_grown(*grown) == verdict


@pytest.mark.parametrize("size, files, verdict", [
    (0, 0, False), (100_000, 0, True), (0, 5, True)])
def test_a_process_is_watched(size, files, verdict):
    with subprocess.Popen([sys.executable, "-c", GROWING], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        watch = Watch(Processes(child.pid))
        for _ in range(LOOKS):
            child.stdin.write(f"{size} {files}\n")
            child.stdin.flush()
            child.stdout.readline()
            watch.look()
        grown, = watch.growth().values()
        child.stdin.close()
    assert has_grown(*grown) == verdict


def test_who_did_not_stay_is_not_compared():
    with subprocess.Popen([sys.executable, "-c", GROWING], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        watch = Watch(Processes(os.getpid(), child.pid))
        watch.look()
        child.stdin.close()
        child.wait()
        for _ in range(LOOKS):
            watch.look()
    assert len(watch.growth()) == 1


def test_a_child_that_nobody_waits_for():
    child = os.fork()
    if child == 0:
        os._exit(0)
    watch = Watch(Processes(os.getpid()))
    wait_for(lambda: watch.look() or watch.zombies, what="the zombie to be seen twice")
    os.waitpid(child, 0)
    assert watch.zombies == {child}
    watch = Watch(Processes(os.getpid()))
    watch.look()
    watch.look()
    assert not watch.zombies
