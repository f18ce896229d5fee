# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist undo that is killed before each system call by which it changes the storage:
the owner deletes again what came back, or the administrator undoes again, and each message is
there once."""

import pytest

import journal
from faults import CHANGES, COUNT, KILL, Faults, Template

MESSAGES, TURNS = 4, 5
SUBJECTS = [f"number {number}" for number in range(1, MESSAGES + 1)]
# how many calls there are at least, and every so manieth is tried at commit
CALLS = {"maildir": 20, "mdbox": 10, "sdbox": 15}
STRIDE = {"maildir": 5, "mdbox": 3, "sdbox": 3}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"), "", "never")


@pytest.fixture(scope="module", params=CALLS)
def storage(request):
    return request.param


@pytest.fixture(scope="module")
def server(start, storage):
    return start(storage=storage, coexist={"pop3_delete": "trash"})


@pytest.fixture
def again(server, tmp_path):
    """again() makes the mailbox anew whose messages are in the Trash; returns it."""
    maildrop = server.maildrop()
    maildrop.deliver(MESSAGES)
    maildrop.delete(*range(1, MESSAGES + 1))
    template = Template(maildrop, tmp_path)

    def again():
        template.restore()
        return maildrop
    return again


def undo(maildrop, **options):
    session = journal.read(maildrop)[0]["session"]
    return maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user, session,
                                   check=False, **options)


def deleted_again(maildrop):
    """Delete what came back; return where all belongs, and where nothing.

    Once more if there is something again: Dovecot may have to make the indexes of an mdbox
    anew, and brings back what had been expunged then. A move in which it finds out fails.
    """
    for _ in range(TURNS):
        with maildrop.pop3() as pop:
            count = pop.stat()[0]
        if count == 0:
            break
        assert maildrop.delete(*range(1, count + 1)).startswith(("+OK", "-ERR [SYS/TEMP] "))
    return "Trash", "INBOX"


def undone_again(maildrop):
    """Undo it once more; return the same."""
    undo(maildrop)
    return "INBOX", "Trash"


def assert_calls(faults, again, numbers, next_turn):
    """Kill it at each of these calls; return how many calls the last run made."""
    for at in numbers:
        maildrop = again()
        faults.plan(KILL, CHANGES, at)
        undo(maildrop, env=faults.environment)
        calls = faults.seen(CHANGES)
        faults.plan(COUNT)
        maildrop.unlock()
        full, empty = next_turn(maildrop)
        assert (sorted(maildrop.subjects(full)), maildrop.subjects(empty)) == (SUBJECTS, []), at
        if calls < at:
            break
    return calls


@pytest.mark.parametrize("next_turn", [deleted_again, undone_again])
def test_killed(storage, faults, again, next_turn):
    calls = assert_calls(faults, again, range(1, 1000, STRIDE[storage]), next_turn)
    assert calls >= CALLS[storage]


@pytest.mark.night
@pytest.mark.parametrize("next_turn", [deleted_again, undone_again])
def test_killed_at_each_call(storage, faults, again, next_turn):
    calls = assert_calls(faults, again, range(1, 1000), next_turn)
    assert calls >= CALLS[storage]
