# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logins and logouts at the gate, whose store is a folder of files."""

from . import documents
from .blocks import in_blocks
from .compare import Interval
from .lab import ACCESS, BARE, ENDLESS, FEW, NOTIFY
from .table import Row

GOAL, SAME = (">=", 0.97), (">=", 0.98)
COUNT, CLIENTS = 400, 4
MANY = 1_000_000
# Each client has a mailbox of its own, which has a policy in every store.
USERS = [documents.user(number) for number in range(CLIENTS)]
PROTOCOLS = ("pop3", "imap")


def rows(lab, effort, patience):
    """Yield rows for POP3 and IMAP: a stock plugin, the gate, very many policies."""
    for user in USERS:
        lab.add_user(user)
    comparisons = in_blocks(
        lab, [BARE, NOTIFY, ACCESS, FEW, MANY], {protocol: _work(protocol) for protocol in PROTOCOLS},
        effort, patience, sessions=ENDLESS, timed=True, high_performance=True)
    for protocol, comparison in comparisons.items():
        what = f"{protocol.upper()} login and logout"
        yield _row(f"{what}, no gate but Dovecot's plugin notify", comparison, BARE, NOTIFY,
                   None)
        yield _row(f"{what}, gate with {FEW} policies that only allow or deny", comparison,
                   BARE, ACCESS, GOAL)
        yield _row(f"{what}, gate with {FEW} policies of session keys", comparison, BARE,
                   FEW, GOAL)
        yield _row(f"{what}, gate with {MANY:,} policies instead of {FEW}",
                   comparison, FEW, MANY, SAME)


def _work(protocol):
    return lambda server: server.measure_logins(protocol, USERS, COUNT, CLIENTS)


def _row(what, comparison, base, name, bound):
    def rate(server):
        return f"{COUNT / comparison.median(server):.0f}/s"

    cost = comparison.ratio(name, base=base)
    return Row(what, rate(base), rate(name),
               Interval(1 / cost.high, 1 / cost.middle, 1 / cost.low), bound,
               cpu=comparison.ratio(name, "cpu", base), count=comparison.rounds)
