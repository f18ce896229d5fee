# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory errors and leaks: valgrind finds none in what keeps and pairs copies of sent mail."""

import smtplib
from datetime import timedelta

import pytest

from instance import NOTICE_TEXTS, Instance
from outbox import LISTENER, Outbox, letter
from relay import relay_of

USERS = {"jo": {}, "bcc": {"coexist_sent_copy_bcc": "yes"}, "pop": {"coexist_sent_copy": "pop3"}}
SERVICES = ("submission", "imap", "lmtp", "pop3")


def walk(outbox):
    message, other = letter(), letter(message_id=None)
    outbox.send(message, other, message, letter(Auto_Submitted="auto-replied"))
    with outbox.imap() as client:
        client.select("Sent")
        client.store("1", "+FLAGS", r"(\Flagged $Label1)")
    outbox.append(message, other)
    outbox.append(letter(ago=timedelta(days=9)), letter())
    outbox.append(message, folder="Drafts", flags=r"(\Draft)")
    outbox.relay.answer = "554 5.7.1 Spam"
    with pytest.raises(smtplib.SMTPException):
        outbox.send(letter())
    outbox.relay.answer = "250 2.0.0 Queued"
    outbox.ring.write_bytes(b"x" * 100)
    outbox.send(letter("\u00e4" * 2000, body="x" * 300000 + "\r\n"), to=["a@x", "b@y"])


@pytest.mark.night
@pytest.mark.parametrize("storage", ["maildir", "mdbox"])
def test_submission_and_imap(tmp_path, storage):
    with Instance(tmp_path, users=USERS, storage=storage,
                  coexist={"sent_copy": "always", "template_dir": str(NOTICE_TEXTS)},
                  wrap=dict.fromkeys(SERVICES, "valgrind")) as server:
        with relay_of(server) as relay:
            for user in USERS:
                outbox = Outbox(server, user, relay)
                server.pop3(user).quit()
                outbox.imap().create("Sent")
                walk(outbox)
        server.stop()
        assert server.valgrind_reports() == {}


@pytest.mark.night
def test_lmtp(tmp_path):
    """A service that has the option, as Postfix's road has one."""
    # a second process would be stopped while it starts
    with Instance(tmp_path, users=USERS, **LISTENER,
                  coexist={"sent_copy": "always"}, wrap={"lmtp": "valgrind"}) as server:
        message = letter()
        server.deliver("jo", [b"Received: x\r\n y\r\n" + message, message, letter(), b"\r\n",
                              b"Received: x\r\n\r\nbody\r\n"])
        server.deliver("jo", letter(), sender="")
        outbox = Outbox(server, "jo", None)
        assert outbox.texts()[0] == message and outbox.listed("INBOX") == []
        server.stop()
        assert server.valgrind_reports() == {}
