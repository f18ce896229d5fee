# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where dovecot.conf keeps indexes in memory, messages are moved as elsewhere."""

import pytest

import journal

MEMORY = {"conf23": "mail_location = maildir:~/mail:INDEX=MEMORY\n",
          "conf24": "mail_index_path = MEMORY\n"}


@pytest.fixture(scope="module")
def server(start):
    return start(**MEMORY, coexist={"pop3_keep_days": "30", "pop3_mark_downloaded": "yes"},
                 groups={"trash": {"coexist_pop3_delete": "trash"},
                         "archive": {"coexist_pop3_delete": "archive"}})


@pytest.mark.parametrize("action, target", [("trash", "Trash"), ("archive", "Archive")])
def test_moved_without_an_index_on_disk(server, action, target):
    maildrop = server.maildrop(action)
    maildrop.deliver(3)
    assert maildrop.delete(1, 3) == "+OK Logging out, messages deleted."
    assert list(maildrop.folder.rglob("dovecot.index*")) == []
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects(target) == ["number 1", "number 3"]
    assert maildrop.seen() == []
    assert maildrop.having("$POP3Hidden") == []


def test_put_back_without_an_index_on_disk(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    maildrop.delete(1)
    lines = journal.read(maildrop)
    server.doveadm("coexist", "undo", "-u", maildrop.user, lines[0]["session"])
    assert sorted(maildrop.subjects()) == ["number 1", "number 2"]
    assert maildrop.subjects("Trash") == []


def test_expired_without_an_index_on_disk(server, clock):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "(\\Seen $POP3Downloaded)")
    with clock.days_from_now(40):
        server.doveadm("coexist", "expire", "-u", maildrop.user, "--now",
                       env=clock.environment)
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Trash") == ["number 1"]
    assert list(maildrop.folder.glob("*.lock")) == []
