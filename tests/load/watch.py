# SPDX-License-Identifier: LGPL-2.1-or-later
"""The processes of a server that stay: their memory, descriptors and children."""

import os
import re
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from instance import processes

# What a process may have more in the last quarter of its time than in the second. auth,
# config and stats have a descriptor for each process that is there, in bare Dovecot, too.
GROWTH_KB, GROWTH_SHARE, DESCRIPTORS = 256, 0.03, 10


class Watch:
    """What was seen of a server, look by look."""

    def __init__(self, server):
        self._server = server
        self._titles = {}
        self._memory = defaultdict(list)
        self._descriptors = defaultdict(list)
        self._dead = set()
        self.zombies = set()

    def look(self):
        """Note what there is. A child is a zombie if it was dead at the last look, too."""
        dead = set()
        for pid in self._server.pids():
            with suppress(OSError, TypeError):
                status = Path(f"/proc/{pid}/status").read_text()
                self._titles[pid] = _service(pid)
                self._memory[pid].append(int(re.search(r"^VmRSS:\s*(\d+)", status, re.M)[1]))
                self._descriptors[pid].append(len(os.listdir(f"/proc/{pid}/fd")))
        for pid in _children_of(self._server.pids()):
            if processes.state(pid) == "Z":
                dead.add(pid)
        self.zombies |= dead & self._dead
        self._dead = dead

    def growth(self):
        """Return {service: (kB, kB, descriptors, descriptors)} of what stays: then, at last.

        A process stays that was there at half of the looks at least. Compared is the least
        of the second and of the last quarter of its time: a process that is about to end a
        session has more, and how often one is met depends on what else the machine does.
        """
        looks = max(map(len, self._memory.values()))
        grown = {}
        for pid, memory in self._memory.items():
            if len(memory) * 2 < looks or len(memory) < 8:
                continue
            before, after = _quarters(memory)
            descriptors = _quarters(self._descriptors[pid])
            title = self._titles[pid]
            kept = grown.get(title, (-1, 0, 0, 0))
            if after - before > kept[1] - kept[0] or kept[0] < 0:
                grown[title] = (before, after, *descriptors)
        return grown


def _quarters(values):
    quarter = len(values) // 4
    return min(values[quarter:2 * quarter]), min(values[-quarter:])


def has_grown(before, after, descriptors_before, descriptors_after):
    """Say whether that is more than a process may."""
    return (after - before > max(GROWTH_KB, GROWTH_SHARE * before)
            or descriptors_after - descriptors_before > DESCRIPTORS)


def _service(pid):
    """Return the name of a process's program."""
    return Path(processes.title(pid).split(" ")[0]).name


def _children_of(pids):
    """Return the processes whose parent is one of these, also those that ended."""
    wanted = set(pids)
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError, IndexError, ValueError):
                stat = Path(f"/proc/{entry}/stat").read_text()
                if int(stat.rpartition(")")[2].split()[1]) in wanted:
                    yield int(entry)
