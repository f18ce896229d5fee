# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many sessions: those of other users in the same process, of domains, the brake, and a
hundred changes in a row."""

import fcntl
import json
import re
import selectors
import shutil
import socket
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from instance import processes
from instance.wait import PATIENCE
from maildrop import large_message
from open_session import GENERATION, LAST, IdleImap, Imap, Pop3, http, logged, policy, set_for

pytestmark = pytest.mark.differs("what anvil says, and how sessions end")
SHARED = {23: "service imap {\n  client_limit = 10\n  service_count = 0\n  process_limit = 1\n}\n"
              "service pop3 {\n  client_limit = 10\n  service_count = 0\n  process_limit = 1\n}\n",
          24: "service imap {\n  client_limit = 10\n  restart_request_count = unlimited\n"
              "  process_limit = 1\n}\n"
              "service pop3 {\n  client_limit = 10\n  restart_request_count = unlimited\n"
              "  process_limit = 1\n}\n"}[GENERATION]
EX_USAGE, EX_NOPERM = 64, 77
REFUSED = ["error", {"type": "exitCode", "exitCode": EX_USAGE}, "t"]


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


@pytest.mark.night
def test_of_sessions_that_are_alike_each_has_its_state(server):
    """Two of a user in one process. One is in a RETR, and its process stops before its end,
    for which there are five seconds."""
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
@pytest.mark.parametrize("opens, protocol", [(Pop3, "pop3"), (IdleImap, "imap")])
def test_changes_in_a_row_leave_nothing_behind(server, changes, opens, protocol):
    """No process that is stuck, and no session that anvil still counts."""
    user = server.maildrop().user
    before = set(server.pids())
    for _ in range(changes // 2):
        with opens(server, user) as client:
            set_for(server, user, f"{protocol}_access=deny")
            assert re.fullmatch(LAST[protocol], client.hear_end()[0])
            policy(server, "unset", "-u", user, f"{protocol}_access")
    assert logged(server, user, protocol) == changes // 2
    server.wait_for(lambda: user not in server.doveadm("who"), what="anvil to forget them")
    assert len(set(server.pids()) - before) <= 5
    with opens(server, user) as client:
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

    def test_nor_over_http(self, server, crowd):
        assert http(server, "coexistPolicySet", default=True, values=["pop3_access=deny"]) == REFUSED
        assert "pop3_access" not in policy(server, "get", "--default")
        assert all(session.is_open() for session in crowd)

    def test_nor_does_a_kick_of_all_end_them(self, server, crowd):
        done = server.doveadm("coexist", "kick", "--all", check=False)
        assert done.returncode == EX_USAGE
        assert "This ends 51 open sessions" in done.stderr
        assert http(server, "coexistKick", all=True) == REFUSED
        assert all(session.is_open() for session in crowd)

    def test_with_it_they_end_in_steps(self, server, crowd):
        thread = threading.Thread(target=policy, args=(
            server, "set", "--default", "--yes", "--no-wait", "pop3_access=deny"))
        thread.start()
        ends = ends_of(crowd)
        thread.join()
        assert all("-ERR" in session.hear_end()[0] for session in crowd)
        assert ends[-1] - ends[0] > 0.4     # a hundred a second
        policy(server, "unset", "--default", "--all")

    @pytest.mark.parametrize("command, parameters, last", [
        ("coexistPolicySet", {"default": True, "values": ["pop3_access=deny"]}, LAST["pop3"]),
        ("coexistKick", {"all": True}, r"-ERR \[SYS/TEMP\] The administrator .*\r\n")])
    def test_over_http_by_confirm(self, server, command, parameters, last):
        with ExitStack() as stack:
            crowd = [stack.enter_context(Pop3(server, f"user{number % 3}")) for number in range(51)]
            stack.callback(policy, server, "unset", "--default", "--all")
            assert http(server, command, confirm=True, **parameters)[0] == "doveadmResponse"
            for session in crowd:
                assert re.fullmatch(last, session.hear_end()[0])


class SilentAnvil:
    """In the place of anvil's socket, until close(): takes questions and answers none."""

    def __init__(self, server):
        self._path = server.folder / "run/anvil"
        self._away = self._path.rename(self._path.with_name("anvil.away"))
        self._folder = Path(tempfile.mkdtemp(prefix="coexist-anvil."))
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self._folder / "anvil"))
        self._socket.listen(64)
        self._path.symlink_to(self._folder / "anvil")
        threading.Thread(target=self._hang_up, daemon=True).start()

    def _hang_up(self):
        with suppress(OSError):
            while True:
                self._socket.accept()[0].close()

    def close(self):
        self._path.unlink()
        self._away.rename(self._path)
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        shutil.rmtree(self._folder)


class TestNobodyCanCount:
    """Anvil can't be asked, so how many sessions a change ends is not known."""

    @pytest.fixture(scope="class")
    def server(self, gated):
        return gated(groups={"jo@a.example": {}})

    @pytest.fixture
    def client(self, server):
        with Pop3(server, "jo@a.example0") as client:
            anvil = SilentAnvil(server)
            yield client
            anvil.close()
        for whose in (["--default"], ["-d", "a.example0"], ["-u", "jo@a.example0"]):
            policy(server, "unset", *whose, "--all")

    @pytest.fixture
    def texts(self, server):
        """What `import` and `set -F` read."""
        (server.folder / "import").write_text("[domain a.example0]\npop3_access=deny\n")
        (server.folder / "users").write_text("jo@a.example0\n")

    CHANGES = {"default": ["set", "--default", "pop3_access=deny"],
               "domain": ["set", "-d", "a.example0", "pop3_tls=required"],
               "import": ["import", "/mnt/import"],
               "file": ["set", "-F", "/mnt/users", "pop3_access=deny"]}

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_what_may_end_many_is_not_made(self, server, client, texts, change):
        before = policy(server, "export")
        done = policy(server, *change, check=False)
        assert done.returncode == EX_NOPERM
        assert re.search(r"Can't list the open sessions.*anvil does not answer.*Nothing was changed. "
                         "Say --yes", done.stderr)
        assert policy(server, "export") == before
        assert client.is_open()

    def test_nor_over_http(self, server, client):
        assert http(server, "coexistPolicySet", default=True, values=["pop3_access=deny"]) == \
            ["error", {"type": "exitCode", "exitCode": EX_NOPERM}, "t"]
        assert "pop3_access" not in policy(server, "export")

    def test_nor_what_lifts_an_allowance(self, server, client):
        server.store.put("default", pop3_access="deny")
        server.store.put("domain/a.example0", pop3_access="allow")
        try:
            for arguments in (["pop3_access"], ["--all"]):
                done = policy(server, "unset", "-d", "a.example0", *arguments, check=False)
                assert done.returncode == EX_NOPERM
            assert "pop3_access=allow" in policy(server, "export")
        finally:
            server.store.remove("default")
            server.store.remove("domain/a.example0")

    @pytest.mark.parametrize("change", [
        ["set", "--default", "quota_warn=80", "deny_text=Ask us."],
        ["set", "-u", "user1", "pop3_access=deny"],
        ["set", "--default", "--yes", "imap_access=deny"]],
        ids=["about no login", "of one mailbox", "confirmed"])
    def test_other_changes_are_and_it_is_said(self, server, client, change):
        done = policy(server, *change, check=False)
        assert done.returncode == 0
        assert "so they obey at their next recheck_interval" in done.stderr
        assert change[-1] in policy(server, "export")
        policy(server, "unset", *change[1:3 if change[1] == "-u" else 2], "--all", "--yes")
