# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a short POP3 session whose mailbox has a term, and of one without."""

from . import bounds, counting
from .lab import BARE, BUSY, BUSY_KEEP, COMPLETE, LOADED

USER, MESSAGES, SIZE = "brief", 10, 1000
NUMBER = 40
NAMES = (BARE, LOADED, COMPLETE, BUSY, BUSY_KEEP)


def rows(lab, effort, _patience):
    """Yield rows of the pop3 process."""
    lab.add_mailbox(USER, MESSAGES, SIZE)
    with lab.servers(BUSY_KEEP) as servers:    # so there are downloads that are noted
        servers[BUSY_KEEP].load(USER, "retr", MESSAGES)
    lab.settle(lambda server: server.load(USER, "retr", 0))
    costs = counting.in_turns(
        NAMES, lambda name: counting.per_session(
            lab, name, ["pop3"],
            lambda server, number: server.load(USER, "sessions", number, 1), NUMBER),
        effort.counts)
    what = "short POP3 session"
    for name, policy in ((LOADED, "nothing configured"), (COMPLETE, "complete"),
                         (BUSY, "all but keep_days")):
        yield counting.row(f"{what}, {policy}", costs, BARE, name, None)
    yield counting.row(f"{what} with pop3_keep_days, to the same without", costs, BUSY,
                       BUSY_KEEP, bounds.of("keep_days"))
