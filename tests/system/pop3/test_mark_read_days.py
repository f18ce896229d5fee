# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_mark_read_days: only messages received within so many days are marked.

The date is the one of IMAP's INTERNALDATE, which is set here by APPEND.
"""

from datetime import datetime, timedelta, timezone

import pytest

from instance import message

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server(start):
    groups = {policy: {"coexist_pop3_mark_read": policy,
                       "coexist_pop3_mark_read_days": "7"}
              for policy in ("stock", "complete", "quit")}
    groups["unlimited"] = {"coexist_pop3_mark_read": "complete",
                           "coexist_pop3_mark_read_days": "0"}
    return start(groups=groups, coexist={"pop3_mark_downloaded": "yes"})


def downloaded(maildrop, *ages):
    """Fill a mailbox with messages of these ages, download all, return it."""
    for age in ages:
        maildrop.append(message(), received=datetime.now(timezone.utc) - age)
    with maildrop.pop3() as pop:
        for number in range(1, len(ages) + 1):
            pop.retr(number)
        pop.quit()
    return maildrop


@pytest.mark.parametrize("policy", ["complete", "quit"])
def test_only_messages_within_the_limit_are_seen(server, policy):
    maildrop = downloaded(server.maildrop(policy),
                          WEEK + MINUTE, WEEK - MINUTE, 100 * WEEK, 0 * MINUTE)
    assert maildrop.seen() == [2, 4]


def test_messages_beyond_the_limit_have_the_keyword_all_the_same(server):
    maildrop = downloaded(server.maildrop("complete"), 2 * WEEK)
    assert maildrop.having("$POP3Downloaded") == [1]
    assert maildrop.seen() == []


def test_stock_knows_no_limit(server):
    assert downloaded(server.maildrop("stock"), 2 * WEEK).seen() == [1]


def test_zero_is_no_limit(server):
    assert downloaded(server.maildrop("unlimited"), 1000 * WEEK).seen() == [1]


def test_the_date_header_does_not_count(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(message(date=datetime.now(timezone.utc) - 2 * WEEK))
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert maildrop.seen() == [1]
