# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a login where owners may choose: one whose owner never did, and one whose
owner chose what the site would have said."""

from . import counting
from .lab import FEW, OPENED, SETTLED_KEYS

PROTOCOLS = ("imap", "pop3")
NEVER = [f"never{number}" for number in range(FEW)]
CHOSEN = [f"chosen{number}" for number in range(FEW)]
MESSAGES, SIZE = 3, 1000
NUMBER = 50
CHOICES = "pop3_delete=@1767225600 trash\npop3_mark_read=@1767225600 complete\n"
LIMITS = {"never": 1.005, "chosen": 1.01}


def rows(lab, effort, _patience):
    """Yield a row for each protocol and kind of owner."""
    for user in (*NEVER, *CHOSEN):
        lab.add_mailbox(user, MESSAGES, SIZE)
    lab.settle(lambda server: server.measure_logins("pop3", (*NEVER, *CHOSEN), 2 * FEW, 1))
    for user in CHOSEN:
        mail = lab.home / user / "mail"
        (mail / "dovecot-coexist.choices").write_text(CHOICES)
    for protocol in PROTOCOLS:
        for kind, users in (("never", NEVER), ("chosen", CHOSEN)):
            costs = counting.in_turns(
                (SETTLED_KEYS, OPENED),
                lambda name, users=users: counting.per_session(
                    lab, name, ("auth", f"{protocol}-login", protocol),
                    _work(protocol, users), NUMBER), effort.counts)
            what = "opened and never chosen" if kind == "never" else "opened and chosen"
            yield counting.row(f"{protocol} login, {what}, to closed", costs, SETTLED_KEYS,
                               OPENED, ("<=", LIMITS[kind]), ours=(protocol,))
            yield counting.row(f"{protocol} login, {what}, to closed; {protocol} alone",
                               costs, SETTLED_KEYS, OPENED, None, [protocol])


def _work(protocol, users):
    return lambda server, number: server.measure_logins(protocol, users, number, 1)
