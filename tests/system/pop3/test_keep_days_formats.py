# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days in each storage format."""

import pytest
from server import AT_ONCE


DAYS = 30


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def storage(request):
    return request.param


POLICY = {"pop3_keep_days": str(DAYS), "pop3_mark_downloaded": "yes"}


@pytest.fixture(scope="module")
def server(storage, start, clock):
    return start(storage=storage, wrap={"pop3": clock.wrapper}, coexist={**AT_ONCE, **POLICY},
                 groups={"trash": {"coexist_pop3_delete": "trash"}})


def session(clock, maildrop, *numbers, days=0):
    """Download messages in so many days."""
    with clock.days_from_now(days), maildrop.pop3() as pop:
        for number in numbers:
            pop.retr(number)
        pop.quit()


def test_both_sides_of_the_limit(maildrop, clock):
    maildrop.deliver(3)
    session(clock, maildrop, 1, days=-DAYS)
    session(clock, maildrop, 2, days=-DAYS + 0.001)
    assert len(maildrop.subjects()) == 3
    session(clock, maildrop)
    assert maildrop.subjects() == ["number 2", "number 3"]
    session(clock, maildrop, days=0.001)
    assert maildrop.subjects() == ["number 3"]


def test_moving(server, clock):
    maildrop = server.maildrop("trash")
    maildrop.deliver(3)
    session(clock, maildrop, 1, 2, days=-DAYS)
    session(clock, maildrop)
    assert maildrop.subjects() == ["number 3"]
    assert maildrop.subjects("Trash") == ["number 1", "number 2"]


def test_without_the_time_of_the_download_the_save_date_counts(maildrop, clock, storage):
    """A rebuilt index has the times of a maildir only."""
    maildrop.deliver(2)
    session(clock, maildrop, 1, days=-DAYS)
    maildrop.server.doveadm("force-resync", "-u", maildrop.user, "INBOX")
    session(clock, maildrop)
    assert maildrop.subjects() == \
        (["number 2"] if storage == "maildir" else ["number 1", "number 2"])
    session(clock, maildrop, days=DAYS + 0.001)
    assert maildrop.subjects() == ["number 2"]


def test_waiting(storage, start, clock):
    """Nothing was known of the mailbox before."""
    maildrop = start(storage=storage, wrap={"pop3": clock.wrapper}, coexist=POLICY).maildrop()
    maildrop.deliver(3)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:2", "+FLAGS", "(\\Seen $POP3Downloaded)")
    for days in (DAYS + 1, DAYS + 7):
        session(clock, maildrop, days=days)
        assert maildrop.subjects()[:3] == ["number 1", "number 2", "number 3"]
        assert len(maildrop.subjects()) == 4
    session(clock, maildrop, days=DAYS + 8.001)
    assert maildrop.subjects()[0] == "number 3"
    assert len(maildrop.subjects()) == 2
