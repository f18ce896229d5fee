# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is told of a mailbox by its files: to administrators, a POP3 program, IMAP and the owner."""

import json
import re

import choices

# the keys under which POP3 looks at a mailbox that is thawed
VIEW = {"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes", "pop3_delete": "hide",
        "pop3_folders": "INBOX Sent Work", "pop3_show": "unread", "pop3_show_deleted": "no",
        "pop3_show_days": "30",
        "owner_may_change": "pop3_delete pop3_keep_days quota_warn language pop3_show undo"}
# what Dovecot says of a message by itself
DOVECOTS = {"\\Recent", "$HasAttachment", "$HasNoAttachment"}


def command(maildrop, *words, **how):
    """Return the rows of a doveadm command of ours."""
    return json.loads(maildrop.server.doveadm("-f", "json", "coexist", *words, "-u",
                                              maildrop.user, **how))


def by_pop3(pop):
    """Return [[subject, unique ID, hash of the text]] of what a session lists."""
    found = []
    for line in pop.uidl()[1]:
        number, uid = line.decode().split()
        lines = b"\n".join(pop.top(int(number), 0)[1]).decode()
        found.append([re.search("^Subject: (.*)$", lines, re.M)[1], uid])
    return found


def flags(maildrop, mailbox="INBOX"):
    """Return [[subject, flag, ...]] as IMAP sees them."""
    return [[subject, *sorted(flags - DOVECOTS)] for subject, flags in zip(
        maildrop.subjects(mailbox), maildrop.flags(mailbox).values())]


def told_by(maildrop, env):
    """Return {where: what it tells}; changes nothing but what a session notes of itself."""
    found = {name: command(maildrop, *words, env=env) for name, words in {
        "journal": ["journal"], "view": ["view"], "status": ["status"], "quota": ["quota"],
        "imap": ["status", "--protocol", "imap"],
        "pop3": ["status", "--protocol", "pop3"],
        "expire": ["expire", "--dry-run", "--uids"]}.items()}
    for name in ("INBOX", "Sent", "Archive"):
        found[f"flags in {name}"] = flags(maildrop, name)
    with choices.Owner(maildrop).session() as metadata:
        found["choices"] = metadata.get("", depth="infinity")
    with maildrop.pop3() as pop:
        found["listed"] = by_pop3(pop)
        pop.quit()
    return found
