# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two sessions that delete the same messages and say QUIT at the same moment: each message is in
the Trash, once.

The first one is stopped before each system call by which it changes the storage, until the
second one has its reply or waits. Then it goes on, or it is killed.
"""

import os
import select
from contextlib import suppress
from signal import SIGCONT, SIGKILL

import pytest

import wire
from faults import CHANGES, COUNT, STOP, Faults, Template
from instance import InstanceError, processes
from server import Server

MESSAGES = 3
SUBJECTS = [f"number {number}" for number in range(1, MESSAGES + 1)]
# how many calls there are at least, and every so manieth is tried at commit
CALLS = {"maildir": 15, "mdbox": 10, "sdbox": 15}
STRIDE = {"maildir": 5, "mdbox": 3, "sdbox": 4}
TURNS = 5
OK = b"+OK Logging out, messages deleted."


@pytest.fixture(scope="module", params=CALLS)
def storage(request):
    return request.param


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, faults, storage):
    with Server(tmp_path_factory.mktemp("dovecot"), storage=storage,
                wrap={"pop3": faults.wrapper}, coexist={"pop3_delete": "trash"}) as server:
        yield server


def has_replied(pop):
    return bool(select.select([pop.sock], [], [], 0)[0])


def has_log(pid):
    """True if the process has the log of moves open."""
    with suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                if os.readlink(entry.path).endswith("/dovecot-coexist.moves"):
                    return True
    return False


def delete_all(pop):
    for number in range(1, pop.stat()[0] + 1):
        pop.dele(number)


def reply(pop, unlocked=None):
    """Return the reply to QUIT, b"" if there is none.

    unlocked  a mailbox whose locks of the dead are taken away until there is one
    """
    while unlocked is not None and not select.select([pop.sock], [], [], 0.05)[0]:
        unlocked.unlock()
    try:
        return wire.read_line(pop)
    except OSError:
        return b""


def quit_both(maildrop, faults, at, number):
    """Have two sessions delete all, and the second one say QUIT while the first one is stopped
    at a call, and then gets a signal of that number; return their replies, and how many calls
    the first one has made until then."""
    server = maildrop.server
    with maildrop.pop3() as first:
        first_pid = maildrop.pop3_pid()
        with maildrop.pop3() as second:
            second_pid = maildrop.pop3_pid()
            for pop in (first, second):
                delete_all(pop)
            faults.plan(STOP, CHANGES, at)
            wire.send(first, "QUIT")
            server.wait_for(lambda: has_replied(first) or processes.state(first_pid) == "T",
                            what="the first session")
            calls = faults.seen(CHANGES)
            faults.plan(COUNT)
            wire.send(second, "QUIT")
            # or it waits for a lock of Dovecot's, by which nobody sees it
            with suppress(InstanceError):
                server.wait_for(lambda: has_replied(second) or has_log(second_pid), 1)
            with suppress(ProcessLookupError):
                os.kill(first_pid, number)
            replies = reply(first), reply(second, maildrop if number == SIGKILL else None)
            return replies, calls


def finish(maildrop):
    """Let a client come back that deletes what it is shown."""
    for _ in range(TURNS):
        with maildrop.pop3() as pop:
            if pop.stat()[0] == 0:
                break
            delete_all(pop)
            wire.send(pop, "QUIT")
            reply(pop)


def assert_each_once(maildrop, faults, numbers, number, folder):
    """Stop the first one at each of these calls; return how many there were in the last run."""
    maildrop.deliver(MESSAGES)
    with maildrop.imap() as imap:
        imap.create("Trash")
    template = Template(maildrop, folder)
    for at in numbers:
        replies, calls = quit_both(maildrop, faults, at, number)
        if number == SIGKILL:
            finish(maildrop)
        else:
            assert replies == (OK, OK), at
        assert (maildrop.subjects(), sorted(maildrop.subjects("Trash"))) == ([], SUBJECTS), at
        if calls < at:
            break
        template.restore()
    return calls


@pytest.mark.parametrize("number", [SIGCONT, SIGKILL])
def test_at_some_calls(maildrop, storage, faults, number, tmp_path):
    calls = assert_each_once(maildrop, faults, range(1, 1000, STRIDE[storage]), number, tmp_path)
    assert calls >= CALLS[storage]


@pytest.mark.night
@pytest.mark.parametrize("number", [SIGCONT, SIGKILL])
def test_at_each_call(maildrop, storage, faults, number, tmp_path):
    calls = assert_each_once(maildrop, faults, range(1, 1000), number, tmp_path)
    assert calls >= CALLS[storage]
