# SPDX-License-Identifier: LGPL-2.1-or-later
"""sent_copy beside what else a site has: events, ACLs, odd storages, many at once."""

import random
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from signal import SIGTERM

import pytest

import exported
from outbox import Outbox, letter, locked
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


def test_an_index_that_has_no_uidvalidity_yet(outbox):
    """Submission opens Sent before a session of IMAP has made its index anew."""
    message = letter()
    outbox.append(message)
    outbox.settle("imap")
    sent = outbox.ring.parent / ".Sent"
    for index in sent.glob("dovecot.index*"):
        index.unlink()
    with outbox.smtp() as client, outbox.imap() as phone:
        with locked(outbox.ring):
            client.sendmail("alice@example.org", ["bob@example.org"], message)
            outbox.server.wait_for(lambda: any((sent / "tmp").iterdir()), 60,
                                   "the copy to be written")
            assert phone.select("Sent")[1] == [b"1"]
    outbox.settle()
    assert outbox.texts() == [message]


def is_waited_for(ring):
    """Return whether another process waits for the lock."""
    inode = f":{ring.stat().st_ino} "
    return any("->" in line and inode in line for line in open("/proc/locks"))


def test_the_reply_waits_for_no_copy(outbox):
    """The client has it while another program has the ring."""
    outbox.send(letter())
    with outbox.smtp() as client, outbox.imap() as phone:
        with locked(outbox.ring):
            client.sendmail("alice@example.org", ["bob@example.org"], letter())
            outbox.server.wait_for(lambda: is_waited_for(outbox.ring), 60, "submission to wait")
            assert phone.select("Sent")[1] == [b"1"]
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


def pair(outbox, messages, offsets):
    """Send and store each at the same moment but for its offset in seconds, and negative if it
    is stored first. Return the UIDs that the program was told."""
    begin = threading.Barrier(2)

    def each(act, sign):
        for message, offset in zip(messages, offsets):
            begin.wait(120)
            time.sleep(max(0, sign * offset))
            yield act(message)

    def store(client):
        def append(message):
            status, [text] = client.append("Sent", r"(\Seen)", None, message)
            assert status == "OK", text
            return int(re.search(rb"APPENDUID \d+ (\d+)", text)[1])
        return list(each(append, 1))
    with outbox.imap() as client, outbox.smtp() as submission, ThreadPoolExecutor(1) as threads:
        client.create("Sent")
        told = threads.submit(store, client)
        for _ in each(lambda message: submission.sendmail("alice@example.org", ["bob@example.org"],
                                                          message), -1):
            pass
        uids = told.result()
    outbox.settle()
    return uids


@pytest.mark.night
@pytest.mark.parametrize("storage", ["maildir", "sdbox", "mdbox"])
def test_a_thousand_pairs(start, storage):
    """Sent and stored at about the same moment, by two sessions: either may be the first."""
    server = start(storage=storage, coexist={"sent_copy": "always"}, conf23=exported.CONF23,
                   conf24=exported.CONF24)
    numbers = random.Random(storage)
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        messages = [letter() for _ in range(1000)]
        told = pair(outbox, messages, [numbers.uniform(-0.012, 0.012) for _ in messages])
        assert [(uid, text) for uid, _, text in outbox.listed()] == list(zip(told, messages))

        def became():
            """Return how often which of the two was the second."""
            found = Counter(one["fields"]["result"]
                            for one in exported.found(server, outbox.user))
            return found if found["replaced"] + found["skipped"] == 1000 else None
        found = server.wait_for(became, 60, "the events of a thousand pairs")
        assert found["replaced"] > 0 and found["skipped"] > 0


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
