# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever goes wrong while the server stores its copy: the mail went, at most the copy is lost.

Every system call that changes the storage fails in turn, from the moment on when the
message was accepted: the process is killed there, the disk is full from there on, or
the one call fails.

submission  the client has its reply, whatever becomes of the copy
LMTP        Postfix keeps a copy that it got no reply for, and brings it again
"""

import imaplib
import smtplib

import pytest

from faults import CHANGES, FULL_DISK, IO_ERROR, KILL, Faults
from outbox import LISTENER, Outbox, letter
from relay import relay_of

pytestmark = pytest.mark.differs("the calls of the storage")
FAULTS = {"killed": KILL, "full_disk": FULL_DISK, "io_error": IO_ERROR}
# of the calls, every so manieth at commit
STRIDE = 5
QUEUED = "250 2.0.0 Queued as 1"


@pytest.fixture(scope="module", params=FAULTS)
def action(request):
    return FAULTS[request.param]


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def storage(request):
    return request.param


def unlocked(outbox):
    """Dovecot leaves an empty lock where the disk is full, and waits two minutes for it."""
    for lock in outbox.ring.parent.rglob("*.lock"):
        lock.unlink(missing_ok=True)
    return outbox


def texts(outbox):
    try:
        return unlocked(outbox).texts()
    except imaplib.IMAP4.abort:     # Dovecot mends the index of an mdbox and hangs up
        return outbox.texts()


def listed(outbox):
    """Return the messages in Sent.

    Dovecot writes the header of a message in an mdbox last: what a killed process has
    written is found after that many NULs, as IMAP shows them, when the index is mended.
    """
    return [text.lstrip(b"\x80") for text in texts(outbox)]


def check(found, kept, sent, step):
    """Nothing that was there is lost, and each is one that was sent, once or twice."""
    assert set(kept) <= set(found) <= set(sent), step
    assert max(map(found.count, found)) <= 2, step


# By submission

@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"), QUEUED, "221 2.0.0")


@pytest.fixture(scope="module")
def server(start, storage, faults, action):
    """One for each fault: Dovecot starts a service more slowly whose processes die."""
    server = start(storage=storage, wrap={"submission": faults.wrapper},
                   coexist={"sent_copy": "always"})
    with relay_of(server) as server.relay:
        server.relay.answer = QUEUED
        yield server


def send(outbox, message):
    """Send it; what becomes of the connection afterwards is another thing."""
    client = outbox.smtp()
    assert client.sendmail("alice@example.org", ["bob@example.org"], message) == {}
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()
    outbox.settle()


def walk(server, faults, action, stride):
    outbox = Outbox(server, server.maildrop().user, server.relay)
    first = letter()
    send(outbox, first)      # which makes Sent
    faults.plan()
    counted = letter()
    send(outbox, counted)
    count = faults.seen(CHANGES)
    assert count > 5 and outbox.texts() == [first, counted]
    kept, sent = [first, counted], [first, counted]
    for step in range(1, count + 1, stride):
        message = letter()
        sent.append(message)
        server.relay.messages.clear()
        faults.plan(action, at=step)
        send(outbox, message)
        faults.plan()
        [(_, relayed)] = server.relay.messages
        assert relayed.endswith(message), step
        found = listed(outbox)
        check(found, kept, sent, step)
        assert found.count(message) <= 1, step
        # and what the program stores is there alone
        if step % 2 == 0:
            unlocked(outbox).append(message)
            found = listed(outbox)
            check(found, [*kept, message], sent, step)
        kept = found
    last = letter()
    send(unlocked(outbox), last)
    check(listed(outbox), [*kept, last], [*sent, last], "end")


def test_some_calls_of_submission(server, faults, action):
    walk(server, faults, action, STRIDE)


@pytest.mark.night
def test_every_call_of_submission(server, faults, action):
    walk(server, faults, action, 1)


# By LMTP

@pytest.fixture(scope="module")
def lmtp_faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"), "Subject: ", "Saved")


@pytest.fixture(scope="module")
def lmtp(start, storage, lmtp_faults):
    return start(storage=storage, wrap={"lmtp": lmtp_faults.wrapper},
                 coexist={"sent_copy": "always"}, **LISTENER)


def bring(outbox, message):
    """Do as Postfix does: again, until there is a reply. Return how often that was."""
    for times in range(1, 4):
        try:
            outbox.server.deliver(outbox.user, message)
            return times
        except (smtplib.SMTPException, OSError):
            unlocked(outbox)
    raise AssertionError("no reply")


def walk_lmtp(server, faults, action, stride):
    outbox = Outbox(server, server.maildrop().user, None)
    first, counted = letter(), letter()
    bring(outbox, first)
    faults.plan()
    bring(outbox, counted)
    count = faults.seen(CHANGES)
    assert count > 5 and outbox.texts() == [first, counted]
    kept, sent = [first, counted], [first, counted]
    times = []
    for step in range(1, count + 1, stride):
        message = letter()
        sent.append(message)
        faults.plan(action, at=step)
        try:
            server.deliver(outbox.user, message)
            times.append(1)
        except (smtplib.SMTPException, OSError):
            faults.plan()
            times.append(1 + bring(unlocked(outbox), message))
        faults.plan()
        found = listed(outbox)
        # killed between the commit and the note of it, there may be two
        check(found, [*kept, message] if action == KILL else kept, sent, step)
        kept = found
    assert (max(times) > 1) == (action == KILL)
    assert outbox.listed("INBOX") == []


@pytest.mark.parametrize("action", ["killed"], indirect=True)
def test_some_calls_of_lmtp(lmtp, lmtp_faults, action):
    walk_lmtp(lmtp, lmtp_faults, action, STRIDE)


@pytest.mark.night
def test_every_call_of_lmtp(lmtp, lmtp_faults, action):
    walk_lmtp(lmtp, lmtp_faults, action, 1)
