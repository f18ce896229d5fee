# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two sessions that delete the same messages and say QUIT at the same moment: each message is in
the Trash, once.

The first one is stopped before each system call by which it changes the storage, until the
second one has its reply or waits.
"""

import os
import select
import signal
from contextlib import suppress

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


def quit_both(maildrop, faults, at):
    """Have two sessions delete all, and the second one say QUIT while the first one is stopped
    at a call; return their replies, and how many calls the first one has made until then."""
    server = maildrop.server
    with maildrop.pop3() as first:
        first_pid = maildrop.pop3_pid()
        with maildrop.pop3() as second:
            second_pid = maildrop.pop3_pid()
            for pop in (first, second):
                for number in range(1, MESSAGES + 1):
                    pop.dele(number)
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
                os.kill(first_pid, signal.SIGCONT)
            return (wire.read_line(first), wire.read_line(second)), calls


def assert_each_once(maildrop, faults, numbers, folder):
    """Stop the first one at each of these calls; return how many there were in the last run."""
    maildrop.deliver(MESSAGES)
    with maildrop.imap() as imap:
        imap.create("Trash")
    template = Template(maildrop, folder)
    for at in numbers:
        replies, calls = quit_both(maildrop, faults, at)
        assert (replies, maildrop.subjects(), sorted(maildrop.subjects("Trash"))) == \
            ((OK, OK), [], SUBJECTS), at
        if calls < at:
            break
        template.restore()
    return calls


def test_at_some_calls(maildrop, storage, faults, tmp_path):
    calls = assert_each_once(maildrop, faults, range(1, 1000, STRIDE[storage]), tmp_path)
    assert calls >= CALLS[storage]


@pytest.mark.night
def test_at_each_call(maildrop, storage, faults, tmp_path):
    calls = assert_each_once(maildrop, faults, range(1, 1000), tmp_path)
    assert calls >= CALLS[storage]
