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
# How often a client comes back and deletes again what it is shown. Dovecot may have to make
# the indexes of an mdbox anew, by which what had been expunged is there again.
TURNS = 5


@pytest.fixture(params=["maildir", "mdbox", "sdbox"])
def server(request, tmp_path):
    with Server(tmp_path, storage=request.param,
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
    maildrop.unlock()
    return reply


def kill_sessions(maildrop, kills, chance, longest):
    """Kill some sessions of a mailbox; return how many messages were delivered, and how
    long a session takes about."""
    delivered = killed = 0
    while killed < kills:
        maildrop.deliver(*(message(f"number {delivered + number}")
                           for number in range(MESSAGES)))
        delivered += MESSAGES
        # about half of them are to be too late
        if delete_all(maildrop, chance.uniform(0, longest)):
            longest *= 0.9
        else:
            killed += 1
            longest *= 1.1
    return delivered, longest


@pytest.mark.parametrize("mailboxes, kills", [
    (3, 5), pytest.param(60, 5, marks=pytest.mark.night),
    pytest.param(1, 300, marks=pytest.mark.night)])
def test_killed_at_random(server, mailboxes, kills):
    chance, longest = random.Random(mailboxes), 0.02
    for _ in range(mailboxes):
        maildrop = server.maildrop()
        delivered, longest = kill_sessions(maildrop, kills, chance, longest)
        print(f"{kills} kills, {delivered} messages")
        for _ in range(TURNS):
            delete_all(maildrop)
            if maildrop.subjects() == []:
                break
        assert maildrop.subjects() == []
        assert sorted(maildrop.subjects("Trash")) == sorted(
            f"number {number}" for number in range(delivered))
