# SPDX-License-Identifier: LGPL-2.1-or-later
"""EXPIRE and LOGIN-DELAY in one session, which has a filter for each of them."""

import pytest

import wire
from maildrop import large_message


@pytest.fixture(scope="module")
def server(start):
    return start(groups={"both": {"coexist_pop3_keep_days": "30",
                                  "coexist_pop3_login_delay": "1s"}})


def test_capa_has_both_after_dovecots_own(server):
    with server.maildrop("both").pop3() as pop:
        wire.send(pop, "CAPA")
        lines = wire.read_message(pop).split(b"\r\n")
    assert lines[0] == b"+OK"
    assert b"UIDL" in lines[1:-4]
    assert lines[-4:] == [b"EXPIRE 30", b"LOGIN-DELAY 1", b".", b""]


def test_commands_sent_with_the_password_are_answered_in_order(server):
    maildrop = server.maildrop("both")
    maildrop.deliver(1)
    with maildrop.transcript() as session:
        session.send("NOOP", "CAPA", "UIDL 1", "CAPA", "QUIT")
        session.hear_end()
    assert session.text.count(b"EXPIRE 30\r\nLOGIN-DELAY 1\r\n.\r\n") == 2
    assert session.text.endswith(b"+OK Logging out.\r\n")


def test_a_large_message_passes_both_filters(server):
    maildrop = server.maildrop("both")
    content = large_message().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    maildrop.append(content)
    with maildrop.pop3() as pop:
        wire.send(pop, "RETR 1", "CAPA")
        body = wire.read_message(pop).split(b"\r\n", 1)[1]
        assert body == content.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        assert b"\r\nLOGIN-DELAY 1\r\n.\r\n" in wire.read_message(pop)
