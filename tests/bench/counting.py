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
MODULE = "lib20_coexist_plugin.so"
# What served nobody takes so many times less, at least, than what served all.
IDLE_LESS = 4
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
    fewer, more = (_served(_count(lab, name, services, work, factor * number, once), once)
                   for factor in (1, 2))
    for service in services:
        expected = number if once and service != "auth" else 0
        if len(more[service]) - len(fewer[service]) != expected:
            raise RuntimeError(f"not as many {service} processes as sessions were counted")
    return {service: (sum(more[service]) - sum(fewer[service])) / number
            for service in services}


def _served(found, once):
    """Leave out processes that were started to stand by and served nobody."""
    return found if once else {
        service: [count for count in counts if count * IDLE_LESS > max(counts)]
        for service, counts in found.items()}


def of_module(lab, name, service, work, number):
    """Return the instructions of a session in the functions of our module alone.

    Those of whole processes differ by 0.6 % from one run to the next, by how the
    memory happens to lie; these do not.
    """
    fewer, more = (_count(lab, name, (service,), work, factor * number, False, _own)
                   for factor in (1, 2))
    return (sum(more[service]) - sum(fewer[service])) / number


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


def _count(lab, name, services, work, number, once, read=None):
    """Return {service: [instructions of a process]} for so many sessions.

    read    function(text) of what callgrind wrote, if not for the total
    """
    with lab.servers(name, sessions=1 if once else ENDLESS, high_performance=not once,
                     conf=_conf(services, once), wrap=wrapped(lab, services)) as servers:
        log = servers[name].dovecot.folder / "log"
        work(servers[name], number)
        if once:
            servers[name].dovecot.wait_for(
                lambda: all(len(read_results(log, service)) >= number
                            for service in services if service != "auth"),
                120, "callgrind's results")
    lab.keep(log, f"{name}.{services[-1]}.{number}{'.once' if once else ''}")
    return {service: read_results(log, service, read or _total) for service in services}


def _total(text):
    """Return the total, or None: not written yet."""
    total = re.search(r"^totals: (\d+)", text, re.M)
    return int(total[1]) if total else None


def _own(text):
    """Return what functions of our module took themselves, or None as above."""
    names, own, is_call, found = {}, False, False, 0
    for line in text.splitlines():
        word, _, rest = line.partition("=")
        if word in ("ob", "cob"):
            number, _, name = rest.partition(" ")
            names.setdefault(number, name)
            own = names[number].endswith(MODULE) if word == "ob" else own
        elif word == "calls":
            is_call = True    # the next line has what the function that is called took
        elif line[:1].isdigit() or line[:1] in tuple("+-*"):
            found += sum(map(int, line.split()[1:])) if own and not is_call else 0
            is_call = False
    return found if _total(text) is not None else None


def read_results(log, service, read=_total):
    """Return what was read of each of a service's processes that has ended."""
    texts = [path.read_text() for path in log.glob(f"callgrind.{service}.*")]
    return [value for value in map(read, texts) if value is not None]


def _conf(services, once):
    # a login process would not find the file of its result in its chroot
    return "".join(block(f"service {service}",
                         [*([] if once else ONE_PROCESS),
                          *(["chroot ="] if service.endswith("-login") else [])])
                   for service in services if service != "auth")


def wrapped(lab, services):
    """Return the option of Instance by which callgrind counts these services."""
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
