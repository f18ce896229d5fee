"""Instructions of the whole pop3 process, which noise does not reach."""

import re
import shutil
from statistics import median

from .compare import Interval
from .lab import BARE, COMPLETE, LOADED, forget_read
from .table import Row

BOUND = ("<=", 1.03)
# The first downloads of a session make valgrind translate code, which takes long.
WARM_UP = 10
# A RETR is the difference between sessions of so many downloads and of twice as
# many. For unread messages they are few, because valgrind is slow and no marks
# shall be applied before QUIT: that is measured by `marking`.
UNREAD_COUNT, READ_COUNT = 20, 50
# Enough for a median that the odd index rewrite does not reach.
MOST_ROUNDS = 9
SESSIONS = 30
NAMES = [BARE, LOADED, COMPLETE]
EARLY_MARKS, ATTEMPTS = "pop3_read_state_apply_now", 10


def rows(lab, effort, _patience):
    """Yield rows for a RETR and for what a session costs without any."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise RuntimeError("valgrind is not installed")
    lab.add_mailbox("counted", WARM_UP + 2 * READ_COUNT, 10 << 10)
    options = {"wrap": {"pop3": f"{valgrind} --tool=callgrind --vgdb=no"
                                " --log-file=/dev/null"
                                " --callgrind-out-file=/mnt/log/callgrind"}}
    rounds = min(effort.rounds, MOST_ROUNDS)
    with lab.servers(*NAMES, **options) as servers:
        for server in servers.values():
            _count(server, "retr", WARM_UP + 2 * READ_COUNT)
        for what, work, bound in (("RETR of 10 KB, unread", _unread_retr, BOUND),
                                  ("RETR of 10 KB, read before", _read_retr, BOUND),
                                  ("process for one session", _process, None)):
            costs = _in_turns(lambda name: work(servers, name), rounds)
            yield from _rows(what, costs, bound)
    counts = []
    for number in (SESSIONS, 2 * SESSIONS):
        with lab.servers(*NAMES, sessions=number, **options) as servers:
            counts.append(_in_turns(lambda name: _count(
                servers[name], "sessions", number, 1)[0], rounds))
    yield from _rows("session in a process for many",
                     {name: [(twice - once) / SESSIONS for once, twice
                             in zip(counts[0][name], counts[1][name])]
                      for name in NAMES}, None)


def _in_turns(work, rounds):
    """Return {name: [work(name), ...]}."""
    costs = {name: [] for name in NAMES}
    for number in range(rounds):
        for name in NAMES if number % 2 else NAMES[::-1]:
            costs[name].append(work(name))
    return costs


def _unread_retr(servers, name):
    counts = [_count_unread(servers, name, WARM_UP + count)
              for count in (UNREAD_COUNT, 2 * UNREAD_COUNT)]
    return (counts[1] - counts[0]) / UNREAD_COUNT


def _count_unread(servers, name, retrs):
    for _ in range(ATTEMPTS):
        forget_read(servers[BARE], "counted", f"{WARM_UP + 1}:*")
        count, functions = _count(servers[name], "retr", retrs)
        if EARLY_MARKS not in functions:
            return count
    raise RuntimeError("the machine is too busy or too slow")


def _read_retr(servers, name):
    counts = [_count(servers[name], "retr", WARM_UP + count)[0]
              for count in (READ_COUNT, 2 * READ_COUNT)]
    return (counts[1] - counts[0]) / READ_COUNT


def _process(servers, name):
    return _count(servers[name], "retr", 0)[0]


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
