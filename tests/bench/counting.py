# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of whole processes per session by callgrind, which noise does not reach."""

import re
import shutil
import subprocess
from pathlib import Path
from statistics import median

from instance.block import block

from .compare import Interval
from .lab import ENDLESS
from .table import Row

COUNTED = Path(__file__).with_name("counted")
SLOW_CLOCK = Path(__file__).with_name("slow_clock.c")
# Processes that serve all sessions are as many as that.
ONE_PROCESS = ["process_min_avail = 1", "process_limit = 1"]


def in_turns(names, count, rounds):
    """Return {name: [count(name), ...]}, {service: instructions} each."""
    costs = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else names[::-1]:
            costs[name].append(count(name))
    return costs


def per_session(lab, name, services, work, number, once=False):
    """Return {service: instructions of a session}.

    They are the difference between so many sessions and twice as many: what a
    process takes to start belongs to the sessions only if each has its own.

    work    function(server, number) that has so many sessions
    once    a process for each session, as Dovecot does without configuration,
            instead of one process that serves them all
    """
    fewer, more = (_count(lab, name, services, work, factor * number, once)
                   for factor in (1, 2))
    for service in services:
        expected = number if once and service != "auth" else 0
        if len(more[service]) - len(fewer[service]) != expected:
            raise RuntimeError(f"not as many {service} processes as sessions were counted")
    return {service: (sum(more[service]) - sum(fewer[service])) / number
            for service in services}


def row(what, costs, base, name, bound, services=None, ours=None):
    """Return a Row of the instructions of these services, or of all.

    ours    the services that load a module of ours, if not all do. Of the others,
            the base's processes count for both: the same login process takes up to
            1.5 % more or less, by how its memory happens to lie, which is as much
            as all that we add. A row of that service alone shows it.
    """
    services = services or costs[base][0]
    left = [sum(bare[service] for service in services) for bare in costs[base]]
    right = [sum((cost if service in (ours or services) else bare)[service]
                 for service in services)
             for bare, cost in zip(costs[base], costs[name])]
    return Row(f"instructions, {what}", f"{median(left):,.0f}", f"{median(right):,.0f}",
               Interval.of([ours / bare for ours, bare in zip(right, left)]), bound,
               style="{:.4f}", count=len(left))


def _count(lab, name, services, work, number, once):
    """Return {service: [instructions of a process]} for so many sessions."""
    with lab.servers(name, sessions=1 if once else ENDLESS, high_performance=not once,
                     conf=_conf(services, once), wrap=_wrap(lab, services)) as servers:
        log = servers[name].dovecot.folder / "log"
        work(servers[name], number)
        if once:
            servers[name].dovecot.wait_for(
                lambda: all(len(_totals(log, service)) >= number
                            for service in services if service != "auth"),
                120, "callgrind's results")
    lab.keep(log, f"{name}.{services[-1]}.{number}{'.once' if once else ''}")
    return {service: _totals(log, service) for service in services}


def _totals(log, service):
    """Return the instructions of each of a service's processes that has ended."""
    texts = [path.read_text() for path in log.glob(f"callgrind.{service}.*")]
    found = [re.search(r"^totals: (\d+)", text, re.M) for text in texts]
    return [int(total[1]) for total in found if total]


def _conf(services, once):
    # a login process would not find the file of its result in its chroot
    return "".join(block(f"service {service}",
                         [*([] if once else ONE_PROCESS),
                          *(["chroot ="] if service.endswith("-login") else [])])
                   for service in services if service != "auth")


def _wrap(lab, services):
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise RuntimeError("valgrind is not installed")
    wrap = {service: f"{COUNTED} {valgrind}" for service in services}
    if "auth" in wrap:
        wrap["auth"] = f"env LD_PRELOAD={_slow_clock(lab.folder)} {wrap['auth']}"
    return wrap


def _slow_clock(folder):
    """Return the library for auth, whose documents count as fresh for 3 seconds."""
    library = folder / "slow_clock.so"
    if not library.exists():
        subprocess.run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library,
                        SLOW_CLOCK], check=True)
    return library
