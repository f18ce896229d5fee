# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days waits: nobody's mail goes before its owner was told and had time."""

import pytest

from keep_days import (A_MINUTE, DAYS, LANGUAGES, LATER, SETTLED, SITE, Visit, WAIT, count,
                       date_in, fill, keeps, notices, problems, settle)
from names import STATE
from notice_mail import plain


@pytest.fixture(scope="module")
def server(start, clock):
    return start(gate={}, coexist=SITE, wrap={"pop3": clock.wrapper}, groups={
        "keep": keeps(), "trash": keeps(pop3_delete="trash")})


@pytest.fixture
def maildrop(server):
    return server.maildrop("keep")


@pytest.fixture
def visit(clock):
    """A session that does nothing, in so many days."""
    return Visit(clock)


@pytest.fixture
def change(server):
    """change(maildrop, days, ...) sets the userdb fields of a mailbox."""
    return lambda maildrop, days, **fields: server.set_user(
        maildrop.user, **keeps(days, **fields))


def test_what_is_due_when_it_is_first_seen_is_told_however_little(maildrop, visit):
    fill(maildrop, 1, new=50)
    visit(maildrop)
    assert (count(maildrop), len(notices(maildrop))) == (51, 1)


def test_where_nothing_is_due_at_first_the_first_that_is_due_is_told(maildrop, visit):
    fill(maildrop, 3, new=1)
    visit(maildrop, 1)
    assert (maildrop.folder / STATE).exists() is False
    visit(maildrop, DAYS + 1)
    assert (count(maildrop), len(notices(maildrop))) == (4, 1)
    visit(maildrop, DAYS + 1 + WAIT + A_MINUTE)
    assert (count(maildrop), len(notices(maildrop))) == (1, 1)


def test_who_marks_all_as_read_is_told_before_that_goes(maildrop, visit):
    fill(maildrop, 40)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:*", "-FLAGS", "\\Seen")
    visit(maildrop, LATER)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:*", "+FLAGS", "\\Seen")
    visit(maildrop, LATER + 1)
    assert (count(maildrop), len(notices(maildrop))) == (40, 1)


def test_what_is_due_after_that_does_not_wait(maildrop, visit):
    settle(maildrop, visit)
    fill(maildrop, 3, new=1)
    visit(maildrop, SETTLED + 1)
    assert (count(maildrop), len(notices(maildrop))) == (1, 1)


def test_raising_it_does_not_wait(maildrop, visit, change):
    settle(maildrop, visit)
    fill(maildrop, 3)
    change(maildrop, DAYS + 1)
    visit(maildrop, SETTLED + 1)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_lowering_it_when_nothing_is_due_waits_when_something_is(maildrop, visit, change):
    settle(maildrop, visit)
    change(maildrop, DAYS - 1)
    visit(maildrop, SETTLED + 1)
    fill(maildrop, 3)
    visit(maildrop, SETTLED + 2)
    assert (count(maildrop), len(notices(maildrop))) == (3, 2)


def test_raising_it_while_messages_wait_changes_nothing_about_that(maildrop, visit, change):
    fill(maildrop, 3)
    visit(maildrop, LATER)
    change(maildrop, DAYS + 1)
    visit(maildrop, LATER + WAIT - A_MINUTE)
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + WAIT + A_MINUTE)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_lowering_it_again_waits_again(maildrop, visit, change):
    fill(maildrop, 3)
    visit(maildrop, LATER)
    change(maildrop, 90)
    visit(maildrop, LATER + 1)
    change(maildrop, DAYS)
    visit(maildrop, LATER + 2)
    visit(maildrop, LATER + 2 + WAIT - A_MINUTE)
    # the newer notice has taken the other one's place
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + 2 + WAIT + A_MINUTE)
    assert count(maildrop) == 0


