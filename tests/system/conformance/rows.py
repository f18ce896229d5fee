# SPDX-License-Identifier: LGPL-2.1-or-later
"""A table of conformance: what a client says, what a server has to reply, and where that is from.

A row is held with four servers: Dovecot alone; our modules loaded, and nothing configured;
everything configured; the same, and more mailboxes in the POP3 maildrop. Each reply is of
the kind that the RFC wants, and all that is heard is the same everywhere, but for what
the row's column `differs` says of what is configured.
"""

import re
from contextlib import closing
from dataclasses import dataclass

from choices import OPENED

KINDS = ("loaded", "everything", "folders")
CONFIGURED = ("everything", "folders")

EVERYTHING = {
    **OPENED, "owner_may_change": OPENED["owner_may_change"] + " undo",
    "pop3_mark_read": "complete", "pop3_mark_downloaded": "yes", "pop3_delete": "trash",
    "pop3_delete_limit": "100", "pop3_keep_days": "30", "pop3_show_since": "2000-01-01",
    "pop3_show_days": "36500", "pop3_show_deleted": "no",
    "quota_warn": "80 95", "quota_warn_channels": "mail alert event",
    "quota_warn_recovered": "yes", "sent_copy": "always", "junk_notice": "1d",
    "note_last_use": "address", "until_notice": "30d 7d",
}
# A number of messages is no promise in days, so CAPA says nothing of EXPIRE then.
FOLDERS = {**EVERYTHING, "pop3_folders": "INBOX Sent", "pop3_max_messages": "1000"}
SITES = {
    "bare": {"modules": None},
    "loaded": {},
    "everything": {"coexist": EVERYTHING, "gate": {}},
    "folders": {"coexist": FOLDERS, "gate": {}},
}


@dataclass(frozen=True)
class Difference:
    """What is heard where `kinds` of servers are not as Dovecot alone.

    heard    matches it, in what the client hears
    why      what is configured
    instead  what Dovecot alone says in its place
    stock    matches that, where "instead" only stands for it
    """

    heard: str
    why: str
    instead: str = ""
    stock: str = ""
    kinds: tuple = CONFIGURED


@dataclass(frozen=True)
class Row:
    """rfc  where the replies are from: "1939 5"
    steps    (what the client says, pattern of the reply); see the protocol's Client
    differs  the Differences
    group    the userdb fields of the mailbox
    """

    rfc: str
    name: str
    steps: tuple
    differs: tuple = ()
    group: str = "user"
    is_empty: bool = False

    def __str__(self):
        return f"{self.rfc} {self.name}".replace(" ", "-")


def plugins(kind):
    """Return mail_plugins: the same everywhere, but for ours."""
    ours = [] if kind == "bare" else ["coexist"]
    return {"all": [*ours, "quota"], "imap": ["imap_quota"], "pop3": ["virtual"]}


def compare(row, kind, heard, stock):
    """What is heard is what Dovecot alone says, but for what may differ, and does."""
    for difference in row.differs:
        if kind in difference.kinds:
            instead = difference.instead.encode()
            heard, count = re.subn(difference.heard.encode(), instead, heard)
            assert count > 0, f"not there: {difference.heard!r}, though {difference.why}"
            if difference.stock:
                stock = re.sub(difference.stock.encode(), instead, stock)
    assert heard.splitlines() == stock.splitlines()


def hold(row, client):
    """Hold the row's conversation; return all that was heard."""
    with closing(client):
        for said, wanted in row.steps:
            reply = client.ask(said)
            assert re.match(wanted.encode(), reply, re.S), \
                f"RFC {row.rfc}: {said[:200]!r} got {reply[:2000]!r} and not {wanted!r}"
    return client.heard()
