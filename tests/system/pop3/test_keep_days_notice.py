# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days: the owner is told once of what is going to leave, and of all that
matters."""

from pathlib import Path

import pytest

import wire
from keep_days import (DAYS, LANGUAGES, LATER, SITE, Visit, WAIT, count, date_in, fill, keeps,
                       notices, problems)
from names import STATE
from notice_mail import Page, html, plain

MEMORY = {"conf23": "mail_location = maildir:~/mail:INDEX=MEMORY\n",
          "conf24": "mail_index_path = MEMORY\n"}


@pytest.fixture(scope="module")
def server(start, clock):
    return start(gate={}, coexist=SITE, wrap={"pop3": clock.wrapper}, groups={
        "to@scope": {}, "keep": keeps(),
        **{f"in-{language}": keeps(language=language) for language in LANGUAGES},
        **{f"moved-{language}": keeps(language=language, pop3_delete="trash")
           for language in LANGUAGES}})


@pytest.fixture
def maildrop(server):
    return server.maildrop("keep")


@pytest.fixture
def visit(clock):
    """A session that does nothing, in so many days."""
    return Visit(clock)


# Once

def test_sessions_that_end_at_once_tell_once(maildrop, clock):
    fill(maildrop, 50)
    with clock.days_from_now(LATER), maildrop.pop3() as first, maildrop.pop3() as second:
        for session in (first, second):
            wire.send(session, "QUIT")
        for session in (first, second):
            assert wire.read_to_end(session) == b"+OK Logging out.\r\n"
    # what they do at their end comes after that
    maildrop.server.wait_for(lambda: notices(maildrop), what="a notice")
    maildrop.server.wait_for(lambda: maildrop.server.pids("pop3") == [])
    assert (count(maildrop), len(notices(maildrop))) == (50, 1)


def test_where_it_is_off_nothing_is_said_of_a_memory_that_can_t_be_read(server):
    maildrop = server.maildrop("to@scope")
    maildrop.deliver(1)
    (maildrop.folder / STATE).mkdir()
    with maildrop.pop3() as pop:
        pop.quit()
    server.wait_for(lambda: server.pids("pop3") == [])
    assert problems(maildrop) == []


def test_a_memory_that_is_lost_tells_again_and_waits_again(maildrop, visit):
    fill(maildrop, 3)
    visit(maildrop)
    for in_days, lose in ((5, Path.unlink), (10, lambda path: path.write_text(
            path.read_text().replace("retention_told=", "retention_told=x")))):
        lose(maildrop.folder / STATE)
        visit(maildrop, LATER + in_days)
        visit(maildrop, LATER + in_days + 4)
        assert count(maildrop) == 3
    # nobody knows where the first is any more
    assert len(notices(maildrop)) == 2
    visit(maildrop, LATER + 18)
    assert count(maildrop) == 0
    assert problems(maildrop) == []


@pytest.mark.parametrize("in_the_way", [".lock", ""])
def test_what_can_not_be_remembered_is_not_told_and_stays(maildrop, visit, in_the_way):
    fill(maildrop, 3)
    path = maildrop.folder / (STATE + in_the_way)
    path.mkdir()
    for in_days in (LATER, LATER + WAIT + 1, LATER + 3 * WAIT):
        before = len(problems(maildrop))
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (3, 0)
        said = problems(maildrop)[before:]
        assert sum("can't be remembered what the owner was told" in line and
                   "doveadm coexist expire --now" in line for line in said) == 1
        assert len(said) == 1 or in_the_way == ""
    path.rmdir()
    visit(maildrop, LATER)
    assert len(notices(maildrop)) == 1
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 0


def test_a_notice_that_can_not_be_saved_lets_nothing_go(maildrop, visit):
    fill(maildrop, 3)
    tmp = maildrop.folder / "tmp"
    tmp.chmod(0o500)
    for in_days in (LATER, LATER + WAIT + 1, LATER + 3 * WAIT):
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (3, 0)
    assert sum("Can't put the notice pop3-keep-days into INBOX" in line
               for line in problems(maildrop)) == 3
    tmp.chmod(0o700)
    visit(maildrop, LATER + 3 * WAIT)
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + 4 * WAIT + 1)
    assert count(maildrop) == 0


def test_a_full_mailbox_is_told(start, clock, visit):
    server = start(quota="1K", coexist={**SITE, "pop3_keep_days": DAYS},
                   wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop()
    fill(maildrop, 20)
    visit(maildrop)
    assert (count(maildrop), len(notices(maildrop))) == (20, 1)


def test_indexes_in_memory_wait_too(start, clock, visit):
    server = start(**MEMORY, coexist={**SITE, "pop3_keep_days": DAYS},
                   wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop()
    fill(maildrop, 20)
    for in_days in (LATER, LATER + 1):
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (20, 1)
    visit(maildrop, LATER + WAIT + 1)
    assert (count(maildrop), problems(maildrop)) == (0, [])


# What the owner is told

@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moves", [False, True], ids=["deleted", "moved"])
def test_the_notice_says_how_many_when_where_and_what_to_do(server, visit, language, moves):
    maildrop = server.maildrop(f"{'moved' if moves else 'in'}-{language}")
    fill(maildrop, 42)
    visit(maildrop)
    [notice] = notices(maildrop)
    assert notice["content-language"] == language
    assert str(notice["subject"]).split()[0] == "42"
    assert str(notice["subject"]).count(date_in(LATER + WAIT)) == 1
    here, there = LANGUAGES[language][moves], LANGUAGES[language][not moves]
    for text in (" ".join(plain(notice).split()), Page(html(notice)).words()):
        assert here in text and there not in text
        assert ("Trash" in text) == moves
        for part in ("42", str(DAYS), maildrop.user, date_in(LATER + WAIT),
                     *LANGUAGES[language][2:]):
            assert part in text
        assert "{" not in text
    assert problems(maildrop) == []


def test_one_message_is_one(maildrop, visit):
    fill(maildrop, 1)
    visit(maildrop)
    assert str(notices(maildrop)[0]["subject"]).startswith("1 message will leave your inbox")


def test_the_log_has_a_line(maildrop, visit):
    fill(maildrop, 42)
    visit(maildrop)
    maildrop.server.wait_log(
        rf"{maildrop.user}.*coexist: 42 messages downloaded by POP3 more than 7 days ago wait "
        rf"until {date_in(LATER + WAIT)} \d\d:\d\d; the owner was told$")


def test_mailboxes_without_the_policy_are_left_alone(server, visit):
    maildrop = server.maildrop("to@scope")
    fill(maildrop, 3)
    visit(maildrop)
    assert not (maildrop.folder / STATE).exists()
