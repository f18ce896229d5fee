# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/privacy.md: no file beside the mail that the page has not, and no words of a message in one."""

import re
from pathlib import Path

import pytest

from choices import Owner
from outbox import Outbox, letter
from relay import relay_of

PAGE = Path(__file__).parents[3] / "doc/privacy.md"
SECRET = "Resignation"
KEYS = {"sent_copy": "always", "pop3_delete": "trash", "pop3_mark_downloaded": "yes",
        "pop3_keep_days": "30", "pop3_show": "unread", "pop3_login_delay": "1s",
        "pop3_folders": "INBOX Projects", "owner_may_change": "quota_warn",
        "note_last_use": "time", "junk_notice": "7d", "quota_warn": "80"}


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1G", coexist=KEYS, plugins={"all": ["coexist"], "pop3": ["virtual"]})


def page_name(path):
    """Return the file's name as the page writes it."""
    return re.sub(r"\.[0-9a-f]{32}$", ".GUID", path.name)


def test_what_the_page_says_is_all(server):
    with relay_of(server) as relay:
        maildrop = server.maildrop()
        outbox = Outbox(server, maildrop.user, relay)
        message = letter(SECRET, body=f"{SECRET}\r\n")
        server.deliver(outbox.user, [message, letter(SECRET)])
        server.doveadm("mailbox", "create", "-u", outbox.user, "Projects")
        Owner(maildrop).chooses(quota_warn="90")
        with maildrop.imap() as imap:
            imap.select()
            imap.store("2", "+FLAGS", r"(\Seen)")
            imap.copy("1:2", "Projects")
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.dele(1)
            pop.quit()
        outbox.send(message)
        outbox.append(message)
    mail = outbox.ring.parent
    server.wait_for(lambda: (mail / "dovecot-coexist.journal").exists(), what="the journal")
    named = set(re.findall(r"^\| `(dovecot-coexist\.[\w.]+)`", PAGE.read_text(), re.M))
    files = {page_name(path): path for path in mail.rglob("dovecot-coexist.*")}
    # no two messages here have one GUID: tests/system/pop3/test_folders_copies.py is about those
    assert set(files) == named - {"dovecot-coexist.copies"}
    indexes = server.doveadm("mailbox", "path", "-u", outbox.user, "-t", "index", "INBOX")
    assert server.folder / Path(indexes.strip()).relative_to("/mnt") == mail
    for path in [file for path in files.values() for file in (path, *path.rglob("*"))
                 if file.is_file()]:
        text = path.read_bytes()
        for word in (SECRET, "bob@example.org", "alice@example.org", "alice"):
            assert word.encode() not in text, path


def test_with_nothing_configured_there_is_nothing(start):
    server = start()
    maildrop = server.maildrop()
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert list((server.folder / "home" / maildrop.user).rglob("*coexist*")) == []
