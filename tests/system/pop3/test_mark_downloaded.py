# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_mark_downloaded = yes: confirmed downloads carry $POP3Downloaded."""

import pytest

import leaving
import wire
from maildrop import large_message

KEYWORD = "$POP3Downloaded"
POLICIES = ("stock", "complete", "quit", "never")


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"pop3_mark_downloaded": "yes"},
                 groups={policy: {"coexist_pop3_mark_read": policy} for policy in POLICIES})


@pytest.fixture(params=POLICIES)
def policy(request):
    """pop3_mark_read of the mailbox."""
    return request.param


@pytest.fixture
def maildrop(server, policy):
    return server.maildrop(policy)


def test_imap_shows_and_finds_the_keyword_of_a_download(maildrop):
    maildrop.deliver(3)
    before = maildrop.flags()[2]
    with maildrop.pop3() as pop:
        pop.retr(2)
        pop.quit()
    assert maildrop.flags()[2] - before - {"\\Seen"} == {KEYWORD}
    assert maildrop.search("KEYWORD", KEYWORD) == [2]
    assert maildrop.search("UNKEYWORD", KEYWORD) == [1, 3]


def test_marking_read_goes_on_as_the_policy_says(maildrop, policy):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.quit()
    assert maildrop.having(KEYWORD) == [1, 2]
    assert maildrop.seen() == ([] if policy == "never" else [1, 2])


@pytest.mark.parametrize("policy", ["stock", "complete", "never"], indirect=True)
def test_an_idling_imap_session_is_told_during_the_pop3_session(maildrop):
    maildrop.deliver(1)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, KEYWORD)


@pytest.mark.parametrize("policy", ["quit"], indirect=True)
def test_quit_adds_no_keyword_to_a_session_that_loses_its_connection(maildrop):
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
    assert maildrop.flags()[1] & {KEYWORD, "\\Seen"} == set()


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_an_unconfirmed_download_has_no_keyword(maildrop, policy, leave):
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leave(pop, 1)
    assert maildrop.having(KEYWORD) == []
    assert maildrop.seen() == ([1] if policy == "stock" else [])


def test_top_adds_no_keyword(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.top(1, 1000)
        pop.retr(2)
        pop.quit()
    assert maildrop.having(KEYWORD) == [2]


def test_a_message_downloaded_and_deleted_is_gone(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        assert pop.quit() == b"+OK Logging out, messages deleted."
    assert maildrop.having(KEYWORD) == []
    assert maildrop.flags().keys() == {1}
    assert maildrop.log_problems() == []


def test_a_second_download_writes_nothing(maildrop):
    maildrop.deliver(2)
    states = []
    for _ in range(3):
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.retr(2)
            pop.quit()
        maildrop.settle()
        states.append(maildrop.snapshot())
    assert states[2] == states[1]
    assert maildrop.having(KEYWORD) == [1, 2]


def test_retr_pipelined_with_quit_has_the_keyword(maildrop):
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        wire.send(pop, "RETR 1", "QUIT")
        wire.read_to_end(pop)
    assert maildrop.having(KEYWORD) == [1]
