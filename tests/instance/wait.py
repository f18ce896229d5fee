# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waiting for a condition, with a deadline and never longer than needed."""

import time

from . import checker

# In seconds. Only a failure takes that long, and a machine that is shared stands
# still for longer than one would think.
PATIENCE = 20.0


class InstanceError(Exception):
    """The private Dovecot did not do what the test relies on."""


def wait_for(predicate, timeout=PATIENCE, what="the condition"):
    """Return the first true value of predicate(); InstanceError after timeout seconds.

    what names the condition, or is called for it once that has not come to pass.
    """
    timeout = checker.patience(timeout)
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise InstanceError(f"waited {timeout} s for {what() if callable(what) else what}")
        time.sleep(0.005)


def wait_for_next_second():
    """Return as soon as the clock shows another whole second than now."""
    second = int(time.time())
    while int(time.time()) == second:
        # the second may end between the two looks at the clock
        time.sleep(max(0, second + 1.001 - time.time()))