def test_switching_it_off_and_on_waits_again(maildrop, visit, change):
    fill(maildrop, 3)
    visit(maildrop, 1)
    change(maildrop, 0)
    visit(maildrop, 2)
    change(maildrop, DAYS)
    visit(maildrop, LATER)
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    change(maildrop, 0)
    visit(maildrop, LATER + WAIT + 1)
    change(maildrop, DAYS)
    visit(maildrop, LATER + WAIT + 2)
    assert (count(maildrop), len(notices(maildrop))) == (3, 2)
    # the next session begins by taking away the one that was replaced
    visit(maildrop, LATER + 2 * WAIT + 3)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_who_is_told_that_messages_are_moved_is_told_again_if_they_are_to_be_deleted(
        server, visit, change):
    maildrop = server.maildrop("trash")
    fill(maildrop, 3)
    visit(maildrop, LATER)
    change(maildrop, DAYS, pop3_delete="expunge")
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 3
    moved, deleted = notices(maildrop)
    assert LANGUAGES["en"][1] in plain(moved) and LANGUAGES["en"][0] in plain(deleted)
    visit(maildrop, LATER + 2 * WAIT + 2)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_what_becomes_due_meanwhile_goes_along(maildrop, visit):
    fill(maildrop, 2)
    visit(maildrop, LATER)
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("4:5", "+FLAGS", "(\\Seen $POP3Downloaded)")
    visit(maildrop, LATER + 1)
    assert len(maildrop.subjects()) == 5
    visit(maildrop, LATER + WAIT + 1)
    # all but the notice
    assert len(maildrop.subjects()) == len(notices(maildrop)) == 1


def test_the_owner_keeps_what_the_notice_says_how_to_keep(maildrop, visit):
    fill(maildrop, 4)
    visit(maildrop)
    with maildrop.imap() as imap:
        imap.create("Kept")
        imap.select()
        imap.store("1", "+FLAGS", "\\Flagged")
        imap.store("2", "-FLAGS", "\\Seen")
        imap.copy("3", "Kept")
        imap.store("3", "+FLAGS", "\\Deleted")
        imap.expunge()
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 2
    assert maildrop.subjects("Kept") == ["old"]
    # and no wait comes later for what they unflag
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "-FLAGS", "\\Flagged")
    visit(maildrop, LATER + WAIT + 2)
    assert (count(maildrop), len(notices(maildrop))) == (1, 1)


# Many at once

@pytest.mark.parametrize("due, others, waits", [
    (500, 0, False), (501, 0, True), (501, 1501, True), (501, 1502, False)])
def test_many_and_much_of_the_mailbox_waits_whatever_was_before(maildrop, visit, due,
                                                                others, waits):
    settle(maildrop, visit)
    # beside the notice
    fill(maildrop, due, new=others)
    visit(maildrop, SETTLED + 1)
    assert (count(maildrop), len(notices(maildrop))) == \
        ((due + others, 2) if waits else (others, 1))
    if waits:
        visit(maildrop, SETTLED + 1 + WAIT + A_MINUTE)
        assert (count(maildrop), len(notices(maildrop))) == (others, 1)


def test_a_clock_that_is_a_year_ahead_takes_little(maildrop, visit):
    fill(maildrop, 600)
    visit(maildrop, 1)
    visit(maildrop, 365)
    assert count(maildrop) == 600
    # it is right again, and what is told then is what holds
    visit(maildrop, LATER)
    visit(maildrop, LATER + WAIT - 1)
    assert count(maildrop) == 600
    [notice] = notices(maildrop)
    assert date_in(LATER + WAIT) in plain(notice)
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 0


# retention_notice_days

@pytest.fixture(scope="module")
def other_times(start, clock):
    """start a server whose owners have so many days."""
    def start_with(days):
        return start(coexist={**SITE, "pop3_keep_days": DAYS, "retention_notice_days": days},
                     wrap={"pop3": clock.wrapper})
    return start_with


def test_0_is_no_brake(other_times, visit):
    maildrop = other_times(0).maildrop()
    fill(maildrop, 600)
    visit(maildrop)
    assert (count(maildrop), notices(maildrop)) == (0, [])
    assert not (maildrop.folder / STATE).exists()


def test_a_number_that_is_none_is_logged_and_seven(other_times, visit):
    maildrop = other_times("soon").maildrop()
    fill(maildrop, 3)
    for in_days, left in ((LATER, 3), (LATER + WAIT - A_MINUTE, 3), (LATER + WAIT + 1, 0)):
        before = len(problems(maildrop))
        visit(maildrop, in_days)
        assert count(maildrop) == left
        [problem] = problems(maildrop)[before:]
        assert "Ignoring unknown value of coexist_retention_notice_days" in problem


def test_another_number_of_days(other_times, visit):
    maildrop = other_times(2).maildrop()
    fill(maildrop, 3)
    for in_days in (LATER, LATER + 2 - A_MINUTE):
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + 2 + A_MINUTE)
    assert count(maildrop) == 0
