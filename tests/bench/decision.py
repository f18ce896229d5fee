# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a login costs once the gate has the texts of the policies."""

import re
import shutil
import subprocess
import tempfile
from statistics import median

from .compare import Interval
from .lab import program
from .machine import isolate
from .table import Row

BOUND = ("<=", 20)
# All the combinations of documents several times, by each protocol.
COUNT, COUNTED = 16_800, 840
WORKS = (("parse-all", "three documents parsed, merged and decided"),
         ("parse-one", "the same, only the mailbox's document parsed"),
         ("merge", "the same, nothing parsed"))


def rows(_lab, effort, patience):
    """Yield a row of microseconds and one of instructions for each kind of work."""
    valgrind = shutil.which("valgrind")
    for work, what in WORKS:
        times = []
        for _ in range(2 * effort.rounds):
            patience.wait()
            times.append(_seconds(work, COUNT) / COUNT * 1e6)
        yield _row(f"processor time, {what}", times, BOUND, "{:.1f} us")
        if valgrind:
            counts = [_instructions(valgrind, work, number * COUNTED)
                      for number in (1, 2)]
            yield _row(f"instructions, {what}", [(counts[1] - counts[0]) / COUNTED],
                       None, "{:,.0f}")


def _seconds(work, count):
    done = subprocess.run([program("decide"), work, str(count)], check=True, text=True,
                          capture_output=True, preexec_fn=isolate)
    return float(done.stdout)


def _instructions(valgrind, work, count):
    with tempfile.NamedTemporaryFile(mode="r") as result:
        subprocess.run([valgrind, "--tool=callgrind", "--log-file=/dev/null",
                        f"--callgrind-out-file={result.name}", program("decide"), work,
                        str(count)], check=True, capture_output=True)
        return int(re.search(r"^totals: (\d+)", result.read(), re.M)[1])


def _row(what, values, bound, style):
    return Row(what, "", style.format(median(values)), Interval.of(values), bound,
               style=style, count=len(values))
