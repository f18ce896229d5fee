# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sessions that are killed at any moment between QUIT and its reply, over and over again:
no message is lost, and none is in the Trash twice."""

import os
import random
import signal
import time
from contextlib import suppress

import pytest

import wire
from instance import message
from server import Server

# new ones for each session
MESSAGES = 3
# of a mailbox
KILLS = 5


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, tmp_path_factory):
    with Server(tmp_path_factory.mktemp("dovecot"), storage=request.param,
                coexist={"pop3_delete": "trash"}) as server:
        yield server


def delete_all(maildrop, kill_after=None):
    """Delete everything; return the reply to QUIT, b"" if there is none.

    kill_after  how long after QUIT the session is killed, in seconds
    """
    with maildrop.pop3() as pop:
        pid = maildrop.pop3_pid()
        for number in range(1, pop.stat()[0] + 1):
            pop.dele(number)
        wire.send(pop, "QUIT")
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            reply = wire.read_line(pop)
        except OSError:
            reply = b""
    # locks of the dead are overridden after a while, for which nobody waits here
    for lock in maildrop.folder.rglob("*lock"):
        lock.unlink()
    return reply


def kill_sessions(maildrop, chance, longest):
    """Kill some sessions of a mailbox; return how many messages were delivered, and how
    long a session takes about."""
    delivered = killed = 0
    while killed < KILLS:
        maildrop.deliver(*(message(f"number {delivered + number}")
                           for number in range(MESSAGES)))
        delivered += MESSAGES
        # about half of them are to be too late
        if delete_all(maildrop, chance.uniform(0, longest)):
            longest *= 0.9
        else:
            killed += 1
            longest *= 1.1
    delete_all(maildrop)
    return delivered, longest


def has_new_indexes(maildrop):
    """Return whether Dovecot had to make those of the whole mdbox anew, by which messages
    that were expunged come back (doc/dovecot-notes.md, Storage)."""
    return any(f"({maildrop.user})" in line and "rebuilding indexes" in line
               for line in maildrop.server.log_text().splitlines())


@pytest.mark.parametrize("mailboxes", [3, pytest.param(60, marks=pytest.mark.night)])
def test_killed_at_random(server, mailboxes, record_property):
    chance, longest, without = random.Random(mailboxes), 0.02, 0
    for _ in range(mailboxes):
        maildrop = server.maildrop()
        delivered, longest = kill_sessions(maildrop, chance, longest)
        inbox, trash = maildrop.subjects(), maildrop.subjects("Trash")
        everything = {f"number {number}" for number in range(delivered)}
        assert {*inbox, *trash} == everything
        if not has_new_indexes(maildrop):
            without += 1
            assert inbox == []
            assert len(trash) == delivered
    record_property("without_new_indexes", without)
    print(f"{mailboxes * KILLS} kills, {without} of {mailboxes} mailboxes count")
    assert without >= mailboxes / 3
