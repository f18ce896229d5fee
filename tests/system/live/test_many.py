# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many sessions: those of other users in the same process, of domains, the brake, and a
hundred changes in a row."""

import fcntl
import json
import re
import selectors
import threading
import time
from contextlib import ExitStack

import pytest

from instance import processes
from instance.wait import PATIENCE
from maildrop import large_message
from open_session import GENERATION, LAST, IdleImap, Imap, Pop3, logged, policy, set_for

pytestmark = pytest.mark.differs("what anvil says, and how sessions end")
SHARED = {23: "service imap {\n  client_limit = 10\n  service_count = 0\n  process_limit = 1\n}\n"
              "service pop3 {\n  client_limit = 10\n  service_count = 0\n  process_limit = 1\n}\n",
          24: "service imap {\n  client_limit = 10\n  restart_request_count = unlimited\n"
              "  process_limit = 1\n}\n"
              "service pop3 {\n  client_limit = 10\n  restart_request_count = unlimited\n"
              "  process_limit = 1\n}\n"}[GENERATION]
EX_USAGE = 64


@pytest.fixture(scope="module")
def server(gated):
    """All sessions of a protocol are in one process."""
    names = {f"jo{number}@{domain}.example": {} for number in range(2) for domain in "ab"}
    return gated(conf=SHARED, groups={name: {} for name in names})


def ends_of(sessions):
    """Return when each session began to say its last, in the order of time."""
    ends, deadline = [], time.monotonic() + 2 * PATIENCE
    with selectors.DefaultSelector() as selector:
        for session in sessions:
            selector.register(session.socket, selectors.EVENT_READ)
        while len(ends) < len(sessions):
            assert time.monotonic() < deadline, f"{len(ends)} ended"
            for key, _ in selector.select(0.1):
                ends.append(time.monotonic())
                selector.unregister(key.fileobj)
    return ends


def people(server):
    return [f"jo{number}@{domain}.example0" for number in range(2) for domain in "ab"]


@pytest.mark.parametrize("opens, protocol", [(Pop3, "pop3"), (IdleImap, "imap")])
def test_other_users_of_the_process_stay(server, opens, protocol):
    users = [server.maildrop().user for _ in range(4)]
    with ExitStack() as stack:
        sessions = [stack.enter_context(opens(server, user)) for user in users]
        set_for(server, users[1], f"{protocol}_access=deny")
        assert re.fullmatch(LAST[protocol], sessions[1].hear_end()[0])
        for session in (sessions[0], *sessions[2:]):
            assert session.is_open()
        assert len({server.session_pid(protocol, user) for user in (users[0], users[2])}) == 1


def test_two_protocols_two_users_two_domains(server):
    """A domain's document ends its sessions of that protocol."""
    users = people(server)
    with ExitStack() as stack:
        sessions = {(user, opens): stack.enter_context(opens(server, user))
                    for user in users for opens in (Pop3, Imap)}
        assert policy(server, "set", "-d", "a.example0", "pop3_access=deny") == ""
        for (user, opens), session in sessions.items():
            if opens is Pop3 and "@a." in user:
                assert re.fullmatch(LAST["pop3"], session.hear_end()[0])
            else:
                assert session.is_open()
    policy(server, "unset", "-d", "a.example0", "--all")


def test_the_mailbox_that_is_allowed_stays_when_all_are_denied(server):
    kept, gone = server.maildrop().user, server.maildrop().user
    policy(server, "set", "-u", kept, "pop3_access=allow")
    with Pop3(server, kept) as stays, Pop3(server, gone) as ends:
        assert policy(server, "set", "--default", "pop3_access=deny") == ""
        assert re.fullmatch(LAST["pop3"], ends.hear_end()[0])
        assert stays.is_open()
    policy(server, "unset", "--default", "--all")


