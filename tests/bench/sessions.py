"""Short sessions: login, STAT, QUIT, in processes that serve many of them."""

from .compare import Comparison, Effort, Interval, Sample, in_turns
from .lab import BARE, COMPLETE, ENDLESS, LOADED
from .table import Row

BOUND = (">=", 0.97)
COUNT, CLIENTS = 400, 4
# Each client has a mailbox of its own. In a common one they would wait for each
# other's locks.
USERS = [f"short{number}" for number in range(CLIENTS)]
NAMES = [BARE, LOADED, COMPLETE]
# How fast a server is depends on how its processes came to be spread and woken:
# two bare ones differ by up to a quarter, for as long as they run. So each sample
# is the median of a few runs of a server that was started for it.
BLOCKS, BLOCK = 21, Effort(rounds=3, seconds=0)


def rows(lab, _effort, patience):
    """Yield a row for modules without settings and one for a policy."""
    for user in USERS:
        lab.add_mailbox(user, 10, 1000)
    comparison = Comparison(NAMES)
    for block in range(BLOCKS):
        _measure_block(lab, comparison, patience, NAMES[block % 3:] + NAMES[:block % 3])
    for name, what in ((LOADED, "nothing configured"), (COMPLETE, "complete")):
        cost = comparison.ratio(name)
        yield Row(f"login, STAT, QUIT; {what}", _rate(comparison, BARE),
                  _rate(comparison, name),
                  Interval(1 / cost.high, 1 / cost.middle, 1 / cost.low), BOUND,
                  cpu=comparison.ratio(name, "cpu"), count=comparison.rounds)


def _measure_block(lab, comparison, patience, order):
    """Add a sample of each server, started in this order."""
    with lab.servers(*order, sessions=ENDLESS, timed=True,
                     high_performance=True) as servers:
        block = in_turns(order, lambda name: servers[name].measure_logins(
            "pop3", USERS, COUNT, CLIENTS), BLOCK, patience)
    for name in order:
        comparison.samples[name].append(Sample(block.median(name),
                                               block.median(name, "cpu")))


def _rate(comparison, name):
    return f"{COUNT / comparison.median(name):.0f}/s"
