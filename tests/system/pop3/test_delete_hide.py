# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete = hide: what POP3 deletes stays in IMAP, read, and is not shown to POP3."""

import poplib
import shutil

import pytest

import leaving
from instance import message
from maildrop import large_message
from names import HIDDEN


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, coexist={"pop3_delete": "hide"},
                 groups={"stock": {"coexist_pop3_delete": "expunge"},
                         "never": {"coexist_pop3_mark_read": "never"},
                         "fetched": {"coexist_pop3_fetcher_networks": "127.0.0.0/8"},
                         "own": {"pop3_deleted_flag": "$Own"}})


def shown(maildrop):
    """Return what a POP3 client is shown: {number: (size, uid)}."""
    with maildrop.pop3() as pop:
        sizes = {int(line.split()[0]): line.split()[1] for line in pop.list()[1]}
        uids = {int(line.split()[0]): line.split()[1] for line in pop.uidl()[1]}
        count, octets = pop.stat()
        pop.quit()
    assert sizes.keys() == uids.keys() == set(range(1, count + 1))
    assert sum(map(int, sizes.values())) == octets
    return {number: (sizes[number], uids[number]) for number in sizes}


def test_a_deleted_message_stays_in_imap_and_is_read(maildrop):
    maildrop.deliver(3)
    assert maildrop.delete(2) == "+OK Logging out, messages deleted."
    assert maildrop.subjects() == ["number 1", "number 2", "number 3"]
    assert maildrop.seen() == maildrop.having(HIDDEN) == [2]


def test_a_deleted_message_is_not_shown_again(maildrop):
    maildrop.deliver(3)
    before = shown(maildrop)
    maildrop.delete(2)
    assert list(shown(maildrop).values()) == [before[1], before[3]]


def test_new_mail_is_shown_behind_what_is_hidden(maildrop):
    maildrop.deliver(2)
    maildrop.delete(1, 2)
    assert shown(maildrop) == {}
    maildrop.deliver(message("new"))
    with maildrop.pop3() as pop:
        assert b"Subject: new" in pop.retr(1)[1]
        pop.dele(1)
        pop.quit()
    assert shown(maildrop) == {}
    assert len(maildrop.subjects()) == 3


