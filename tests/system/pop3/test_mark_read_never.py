# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_mark_read = never: POP3 leaves no trace on the messages it downloads."""

from pathlib import Path

import pytest

import leaving
from maildrop import large_message


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"pop3_mark_read": "never"},
                 groups={"stock": {"coexist_pop3_mark_read": "stock"}})


def download(maildrop):
    """Get everything in one session and say QUIT."""
    with maildrop.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            pop.uidl(number)
            pop.retr(number)
        pop.quit()


def test_downloads_change_no_flag(maildrop):
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("2", "+FLAGS", "(\\Answered \\Flagged $Work)")
    before = maildrop.flags()
    download(maildrop)
    assert maildrop.flags() == before


def test_downloads_leave_new_messages_recent(maildrop):
    maildrop.deliver(2)
    before = maildrop.flags()
    assert "\\Recent" in before[1] & before[2]
    download(maildrop)
    assert maildrop.flags() == before


def test_a_neighbour_with_stock_is_marked_as_ever(server):
    stock = server.maildrop("stock")
    stock.deliver(2)
    download(stock)
    assert stock.flags() == {1: {"\\Seen"}, 2: {"\\Seen"}}


def test_a_message_that_was_read_before_stays_seen(maildrop):
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Seen")
    download(maildrop)
    assert maildrop.seen() == [1]


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_a_client_that_is_gone_changes_no_flag(maildrop, leave):
    maildrop.deliver(large_message())
    before = maildrop.flags()
    with maildrop.pop3() as pop:
        leave(pop, 1)
    assert maildrop.flags() == before


# What is written

@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def every_format(request, start):
    return start(storage=request.param, coexist={"pop3_mark_read": "never"})


def changed(before, after):
    """Return the names of the files that differ in two snapshots."""
    return {Path(name).name for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)}


def test_the_first_session_writes_no_more_than_uids_and_sizes(every_format):
    """These are Dovecot's: UIDs of new mail go to the log, sizes to the cache."""
    maildrop = every_format.maildrop()
    maildrop.deliver(3)
    before = maildrop.snapshot()
    download(maildrop)
    assert changed(before, maildrop.snapshot()) <= {"dovecot.index.log", "dovecot.index.cache"}
    assert maildrop.seen() == []


def test_a_session_writes_nothing_once_the_mailbox_has_settled(every_format):
    maildrop = every_format.maildrop()
    maildrop.deliver(3)
    download(maildrop)
    before = maildrop.snapshot()
    assert any(name.endswith("dovecot.index.log") for name in before)
    for _ in range(2):
        download(maildrop)
        assert changed(before, maildrop.snapshot()) == set()
    assert maildrop.seen() == []


def test_dele_and_quit_expunges(maildrop):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.retr(2)
        assert pop.quit() == b"+OK Logging out, messages deleted."
    assert maildrop.flags().keys() == {1, 2}
    assert maildrop.seen() == []
