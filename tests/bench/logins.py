# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a login and logout, in processes that serve many of them."""

import imaplib
import poplib

from . import bounds, counting, documents, site
from .lab import (ACCESS, ACCESS_CHANGED, BARE, FEW, KEYS, KEYS_CHANGED, LOADED,
                  NO_DOCUMENT, NOTED, NOTIFY)

PROTOCOLS = ("imap", "pop3")
USERS = [documents.user(number) for number in range(FEW)]
# who has a document of the domain and of everybody, and none of the mailbox
WITHOUT = [documents.user(number) for number in range(FEW, 2 * FEW)]
MESSAGES, SIZE = 3, 1000
NUMBER = 50
NAMES = (BARE, NOTIFY, LOADED, NOTED, ACCESS, NO_DOCUMENT, KEYS)
# Within ten minutes of a change of the store, and before.
CHANGED = {ACCESS_CHANGED: ACCESS, KEYS_CHANGED: KEYS}
GATED = (ACCESS, NO_DOCUMENT, KEYS, *CHANGED)
WHAT = {NOTIFY: "Dovecot's plugin notify alone", LOADED: "nothing configured",
        NOTED: "note_last_use",
        ACCESS: "documents that only allow or deny",
        NO_DOCUMENT: "the same, and none of the mailbox", KEYS: "session keys"}
LIMITS = {(LOADED, "imap"): "idle", (LOADED, "pop3"): "idle",
          (ACCESS, "imap"): "imap access", (KEYS, "imap"): "imap keys",
          (KEYS, "pop3"): "pop3 keys"}


def rows(lab, effort, _patience):
    """Yield a row for all the processes of a login, and for each of them at the gate."""
    prepare(lab)
    check_gate(lab)
    for protocol in PROTOCOLS:
        services = ("auth", f"{protocol}-login", protocol)
        costs = counting.in_turns(
            NAMES, lambda name: counting.per_session(lab, name, services,
                                                     work(protocol, name), NUMBER),
            effort.counts)
        what = said(protocol)
        for name in NAMES[1:]:
            limit = LIMITS.get((name, protocol))
            yield counting.row(f"{what}, {WHAT[name]}", costs, BARE, name,
                               bounds.of(limit) if limit else None,
                               ours=modules_of(name, protocol))
        for name in (LOADED, ACCESS, KEYS):
            for service in services:
                yield counting.row(f"{what}, {WHAT[name]}; {service} alone", costs, BARE,
                                   name, None, [service])


def modules_of(name, protocol):
    """Return the services that load a plugin on that server."""
    return ("auth", protocol) if name in GATED else (protocol,)


def said(protocol):
    """Return what a session does."""
    return "IMAP login" if protocol == "imap" else "POP3 login, STAT, QUIT"


def prepare(lab):
    """Make the mailboxes of those who log in."""
    for user in (*USERS, *WITHOUT, *documents.PROBES):
        lab.add_mailbox(user, MESSAGES, SIZE)
    for name in (ACCESS, NO_DOCUMENT):
        lab.settle(lambda server: work("pop3", name)(server, len(users(name))))


def users(name):
    """Return who logs in to the server of that name."""
    return WITHOUT if name == NO_DOCUMENT else USERS


def work(protocol, name):
    """Return function(server, number) that has so many sessions, one after the other."""
    def log_in(server, number):
        if name in CHANGED:
            change_store(server.dovecot)
        server.measure_logins(protocol, users(name), number, 1)
    return log_in


def change_store(dovecot):
    """Begin a generation of the store, as doveadm does after each change (store-generation.h)."""
    (dovecot.folder / "run/coexist-policy.lock").touch()


def check_gate(lab):
    """Raise unless the gate decides and tells: what is not in force costs nothing."""
    with lab.servers(ACCESS, KEYS) as servers:
        for name, server in servers.items():
            if not (_refuses(server.dovecot.imap) and _refuses(server.dovecot.pop3)
                    and _tells(server.dovecot)):
                raise RuntimeError(f"the gate is not in force at {name}; "
                                   f"{site.describe()}:\n{server.dovecot.log_text()[-2000:]}")


def _refuses(login):
    try:
        login(documents.REFUSED)
    except (imaplib.IMAP4.error, poplib.error_proto) as error:
        return documents.REFUSAL_TEXT in str(error)
    return False


def _tells(dovecot):
    return dovecot.pop3(documents.TOLD).capa().get("EXPIRE") == [str(documents.TERM)]
