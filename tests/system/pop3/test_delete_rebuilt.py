# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages that were expunged by a move that was cut off, and that Dovecot brings back when it
makes the index anew: they are not copied again.

An sdbox's message leaves the index first, and then its file is removed. A process that is killed
in between leaves the file, and whoever makes the index anew takes it for a message.
"""

import pytest

from cut_off import delete_all
from faults import CHANGES, COUNT, KILL, Faults, Template
from instance import message
from server import Server

MESSAGES = 3
SUBJECTS = [f"number {number}" for number in range(1, MESSAGES + 1)]
# how many calls there are at least, and every so manieth is tried at commit
CALLS = {"mdbox": 10, "sdbox": 15}
STRIDE = {"mdbox": 4, "sdbox": 2}
TURNS = 5


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


def delete_another(maildrop):
    """Deliver one more message and delete it alone."""
    maildrop.deliver(message("another"))
    maildrop.delete(len(maildrop.subjects()))


def make_index_anew(maildrop):
    maildrop.server.doveadm("force-resync", "-u", maildrop.user, "INBOX")


def finish(maildrop):
    """Delete what is shown until there is nothing."""
    for _ in range(TURNS):
        delete_all(maildrop)
        if maildrop.subjects() == []:
            break


def assert_each_once(maildrop, faults, numbers, folder):
    """Kill it at each of these calls; return how many there were in the last run."""
    maildrop.deliver(MESSAGES)
    with maildrop.imap() as imap:
        imap.create("Trash")
    template = Template(maildrop, folder)
    for at in numbers:
        faults.plan(KILL, CHANGES, at)
        delete_all(maildrop)
        calls = faults.seen(CHANGES)
        faults.plan(COUNT)
        delete_another(maildrop)
        make_index_anew(maildrop)
        finish(maildrop)
        assert (maildrop.subjects(), sorted(maildrop.subjects("Trash"))) == \
            ([], ["another", *SUBJECTS]), at
        if calls < at:
            break
        template.restore()
    return calls


def test_killed(maildrop, storage, faults, tmp_path):
    calls = assert_each_once(maildrop, faults, range(1, 1000, STRIDE[storage]), tmp_path)
    assert calls >= CALLS[storage]


@pytest.mark.night
def test_killed_at_each_call(maildrop, storage, faults, tmp_path):
    calls = assert_each_once(maildrop, faults, range(1, 1000), tmp_path)
    assert calls >= CALLS[storage]
