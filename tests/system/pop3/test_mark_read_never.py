"""pop3_mark_read = never: POP3 leaves no trace on the messages it downloads."""

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


def test_a_session_writes_nothing_once_the_mailbox_has_settled(maildrop):
    maildrop.deliver(3)
    download(maildrop)
    before = maildrop.snapshot()
    assert "dovecot.index.log" in before
    download(maildrop)
    assert maildrop.snapshot() == before
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
