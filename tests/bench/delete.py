# SPDX-License-Identifier: LGPL-2.1-or-later
"""What QUIT takes that moves all messages to the Trash."""

from .compare import in_turns
from .lab import ENDLESS, LAZY_EXPUNGE, TRASH, driver
from .mailboxes import copy
from .table import Row

BOUND = ("<=", 1.15)
COUNT, SIZE = 1000, 1000


def rows(lab, effort, patience):
    """Yield a row for each storage format."""
    lab.add_mailbox("source", COUNT, SIZE)
    for storage in ("maildir", "sdbox", "mdbox"):
        lab.add_user(f"deleted-{storage}", **driver(storage))
    with lab.servers(LAZY_EXPUNGE, TRASH, sessions=ENDLESS, timed=True,
                     high_performance=True) as servers:
        for storage in ("maildir", "sdbox", "mdbox"):
            user = f"deleted-{storage}"
            _fill(lab, servers[TRASH].dovecot, user)

            def work(name):
                copy(lab.folder / user, lab.home / user)
                return servers[name].measure(user, "dele", COUNT)

            comparison = in_turns([LAZY_EXPUNGE, TRASH], work, effort, patience)
            yield Row(f"QUIT with {COUNT:,} DELEs to Trash, to lazy_expunge, {storage}",
                      _time(comparison, LAZY_EXPUNGE), _time(comparison, TRASH),
                      comparison.ratio(TRASH), BOUND, count=comparison.rounds)


def _fill(lab, dovecot, user):
    """Make a mailbox that has all the targets, and keep it as it is then."""
    dovecot.doveadm("import", "-u", user, f"maildir:{lab.home}/source/mail", "", "all")
    dovecot.doveadm("mailbox", "create", "-u", user, "Trash", "EXPUNGED")
    for mailbox in ("INBOX", "Trash", "EXPUNGED"):
        dovecot.doveadm("mailbox", "status", "-u", user, "messages", mailbox)
    copy(lab.home / user, lab.folder / user)


def _time(comparison, name):
    return f"{comparison.median(name) * 1000:.0f} ms"
