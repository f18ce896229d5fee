# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session that deletes what an earlier one had moved to the Trash when it was killed: the
messages are not copied again, unless their copies are not there any more."""

import fcntl

import pytest

from cut_off import FINISHING, MESSAGES, cut_off, delete_all, finished
from faults import Faults
from server import Server

LOG = "dovecot-coexist.moves"


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, faults):
    with Server(tmp_path_factory.mktemp("dovecot"), storage="mdbox",
                wrap={"pop3": faults.wrapper}, coexist={"pop3_delete": "trash"}) as server:
        yield server


@pytest.fixture
def maildrop(server, faults, tmp_path):
    """A mailbox whose messages are all in INBOX and in the Trash."""
    maildrop = server.maildrop()
    cut_off(maildrop, faults, tmp_path)
    return maildrop


def move_out(maildrop, mailbox):
    """Have the owner move all out of the Trash, or expunge it there."""
    with maildrop.imap() as imap:
        imap.select("Trash")
        if mailbox is not None:
            imap.create(mailbox)
            imap.copy("1:*", mailbox)
        imap.store("1:*", "+FLAGS", "(\\Deleted)")
        imap.expunge()


def test_they_are_not_copied_again(maildrop):
    delete_all(maildrop)
    assert maildrop.subjects() == []
    assert sorted(maildrop.subjects("Trash")) == sorted(MESSAGES)
    assert finished(maildrop) == ["3 " + FINISHING.format("Trash")]
    assert next(maildrop.folder.rglob(LOG)).stat().st_size == 0


@pytest.mark.parametrize("mailbox", [None, "Kept"])
def test_what_the_owner_took_out_of_the_trash_is_moved_again(maildrop, mailbox):
    move_out(maildrop, mailbox)
    delete_all(maildrop)
    assert maildrop.subjects() == []
    assert sorted(maildrop.subjects("Trash")) == sorted(MESSAGES)
    assert mailbox is None or sorted(maildrop.subjects(mailbox)) == sorted(MESSAGES)
    assert finished(maildrop) == []


def test_one_after_another(maildrop):
    maildrop.delete(2)
    maildrop.deliver(1)     # one more "number 1", which no log has
    maildrop.delete(3)
    assert sorted(maildrop.subjects()) == ["number 1", "number 3"]
    delete_all(maildrop)
    assert maildrop.subjects() == []
    assert sorted(maildrop.subjects("Trash")) == sorted([*MESSAGES, "number 1"])


def test_what_was_flagged_since_is_flagged_in_the_trash(maildrop):
    with maildrop.imap() as imap:
        imap.select()
        imap.store("2", "+FLAGS", "(\\Flagged)")
    delete_all(maildrop)
    with maildrop.imap() as imap:
        imap.select("Trash", readonly=True)
        assert imap.search(None, "FLAGGED")[1] == imap.search(None, "SUBJECT", '"number 2"')[1]
        assert len(imap.search(None, "SEEN")[1][0].split()) == 3


def test_the_session_that_finished_can_be_undone(server, maildrop):
    delete_all(maildrop)
    table = server.doveadm("-f", "flow", "coexist", "journal", "-u", maildrop.user)
    session = table.split("session=")[-1].split()[0]
    server.doveadm("coexist", "undo", "-u", maildrop.user, session)
    assert sorted(maildrop.subjects()) == sorted(MESSAGES)
    assert maildrop.subjects("Trash") == []


def test_in_doubt_they_are_copied_again(maildrop):
    path = next(maildrop.folder.rglob(LOG))
    with path.open("r+b") as log:
        fcntl.lockf(log, fcntl.LOCK_EX)
        delete_all(maildrop)
    assert maildrop.subjects() == []
    assert sorted(maildrop.subjects("Trash")) == sorted([*MESSAGES, *MESSAGES])


@pytest.mark.parametrize("text", [b"\x00\xff\tnonsense\n", b"", b"INBOX\t1\tTrash\t2"])
def test_a_log_without_the_entry(maildrop, text):
    path = next(maildrop.folder.rglob(LOG))
    path.write_bytes(text)
    delete_all(maildrop)
    assert maildrop.subjects() == []
    assert sorted(maildrop.subjects("Trash")) == sorted([*MESSAGES, *MESSAGES])
    assert path.stat().st_size == 0
