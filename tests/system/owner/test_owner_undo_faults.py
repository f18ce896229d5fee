# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever goes wrong while an owner brings back what POP3 has moved: nothing is lost, and what
is not back can be brought back still, once.

Every system call between SETMETADATA and its reply, by which the session changes the
storage, fails in turn: the process is killed there, the disk is full from there on, or the
one call fails.
"""

import imaplib
import shutil
import subprocess
from contextlib import suppress

import pytest

from choices import Owner
from faults import CHANGES, FULL_DISK, IO_ERROR, KILL, Faults

pytestmark = pytest.mark.differs("the calls of the storage")
FAULTS = {"killed": KILL, "full_disk": FULL_DISK, "io_error": IO_ERROR}
MESSAGES = {f"number {number}" for number in range(1, 4)}
# of the calls, every so manieth at commit
STRIDE = {"maildir": 7, "mdbox": 1}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"), "SETMETADATA", " secs)")


@pytest.fixture(scope="module", params=FAULTS)
def action(request):
    return FAULTS[request.param]


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def storage(request):
    """The format of the mailboxes."""
    return request.param


@pytest.fixture(scope="module")
def server(storage, start, faults, action):
    """One for each fault: Dovecot starts a service more slowly whose processes die."""
    return start(storage=storage, wrap={"imap": faults.wrapper},
                 plugins={"all": ["coexist"], "pop3": ["virtual"]},
                 coexist={"pop3_delete": "trash", "owner_may_change": "undo",
                          "pop3_folders": "INBOX Sent"})


@pytest.fixture
def deleted(server, tmp_path):
    """deleted() makes the mailbox anew of which POP3 has moved all messages, and hidden one
    of Sent, and returns the owner, and the session."""
    maildrop, kept = server.maildrop(), tmp_path / "mail"
    maildrop.deliver(len(MESSAGES))
    with maildrop.imap() as client:
        client.create("Sent")
        client.append("Sent", None, None, b"Subject: sent\r\n\r\n")
    maildrop.delete(*range(1, len(MESSAGES) + 2))
    subprocess.run(["cp", "-a", maildrop.folder, kept], check=True)
    owner = Owner(maildrop)
    [session] = sessions(owner)

    def again():
        # a session of before must not go on in the new folder
        maildrop.server.wait_for(
            lambda: maildrop.user not in maildrop.server.doveadm("who"), what="the session's end")
        shutil.rmtree(maildrop.folder)
        subprocess.run(["cp", "-a", kept, maildrop.folder], check=True)
        return owner, session
    return again


def sessions(owner):
    """Return what can be undone."""
    text = owner.chosen("status/pop3_deletions")["status/pop3_deletions"]
    return [line.split()[1] for line in (text or "").splitlines()]


def undo(owner, session):
    """Have it undone; return the reply, or "" without one."""
    with suppress(imaplib.IMAP4.abort, OSError):
        return owner.choose(undo=session)
    return ""


def is_all_back(maildrop):
    """True if all is shown that was moved or hidden."""
    hidden = [flags for flags in maildrop.flags("Sent").values() if "$POP3Hidden" in flags]
    return set(maildrop.subjects()) == MESSAGES and not hidden


def see_that_all_comes_back(owner, session, reply, once):
    """Whatever has failed."""
    maildrop = owner.maildrop
    for lock in maildrop.folder.rglob("*.lock"):    # of the dead, which would be waited for
        lock.unlink()
    # Dovecot 2.4.5 does not list what is in new/ after a write to dovecot-uidlist that failed.
    maildrop.server.doveadm("force-resync", "-u", maildrop.user, "INBOX")
    assert set(maildrop.subjects()) | set(maildrop.subjects("Trash")) == MESSAGES
    assert is_all_back(maildrop) or not reply.startswith("OK ")
    if sessions(owner) != [session]:
        assert reply.startswith("OK ") or reply == ""
    else:
        again = undo(owner, session)
        if again.startswith("NO [SERVERBUG]"):
            # Dovecot 2.4 mends what was cut off in an mdbox by an error and another try
            maildrop.server.wait_log("Inconsistency in map index")
            again = undo(owner, session)
        assert again.startswith(("OK ", "NO [CANNOT] There is nothing left")), again
    assert is_all_back(maildrop)
    assert not once or len(maildrop.subjects()) == len(MESSAGES)


@pytest.mark.night
def test_all_comes_back(deleted, storage, faults, action):
    # who dies in between, or has no room for the journal, leaves two; a maildir has had
    # copies for a while when Dovecot says that it could not store them
    once = action == IO_ERROR and storage == "mdbox"
    faults.plan()
    assert undo(*deleted()).startswith("OK ")
    calls = faults.seen(CHANGES)
    assert calls >= 20
    for at in range(1, calls + 1, STRIDE[storage]):
        owner, session = deleted()
        faults.plan(action, CHANGES, at)
        reply = undo(owner, session)
        faults.plan()
        try:
            see_that_all_comes_back(owner, session, reply, once)
        except AssertionError as error:
            raise AssertionError(f"call {at} of {calls}, {reply}: {error}") from error
