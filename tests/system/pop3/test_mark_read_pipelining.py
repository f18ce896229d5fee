"""pop3_mark_read = complete, for a client that sends many commands at once.

What it sent before it had a message says nothing about that message.
"""

import pytest

import wire

COUNT = 20
RETRS = [f"RETR {number}" for number in range(1, COUNT + 1)]


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"pop3_mark_read": "complete"},
                 groups={"stock": {"coexist_pop3_mark_read": "stock"},
                         "keyword": {"coexist_pop3_mark_read": "stock",
                                     "coexist_pop3_mark_downloaded": "yes"}})


def download(pop, *commands, read=None):
    """Send commands in one write; read so many of the messages, or all."""
    wire.send(pop, *commands)
    retrs = [command for command in commands if command.startswith("RETR")]
    for _ in retrs if read is None else range(read):
        wire.read_message(pop)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("read", [1, COUNT], ids=["the_first", "all"])
def test_a_client_that_is_gone_after_it_read(server, tls, read):
    maildrop = server.maildrop()
    maildrop.deliver(COUNT)
    with maildrop.pop3(tls=tls) as pop:
        download(pop, *RETRS, read=read)
    assert maildrop.seen() == []


def test_stock_marks_them(server):
    maildrop = server.maildrop("stock")
    maildrop.deliver(COUNT)
    with maildrop.pop3() as pop:
        download(pop, *RETRS, read=1)
    assert maildrop.seen() == list(range(1, COUNT + 1))


def test_a_command_that_came_with_retr_does_not_confirm_it(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        download(pop, "RETR 1", "NOOP")
        assert wire.read_line(pop).startswith(b"+OK")
    assert maildrop.seen() == []


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_the_next_command_confirms_them_all(maildrop, tls):
    maildrop.deliver(COUNT)
    with maildrop.idle() as idle, maildrop.pop3(tls=tls) as pop:
        download(pop, *RETRS)
        pop.noop()
        idle.expect(COUNT, "\\Seen")
        assert maildrop.seen() == list(range(1, COUNT + 1))


def test_commands_that_came_later_confirm_what_was_sent_before(maildrop):
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        download(pop, "RETR 1", "RETR 2")
        download(pop, "RETR 3", "RETR 4")
    assert maildrop.seen() == [1, 2]


def test_the_keyword_of_downloads_waits_too(server):
    maildrop = server.maildrop("keyword")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        download(pop, "RETR 1", "RETR 2")
        download(pop, "RETR 3", "NOOP")
        wire.read_line(pop)
    assert maildrop.having("$POP3Downloaded") == [1, 2]
