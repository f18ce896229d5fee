# SPDX-License-Identifier: LGPL-2.1-or-later
"""sent_copy beside what else a site has: events, ACLs, odd storages, many at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fcntl import LOCK_EX, lockf
from signal import SIGTERM

import pytest

import exported
from outbox import Outbox, letter
from relay import relay_of

pytestmark = pytest.mark.differs("events, ACLs and locks")
TEAM = """namespace team {
  type = public
  prefix = team/
  separator = /
  %s
}
"""


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"sent_copy": "always"}, conf23=exported.CONF23,
                 conf24=exported.CONF24)


def results(outbox, count):
    return [one["fields"]["result"]
            for one in exported.events(outbox.server, outbox.user, count)]


def test_an_event_says_what_became_of_it(outbox):
    message = letter()
    outbox.send(message)
    outbox.append(message)
    outbox.send(message, letter(Auto_Submitted="auto-replied"))
    assert results(outbox, 4) == ["saved", "replaced", "skipped", "skipped"]


def test_sent_that_nobody_may_write_to(outbox):
    """The message goes; the log says why there is no copy."""
    with outbox.imap() as client:
        client.create("Sent")
    folder = outbox.ring.parent / ".Sent"
    for sub in ("tmp", "new", "cur"):
        (folder / sub).rmdir()
        (folder / sub).write_text("no folder")
    outbox.send(letter())
    assert len(outbox.relay.messages) == 1
    assert results(outbox, 1) == ["failed"]
    outbox.server.wait_log("Can't keep a copy of a sent message: ")


def test_a_ring_that_cannot_be_locked_leaves_two(outbox):
    message = letter()
    outbox.send(message)
    outbox.ring.unlink()
    outbox.ring.mkdir()
    outbox.append(message)
    assert len(outbox.listed()) == 2
    outbox.server.wait_log("Can't lock .*dovecot-coexist.sent")


@contextmanager
def locked(ring):
    """Lock it as a session does that stores a message."""
    with open(ring, "r+b") as file:
        lockf(file, LOCK_EX)
        yield


def test_an_index_that_has_no_uidvalidity_yet(outbox):
    """Submission opens Sent before a session of IMAP has made its index anew."""
    message = letter()
    outbox.append(message)
    outbox.settle("imap")
    sent = outbox.ring.parent / ".Sent"
    for index in sent.glob("dovecot.index*"):
        index.unlink()
    with outbox.smtp() as client:
        with locked(outbox.ring):
            client.sendmail("alice@example.org", ["bob@example.org"], message)
            outbox.server.wait_for(lambda: any((sent / "tmp").iterdir()), 60,
                                   "the copy to be written")
            assert len(outbox.listed()) == 1
    outbox.settle()
    assert outbox.texts() == [message]


def is_waited_for(ring):
    """Return whether another process waits for the lock."""
    inode = f":{ring.stat().st_ino} "
    return any("->" in line and inode in line for line in open("/proc/locks"))


def test_the_reply_waits_for_no_copy(outbox):
    """The client has it while another program has the ring."""
    outbox.send(letter())
    with outbox.smtp() as client:
        with locked(outbox.ring):
            client.sendmail("alice@example.org", ["bob@example.org"], letter())
            outbox.server.wait_for(lambda: is_waited_for(outbox.ring), 60, "submission to wait")
            assert len(outbox.listed()) == 1
    outbox.settle()
    assert len(outbox.listed()) == 2


def test_submission_is_told_to_end_while_it_stores(outbox):
    outbox.send(letter())
    message = letter()
    with outbox.smtp() as client:
        with locked(outbox.ring):
            client.sendmail("alice@example.org", ["bob@example.org"], message)
            outbox.server.wait_for(lambda: is_waited_for(outbox.ring), 60, "submission to wait")
            outbox.server.kill(outbox.server.session_pid("submission", outbox.user), SIGTERM)
        outbox.settle()
        client.close()
    assert outbox.texts()[1:] == [message]


@pytest.mark.parametrize("first", ["sent", "nothing"])
def test_an_append_waits_while_the_server_stores(outbox, first):
    message = letter()
    outbox.send(letter(), *[message] * (first == "sent"))
    with ThreadPoolExecutor(1) as threads:
        with locked(outbox.ring):
            stored = threads.submit(outbox.append, message)
            outbox.server.wait_for(lambda: is_waited_for(outbox.ring), 60, "the APPEND to wait")
            assert not stored.done()
        [uid] = stored.result()
    assert [one for one, _, _ in outbox.listed()][1:] == [uid]


def test_the_team_has_its_own_sent(start):
    """A copy in a mailbox of others leaves the server's in the sender's own."""
    server = start(coexist={"sent_copy": "always"}, conf23=TEAM % "location = maildir:~/team",
                   conf24=TEAM % "mail_driver = maildir\n  mail_path = ~/team")
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        message = letter()
        outbox.send(message)
        ring = outbox.ring.read_bytes()
        outbox.append(message, folder="team/Sent")
        assert outbox.texts() == outbox.texts("team/Sent") == [message]
        assert outbox.ring.read_bytes() == ring
        outbox.append(message)
        assert outbox.texts() == [message]


def test_the_owners_own_expunge_stays(outbox):
    """The phone removes the server's copy before the office stores its own."""
    message = letter()
    outbox.send(message)
    with outbox.imap() as client:
        client.select("Sent")
        client.store("1", "+FLAGS", r"\Deleted")
        client.expunge()
    [uid] = outbox.append(message)
    assert [one for one, _, _ in outbox.listed()] == [uid]


def test_mail_to_oneself_stays_in_inbox(outbox):
    message = letter()
    outbox.send(message)
    outbox.server.deliver(outbox.user, message)
    outbox.append(message)
    assert (len(outbox.listed("INBOX")), len(outbox.listed())) == (1, 1)


@pytest.mark.night
def test_a_thousand_pairs(start):
    """Sent and stored at the same moment, by two sessions each."""
    server = start(storage="mdbox", coexist={"sent_copy": "always"})
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        messages = [letter() for _ in range(1000)]
        told = []
        with outbox.imap() as client:
            client.create("Sent")
        # far apart, they were none of the same moment
        for begin in range(0, 1000, 100):
            block = messages[begin:begin + 100]
            store = threading.Thread(target=lambda: told.extend(outbox.append(*block)))
            store.start()
            outbox.send(*block)
            store.join()
        assert [uid for uid, _, _ in outbox.listed()] == told


def test_without_an_index_file(start):
    """INDEX=MEMORY: the file lies with the mail."""
    server = start(conf23="mail_location = maildir:~/mail:INDEX=MEMORY\n",
                   conf24="mail_index_path = MEMORY\n", coexist={"sent_copy": "always"})
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        message = letter()
        outbox.send(message)
        outbox.append(message)
        assert len(outbox.listed()) == 1
