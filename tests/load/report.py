# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program of tests/load prints in the end."""

import sys

from bench import machine
from instance import Dovecot


def finish(what, found):
    """Print a line of what was done, and one for each finding (what, good, figures); exit."""
    version = ".".join(map(str, Dovecot.installed().version))
    print(f"Dovecot {version}; {machine.describe()}; load {machine.load()}; {what}")
    for name, good, figures in found:
        print(f"{'ok  ' if good else 'FAIL'} {name}{': ' if figures else ''}{figures}")
    failed = sum(not good for _, good, _ in found)
    print(f"{len(found) - failed} passed, {failed} failed")
    sys.exit(failed > 0)
