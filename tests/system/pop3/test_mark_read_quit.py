# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_mark_read = quit: a confirmed RETR is read, but only from QUIT on.

A session that ends in any other way marks nothing at all.
"""

import pytest

import leaving
import wire
from maildrop import large_message


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"pop3_mark_read": "quit"},
                 groups={"stock": {"coexist_pop3_mark_read": "stock"},
                         "complete": {"coexist_pop3_mark_read": "complete"}})


# With QUIT

def test_downloads_are_seen_at_quit(maildrop):
    maildrop.deliver(3)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.quit()
        idle.expect(3, "\\Seen")
    assert maildrop.seen() == [1, 3]


def test_a_confirmed_download_is_unseen_before_quit(server, maildrop):
    maildrop.deliver(1)
    other = server.maildrop("complete")
    other.deliver(1)
    with maildrop.pop3() as pop, other.idle() as idle, other.pop3() as other_pop:
        pop.retr(1)
        pop.noop()
        other_pop.retr(1)
        other_pop.noop()
        idle.expect(1, "\\Seen")  # so there was time to mark the first one, too
        assert maildrop.seen() == []
        pop.quit()
    assert maildrop.seen() == [1]


def test_retr_pipelined_with_quit_is_seen(maildrop):
    maildrop.deliver(2, large_message())
    with maildrop.pop3() as pop:
        wire.send(pop, "RETR 1", "RETR 3", "QUIT")
        wire.read_message(pop)
        wire.read_message(pop)
        assert wire.read_line(pop).startswith(b"+OK")
    assert maildrop.seen() == [1, 3]


def test_top_of_the_whole_message_is_unseen(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        assert b"Hello." in pop.top(1, 1000)[1]
        pop.retr(2)
        pop.quit()
    assert maildrop.seen() == [2]


@pytest.mark.parametrize("group", ["stock", "user"], ids=["stock", "quit"])
def test_rset_drops_what_was_downloaded_before_as_stock_does(server, group):
    maildrop = server.maildrop(group)
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.rset()
        pop.retr(2)
        pop.quit()
    assert maildrop.seen() == [2]


def test_a_message_that_was_read_before_stays_seen(maildrop):
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Seen")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.rset()
    assert maildrop.seen() == [1]


def test_dele_and_quit_expunges(maildrop):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.retr(2)
        assert pop.quit() == b"+OK Logging out, messages deleted."
    assert maildrop.flags().keys() == {1, 2}
    assert maildrop.seen() == [1]
    assert maildrop.log_problems() == []


def test_dele_without_quit_expunges_nothing(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
    assert maildrop.flags().keys() == {1, 2}
    assert maildrop.seen() == []


# Without

BOTH = pytest.mark.parametrize("group, seen", [("user", []), ("stock", [1])],
                               ids=["quit", "stock"])


@BOTH
@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_retr_of_a_client_that_is_gone_is_seen_only_by_stock(server, leave, group, seen):
    maildrop = server.maildrop(group)
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leave(pop, 1)
    assert maildrop.seen() == seen


@BOTH
def test_a_confirmed_retr_is_seen_only_by_stock_if_the_connection_is_lost(server, group, seen):
    maildrop = server.maildrop(group)
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
    assert maildrop.seen() == seen


@BOTH
def test_a_confirmed_retr_is_seen_only_by_stock_if_the_session_is_kicked(server, group, seen):
    maildrop = server.maildrop(group)
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        server.kick(maildrop.user)
        wire.read_to_end(pop)
    assert maildrop.seen() == seen


def test_a_confirmed_retr_is_unseen_if_the_process_is_killed(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        maildrop.server.kill(maildrop.pop3_pid())
        assert wire.read_to_end(pop) == b""
    assert maildrop.seen() == []


def test_quit_pipelined_behind_a_broken_transfer_marks_nothing(maildrop):
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leaving.in_the_middle(pop, 1, "QUIT")
    assert maildrop.seen() == []
