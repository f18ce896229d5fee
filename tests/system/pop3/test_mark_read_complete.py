# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_mark_read = complete: a RETR that the client confirmed is read.

The confirmation is the client's next command, whichever it is.
"""

import poplib

import pytest

import leaving
import wire
from maildrop import large_message, starttls


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"pop3_mark_read": "complete"},
                 groups={"stock": {"coexist_pop3_mark_read": "stock"}})


# Confirmed

@pytest.mark.parametrize("command", [
    "NOOP", "STAT", "LIST", "UIDL", "TOP 2 0", "RETR 2", "DELE 2", "RSET", "CAPA",
    "XYZZY"])
def test_retr_confirmed_by_the_next_command_is_seen_during_the_session(maildrop, command):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        wire.send(pop, command)
        idle.expect(1, "\\Seen")
        assert maildrop.seen() == [1]


def test_retr_confirmed_by_quit_is_seen(maildrop):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
        idle.expect(1, "\\Seen")
    assert maildrop.seen() == [1]


def test_every_message_of_a_download_is_seen(maildrop):
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.retr(number)
        pop.quit()
    assert maildrop.seen() == [1, 2, 3, 4, 5]


def test_a_large_message_that_was_confirmed_is_seen(maildrop):
    maildrop.deliver(large_message())
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")


@pytest.mark.parametrize("how", ["pop3s", "STLS"])
def test_retr_in_tls_is_seen_once_confirmed(maildrop, how):
    maildrop.deliver(2)
    session = maildrop.pop3(tls=True) if how == "pop3s" else \
        maildrop.pop3(before_login=starttls(maildrop.server))
    with maildrop.idle() as idle, session as pop:
        assert pop.sock.version().startswith("TLS")
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")
        pop.retr(2)
    assert maildrop.seen() == [1]


def test_retr_pipelined_with_noop_is_seen_during_the_session(maildrop):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        wire.send(pop, "RETR 1", "NOOP")
        idle.expect(1, "\\Seen")


def test_retr_pipelined_with_quit_is_seen(maildrop):
    maildrop.deliver(2, large_message())
    with maildrop.pop3() as pop:
        wire.send(pop, "RETR 1", "RETR 3", "QUIT")
        wire.read_message(pop)
        wire.read_message(pop)
        assert wire.read_line(pop).startswith(b"+OK")
    assert maildrop.seen() == [1, 3]


def test_the_downloads_before_an_unconfirmed_one_are_seen(maildrop):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.retr(3)
    assert maildrop.seen() == [1, 2]


# Not confirmed

@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
@pytest.mark.parametrize("group, seen", [("user", []), ("stock", [1])],
                         ids=["complete", "stock"])
def test_retr_of_a_client_that_is_gone_is_seen_only_by_stock(server, leave, group, seen):
    maildrop = server.maildrop(group)
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leave(pop, 1)
    assert maildrop.seen() == seen


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_retr_of_a_client_that_is_gone_in_tls_is_unseen(maildrop, leave):
    maildrop.deliver(large_message())
    with maildrop.pop3(tls=True) as pop:
        leave(pop, 1)
    assert maildrop.seen() == []


def test_quit_pipelined_behind_a_broken_transfer_confirms_nothing(maildrop):
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leaving.in_the_middle(pop, 1, "QUIT")
    assert maildrop.seen() == []


def test_a_retr_is_unseen_until_a_command_that_comes_late(server, maildrop):
    maildrop.deliver(1)
    other = server.maildrop()
    other.deliver(1)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        with other.idle() as other_idle, other.pop3() as other_pop:
            other_pop.retr(1)
            other_pop.noop()
            other_idle.expect(1, "\\Seen")  # so there was time to mark the first one, too
        assert maildrop.seen() == []
        pop.noop()
        idle.expect(1, "\\Seen")


def test_top_of_the_whole_message_is_unseen(maildrop):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        assert b"Hello." in pop.top(1, 1000)[1]
        pop.retr(2)
        pop.noop()
        idle.expect(2, "\\Seen")
        pop.quit()
    assert maildrop.seen() == [2]


def test_retr_of_a_message_that_does_not_exist_marks_nothing(maildrop):
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        with pytest.raises(poplib.error_proto):
            pop.retr(2)
        pop.quit()
    assert maildrop.seen() == []


# Ends that are not the client's

@pytest.mark.parametrize("confirmed", [True, False])
def test_a_kicked_session_leaves_seen_what_was_confirmed(maildrop, confirmed):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        if confirmed:
            pop.noop()
        maildrop.server.kick(maildrop.user)
        wire.read_to_end(pop)
    assert maildrop.seen() == ([1] if confirmed else [])


def test_a_killed_process_leaves_seen_what_was_marked(maildrop):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        idle.expect(1, "\\Seen")
        maildrop.server.kill(maildrop.pop3_pid())
    assert maildrop.seen() == [1]


# Deletion is as ever

def test_dele_and_quit_expunges(maildrop):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        for number in (1, 2):
            pop.retr(number)
            pop.dele(number)
        assert pop.quit() == b"+OK Logging out, messages deleted."
    assert maildrop.flags().keys() == {1}
    assert maildrop.seen() == []
    assert maildrop.log_problems() == []


def test_dele_without_quit_expunges_nothing(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
    assert maildrop.flags().keys() == {1, 2}
    assert maildrop.seen() == [1]


def test_rset_takes_deletions_back_and_confirms_the_download(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.dele(2)
        pop.retr(1)
        pop.rset()
        pop.quit()
    assert maildrop.flags().keys() == {1, 2}
    assert maildrop.seen() == [1]


# What else is on the message stays

def test_other_flags_and_keywords_stay(maildrop):
    maildrop.deliver(1)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "(\\Answered \\Flagged $Work)")
    before = maildrop.flags()[1]
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert maildrop.flags()[1] == before | {"\\Seen"}


def test_a_flag_that_imap_takes_away_afterwards_stays_away(maildrop):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")
        with maildrop.imap() as imap:
            imap.select()
            imap.store("1", "-FLAGS", "\\Seen")
        pop.retr(2)
        pop.noop()
        idle.expect(2, "\\Seen")
        pop.quit()
    assert maildrop.seen() == [2]
