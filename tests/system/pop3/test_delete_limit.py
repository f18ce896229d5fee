# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete_limit: a session that deletes more is held."""

import pytest

from delete_limit import (DELETES, GROUPS, LIMIT, TARGETS, fields, held, log_lines,
                          notices, shown, start_limited)
from instance import message
from names import HIDDEN, QUIT_OK

MORE = {**GROUPS,
        "complete": fields(pop3_mark_read="complete", pop3_mark_downloaded="yes"),
        "never": fields(pop3_mark_read="never"),
        "fetched": fields("hide", pop3_fetcher_networks="127.0.0.0/8"),
        "flagging": {**fields(), "pop3_delete_type": "flag", "pop3_deleted_flag": "$Own"}}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start_limited(start, MORE, request.param)


@pytest.fixture(params=DELETES)
def delete(request):
    """What pop3_delete says."""
    return request.param


@pytest.fixture
def maildrop(server, delete):
    return server.maildrop(delete)


# Which sessions

def test_up_to_the_limit_deletes_as_without_it(maildrop, delete):
    assert held(maildrop, LIMIT) == QUIT_OK
    assert notices(maildrop) == []
    assert shown(maildrop) == []
    if delete == "hide":
        assert maildrop.having(HIDDEN) == maildrop.seen() == [1, 2, 3]
    else:
        assert maildrop.subjects() == []
    if delete in TARGETS:
        assert len(maildrop.subjects(TARGETS[delete])) == LIMIT
    assert log_lines(maildrop) == []


def test_one_more_is_held(maildrop, delete):
    assert held(maildrop) == QUIT_OK
    assert maildrop.subjects()[:4] == [f"number {n}" for n in range(1, 5)]
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]
    assert len(notices(maildrop)) == 1
    assert maildrop.subjects(TARGETS.get(delete, "Trash")) == []
    assert maildrop.log_problems() == []


def test_what_is_held_is_as_unread_as_before(maildrop):
    maildrop.deliver(4)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("2", "+FLAGS", "\\Seen")
    maildrop.delete(1, 2, 3, 4)
    assert maildrop.seen() == [2]


def test_what_is_held_is_not_shown_again_and_the_notice_is(maildrop):
    held(maildrop)
    assert shown(maildrop) == ["4 deleted messages were kept"]


def test_the_notice_is_unread_and_not_downloaded(maildrop):
    held(maildrop)
    assert maildrop.flags()[5] - {"\\Recent", "$HasNoAttachment"} == set()


def test_the_notice_can_be_downloaded_and_deleted_by_pop3(maildrop):
    held(maildrop)
    with maildrop.pop3() as pop:
        assert any(line.startswith(b"Subject: ") for line in pop.retr(1)[1])
        pop.dele(1)
        assert pop.quit().decode() == QUIT_OK
    assert shown(maildrop) == []
    assert maildrop.having(HIDDEN)[:4] == [1, 2, 3, 4]


def test_new_mail_is_shown_and_deleted_as_usual_afterwards(maildrop):
    held(maildrop)
    maildrop.deliver(message("new"))
    assert shown(maildrop)[1:] == ["new"]
    maildrop.delete(2)
    assert shown(maildrop) == ["4 deleted messages were kept"]


def test_rset_takes_deletions_back(maildrop):
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.dele(number)
        pop.rset()
        for number in range(1, LIMIT + 1):
            pop.dele(number)
        assert pop.quit().decode() == QUIT_OK
    assert notices(maildrop) == []
    assert shown(maildrop) == ["number 4", "number 5"]


def test_without_quit_nothing_is_held(maildrop):
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.dele(number)
    assert notices(maildrop) == []
    assert len(shown(maildrop)) == 5


def test_messages_are_shown_again_when_imap_clears_the_keyword(maildrop):
    held(maildrop)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:4", "-FLAGS", HIDDEN)
    assert len(shown(maildrop)) == 5


def test_an_administrator_deletes_them_as_the_page_says(server, maildrop):
    held(maildrop)
    server.doveadm("expunge", "-u", maildrop.user, "mailbox", "INBOX", "keyword", HIDDEN)
    assert len(maildrop.subjects()) == 1
    assert len(notices(maildrop)) == 1


# How read

def test_what_was_downloaded_before_is_read_as_dovecot_does_it(maildrop):
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        pop.retr(2)
        for number in range(1, 5):
            pop.dele(number)
        pop.quit()
    assert maildrop.seen() == [2]


def test_what_was_downloaded_is_marked_by_the_policy(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        pop.retr(2)
        pop.retr(3)
        for number in range(1, 5):
            pop.dele(number)
        pop.quit()
    assert maildrop.seen() == maildrop.having("$POP3Downloaded") == [2, 3]
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]


def test_nothing_is_read_where_downloads_are_not(server):
    maildrop = server.maildrop("never")
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        pop.retr(1)
        for number in range(1, 5):
            pop.dele(number)
        pop.quit()
    assert maildrop.seen() == []


def test_a_fetcher_is_held_too(server):
    maildrop = server.maildrop("fetched")
    held(maildrop)
    assert maildrop.seen() == []
    assert len(notices(maildrop)) == 1


# A site that hides by Dovecot's own means

def test_the_site_s_own_keyword_is_used(server):
    maildrop = server.maildrop("flagging")
    assert held(maildrop, LIMIT) == QUIT_OK
    assert maildrop.having("$Own") == [1, 2, 3]
    assert maildrop.seen() == []
    assert notices(maildrop) == []
    maildrop.deliver(4)
    maildrop.delete(1, 2, 3, 4)
    assert maildrop.having("$Own") == [1, 2, 3, 4, 5, 6, 7]
    assert len(notices(maildrop)) == 1
