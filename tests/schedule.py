# SPDX-License-Identifier: LGPL-2.1-or-later
"""The order of the tests, and which of them share a worker.

A scope is what one worker runs in one go: a module's cases of one storage format, as
they share a server. The longest scopes start first, so that the last to end is short.
"""

import os
import re
from pathlib import Path

# Seconds of each scope at the last run recorded there, and of a run in the tree for
# a new clone. Only the order depends on them.
RECORDED = Path(__file__).with_name("durations")
GUESS_PER_CASE = 0.5
FORMAT = re.compile(r"\[.*\b(maildir|mdbox|sdbox)\b")


def scope_of(nodeid):
    """Return the scope's name: "system/pop3/test_stock.py mdbox"."""
    module, _, name = nodeid.partition("::")
    found = FORMAT.search(name)
    return f"{module} {found[1]}" if found else module


def report_folder():
    """Where a run leaves what the next one reads, or None."""
    folder = os.environ.get("COEXIST_REPORTS")
    return Path(folder) if folder else None


def recorded():
    """Return {scope: seconds} of the last runs."""
    folder = report_folder()
    found = {}
    for path in (RECORDED, folder and folder / "durations"):
        if path and path.exists():
            for line in path.read_text().splitlines():
                seconds, scope = line.split(" ", 1)
                found[scope] = float(seconds)
    return found


def write(seconds):
    """Keep {scope: seconds} for the next run, besides what it did not run."""
    folder = report_folder()
    if folder is None:
        return
    lines = {**recorded(), **seconds}
    (folder / "durations").write_text("".join(
        f"{lines[scope]:.1f} {scope}\n" for scope in sorted(lines)))


def sort(items):
    """Put the items of long scopes first, each scope in one piece."""
    known = recorded()
    guessed = {}
    for item in items:
        scope = scope_of(item.nodeid)
        guessed[scope] = guessed.get(scope, 0) + GUESS_PER_CASE
    items.sort(key=lambda item: (-known.get(scope_of(item.nodeid),
                                            guessed[scope_of(item.nodeid)]),
                                 scope_of(item.nodeid)))


def scheduler(config, log):
    """Return the scheduler of pytest-xdist that deals out scopes."""
    from xdist.scheduler import LoadScopeScheduling

    # newer ones would put the scopes of many tests first
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False

    class Scopes(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope_of(nodeid)
    return Scopes(config, log)
