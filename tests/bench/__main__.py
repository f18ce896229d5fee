# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/bench/run, after it has built what is needed."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from instance import Dovecot, InstanceError

from . import (auth, batch, changed, chosen, decision, delete, deliveries, denied, expire,
               folders, gate, instructions, large, listing, live, login, logins, machine, marking,
               memory, once, order, quota, retr, sent, sessions, short, site, view)
from .compare import Effort
from .lab import Lab
from .table import render

MEASUREMENTS = {module.__name__.rpartition(".")[2]: module for module in
                (instructions, retr, sessions, login, memory, marking, delete, expire, quota,
                 logins, once, short, large, deliveries, decision, gate, auth, listing, batch, live,
                 view, folders, sent, chosen, denied, changed, order)}
NORMAL = Effort(rounds=12, seconds=90, blocks=21, counts=3)
QUICK = Effort(rounds=6, seconds=10, blocks=3)


def arguments():
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="tests/bench/run")
    parser.add_argument("names", metavar="NAME", nargs="*")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--patience", type=float, default=30, metavar="SECONDS")
    options = parser.parse_args()
    unknown = set(options.names) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"no such measurement: {' '.join(unknown)}; "
                     f"there are: {' '.join(MEASUREMENTS)}")
    return options


def say(text):
    """Tell what goes on; the table alone goes to standard output."""
    print(text, file=sys.stderr, flush=True)


def measure(options):
    """Return the rows of all the measurements that were asked for."""
    effort = QUICK if options.quick else NORMAL
    rows = []
    with tempfile.TemporaryDirectory(prefix="coexist-bench.") as folder:
        Path(folder).chmod(0o755)
        lab = Lab(Path(folder))
        for name, module in MEASUREMENTS.items():
            if options.names and name not in options.names:
                continue
            say(f"== {name} (load {machine.load()})")
            patience = machine.Patience(options.patience)
            try:
                for row in module.rows(lab, effort, patience):
                    say("   " + "  ".join(filter(None, row.cells())))
                    rows.append(row)
            except (InstanceError, RuntimeError) as error:
                say(f"   cannot be measured: {error}")
    return rows


def main():
    """Measure and print."""
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave nothing behind
    start = time.monotonic()
    load = machine.load()
    rows = measure(options)
    version = ".".join(map(str, Dovecot.installed().version))
    print(f"\nDovecot {version}; {site.describe()}; {machine.describe()}; load {load} at the start; "
          f"{(time.monotonic() - start) / 60:.0f} min\n")
    print(render(rows))


if __name__ == "__main__":
    main()
