# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete = trash, archive: what POP3 deletes is moved, read, or stays."""

import pytest

import leaving
from instance import message
from maildrop import large_message

ACTIONS = {"trash": "Trash", "archive": "Archive"}
# flags that Dovecot gives to what it stores
DOVECOT_S = {"\\Recent", "$HasAttachment", "$HasNoAttachment"}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, groups={
        "trash": {"coexist_pop3_delete": "trash"},
        "archive": {"coexist_pop3_delete": "archive"},
        "fetched": {"coexist_pop3_delete": "trash",
                    "coexist_pop3_fetcher_networks": "127.0.0.0/8"},
        "downloaded": {"coexist_pop3_delete": "trash",
                       "coexist_pop3_mark_read": "complete",
                       "coexist_pop3_mark_downloaded": "yes"}})


@pytest.fixture(params=ACTIONS)
def action(request):
    """The mailbox's pop3_delete."""
    return request.param


@pytest.fixture
def target(action):
    """The mailbox that it moves to."""
    return ACTIONS[action]


@pytest.fixture
def maildrop(server, action):
    return server.maildrop(action)


def uidl(maildrop):
    """Return the lines of UIDL and LIST without the message numbers."""
    with maildrop.pop3() as pop:
        lines = [tuple(line.split()[1] for line in both)
                 for both in zip(pop.list()[1], pop.uidl()[1])]
        pop.quit()
    return lines


def test_a_deleted_message_is_moved_and_read(maildrop, target):
    maildrop.deliver(3)
    assert maildrop.delete(2) == "+OK Logging out, messages deleted."
    assert maildrop.subjects() == ["number 1", "number 3"]
    assert maildrop.subjects(target) == ["number 2"]
    assert maildrop.flags(target)[1] - DOVECOT_S == {"\\Seen"}
    assert maildrop.log_problems() == []


def test_the_target_is_made_and_subscribed(maildrop, target):
    maildrop.deliver(1)
    maildrop.delete(1)
    with maildrop.imap() as imap:
        assert any(target.encode() in line for line in imap.lsub()[1])


def test_the_target_may_exist(maildrop, target):
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.create(target)
        imap.append(target, None, None, message("older"))
    maildrop.delete(1, 2)
    assert maildrop.subjects(target) == ["older", "number 1", "number 2"]


def test_flags_keywords_and_date_are_kept(maildrop, target):
    maildrop.deliver(1)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "(\\Flagged \\Answered $Label1)")
        date = imap.fetch("1", "INTERNALDATE")[1]
    maildrop.delete(1)
    assert maildrop.flags(target)[1] - DOVECOT_S == {
        "\\Seen", "\\Flagged", "\\Answered", "$Label1"}
    with maildrop.imap() as imap:
        imap.select(target)
        assert imap.fetch("1", "INTERNALDATE")[1] == date


def test_what_remains_keeps_its_order_uidl_and_size(maildrop):
    maildrop.deliver(*(message(f"m{n}", body="x" * 10 * n) for n in range(1, 8)))
    before = uidl(maildrop)
    maildrop.delete(1, 4, 5)
    assert uidl(maildrop) == [before[n] for n in (1, 2, 5, 6)]


def test_many_messages_arrive_in_order(maildrop, target):
    maildrop.deliver(100)
    maildrop.delete(*range(1, 101))
    assert maildrop.subjects() == []
    assert maildrop.subjects(target) == [f"number {n}" for n in range(1, 101)]


def test_every_other_message_of_many_is_moved(maildrop, target):
    maildrop.deliver(200)
    maildrop.delete(*range(1, 201, 2))
    assert maildrop.subjects() == [f"number {n}" for n in range(2, 201, 2)]
    assert maildrop.subjects(target) == [f"number {n}" for n in range(1, 201, 2)]
    assert maildrop.log_problems() == []


def test_rset_moves_nothing(maildrop, target):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.rset()
        assert pop.quit() == b"+OK Logging out."
    assert len(maildrop.subjects()) == 2
    assert maildrop.subjects(target) == []


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_without_quit_nothing_is_moved(maildrop, target, leave):
    maildrop.deliver(message("first"), large_message())
    with maildrop.pop3() as pop:
        pop.dele(1)
        leave(pop, 2)
    assert len(maildrop.subjects()) == 2
    assert maildrop.subjects(target) == []


def test_the_same_message_deleted_twice_is_moved_once(maildrop, target):
    maildrop.deliver(3)
    with maildrop.pop3() as first, maildrop.pop3() as second:
        first.dele(1)
        second.dele(1)
        second.dele(3)
        assert first.quit().startswith(b"+OK")
        assert second.quit().startswith(b"+OK")
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects(target) == ["number 1", "number 3"]
    assert maildrop.log_problems() == []


def test_a_message_that_imap_expunges_meanwhile_is_not_moved(maildrop, target):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.dele(2)
        with maildrop.imap() as imap:
            imap.select()
            imap.store("1", "+FLAGS", "\\Deleted")
            imap.expunge()
        assert pop.quit().startswith(b"+OK")
    assert maildrop.subjects() == ["number 3"]
    assert maildrop.subjects(target) == ["number 2"]
    assert maildrop.log_problems() == []


def test_a_fetcher_moves_without_marking_read(server):
    maildrop = server.maildrop("fetched")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.flags("Trash")[1] - DOVECOT_S == set()


def test_a_download_that_is_deleted_at_once_is_marked_in_the_target(server):
    maildrop = server.maildrop("downloaded")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.dele(2)
        pop.quit()
    assert maildrop.subjects() == []
    assert "$POP3Downloaded" in maildrop.flags("Trash")[1]
    assert "$POP3Downloaded" not in maildrop.flags("Trash")[2]
