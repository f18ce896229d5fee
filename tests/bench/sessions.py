"""Short sessions: login, STAT, QUIT, in processes that serve many of them."""

from .compare import Interval, in_turns
from .lab import BARE, COMPLETE, ENDLESS, LOADED
from .table import Row

BOUND = (">=", 0.97)
COUNT, CLIENTS = 400, 4


def rows(lab, effort, patience):
    """Yield a row for modules without settings and one for a policy."""
    lab.add_mailbox("short", 10, 1000)
    names = [BARE, LOADED, COMPLETE]
    with lab.servers(*names, sessions=ENDLESS, timed=True,
                     high_performance=True) as servers:
        comparison = in_turns(
            names, lambda name: servers[name].measure("short", "sessions",
                                                      COUNT, CLIENTS),
            effort, patience)
    for name, what in ((LOADED, "nothing configured"), (COMPLETE, "complete")):
        cost = comparison.ratio(name)
        yield Row(f"login, STAT, QUIT; {what}", _rate(comparison, BARE),
                  _rate(comparison, name),
                  Interval(1 / cost.high, 1 / cost.middle, 1 / cost.low), BOUND,
                  cpu=comparison.ratio(name, "cpu"), count=comparison.rounds)


def _rate(comparison, name):
    return f"{COUNT / comparison.median(name):.0f}/s"
