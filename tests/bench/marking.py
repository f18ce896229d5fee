# SPDX-License-Identifier: LGPL-2.1-or-later
"""Marks that are applied while a slow session goes on."""

from .compare import Effort, in_turns
from .lab import BARE, COMPLETE, ENDLESS, forget_read
from .table import Row
from . import login, retr

# So slow that a mark is applied after each RETR.
RETRS, INTERVAL_MSECS = 6, 700
# The client waits most of the time, and the difference is large.
FEW = Effort(rounds=6, seconds=0)


def rows(lab, _effort, patience):
    """Yield a row for a mailbox of usual size and for a very large one."""
    lab.add_mailbox("many", retr.MANY, retr.SMALL)
    lab.add_mailbox("huge", login.COUNT, login.SIZE)
    with lab.servers(BARE, COMPLETE, sessions=ENDLESS, timed=True,
                     high_performance=True) as servers:
        for user, messages in (("many", retr.MANY), ("huge", login.COUNT)):
            def work(name):
                forget_read(servers[BARE], user, f"1:{RETRS}")
                return servers[name].measure(user, "retr", RETRS, INTERVAL_MSECS)

            comparison = in_turns([BARE, COMPLETE], work, FEW, patience)
            yield Row(f"processor time of a session, {RETRS} unread messages one by one"
                      f" of {messages:,}",
                      _time(comparison, BARE), _time(comparison, COMPLETE),
                      comparison.ratio(COMPLETE, "cpu"), count=comparison.rounds)


def _time(comparison, name):
    return f"{comparison.median(name, 'cpu') * 1000:.0f} ms"
