# SPDX-License-Identifier: LGPL-2.1-or-later
"""The clock jumps by a year, forth or back, between two sessions, and is right again later."""

import time
from datetime import datetime, timedelta, timezone

import pytest

from instance import message
from names import NOTICE_TEXTS
from told import by_pop3

YEAR, WAIT, A_MINUTE = 365, 7, 1 / 24 / 60
KEEP = 30
# of each: by how many days the clock is wrong
JUMPS = {"forth": YEAR, "back": -YEAR}


@pytest.fixture(scope="module")
def server(start, clock):
    return start(gate={}, quota="100K",
                 coexist={"template_dir": str(NOTICE_TEXTS), "quota_warn_first": "yes"},
                 plugins={"all": ["coexist", "quota"], "pop3": ["virtual"]},
                 wrap={service: clock.wrapper for service in ("pop3", "imap", "lmtp")})


@pytest.fixture
def policy(server, maildrop):
    def put(**keys):
        server.store.put(f"mailbox/{maildrop.user}", **keys)
    return put


@pytest.fixture
def visit(maildrop, clock):
    """visit(days) has a session whose clock is so many days ahead, which downloads all that it
    lists; returns that."""
    def session(days=0.0, download=True):
        with clock.days_from_now(days), maildrop.pop3() as pop:
            found = by_pop3(pop)
            for number in range(1, len(found) + 1 if download else 0):
                pop.retr(number)
            pop.quit()
        return found
    return session


@pytest.fixture(params=JUMPS)
def jump(request):
    return JUMPS[request.param]


# Retention

def test_retention_waits_for_who_was_not_told_before(maildrop, policy, visit):
    """What was announced by the wrong clock counts for nothing when it is right again."""
    policy(pop3_keep_days=str(KEEP), pop3_mark_read="complete")
    maildrop.deliver(3)
    visit()
    everything = maildrop.subjects()
    visit(YEAR, download=False)
    visit(YEAR + 1, download=False)
    for days in (0, 1, WAIT + 1, KEEP - 1):
        visit(days, download=False)
        assert maildrop.subjects()[:3] == everything, days
    for days in (KEEP + 1, KEEP + WAIT + 0.5):
        visit(days, download=False)
        assert maildrop.subjects()[:3] == everything, days
    visit(KEEP + WAIT + 1.5, download=False)
    assert set(everything) & set(maildrop.subjects()) == set()


def test_a_download_of_a_wrong_year_is_not_over_before_the_right_one(maildrop, policy, visit):
    """It was a year ahead; when the clock is right again, another download puts that right."""
    policy(pop3_keep_days=str(KEEP), pop3_mark_read="complete")
    maildrop.deliver(2)
    visit(YEAR)
    everything = maildrop.subjects()
    for days in (0.0, 1.0, KEEP - 1):
        visit(days, download=False)
        assert maildrop.subjects()[:2] == everything[:2], days


def test_few_messages_go_by_a_clock_that_is_a_year_ahead(maildrop, policy, visit):
    """Where messages have gone before, a leave of a year looks the same: doc/pop3-keep-days.md
    says so."""
    policy(pop3_keep_days=str(KEEP), pop3_mark_read="complete")
    maildrop.deliver(1)
    visit(-KEEP - WAIT - 2)
    visit(-WAIT - 1, download=False)
    visit(0, download=False)
    assert "number 1" not in maildrop.subjects()
    maildrop.deliver(message("young"))
    visit()
    visit(YEAR, download=False)
    assert "young" not in maildrop.subjects()


# The view

def received(maildrop, days):
    maildrop.append(message(f"{days} days"),
                    received=datetime.now(timezone.utc) - timedelta(days=days))


@pytest.mark.parametrize("keys", [
    {"pop3_show_days": "30"}, {"pop3_show": "unread", "pop3_mark_read": "never"},
    {"pop3_show": "unread", "pop3_show_days": "30", "pop3_mark_read": "never"},
    {"pop3_show_days": "30", "pop3_folders": "INBOX Sent"}, {"pop3_max_messages": "3"}], ids=str)
def test_no_mail_is_lost_from_the_view(maildrop, policy, visit, jump, keys):
    """What was listed is listed again, by the same unique IDs; what is new comes, too."""
    policy(**keys)
    for days in (60, 20, 2):
        received(maildrop, days)
    before = visit(download=False)
    assert before
    for _ in range(2):
        visit(jump, download=False)
    after = visit(download=False)
    assert after == before
    received(maildrop, 0)
    assert ["0 days"] == [subject for subject, uid in visit(download=False)
                          if [subject, uid] not in before]


# Notices

NOTICES = {
    "quota": {"quota_warn": "10", "quota_warn_repeat": "1d"},
    "quota once": {"quota_warn": "10"},
    "retention": {"pop3_keep_days": "1", "pop3_mark_read": "complete"},
    "until": {"pop3_until": "THE END", "until_notice": "30d"}}


@pytest.fixture
def notices(server, maildrop):
    """notices() returns how many were stored in INBOX so far."""
    def count():
        with maildrop.imap() as imap:
            imap.select()
            # the next UID counts those that were replaced, too
            return int(imap.status("INBOX", "(UIDNEXT)")[1][0].split()[-1].rstrip(b")"))
    return count


@pytest.mark.parametrize("name", NOTICES)
def test_notices_do_not_repeat(maildrop, policy, visit, notices, jump, name):
    """When the clock is right again there is one more at most, and then none that day."""
    end = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 20 * 86400))
    policy(**{key: end if value == "THE END" else value for key, value in NOTICES[name].items()})
    maildrop.deliver(message("large", body="x" * 70 + "\n" + ("y" * 70 + "\n") * 300))
    visit(-3)
    visit()
    told = notices()
    for _ in range(3):
        visit(jump, download=False)
    visit(download=False)
    again = notices()
    assert again - told <= 2
    for hours in (0, 1, 5, 20):
        visit(hours / 24, download=False)
    assert notices() == again
