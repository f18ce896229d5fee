# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an IMAP session removes from INBOX is in the journal that POP3 has."""

import pytest

import journal
from hibernation import HIBERNATE


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param,
                 groups={"shared": {"coexist_pop3_delete": "trash"}})


@pytest.fixture
def maildrop(server):
    return server.maildrop("shared")


def line(moves=(), **fields):
    return {"protocol": "imap", "address": "127.0.0.1", "moves": list(moves), **fields}


def expunge(imap, *numbers):
    for number in numbers:
        imap.store(str(number), "+FLAGS", "\\Deleted")
    assert imap.expunge()[0] == "OK"


def ended(maildrop):
    """Wait until the session has said what it did."""
    maildrop.server.wait_for(lambda: journal.logged(maildrop), 20)


def gone(maildrop):
    """Wait until the session has ended and has said all that it will."""
    user = maildrop.user
    maildrop.server.wait_log(rf"imap\({user}\).*Disconnected", 20)
    with maildrop.pop3():
        pass


def test_what_was_expunged(maildrop):
    maildrop.deliver(4)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("2", "+FLAGS", "\\Seen")
        expunge(imap, 1, 2, 4)
    ended(maildrop)
    assert journal.only(maildrop) == line(expunged="1:2,4", unseen="1,4")
    assert journal.logged(maildrop) == ["3 expunged"]


def test_what_was_moved(maildrop):
    maildrop.deliver(3)
    with maildrop.imap() as imap:
        imap.create("Elsewhere")
        imap.select()
        assert imap.uid("MOVE", "2:3", "Elsewhere")[0] == "OK"
    ended(maildrop)
    assert journal.only(maildrop) == line(
        [{"moved": "2:3", "target": "Elsewhere", "target_uids": "1:2"}], unseen="2:3")
    assert journal.logged(maildrop) == ["2 moved to Elsewhere"]


def test_several_mailboxes_and_an_expunge(maildrop):
    maildrop.deliver(4)
    with maildrop.imap() as imap:
        imap.create("one")
        imap.create("two")
        imap.select()
        imap.uid("MOVE", "4", "two")
        imap.uid("MOVE", "1", "one")
        imap.uid("MOVE", "2", "two")
        expunge(imap, 1)
    ended(maildrop)
    assert journal.only(maildrop) == line(
        [{"moved": "4,2", "target": "two", "target_uids": "1:2"},
         {"moved": "1", "target": "one", "target_uids": "1"}],
        expunged="3", unseen="4,1:3")
    assert journal.logged(maildrop) == ["2 moved to two, 1 moved to one, 1 expunged"]


def test_a_name_of_any_kind(maildrop):
    maildrop.deliver(1)
    with maildrop.imap() as imap:
        imap.create('"a=b, c&AOk-"')
        imap.select()
        imap.uid("MOVE", "1", '"a=b, c&AOk-"')
    ended(maildrop)
    assert journal.only(maildrop)["moves"][0]["target"] == "a=b, cé"


def test_what_leaves_another_mailbox_is_nobodys_question(maildrop):
    maildrop.deliver(1)
    with maildrop.imap() as imap:
        imap.create("other")
        imap.select()
        imap.copy("1", "other")
        imap.select("other")
        expunge(imap, 1)
    gone(maildrop)
    assert journal.path(maildrop) is None


def test_reading_is_nobodys_question(maildrop):
    maildrop.deliver(1)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Seen \\Flagged $Hidden")
        imap.fetch("1", "BODY[]")
    gone(maildrop)
    assert journal.path(maildrop) is None


def test_a_move_that_fails_is_no_move(maildrop):
    maildrop.deliver(1)
    with maildrop.imap() as imap:
        imap.select()
        assert imap.uid("MOVE", "1", "missing")[0] == "NO"
        expunge(imap, 1)
    ended(maildrop)
    assert journal.only(maildrop) == line(expunged="1", unseen="1")


def test_a_session_that_hibernates_is_in_it_before(start):
    server = start(conf=HIBERNATE, groups={"shared": {"coexist_pop3_delete": "trash"}})
    maildrop = server.maildrop("shared")
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        expunge(imap, 1)
        imap.send(b"idle IDLE\r\n")
        server.wait_for(lambda: server.pids("imap-hibernate") and
                        journal.logged(maildrop), 30, "hibernation")
        assert journal.only(maildrop) == line(expunged="1", unseen="1")


def test_a_session_that_is_kicked_is_in_it(maildrop):
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        expunge(imap, 2)
        maildrop.server.kick(maildrop.user)
        ended(maildrop)
    assert journal.only(maildrop) == line(expunged="2", unseen="2")
