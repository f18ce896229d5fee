# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of the whole pop3 process, which noise does not reach."""

import re
import shutil
import time
from statistics import median

from .compare import Interval
from .lab import BARE, COMPLETE, LOADED
from .mailboxes import copy
from .table import Row

BOUND = ("<=", 1.03)
# The first downloads of a session make valgrind translate code, which takes long.
WARM_UP = 10
# A RETR is the difference between sessions of so many downloads and of twice as
# many. For unread messages they are few, because valgrind is slow and no marks
# shall be applied before QUIT: that is measured by `marking`.
UNREAD_COUNT, READ_COUNT = 20, 50
ROUNDS = 6
SESSIONS = 30
ONE_PROCESS = "service pop3 {\n  process_limit = 1\n}\n"
# A maildir whose folders changed just now is looked at again at every login.
SETTLED_SECS = 3
NAMES = [BARE, LOADED, COMPLETE]
EARLY_MARKS, ATTEMPTS = "pop3_read_state_apply_now", 10


def rows(lab, _effort, _patience):
    """Yield rows for a RETR and for what a session costs without any."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise RuntimeError("valgrind is not installed")
    lab.add_mailbox("counted", WARM_UP + 2 * READ_COUNT, 10 << 10)
    _make_unread(lab)
    options = {"wrap": {"pop3": f"{valgrind} --tool=callgrind --vgdb=no"
                                " --log-file=/dev/null"
                                " --callgrind-out-file=/mnt/log/callgrind"}}
    with lab.servers(*NAMES, timed=True, **options) as servers:
        costs = _in_turns(lambda name: _unread_retr(lab, servers[name]))
        yield from _rows("RETR of 10 KB, unread", costs, BOUND)
    with lab.servers(*NAMES, **options) as servers:
        _count(servers[BARE], "retr", WARM_UP + 2 * READ_COUNT)
        costs = _in_turns(lambda name: _read_retr(servers[name]))
        yield from _rows("RETR of 10 KB, read before", costs, BOUND)
        costs = _in_turns(lambda name: _count(servers[name], "retr", 0)[0])
        yield from _rows("process for one session", costs, None)
    counts = []
    for number in (SESSIONS, 2 * SESSIONS):
        with lab.servers(*NAMES, sessions=number, conf=ONE_PROCESS, **options) as servers:
            counts.append(_in_turns(lambda name: _count(
                servers[name], "sessions", number, 1)[0]))
    yield from _rows("session in a process for many",
                     {name: [(twice - once) / SESSIONS for once, twice
                             in zip(counts[0][name], counts[1][name])]
                      for name in NAMES}, None)


def _in_turns(work):
    """Return {name: [work(name), ...]}."""
    costs = {name: [] for name in NAMES}
    for number in range(ROUNDS):
        for name in NAMES if number % 2 else NAMES[::-1]:
            costs[name].append(work(name))
    return costs


def _make_unread(lab):
    """Read the first messages, and keep the mailbox as it is then."""
    with lab.servers(BARE) as servers:
        servers[BARE].load("counted", "retr", WARM_UP)
        time.sleep(SETTLED_SECS)
        servers[BARE].load("counted", "retr", 0)
    copy(lab.home / "counted", lab.folder / "unread")


def _unread_retr(lab, server):
    counts = [_count_unread(lab, server, WARM_UP + count)
              for count in (UNREAD_COUNT, 2 * UNREAD_COUNT)]
    return (counts[1] - counts[0]) / UNREAD_COUNT


def _count_unread(lab, server, retrs):
    for _ in range(ATTEMPTS):
        copy(lab.folder / "unread", lab.home / "counted")
        count, functions = _count(server, "retr", retrs)
        if EARLY_MARKS not in functions:
            return count
    raise RuntimeError("the machine is too busy or too slow")


def _read_retr(server):
    counts = [_count(server, "retr", WARM_UP + count)[0]
              for count in (READ_COUNT, 2 * READ_COUNT)]
    return (counts[1] - counts[0]) / READ_COUNT


def _count(server, *action):
    """Return the instructions of a process that ends, and callgrind's text."""
    result = server.dovecot.folder / "log/callgrind"
    result.write_text("")
    result.chmod(0o666)  # made as root, written when the process is the user's
    server.load("counted", *action)
    total = server.dovecot.wait_for(
        lambda: re.search(r"^totals: (\d+)", result.read_text(), re.M), 30,
        "callgrind's result")
    return int(total[1]), result.read_text()


def _rows(what, costs, bound):
    for name, policy in ((LOADED, "nothing configured"), (COMPLETE, "complete")):
        ratios = [ours / bare for ours, bare in zip(costs[name], costs[BARE])]
        yield Row(f"instructions, {what}; {policy}",
                  f"{median(costs[BARE]):,.0f}", f"{median(costs[name]):,.0f}",
                  Interval.of(ratios), bound, style="{:.4f}", count=len(ratios))
