# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/load/run, after it has built what is needed."""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from bench import machine
from bench.compare import Interval
from bench.lab import Server
from relay import relay_of

from . import servers, work
from .report import finish
from .servers import BARE, FULL, LIGHT, NAMES
from .watch import Watch, has_grown

CLIENTS = 4         # at a time
BOUND = 1.05        # of an operation of bare
ROUND_SECS = 15     # at least: the load is bounded


def say(text):
    print(text, file=sys.stderr, flush=True)


class Load:
    """The servers, and what was measured of them round by round."""

    def __init__(self, stack, folder):
        self.servers, self.watches, self.idlers = {}, {}, {}
        for name in NAMES:
            server = stack.enter_context(servers.make(name, folder / name))
            relay = stack.enter_context(relay_of(server))
            relay.messages = _Nothing()
            if name != BARE:
                servers.give_policies(server)
            self.servers[name] = server
            self.watches[name] = Watch(server)
        self.pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        for name, server in self.servers.items():
            for user in servers.MAILBOXES:
                work.deliver(server, user)
            self.idlers[name] = [work.Idler(server, user) for user in servers.IDLERS]
        self.costs = defaultdict(lambda: defaultdict(list))    # kind: name: ms
        self.faults = []
        self.rounds = self.operations = 0

    def round(self):
        """Have everything done once with each server, in turns."""
        order = NAMES if self.rounds % 2 == 0 else NAMES[::-1]
        for kind, action, bare_too in work.KINDS:
            for name in order if bare_too else (LIGHT, FULL):
                users = servers.MAILBOXES if bare_too else servers.MAILBOXES[:1]
                self._measure(kind, name, action, users)
                self.watches[name].look()
        for name in order:
            self._idle(name)
            for user in (*servers.MAILBOXES, servers.TOGGLED) if self.rounds % 8 == 7 else ():
                work.empty(self.servers[name], user)
        self.rounds += 1

    def end(self):
        """End the sessions that wait."""
        for idler in sum(self.idlers.values(), []):
            idler.leave()

    def _measure(self, kind, name, action, users):
        server = Server(self.servers[name], timed=False)
        before = server.cpu_of_all()
        list(self.pool.map(lambda user: self._do(kind, name, action, user), users))
        self.costs[kind][name].append(1000 * (server.cpu_of_all() - before) / len(users))
        self.operations += len(users)

    def _do(self, kind, name, action, user):
        try:
            action(self.servers[name], user)
        except Exception as error:  # pylint: disable=broad-except
            self.faults.append(f"{name}: {kind}: {user}: {error!r}")

    def _idle(self, name):
        server = self.servers[name]
        for user, idler in zip(servers.IDLERS, self.idlers[name]):
            try:
                work.deliver(server, user)
                if not server.wait_for(idler.told, what="EXISTS in IDLE"):
                    self.faults.append(f"{name}: IDLE of {user}: not told")
            except Exception as error:  # pylint: disable=broad-except
                self.faults.append(f"{name}: IDLE of {user}: {error!r}")


class _Nothing(list):
    """What the relay took is of no interest, and would grow."""

    def append(self, _message):
        pass


def _examples(faults):
    """Return how many there were, and one of each kind."""
    examples = {fault.partition(": user")[0]: fault for fault in faults}
    return f"{len(faults)}, such as {'; '.join(examples.values())}" if faults else ""


def results(load):
    """Yield (what, whether it is as it should be, figures)."""
    yield "each session was as it should be", not load.faults, _examples(load.faults)
    for kind, _, bare_too in work.KINDS:
        costs = load.costs[kind]
        if not bare_too:
            yield f"{kind}: done", len(costs[FULL]) == load.rounds, f"{load.rounds} times each"
            continue
        ratios = {name: Interval.of([ours / bare for ours, bare in zip(costs[name], costs[BARE])])
                  for name in (LIGHT, FULL)}
        # missed only if the whole interval is above
        yield (kind, ratios[LIGHT].low <= BOUND,
               f"bare {Interval.of(costs[BARE]).middle:.1f} ms, " + ", ".join(
                   f"{name} {ratio.middle:.3f} ({ratio.low:.3f}..{ratio.high:.3f})"
                   for name, ratio in ratios.items()))
    for name, watch in load.watches.items():
        for service, grown in sorted(watch.growth().items()):
            before, after, descriptors_before, descriptors_after = grown
            yield (f"{name}: {service} does not grow", not has_grown(*grown),
                   f"{before} to {after} kB, {descriptors_before} to {descriptors_after} "
                   "descriptors")
        yield f"{name}: each child was waited for", not watch.zombies, ""
    for name, server in load.servers.items():
        errors = [line for line in server.log_problems() if "Error: " in line or
                  "Panic: " in line or "Fatal: " in line]
        yield f"{name}: no error is logged", not errors, "; ".join(errors[:3])


def main():
    """Use the mailboxes, and print what came of it."""
    parser = argparse.ArgumentParser(prog="tests/load/run")
    parser.add_argument("--minutes", type=float, default=2)
    end = time.monotonic() + 60 * parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="coexist-load.") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        load = Load(stack, Path(folder))
        while time.monotonic() < end:
            begin = time.monotonic()
            load.round()
            say(f"   {load.rounds} rounds, {load.operations} operations, "
                f"{len(load.faults)} faults, load {machine.load()}")
            time.sleep(max(0, min(begin + ROUND_SECS, end) - time.monotonic()))
        load.end()
        found = list(results(load))
    finish(f"{load.rounds} rounds, {load.operations} operations", found)


if __name__ == "__main__":
    main()
