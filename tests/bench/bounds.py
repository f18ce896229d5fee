# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a login may cost, as ratios of instructions (doc/performance.md)."""

from instance import Dovecot

# On Dovecot 2.3; and on 2.4, where Dovecot itself costs more, the share of what we
# added to bare before there was a bound.
BOUNDS = {
    "imap access": (1.025, 0.25),
    "imap keys": (1.05, 0.45),
    "pop3 keys": (1.06, 0.6),
    "changed": (1.002, None),
    "idle": (1.006, None),
    "idle once": (1.012, None),
    "lmtp": (1.005, None),
    "lmtp and auth": (1.015, None),
    "keep_days": (1.015, None),
    "large": (1.03, None),
}
# Ratios that were measured before, at b05deaa, by the same rows with --gate chain
# --names each.
BEFORE = {(2, 4, 1): {"imap access": 1.0529, "imap keys": 1.0625, "pop3 keys": 1.0832}}


def of(name):
    """Return the bound of a row of that name with this machine's Dovecot."""
    bound, share = BOUNDS[name]
    dovecot = Dovecot.installed()
    before = BEFORE.get(dovecot.version, {}).get(name)
    if dovecot.generation == 23 or share is None:
        return ("<=", bound)
    return ("<=", 1 + share * (before - 1)) if before else None
