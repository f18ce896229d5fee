"""Logins and logouts at the gate, whose store is a folder of files."""

from . import documents
from .compare import Interval, in_turns
from .lab import BARE, ENDLESS
from .table import Row

BOUND, SAME = (">=", 0.95), (">=", 0.98)
COUNT, CLIENTS = 400, 4
FEW, MANY = 10, 1_000_000


def rows(lab, effort, patience):
    """Yield rows for POP3 and IMAP: the gate, and a store with very many policies.

    The same mailboxes log in, all of which have a policy in both stores.
    """
    users = [documents.user(number) for number in range(FEW)]
    for user in users:
        lab.add_user(user)
    with lab.servers(BARE, stores=(FEW, MANY), sessions=ENDLESS, timed=True,
                     high_performance=True) as servers:
        for protocol in ("pop3", "imap"):
            comparison = in_turns(
                list(servers), lambda name: servers[name].measure_logins(
                    protocol, users, COUNT, CLIENTS), effort, patience)
            what = f"{protocol.upper()} login and logout"
            yield _row(f"{what}, gate with {FEW} policies", comparison, BARE, FEW, BOUND)
            yield _row(f"{what}, gate with {MANY:,} policies instead of {FEW}",
                       comparison, FEW, MANY, SAME)


def _row(what, comparison, base, name, bound):
    def rate(server):
        return f"{COUNT / comparison.median(server):.0f}/s"

    cost = comparison.ratio(name, base=base)
    return Row(what, rate(base), rate(name),
               Interval(1 / cost.high, 1 / cost.middle, 1 / cost.low), bound,
               cpu=comparison.ratio(name, "cpu", base), count=comparison.rounds)
