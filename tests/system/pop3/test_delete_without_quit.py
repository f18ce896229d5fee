"""What was deleted and not confirmed by QUIT is not deleted, moved or hidden."""

import signal
import subprocess
from pathlib import Path

import pytest

import journal

SOURCE = Path(__file__).with_name("skip_waiting.c")
TARGETS = {"expunge": None, "hide": None, "trash": "Trash", "archive": "Archive"}
GROUPS = {action: {"coexist_pop3_delete": action, "coexist_pop3_delete_limit": "100"}
          for action in TARGETS}


@pytest.fixture(scope="module")
def server(start):
    return start(groups=GROUPS)


@pytest.fixture(scope="module")
def hasty(start, tmp_path_factory):
    """A server whose POP3 sessions time out at once."""
    library = tmp_path_factory.mktemp("preload") / "skip_waiting.so"
    subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"],
                   check=True)
    return start(wrap={"pop3": f"env LD_PRELOAD={library}"}, groups=GROUPS)


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


def switch_the_policy_off(maildrop, pop):
    maildrop.server.set_user(maildrop.user)
    pop.noop()


def assert_untouched(maildrop, action):
    assert maildrop.subjects() == ["number 1", "number 2", "number 3"]
    assert maildrop.seen() == []
    assert maildrop.having("$POP3Hidden") == []
    assert maildrop.subjects(TARGETS[action] or "Trash") == []
    assert journal.read(maildrop) == []
    assert journal.logged(maildrop) == []


@pytest.mark.parametrize("way", [
    close, half_a_quit, kick, end_the_process, kill_the_process, switch_the_policy_off],
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


@pytest.mark.parametrize("action", ["hide", "trash", "archive"])
def test_a_policy_that_is_switched_off_holds_until_the_session_ends(server, action):
    maildrop = server.maildrop(action)
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.dele(1)
        switch_the_policy_off(maildrop, pop)
        pop.quit()
    target = TARGETS[action]
    assert maildrop.subjects(target or "INBOX") == \
        (["number 1"] if target else ["number 1", "number 2"])
