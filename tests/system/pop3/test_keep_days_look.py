# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days: a session in whose maildrop nothing may go opens it once, and one in which
something may goes on to remove it, whoever made it due and when."""

import poplib
import re

import pytest

from keep_days import A_MINUTE, keeps
from names import STATE

DAYS = 30
WAIT = 7
ENDS = ["QUIT", "no QUIT"]
OPENED = "INBOX: Mailbox opened"


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start, clock):
    return start(storage=request.param, wrap={"pop3": clock.wrapper},
                 conf="log_debug = category=mailbox OR category=coexist\n",
                 coexist={"retention_notice_days": "0"},
                 groups={"keep": keeps(DAYS), "to_trash": keeps(DAYS, pop3_delete="trash"),
                         "shown": keeps(DAYS, pop3_mark_downloaded="yes")})


@pytest.fixture
def maildrop(server):
    return server.maildrop("keep")


def logged(maildrop, text):
    """Return how often POP3 sessions of this mailbox have logged this."""
    return len(re.findall(rf"pop3\({maildrop.user}\).*{text}", maildrop.server.log_text()))


def times_opened(maildrop, session):
    """Return how often this session opens INBOX, and wait for its end."""
    before = logged(maildrop, OPENED)
    session()
    return logged(maildrop, OPENED) - before


def store(maildrop, *change):
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", *change)


# What a session is spared

@pytest.mark.parametrize("group", ["keep", "to_trash", "shown"])
def test_a_session_that_finds_nothing_due_opens_the_maildrop_once(server, group, download,
                                                                  visit):
    maildrop = server.maildrop(group)
    maildrop.deliver(3)
    download(maildrop, 1, days_ago=DAYS - A_MINUTE)
    assert times_opened(maildrop, lambda: visit(maildrop)) == 1
    assert logged(maildrop, "keep_days=30: 0 of 3 messages are due and go")
    assert len(maildrop.subjects()) == 3


def test_a_session_that_finds_something_due_opens_it_again(maildrop, download, visit):
    maildrop.deliver(3)
    download(maildrop, 2, days_ago=DAYS)
    assert times_opened(maildrop, lambda: visit(maildrop)) == 2
    assert maildrop.subjects() == ["number 1", "number 3"]


# What somebody else made due, or not, while the session was there

@pytest.mark.parametrize("end", [poplib.POP3.quit, poplib.POP3.close], ids=ENDS)
def test_what_is_marked_read_meanwhile_goes(maildrop, download, end):
    maildrop.deliver(2)
    download(maildrop, 1)
    store(maildrop, "-FLAGS", "\\Seen")
    with maildrop.pop3() as pop:
        store(maildrop, "+FLAGS", "\\Seen")
        end(pop)
    assert maildrop.subjects() == ["number 2"]


@pytest.mark.parametrize("end", [poplib.POP3.quit, poplib.POP3.close], ids=ENDS)
def test_what_is_flagged_meanwhile_stays(maildrop, download, end):
    maildrop.deliver(2)
    download(maildrop, 1)
    with maildrop.pop3() as pop:
        store(maildrop, "+FLAGS", "\\Flagged")
        end(pop)
    assert len(maildrop.subjects()) == 2


@pytest.mark.parametrize("end", [poplib.POP3.quit, poplib.POP3.close], ids=ENDS)
def test_what_the_session_itself_marks_read_goes_at_its_end(maildrop, download, end):
    """It was downloaded long ago, and then marked as unread: to download it once more does
    not make the first time later. Without QUIT Dovecot marks it when the client has gone."""
    maildrop.deliver(2)
    download(maildrop, 1)
    store(maildrop, "-FLAGS", "\\Seen")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        end(pop)
    assert maildrop.subjects() == ["number 2"]


# What only the date of arrival tells

@pytest.mark.parametrize("server", ["maildir"], indirect=True)
def test_where_the_index_was_lost_the_keyword_tells(server, download, visit):
    maildrop = server.maildrop("shown")
    maildrop.deliver(2)
    download(maildrop, 1)
    for path in maildrop.folder.rglob("dovecot.*index*"):
        path.unlink()
    visit(maildrop, in_days=DAYS - A_MINUTE)
    assert len(maildrop.subjects()) == 2
    visit(maildrop, in_days=DAYS + A_MINUTE)
    assert maildrop.subjects() == ["number 2"]


# What was announced

@pytest.fixture(scope="module")
def teller(start, clock):
    return start(wrap={"pop3": clock.wrapper}, groups={"keep": keeps(DAYS)},
                 conf="log_debug = category=mailbox OR category=coexist\n",
                 coexist={"retention_notice_days": str(WAIT)})


def test_what_is_announced_is_told_once_waits_and_goes(teller, download, visit):
    maildrop = teller.maildrop("keep")
    maildrop.deliver(2)
    download(maildrop, 1)
    assert times_opened(maildrop, lambda: visit(maildrop)) > 1
    assert (maildrop.folder / STATE).exists()
    assert len(maildrop.subjects()) == 3        # with the notice
    assert times_opened(maildrop, lambda: visit(maildrop, WAIT - A_MINUTE)) == 1
    assert logged(maildrop, "1 of 3 messages are due and wait, as the owner was told")
    assert len(maildrop.subjects()) == 3
    visit(maildrop, WAIT + A_MINUTE)
    assert "number 1" not in maildrop.subjects()


def test_a_lower_term_is_announced_though_the_one_before_was(teller, download, visit):
    maildrop = teller.maildrop("keep")
    maildrop.deliver(2)
    download(maildrop, 1)
    visit(maildrop)
    visit(maildrop, WAIT + A_MINUTE)
    assert len(maildrop.subjects()) == 2        # with the notice
    maildrop.deliver(1)
    download(maildrop, 1, days_ago=10)
    teller.set_user(maildrop.user, **keeps(5))
    visit(maildrop)
    assert logged(maildrop, "keep_days=5: 1 of 3 messages are due and wait until the owner was")
    assert "number 2" in maildrop.subjects()
