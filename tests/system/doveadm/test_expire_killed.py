# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist expire that is killed before each system call by which it changes the
storage: the next run finishes what it had begun, and each message is in the Trash, once."""

import pytest

from administrator import CONF23, CONF24
from expiry import GROUPS, expire
from faults import CHANGES, COUNT, KILL, Faults, Template

MESSAGES = 4
# how many calls there are at least, and every so manieth is tried at commit
CALLS = {"maildir": 30, "mdbox": 15, "sdbox": 20}
STRIDE = {"maildir": 5, "mdbox": 2, "sdbox": 3}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"), "", "never")


@pytest.fixture(scope="module", params=CALLS)
def storage(request):
    """The format of the mailboxes."""
    return request.param


@pytest.fixture(scope="module")
def server(start, storage, clock):
    return start(storage=storage, wrap={"pop3": clock.wrapper}, conf23=CONF23,
                 conf24=CONF24, groups=GROUPS)


@pytest.fixture
def again(server, downloaded, tmp_path):
    """again() makes the mailbox anew in which all messages are due, and returns it."""
    maildrop = server.maildrop("trash")
    downloaded(maildrop, MESSAGES, MESSAGES)
    template = Template(maildrop, tmp_path)

    def again():
        template.restore()
        return maildrop
    return again


def assert_finished(maildrop):
    """Run it once more, and see that all are where they belong."""
    maildrop.unlock()
    assert expire(maildrop, "--now").returncode == 0
    assert maildrop.subjects() == []
    assert sorted(maildrop.subjects("Trash")) == \
        [f"number {number}" for number in range(1, MESSAGES + 1)]


def assert_calls(server, faults, again, numbers):
    """Kill it at each of these calls; return how many calls the last run made."""
    for at in numbers:
        maildrop = again()
        faults.plan(KILL, CHANGES, at)
        done = expire(maildrop, "--now", env=faults.environment)
        calls = faults.seen(CHANGES)
        faults.plan(COUNT)
        assert (done.returncode == 0) == (calls < at), done
        assert_finished(maildrop)
        if calls < at:
            break
    return calls


def test_killed(server, storage, faults, again):
    calls = assert_calls(server, faults, again, range(1, 1000, STRIDE[storage]))
    assert calls >= CALLS[storage]


@pytest.mark.night
def test_killed_at_each_call(server, storage, faults, again):
    calls = assert_calls(server, faults, again, range(1, 1000))
    assert calls >= CALLS[storage]
