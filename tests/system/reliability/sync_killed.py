# SPDX-License-Identifier: LGPL-2.1-or-later
"""A doveadm sync of which the process on one side is killed at any moment."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress

from instance import processes, wait_for

# the one that was told to, and the one that it has called over TCP
SIDES = ("caller", "called")
TITLE = {"caller": re.compile(r"^doveadm .* sync "), "called": re.compile("doveadm-server")}
# Longer than it takes: about half of them are to be too late.
FIRST_SECS = 0.2


class Killer:
    """Kills runs of dsync between two nodes.

    kills  how many it has killed; others had ended before their time
    """

    def __init__(self, copies, chance):
        self._copies, self._chance = copies, chance
        self._longest = dict.fromkeys(SIDES, FIRST_SECS)
        self.kills = self.runs = 0

    def sync(self, source):
        """Have a node sync with the other one, and kill that on either side."""
        side = self._chance.choice(SIDES)
        caller, called = self._copies.nodes[source], self._copies.nodes[1 - source]
        options = self._chance.choice(((), ("-f",)))
        with subprocess.Popen([*caller.enter(), "doveadm", "-c", caller.config, "sync", *options,
                               "-u", self._copies.user, caller.other],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            pid = self._find(run, {"caller": caller, "called": called}[side], TITLE[side])
            time.sleep(self._chance.uniform(0, self._longest[side]))
            is_killed = pid is not None and run.poll() is None and kill(pid)
            run.wait(60)
        wait_for(lambda: not find(called, TITLE["called"]), 60, "the end of dsync on the other node")
        self.runs += 1
        self.kills += is_killed
        self._longest[side] *= 1.2 if is_killed else 0.8
        for drop in self._copies.drops:
            drop.unlock()

    def _find(self, run, node, title):
        """Return the process as soon as there is one; None if the run has ended before."""
        while run.poll() is None:
            found = find(node, title)
            if found:
                return found[0]
        return None


def find(node, title):
    return [pid for pid in node.pids() if title.search(processes.title(pid))]


def kill(pid):
    """Return whether there was such a process."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False
