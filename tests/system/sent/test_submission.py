# SPDX-License-Identifier: LGPL-2.1-or-later
"""sent_copy with Dovecot's submission: what was sent is in Sent, once and as it was."""

import smtplib

import pytest

from outbox import Outbox, letter

pytestmark = pytest.mark.differs("the submission service")


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, coexist={"sent_copy": "always"},
                 groups={"none": {"coexist_sent_copy": "never"}})


def test_it_is_in_sent_and_read(outbox):
    message = letter()
    outbox.send(message)
    [(_, flags, text)] = outbox.listed()
    assert (flags, text) == ({r"\Seen"}, message)
    assert len(outbox.relay.messages) == 1


def test_sent_is_made_and_subscribed(outbox):
    outbox.send(letter())
    with outbox.imap() as client:
        assert b"Sent" in b"".join(client.lsub()[1])


def test_never_is_stock(server, relay):
    outbox = Outbox(server, server.maildrop("none").user, relay)
    outbox.send(letter())
    assert outbox.listed() == []


def test_each_of_a_session_is_kept(outbox):
    messages = [letter() for _ in range(3)]
    outbox.send(*messages)
    assert outbox.texts() == messages


@pytest.mark.parametrize("answer", ["554 5.7.1 Spam", "451 4.3.0 Later", ""])
def test_what_was_not_accepted_is_not_kept(outbox, answer):
    outbox.relay.answer = answer
    with pytest.raises(smtplib.SMTPException):
        outbox.send(letter())
    outbox.settle()
    assert outbox.listed() == []


def test_one_recipient_that_is_refused_changes_nothing(outbox):
    outbox.send(letter(), to=["bob@example.org", "refused@example.org"])
    assert len(outbox.listed()) == 1


def test_a_client_that_leaves_has_sent_it_all_the_same(outbox):
    outbox.relay.go_on.clear()
    outbox.relay.got.clear()
    client = outbox.smtp()
    client.mail("alice@example.org")
    client.rcpt("bob@example.org")
    client.putcmd("data")
    client.getreply()
    client.send(letter() + b".\r\n")
    assert outbox.relay.got.wait(30)
    client.close()
    outbox.relay.go_on.set()
    # Dovecot's session does not notice that the client has left
    outbox.server.wait_for(outbox.listed, 30, "the copy")


@pytest.mark.parametrize("header", [
    {"Auto_Submitted": "auto-replied"},
    {"Content_Type": 'multipart/report; report-type=disposition-notification; boundary="b"'},
])
def test_what_nobody_wrote_is_not_kept(outbox, header):
    outbox.send(letter(**header))
    assert outbox.listed() == []


def test_dots_and_long_lines_are_as_they_were(outbox):
    message = letter(body=".\r\n..\r\n.dot\r\n" + "x" * 900 + "\r\n")
    outbox.send(message)
    assert outbox.texts() == [message]


def test_a_large_one(outbox):
    message = letter(body=("y" * 70 + "\r\n") * 20000)
    outbox.send(message)
    assert outbox.texts() == [message]