def test_of_sessions_that_are_alike_each_has_its_state(server):
    """Two of a user in one process. One is in a RETR, and its process stops before its end."""
    maildrop = server.maildrop()
    maildrop.deliver(large_message())
    with Pop3(server, maildrop.user) as idle, Pop3(server, maildrop.user) as busy:
        busy.send("RETR 1")
        busy.hear(r"^\+OK.*\n")
        [pid] = {server.session_pid("pop3", maildrop.user)}
        said = []
        thread = threading.Thread(target=lambda: said.append(
            server.doveadm("-f", "json", "coexist", "kick", maildrop.user)))
        thread.start()
        idle.hear_end()
        server.wait_for(lambda: server.doveadm("who", "-1", maildrop.user).count("pop3") == 1,
                        what="anvil to forget it")
        server.kill(pid, 19)
        thread.join()
        server.kill(pid, 18)
        busy.hear_end()
    assert sorted(row["state"] for row in json.loads(said[0])) == ["ended", "open"]


@pytest.mark.parametrize("changes", [10, pytest.param(100, marks=pytest.mark.night)])
def test_changes_in_a_row_leave_nothing_behind(server, changes):
    """No process that is stuck, and no session that anvil still counts."""
    user = server.maildrop().user
    before = set(server.pids())
    for _ in range(changes // 2):
        with Pop3(server, user) as client:
            set_for(server, user, "pop3_access=deny")
            assert client.hear_end()[0].startswith("-ERR")
            policy(server, "unset", "-u", user, "pop3_access")
    assert logged(server, user, "pop3") == changes // 2
    server.wait_for(lambda: user not in server.doveadm("who"), what="anvil to forget them")
    assert len(set(server.pids()) - before) <= 5
    with Pop3(server, user) as client:
        assert client.is_open()


class TestBrake:
    """More than 50 sessions end only if somebody says so."""

    @pytest.fixture(scope="class")
    def server(self, gated):
        return gated()

    @pytest.fixture(scope="class")
    def crowd(self, server):
        """51 sessions of three mailboxes."""
        with ExitStack() as stack:
            yield [stack.enter_context(Pop3(server, f"user{number % 3}")) for number in range(51)]

    def test_without_the_word_nothing_is_changed(self, server, crowd):
        done = policy(server, "set", "--default", "pop3_access=deny", check=False)
        assert done.returncode == EX_USAGE
        assert "This ends 51 open sessions" in done.stderr
        assert "pop3_access" not in policy(server, "get", "--default")
        assert all(session.is_open() for session in crowd)

    def test_those_that_may_end_count(self, server, crowd):
        """doveadm does not know who has TLS."""
        done = policy(server, "set", "--default", "pop3_tls=required", check=False)
        assert done.returncode == EX_USAGE
        assert "This ends 0 open sessions, and may end 51 more" in done.stderr
        assert "pop3_tls" not in policy(server, "get", "--default")
        assert all(session.is_open() for session in crowd)

    def test_nobody_waits_for_the_lock_meanwhile(self, server, crowd):
        """The forecast may take long: here anvil does not answer."""
        [anvil] = server.pids("anvil")
        said = []
        thread = threading.Thread(target=lambda: said.append(
            policy(server, "set", "--default", "pop3_access=deny", check=False)))
        try:
            server.kill(anvil, 19)
            thread.start()
            server.wait_for(lambda: any("policy set" in processes.title(pid)
                                        for pid in server.pids()), what="doveadm")
            with open(server.folder / "run/coexist-policy.lock", "a") as lock:
                for _ in range(60):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    fcntl.flock(lock, fcntl.LOCK_UN)
                    time.sleep(0.05)
            assert thread.is_alive()
        finally:
            server.kill(anvil, 18)
            thread.join()
        assert "This ends 51 open sessions" in said[0].stderr

    def test_with_it_they_end_in_steps(self, server, crowd):
        thread = threading.Thread(target=policy, args=(
            server, "set", "--default", "--yes", "--no-wait", "pop3_access=deny"))
        thread.start()
        ends = ends_of(crowd)
        thread.join()
        assert all("-ERR" in session.hear_end()[0] for session in crowd)
        assert ends[-1] - ends[0] > 0.4     # a hundred a second
