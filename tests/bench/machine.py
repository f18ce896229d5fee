# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine that is measured, and whether it has something else to do."""

import os
import platform
import re
import time
from pathlib import Path

# The share of the processors that others may use while we wait.
QUIET = 0.1
SAMPLE_SECS = 0.1


def _first(path, pattern):
    """Return what the pattern's group finds in a file, or "unknown"."""
    try:
        found = re.search(pattern, Path(path).read_text(), re.M)
    except OSError:
        found = None
    return found[1].strip() if found else "unknown"


def describe():
    """Return one line: processors, memory, system."""
    model = _first("/proc/cpuinfo", r"^model name\s*:(.*)")
    memory = _first("/proc/meminfo", r"^MemTotal:\s*(\d+)")
    gigabytes = f"{int(memory) / 2**20:.0f}" if memory.isdigit() else "?"
    system = _first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)')
    return (f"{os.cpu_count()} x {model}, {gigabytes} GB, {system}, "
            f"Linux {platform.release().split('-')[0]}")


def load():
    """Return the load average of the last minute and of the last five."""
    return "{:.2f} {:.2f}".format(*os.getloadavg()[:2])


def _ticks():
    """Return (idle, all) processor time so far."""
    numbers = [int(number) for number in _first("/proc/stat", r"^cpu (.*)").split()[:8]]
    return numbers[3] + numbers[4], sum(numbers)


def is_busy(seconds):
    """Return whether others use the processors, by watching them."""
    idle, everything = _ticks()
    time.sleep(seconds)
    idle_then, everything_then = _ticks()
    used = 1 - (idle_then - idle) / max(everything_then - everything, 1)
    return used > QUIET


def isolate(pid=0):
    """Give a process, and what it starts, one processor and first call on it.

    All that is measured runs there, client and servers: then it matters neither
    how they would be spread over processors nor what else the machine does.
    """
    os.sched_setaffinity(pid, {max(os.sched_getaffinity(os.getpid()))})
    try:
        os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass  # a container may forbid it


class Patience:
    """So many seconds, in all, for others to finish what they do."""

    def __init__(self, seconds):
        self.left = seconds

    def wait(self):
        """Return when the machine is quiet or the patience is used up."""
        while self.left > 0 and is_busy(SAMPLE_SECS):
            self.left -= SAMPLE_SECS
