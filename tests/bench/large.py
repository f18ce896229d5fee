# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a POP3 login to a mailbox of 10,000 messages, in a process of its own."""

from . import bounds, counting
from .lab import BARE, LARGE, LOADED, driver

COUNT, SIZE = 10_000, 500
NUMBER = 2
NAMES = (BARE, LOADED, LARGE)
USERS = {"maildir": "large-maildir", "mdbox": "large-mdbox"}


def rows(lab, effort, _patience):
    """Yield rows of the pop3 process, for maildir and for mdbox."""
    lab.add_mailbox(USERS["maildir"], COUNT, SIZE)
    lab.add_user(USERS["mdbox"], **driver("mdbox"))
    with lab.servers(BARE) as servers:
        servers[BARE].dovecot.doveadm("import", "-u", USERS["mdbox"],
                                      f"maildir:{lab.home}/{USERS['maildir']}/mail", "",
                                      "all")
    for storage, user in USERS.items():
        lab.settle(lambda server: server.load(user, "retr", 0))
        costs = counting.in_turns(
            NAMES, lambda name: counting.per_session(
                lab, name, ["pop3"],
                lambda server, number: server.load(user, "sessions", number, 1), NUMBER,
                once=True), effort.counts)
        what = f"POP3 login, STAT, QUIT, {COUNT:,} messages, {storage}"
        yield counting.row(f"{what}, nothing configured", costs, BARE, LOADED, None)
        yield counting.row(f"{what}, complete, trash and limit", costs, BARE, LARGE,
                           bounds.of("large"))
