# SPDX-License-Identifier: LGPL-2.1-or-later
"""A POP3 maildrop of several mailboxes: fill them, and compare what IMAP sees in them."""

import base64
import os
import re
from contextlib import contextmanager
from datetime import datetime, timezone
from imaplib import Time2Internaldate

from instance import message

# what makes pop3 of both generations able to show more than INBOX
PLUGINS = {"all": ["coexist"], "pop3": ["virtual"]}


def _shifted(match):
    text = base64.b64encode(match[0].encode("utf-16-be")).rstrip(b"=").decode()
    return f"&{text.replace('/', ',')}-"


def quoted(mailbox):
    """Return a mailbox' name as IMAP has it (RFC 3501, 5.1.3)."""
    encoded = re.sub(r"[^\x20-\x7e]+", _shifted, mailbox.replace("&", "&-"))
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def fill(maildrop, mailbox, *subjects):
    """Store messages by IMAP in a mailbox, which is made if there is none."""
    with maildrop.imap() as imap:
        imap.create(quoted(mailbox))
        for subject in subjects:
            assert imap.append(quoted(mailbox), None,
                               Time2Internaldate(datetime.now(timezone.utc)),
                               message(subject))[0] == "OK"


def uids(pop):
    """Return {subject: unique ID} of what is listed."""
    found = {}
    for line in pop.uidl()[1]:
        number, uid = line.split()
        for header in pop.top(int(number), 0)[1]:
            if header.startswith(b"Subject: "):
                found[header[9:].decode()] = uid.decode()
    return found


def seen_by_imap(maildrop, *mailboxes):
    """Return all that IMAP lists of the mailboxes, without what POP3 alone looks at."""
    return {mailbox: (maildrop.subjects(quoted(mailbox)),
                      [flags - {"\\Recent", "$POP3Hidden"}
                       for flags in maildrop.flags(quoted(mailbox)).values()])
            for mailbox in mailboxes}


def folder_of(maildrop, mailbox):
    """Return where the mailbox has its index."""
    folder, = [path for path in maildrop.folder.rglob(f"*{mailbox}")
               if path.is_dir() and path.name in (mailbox, f".{mailbox}")]
    return folder / "dbox-Mails" if (folder / "dbox-Mails").exists() else folder


@contextmanager
def broken(maildrop, mailbox):
    """A mailbox in a maildir has an error that may pass, as far as anybody can tell."""
    folder = maildrop.folder / f".{mailbox}"
    path, away = folder / "dovecot-uidlist", folder / "away"
    path.rename(away)
    path.mkdir()
    os.chown(path, folder.stat().st_uid, folder.stat().st_gid)
    try:
        yield
    finally:
        path.rmdir()
        away.rename(path)
