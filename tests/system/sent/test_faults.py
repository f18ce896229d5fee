# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever goes wrong while a program's copy takes the place of the server's: never none.

Every system call between APPEND and its reply, by which the session changes the
storage, fails in turn: the process is killed there, the disk is full from there on,
or the one call fails. Afterwards the message is in Sent, and if the client was told
so, the client's.
"""

import imaplib
import shutil
import subprocess

import pytest

from faults import CHANGES, FULL_DISK, IO_ERROR, KILL, Faults
from outbox import Outbox, letter
from relay import relay_of

pytestmark = pytest.mark.differs("the calls of the storage")
FAULTS = {"killed": KILL, "full_disk": FULL_DISK, "io_error": IO_ERROR}
# of the calls, every so manieth at commit
STRIDE = 7


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"), "APPEND", "APPENDUID")


@pytest.fixture(scope="module", params=FAULTS)
def action(request):
    return FAULTS[request.param]


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start, faults, action):
    """One for each fault: Dovecot starts a service more slowly whose processes die."""
    server = start(storage=request.param, wrap={"imap": faults.wrapper},
                   coexist={"sent_copy": "always"})
    with relay_of(server) as server.relay:
        yield server


@pytest.fixture
def replaced(server, tmp_path):
    """replaced() makes the mailbox with the server's copy anew, and returns the message."""
    outbox = Outbox(server, server.maildrop().user, server.relay)
    message = letter()
    outbox.send(message)
    mail, kept = outbox.ring.parent, tmp_path / "mail"
    subprocess.run(["cp", "-a", mail, kept], check=True)

    def again():
        shutil.rmtree(mail)
        subprocess.run(["cp", "-a", kept, mail], check=True)
        return message
    again.outbox = outbox
    return again


def store(outbox, message):
    """Return the UID that the client was told, or None."""
    try:
        [uid] = outbox.append(message)
        return uid
    except (AssertionError, imaplib.IMAP4.error, OSError):
        return None


def check(outbox, message, uid, step, action=None):
    # Dovecot leaves an empty one where the disk is full, and waits two minutes for it.
    for lock in outbox.ring.parent.rglob("*.lock"):
        lock.unlink(missing_ok=True)
    try:
        found = outbox.listed()
    except imaplib.IMAP4.abort:     # Dovecot mends the index of an mdbox and hangs up
        found = outbox.listed()
    assert found, f"lost at {step}"
    assert all(text == message for _, _, text in found), step
    # Dovecot 2.4 numbers a message of a maildir anew, with and without us, if an error
    # kept it from writing dovecot-uidlist
    assert uid is None or uid in [one for one, _, _ in found] or action == IO_ERROR, step


def walk(faults, replaced, action, stride):
    outbox = replaced.outbox
    faults.plan()
    check(outbox, replaced(), store(outbox, replaced()), "none")
    count = faults.seen(CHANGES)
    assert count > 10
    for step in range(1, count + 1, stride):
        message = replaced()
        faults.plan(action, at=step)
        uid = store(outbox, message)
        faults.plan()
        check(outbox, message, uid, step, action)


def test_some_calls(faults, replaced, action):
    walk(faults, replaced, action, STRIDE)


@pytest.mark.night
def test_every_call(faults, replaced, action):
    walk(faults, replaced, action, 1)
