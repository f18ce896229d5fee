# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands that ask the userdb for many users, while auth takes questions and answers none: it
is asked once, and what was not found out is said."""

import shutil
import socket
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from open_session import Pop3

EX_TEMPFAIL = 75
USERS = [f"{name}@silent.example0" for name in ("ana", "bea", "cai")]
# One question that nobody ends takes longer.
BOUND_SECONDS = 55


class SilentAuth:
    """An auth socket: `asked` is how often somebody has connected."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="coexist-silent."))
        self.path = self._folder / "auth"
        self.asked = 0
        self._clients = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.path))
        self._socket.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                self._clients.append(self._socket.accept()[0])
            except OSError:
                return
            self.asked += 1

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for client in self._clients:
            client.close()
        shutil.rmtree(self._folder)


@pytest.fixture(scope="module")
def server(gated):
    return gated(groups={user[:-1]: {} for user in USERS})


@pytest.fixture
def auth():
    auth = SilentAuth()
    yield auth
    auth.close()


@pytest.fixture
def sessions(server):
    """Open sessions of all of the domain."""
    with ExitStack() as stack:
        yield [stack.enter_context(Pop3(server, user)) for user in USERS]


@pytest.fixture(autouse=True)
def nothing_left(server):
    yield
    server.doveadm("coexist", "policy", "unset", "-d", "silent.example0", "--all")


def run(server, auth, *arguments):
    """Run doveadm coexist where nobody answers; return (CompletedProcess, seconds)."""
    begin = time.monotonic()
    done = server.doveadm("-o", f"auth_socket_path={auth.path}", "coexist", *arguments, check=False)
    return done, time.monotonic() - begin


@pytest.mark.parametrize("whose", [["--all"], ["-d", "silent.example0"], [USERS[0]]],
                         ids=["all", "domain", "user"])
def test_kick_if_refused(server, auth, sessions, whose):
    """The sessions are told, and decide themselves: theirs is another connection to auth."""
    server.store.put("domain/silent.example0", pop3_access="deny")
    done, seconds = run(server, auth, "kick", *whose, "--if-refused", "--yes")
    assert done.returncode == EX_TEMPFAIL, done
    assert auth.asked == 1
    assert seconds < BOUND_SECONDS
    assert done.stderr.count("The userdb does not answer") == 1
    named = [user for user in USERS if f"words for {user}" in done.stderr]
    assert len(named) == 1
    assert ("and 2 other users" in done.stderr) == (len(whose) > 1 or whose == ["--all"])
    for user, session in zip(USERS, sessions):
        if whose in (["--all"], [user]) or whose[0] == "-d":
            assert "POP3 is switched off" in session.hear_end()[0]


def test_set_for_a_domain(server, auth, sessions):
    """It is stored, and logins obey it."""
    done, seconds = run(server, auth, "policy", "set", "-d", "silent.example0", "pop3_access=deny")
    assert done.returncode == 0, done
    assert auth.asked == 1
    assert seconds < BOUND_SECONDS
    assert done.stderr.count("The userdb does not answer") == 1
    assert "and 2 other users" in done.stderr
    assert "pop3_access=deny" in (server.store.folder / "domain/silent.example0").read_text()
    for session in sessions:
        assert "POP3 is switched off" in session.hear_end()[0]


def test_preflight(server, auth):
    """Of the mailboxes with documents, one is asked about."""
    for number in range(5):
        server.store.put(f"mailbox/gone{number}@silent.example0", pop3_access="deny")
    try:
        done, seconds = run(server, auth, "preflight")
    finally:
        for number in range(5):
            server.store.remove(f"mailbox/gone{number}@silent.example0")
    [line] = [line for line in done.stdout.splitlines() if "names with a detail" in line]
    assert "warn" in line
    # and once whether there is anybody at all
    assert auth.asked <= 2
    assert seconds < BOUND_SECONDS