def test_a_message_is_shown_again_when_imap_clears_the_keyword(maildrop):
    maildrop.deliver(2)
    before = shown(maildrop)
    maildrop.delete(1, 2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("2", "-FLAGS", HIDDEN)
    assert shown(maildrop) == {1: before[2]}


def test_an_administrator_shows_messages_again_as_the_page_says(server, maildrop):
    maildrop.deliver(3)
    before = shown(maildrop)
    maildrop.delete(1, 2)
    server.doveadm("flags", "remove", "-u", maildrop.user, HIDDEN,
                   "mailbox", "INBOX", "savedsince", "7d")
    assert shown(maildrop) == before


def test_a_hidden_message_can_be_deleted_by_imap(maildrop):
    maildrop.deliver(2)
    maildrop.delete(1)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Deleted")
        imap.expunge()
    assert maildrop.subjects() == ["number 2"]
    assert len(shown(maildrop)) == 1


def test_a_hidden_message_stays_hidden_when_the_indexes_are_lost(maildrop, server):
    maildrop.deliver(3)
    maildrop.delete(2)
    server.doveadm("force-resync", "-u", maildrop.user, "INBOX")
    assert len(shown(maildrop)) == 2
    assert maildrop.having(HIDDEN) == [2]


def remove_index_files(maildrop):
    """Take away all that Dovecot calls an index."""
    for path in maildrop.folder.rglob("dovecot.*index*"):
        path.unlink()


@pytest.mark.parametrize("server", ["maildir"], indirect=True)
def test_a_hidden_message_stays_hidden_when_the_index_files_of_a_maildir_are_removed(maildrop):
    maildrop.deliver(3)
    before = shown(maildrop)
    maildrop.delete(2)
    remove_index_files(maildrop)
    assert list(shown(maildrop).values()) == [before[1], before[3]]
    assert maildrop.having(HIDDEN) == maildrop.seen() == [2]


@pytest.mark.parametrize("server", ["mdbox", "sdbox"], indirect=True)
def test_a_dbox_whose_index_files_are_removed_has_no_flags_and_no_keywords(maildrop, server):
    """So POP3 is shown the message again, which is not lost either."""
    maildrop.deliver(3)
    before = shown(maildrop)
    maildrop.delete(2)
    remove_index_files(maildrop)
    server.doveadm("force-resync", "-u", maildrop.user, "INBOX")
    assert sorted(maildrop.subjects()) == ["number 1", "number 2", "number 3"]
    assert maildrop.having(HIDDEN) == maildrop.seen() == []
    assert sorted(size for size, _ in shown(maildrop).values()) == \
        sorted(size for size, _ in before.values())


def place_of_a_copy(maildrop):
    """Return where dsync keeps a copy of a mailbox."""
    return f"maildir:/mnt/home/{maildrop.user}/copy"


def test_a_hidden_message_stays_hidden_in_a_copy_by_dsync(maildrop, server):
    maildrop.deliver(3)
    maildrop.delete(2)
    server.doveadm("backup", "-u", maildrop.user, place_of_a_copy(maildrop))
    copy = server.maildrop()
    server.doveadm("backup", "-u", copy.user, "-R", place_of_a_copy(maildrop))
    assert copy.having(HIDDEN) == copy.seen() == [2]
    assert len(shown(copy)) == 2


def test_a_hidden_message_stays_hidden_when_a_copy_comes_back(maildrop, server):
    maildrop.deliver(3)
    before = shown(maildrop)
    maildrop.delete(2)
    server.doveadm("backup", "-u", maildrop.user, place_of_a_copy(maildrop))
    shutil.rmtree(maildrop.folder)
    server.doveadm("backup", "-u", maildrop.user, "-R", place_of_a_copy(maildrop))
    assert list(shown(maildrop).values()) == [before[1], before[3]]
    assert maildrop.having(HIDDEN) == maildrop.seen() == [2]


def test_a_message_stays_hidden_when_a_copy_that_is_older_is_merged(maildrop, server):
    maildrop.deliver(3)
    server.doveadm("sync", "-u", maildrop.user, place_of_a_copy(maildrop))
    maildrop.delete(2)
    server.doveadm("sync", "-u", maildrop.user, place_of_a_copy(maildrop))
    assert maildrop.having(HIDDEN) == [2]
    assert len(shown(maildrop)) == 2


def test_a_hidden_message_stays_hidden_when_the_server_is_killed_and_restarted(maildrop, server):
    maildrop.deliver(3)
    before = shown(maildrop)
    maildrop.delete(2)
    server.restart()
    assert list(shown(maildrop).values()) == [before[1], before[3]]
    assert maildrop.having(HIDDEN) == maildrop.seen() == [2]


def test_rset_hides_nothing(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.rset()
        assert pop.quit() == b"+OK Logging out."
    assert maildrop.having(HIDDEN) == []


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_without_quit_nothing_is_hidden(maildrop, leave):
    maildrop.deliver(message("first"), large_message())
    with maildrop.pop3() as pop:
        pop.dele(1)
        leave(pop, 2)
    assert maildrop.having(HIDDEN) == []
    assert len(shown(maildrop)) == 2


def test_a_kicked_session_hides_nothing(maildrop, server):
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.dele(1)
        server.kick(maildrop.user)
        with pytest.raises((poplib.error_proto, OSError)):
            pop.noop()
            pop.noop()
    assert maildrop.having(HIDDEN) == []


def test_what_is_hidden_is_read_although_downloads_are_not(server):
    maildrop = server.maildrop("never")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.dele(2)
        pop.quit()
    assert maildrop.seen() == [2]


def test_a_fetcher_hides_without_marking_read(server):
    maildrop = server.maildrop("fetched")
    maildrop.deliver(2)
    maildrop.delete(1)
    assert maildrop.seen() == []
    assert maildrop.having(HIDDEN) == [1]


def test_a_keyword_of_the_site_s_own_is_used_where_there_is_one(server):
    maildrop = server.maildrop("own")
    maildrop.deliver(2)
    maildrop.delete(1)
    assert maildrop.having("$Own") == maildrop.seen() == [1]
    assert len(shown(maildrop)) == 1


def test_the_neighbour_s_deletions_are_dovecot_s(server):
    maildrop = server.maildrop("stock")
    maildrop.deliver(2)
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.having(HIDDEN) == []


def test_a_session_hides_what_another_session_hides_too(maildrop):
    maildrop.deliver(3)
    with maildrop.pop3() as first, maildrop.pop3() as second:
        first.dele(1)
        second.dele(1)
        second.dele(3)
        assert first.quit().startswith(b"+OK")
        assert second.quit().startswith(b"+OK")
    assert maildrop.having(HIDDEN) == [1, 3]
    assert maildrop.log_problems() == []


def test_a_message_that_imap_expunges_meanwhile_is_no_error(maildrop):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.dele(2)
        with maildrop.imap() as imap:
            imap.select()
            imap.store("1", "+FLAGS", "\\Deleted")
            imap.expunge()
        assert pop.quit().startswith(b"+OK")
    assert maildrop.subjects() == ["number 2", "number 3"]
    assert maildrop.having(HIDDEN) == [1]
    assert maildrop.log_problems() == []
