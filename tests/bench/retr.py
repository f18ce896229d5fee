# SPDX-License-Identifier: LGPL-2.1-or-later
"""Throughput of downloads."""

from .compare import Interval, in_turns
from .lab import BARE, COMPLETE, ENDLESS, forget_read
from .table import Row

BOUND = (">=", 0.97)
MANY, SMALL, LARGE = 2000, 10 << 10, 50 << 20


def rows(lab, effort, patience):
    """Yield the rows for many small messages and for a large one."""
    lab.add_mailbox("many", MANY, SMALL)
    lab.add_mailbox("large", 1, LARGE)
    with lab.servers(BARE, COMPLETE, sessions=ENDLESS, timed=True,
                     high_performance=True) as servers:
        def download(user, count, unread):
            def work(name):
                if unread:
                    forget_read(servers[BARE], user)
                return servers[name].measure(user, "retr", count)
            return work

        for user, count, size in (("many", MANY, SMALL), ("large", 1, LARGE)):
            for unread in (True, False):
                comparison = in_turns([BARE, COMPLETE], download(user, count, unread),
                                      effort, patience)
                yield _row(comparison, count, size, unread)


def _row(comparison, count, size, unread):
    def speed(name):
        return f"{count * size / 1e6 / comparison.median(name):.0f} MB/s"

    cost = comparison.ratio(COMPLETE)
    throughput = Interval(1 / cost.high, 1 / cost.middle, 1 / cost.low)
    what = "1 x 50 MB" if count == 1 else f"{count:,} x 10 KB"
    return Row(f"RETR {what}, {'unread: RETR to QUIT' if unread else 'read before'}",
               speed(BARE), speed(COMPLETE), throughput, BOUND,
               cpu=comparison.ratio(COMPLETE, "cpu"), count=comparison.rounds)
