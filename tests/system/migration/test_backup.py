# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm backup moves a mailbox to another storage: what goes along is what doc/cluster.md says,
"What lies with the mail"."""

import json
import re
import time

import pytest

import choices
import journal
from instance import message
from names import NOTICE_TEXTS, STATE
from server import AT_ONCE

pytestmark = pytest.mark.differs("dsync")

CHAIN = ("maildir", "mdbox", "sdbox", "maildir")
DAYS = 30
POLICY = {"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes", "pop3_delete": "hide",
          "owner_may_change": "pop3_delete language"}
OURS = {"$POP3Downloaded", "$POP3Hidden", "\\Seen", "\\Flagged"}


@pytest.fixture(scope="module")
def server(start, clock):
    return start(gate={}, coexist={"template_dir": str(NOTICE_TEXTS)},
                 wrap={service: clock.wrapper for service in ("pop3", "imap", "lmtp")})


@pytest.fixture
def policy(server, maildrop):
    """policy(key=value) makes a document of POLICY and these keys for the mailbox."""
    def put(**keys):
        server.store.put(f"mailbox/{maildrop.user}", **{**POLICY, **keys})
    put()
    return put


class Moves:
    """A mailbox that goes from one storage to the next."""

    def __init__(self, maildrop):
        self.maildrop, self.server = maildrop, maildrop.server
        self.number, self.storage = 0, "maildir"

    def place(self):
        """The name of the folder where the mailbox is now."""
        return f"mail{self.number}" if self.number else "mail"

    @property
    def folder(self):
        return self.server.folder / "home" / self.maildrop.user / self.place()

    def to(self, storage):
        """Have doveadm backup copy it, and use the copy from now on."""
        self.number += 1
        self.storage = storage
        where = f"/mnt/home/{self.maildrop.user}/{self.place()}"
        self.server.doveadm("backup", "-u", self.maildrop.user, f"{storage}:{where}")
        # a folder's name ends the path, so that nothing of before is found
        fields = {"mail": f"{storage}:{where}"} if self.server.generation == 23 else \
            {"mail_driver": storage, "mail_path": where}
        self.server.set_user(self.maildrop.user, **fields)

    def file(self, name):
        """Return the file of ours, or None."""
        found = sorted(self.folder.rglob(f"dovecot-coexist.{name}"))
        return found[0] if found else None


@pytest.fixture
def moves(maildrop):
    return Moves(maildrop)


def unique_ids(maildrop):
    """Return {subject: unique ID} of what POP3 lists."""
    with maildrop.pop3() as pop:
        found = {}
        for line in pop.uidl()[1]:
            number, uid = line.decode().split()
            header = b"\n".join(pop.top(int(number), 0)[1]).decode()
            found[re.search("^Subject: (.*)$", header, re.M)[1]] = uid
        pop.quit()
    return found


def flags(maildrop):
    """Return {subject: flags} of INBOX, without those that Dovecot gives by itself."""
    return dict(zip(maildrop.subjects(), (one & OURS for one in maildrop.flags().values())))


def use(maildrop):
    """Download, delete, flag and choose."""
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.dele(2)
        pop.dele(3)
        pop.quit()
    with maildrop.imap() as imap:
        imap.select()
        imap.store("4", "+FLAGS", "(\\Seen \\Flagged)")
    choices.Owner(maildrop).chooses(language="es")


def test_read_state_hidden_messages_and_unique_ids_stay(maildrop, moves, policy):
    use(maildrop)
    before = unique_ids(maildrop), flags(maildrop)
    assert before[0].keys() == {"number 1", "number 4", "number 5"}
    assert before[1]["number 2"] == {"$POP3Downloaded", "$POP3Hidden", "\\Seen"}
    for storage in CHAIN[1:]:
        moves.to(storage)
        assert (unique_ids(maildrop), flags(maildrop)) == before, storage
    assert maildrop.log_problems() == []


def test_choices_go_along_and_journal_and_state_begin_anew(maildrop, moves, policy):
    use(maildrop)
    assert len(journal.read(maildrop)) == 2
    for storage in CHAIN[1:]:
        moves.to(storage)
        assert choices.file_lines(moves.file("choices")) == ["language=es"], storage
        assert choices.Owner(maildrop).chosen("language") == {"language": "es"}
        assert [name for name in ("state", "view", "sent") if moves.file(name)] == []
        rows = json.loads(maildrop.server.doveadm("-f", "json", "coexist", "journal", "-u",
                                                  maildrop.user))
        assert [row["what"] for row in rows if row["protocol"] == "pop3"] == []


def test_what_a_filter_hides_is_hidden_after_the_move(maildrop, moves, policy):
    """What had left, and would be shown by now, is shown: the memory stays behind."""
    policy(pop3_show="unread")
    maildrop.deliver(4)
    unique_ids(maildrop)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1,3", "+FLAGS", "\\Seen")
    assert unique_ids(maildrop).keys() == {"number 2", "number 4"}
    with maildrop.imap() as imap:
        imap.select()
        imap.store("3", "-FLAGS", "\\Seen")
    before = unique_ids(maildrop)
    assert before.keys() == {"number 2", "number 4"}
    moves.to("mdbox")
    after = unique_ids(maildrop)
    assert after.keys() == {"number 2", "number 3", "number 4"}
    assert {name: after[name] for name in before} == before


