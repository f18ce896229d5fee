# SPDX-License-Identifier: LGPL-2.1-or-later
"""Short sessions: login, STAT, QUIT, in processes that serve many of them."""

from .blocks import in_blocks
from .compare import Interval
from .lab import BARE, COMPLETE, ENDLESS, LOADED
from .table import Row

BOUND = (">=", 0.97)
COUNT, CLIENTS = 400, 4
# Each client has a mailbox of its own. In a common one they would wait for each
# other's locks.
USERS = [f"short{number}" for number in range(CLIENTS)]


def rows(lab, effort, patience):
    """Yield a row for modules without settings and one for a policy."""
    for user in USERS:
        lab.add_mailbox(user, 10, 1000)
    work = {"pop3": lambda server: server.measure_logins("pop3", USERS, COUNT, CLIENTS)}
    comparison = in_blocks(lab, [BARE, LOADED, COMPLETE], work, effort, patience,
                           sessions=ENDLESS, timed=True, high_performance=True)["pop3"]
    for name, what in ((LOADED, "nothing configured"), (COMPLETE, "complete")):
        cost = comparison.ratio(name)
        yield Row(f"login, STAT, QUIT; {what}", _rate(comparison, BARE),
                  _rate(comparison, name),
                  Interval(1 / cost.high, 1 / cost.middle, 1 / cost.low), BOUND,
                  cpu=comparison.ratio(name, "cpu"), count=comparison.rounds)


def _rate(comparison, name):
    return f"{COUNT / comparison.median(name):.0f}/s"
