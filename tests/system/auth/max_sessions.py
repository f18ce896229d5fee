# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes that have a limit of sessions."""

import logins
import texts
from logins import Client, session
from wiring import ANVIL, MASTER, MASTERS, MECHANISMS

PROTOCOLS = ("imap", "pop3", "submission", "sieve")
# Dovecot's own limit asks anvil too, and would wait for it.
NO_OWN_LIMIT = "mail_max_userip_connections = 0\n"
# Sessions of submission end if there is no host to hand the mails to; with this they
# do not look for one before there is a mail.
NO_RELAY = "submission_backend_capabilities = 8BITMIME\n"
USERS = {f"user{number}": {} for number in range(100)}

# What the gate logs of a login, and what anvil's answer makes of it.
DEBUG = "log_debug = category=auth\n"


def limits(number, protocols=PROTOCOLS):
    return {f"{protocol}_max_sessions": number for protocol in protocols}


def limited(gated, conf=ANVIL, **gate):
    """Return a server where all have a limit of two sessions by each protocol."""
    scram = f"auth_mechanisms = {' '.join(MECHANISMS)} scram-sha-256\n"
    server = gated({**USERS, MASTER: {}}, gate=gate,
                   conf=scram + MASTERS + NO_OWN_LIMIT + NO_RELAY + conf)
    server.store.put("default", **limits(2))
    return server


def full(protocol, webmail=False):
    """Return the reply to one session too many."""
    said = "webmail" if webmail else protocol
    return logins.refusal(protocol, texts.code("max_sessions", said),
                          texts.sentence("max_sessions", said))


def listed(server, user):
    """Return how many sessions of the user anvil knows."""
    return server.doveadm("who", "-1").split().count(user)


def hold(server, stack, user, protocol, number, address="192.0.2.1"):
    """Open so many sessions until the stack ends."""
    return [stack.enter_context(session(server, protocol, Client(user, address=address)))
            for _ in range(number)]
