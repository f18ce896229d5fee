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


@pytest.mark.parametrize("kills", [15, pytest.param(300, marks=pytest.mark.night)])
def test_killed_at_random(server, kills, record_property):
    maildrop, chance = server.maildrop(), random.Random(kills)
    delivered, killed, longest = 0, 0, 0.02
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
    assert delete_all(maildrop) in (b"+OK Logging out.",
                                    b"+OK Logging out, messages deleted.")
    trash = maildrop.subjects("Trash")
    record_property("messages", delivered)
    record_property("twice", len(trash) - len(set(trash)))
    print(f"{killed} kills, {delivered} messages, {len(trash) - len(set(trash))} twice")
    assert maildrop.subjects() == []
    assert set(trash) == {f"number {number}" for number in range(delivered)}
    assert len(trash) == delivered
