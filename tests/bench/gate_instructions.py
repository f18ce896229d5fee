# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a login and logout at the gate, which noise does not reach."""

import re
import shutil
from statistics import median

from instance.block import block

from . import documents
from .compare import Interval
from .gate import FEW, PROTOCOLS
from .lab import BARE, ENDLESS
from .table import Row

NAMES = [BARE, FEW]
USERS = [documents.user(number) for number in range(FEW)]
# A login is the difference between so many of them and twice as many.
COUNT = 100
ROUNDS = 3


def rows(lab, _effort, _patience):
    """Yield a row for each process that has to do with it, and one for all."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise RuntimeError("valgrind is not installed")
    for user in USERS:
        lab.add_user(user)
    for protocol in PROTOCOLS:
        costs = {name: [_login(lab, name, protocol, valgrind) for _ in range(ROUNDS)]
                 for name in NAMES}
        what = f"instructions, {protocol.upper()} login and logout"
        for service in _services(protocol):
            yield _row(f"{what}; {service}",
                       *([cost[service] for cost in costs[name]] for name in NAMES))
        yield _row(f"{what}; all of them",
                   *([sum(cost.values()) for cost in costs[name]] for name in NAMES))


def _row(what, bare, ours):
    return Row(what, f"{median(bare):,.0f}", f"{median(ours):,.0f}",
               Interval.of([a / b for a, b in zip(ours, bare)]), style="{:.3f}",
               count=len(bare))


def _services(protocol):
    return ("auth", f"{protocol}-login", protocol)


def _login(lab, name, protocol, valgrind):
    """Return {service: instructions} of a login and logout."""
    once, twice = (_count(lab, name, protocol, valgrind, number)
                   for number in (COUNT, 2 * COUNT))
    return {service: (twice[service] - once[service]) / COUNT for service in once}


def _count(lab, name, protocol, valgrind, logins):
    """Return {service: instructions} of processes that serve so many logins."""
    services = _services(protocol)
    one = ["process_min_avail = 1", "process_limit = 1"]
    # a login process would not find the file of its result in its chroot
    conf = block(f"service {protocol}", one) + block(f"service {protocol}-login",
                                                     [*one, "chroot ="])
    wrap = {service: f"{valgrind} --tool=callgrind --vgdb=no --log-file=/dev/null"
                     f" --callgrind-out-file=/mnt/log/callgrind.{service}"
            for service in services}
    with lab.servers(name, sessions=ENDLESS, high_performance=True, conf=conf,
                     wrap=wrap) as servers:
        results = {service: servers[name].dovecot.folder / f"log/callgrind.{service}"
                   for service in services}
        for result in results.values():
            result.touch()
            result.chmod(0o666)  # made as root, written by the process's user
        servers[name].measure_logins(protocol, USERS, logins, 1)
    return {service: _total(result) for service, result in results.items()}


def _total(result):
    total = re.search(r"^totals: (\d+)", result.read_text(), re.M)
    if total is None:
        raise RuntimeError(f"callgrind has not written {result.name}")
    return int(total[1])
