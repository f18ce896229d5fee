# SPDX-License-Identifier: LGPL-2.1-or-later
"""What becomes of a login, by each protocol that panels have a switch for."""

import logins
import texts
from logins import Client

WAYS = {"pop3": logins.pop3_user_pass, "imap": logins.imap_login,
        "sieve": logins.sieve_auth_plain, "sasl": logins.sasl_plain}


def outcome(server, protocol, user, **how):
    """Return "passes", "fails" (as with a wrong password), why it is refused, or the reply."""
    reply = WAYS[protocol](server, Client(user, **how))
    if logins.passes(protocol, reply):
        return "passes"
    if reply == logins.FAILS[protocol]:
        return "fails"
    for kind in ("deny", "suspend", "tls"):
        if reply == logins.refusal(protocol, texts.code(kind, protocol),
                                   texts.sentence(kind, protocol)):
            return kind
    return reply


def is_over(client):
    """Return whether the server has ended this IMAP session."""
    try:
        client.noop()
    except client.abort:
        return True
    return False
