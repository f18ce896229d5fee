# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was deleted and not confirmed by QUIT is not deleted, moved or hidden.

QUIT obeys the policy that held when the session began.
"""

import signal
import subprocess
from pathlib import Path

import pytest

import journal

SOURCE = Path(__file__).with_name("skip_waiting.c")
TARGETS = {"expunge": None, "hide": None, "trash": "Trash", "archive": "Archive"}
GROUPS = {action: {"coexist_pop3_delete": action, "coexist_pop3_delete_limit": "100"}
          for action in TARGETS}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def storage(request):
    """The format of the mailboxes."""
    return request.param


@pytest.fixture(scope="module")
def server(start, storage):
    """Policies are userdb fields of GROUPS, or documents of who is in none of them."""
    return start(storage=storage, groups=GROUPS, gate={})


@pytest.fixture(scope="module")
def hasty(start, storage, tmp_path_factory):
    """A server whose POP3 sessions time out at once."""
    library = tmp_path_factory.mktemp("preload") / "skip_waiting.so"
    subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"],
                   check=True)
    return start(storage=storage, wrap={"pop3": f"env LD_PRELOAD={library}"}, groups=GROUPS)


@pytest.fixture(params=TARGETS)
def action(request):
    """The mailbox's pop3_delete."""
    return request.param


def close(maildrop, pop):
    pop.close()


def half_a_quit(maildrop, pop):
    pop.sock.sendall(b"QUI")
    pop.close()


def kick(maildrop, pop):
    maildrop.server.kick(maildrop.user)


def end_the_process(maildrop, pop):
    maildrop.server.kill(maildrop.pop3_pid(), signal.SIGTERM)


def kill_the_process(maildrop, pop):
    maildrop.server.kill(maildrop.pop3_pid(), signal.SIGKILL)


def assert_untouched(maildrop, action):
    assert maildrop.subjects() == ["number 1", "number 2", "number 3"]
    assert maildrop.seen() == []
    assert maildrop.having("$POP3Hidden") == []
    assert maildrop.subjects(TARGETS[action] or "Trash") == []
    assert journal.read(maildrop) == []
    assert journal.logged(maildrop) == []


@pytest.mark.parametrize("way", [
    close, half_a_quit, kick, end_the_process, kill_the_process],
    ids=lambda way: way.__name__)
def test_nothing_is_deleted(server, action, way):
    maildrop = server.maildrop(action)
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.dele(3)
        way(maildrop, pop)
    assert_untouched(maildrop, action)


def test_nothing_is_deleted_when_it_times_out(hasty, action):
    maildrop = hasty.maildrop(action)
    maildrop.deliver(3)
    with maildrop.transcript() as pop:
        pop.say("DELE 1", "DELE 3")
        pop.hear_end()
    assert b"-ERR Disconnected for inactivity" in pop.text
    assert_untouched(maildrop, action)


# Switched off while the session goes on

def of_a_userdb_field(server, action):
    maildrop = server.maildrop(action)
    return maildrop, lambda: server.set_user(maildrop.user)


def of_a_document(server, action):
    maildrop = server.maildrop()
    scope = f"mailbox/{maildrop.user}"
    server.store.put(scope, pop3_delete=action, pop3_delete_limit=100)
    return maildrop, lambda: server.store.remove(scope)


# A change of userdb fields takes a second.
SWITCHES = pytest.mark.parametrize("policy, storage", [
    (of_a_document, "maildir"), (of_a_document, "mdbox"), (of_a_document, "sdbox"),
    (of_a_userdb_field, "maildir")], indirect=["storage"], scope="module",
    ids=lambda value: getattr(value, "__name__", value))


@SWITCHES
def test_switched_off_and_then_no_quit_deletes_nothing(server, policy, action):
    maildrop, switch_off = policy(server, action)
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.dele(3)
        switch_off()
        pop.noop()
    assert_untouched(maildrop, action)


@SWITCHES
@pytest.mark.parametrize("action", ["hide", "trash", "archive"])
def test_quit_obeys_the_policy_of_the_sessions_start_and_the_next_login_the_new_one(
        server, policy, action):
    maildrop, switch_off = policy(server, action)
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.dele(1)
        switch_off()
        assert pop.quit() == b"+OK Logging out, messages deleted."
    moved = maildrop.subjects(TARGETS[action] or "Trash")
    assert moved == (["number 1"] if TARGETS[action] else [])
    assert maildrop.having("$POP3Hidden") == ([] if TARGETS[action] else [1])
    with maildrop.pop3() as pop:
        count = pop.stat()[0]
        pop.dele(count)
        pop.quit()
    # what was hidden is shown again, and stays if it was not deleted once more
    assert maildrop.subjects() == ([] if TARGETS[action] else ["number 1"])
    assert maildrop.subjects(TARGETS[action] or "Trash") == moved
