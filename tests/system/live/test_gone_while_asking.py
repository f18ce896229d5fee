# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session that ends while auth still looks its user up: auth lives on.

Dovecot 2.4.1's dies of whoever has asked for a user and is gone (doc/dovecot-notes.md).
"""

import os
import signal
import socket
import sqlite3
from contextlib import contextmanager

import pytest

from instance.block import block
from instance.processes import title
from instance.gate import STORE, key_file
from open_session import GENERATION, Imap, Pop3

pytestmark = pytest.mark.differs("how auth answers")
DATABASE = "/mnt/etc/nobody.db"
QUERY = "SELECT home FROM nobody WHERE user = '%{user}'"
# The first of two, which knows nobody; SQLite's look-ups are made by a worker of auth.
NOBODY = {23: block("userdb", ["driver = sql", "args = /mnt/etc/nobody.conf.ext"]),
          24: block("userdb sql", ["sql_driver = sqlite", f"sqlite_path = {DATABASE}",
                                   f"query = {QUERY}"])}[GENERATION]
FILES = {"nobody.conf.ext": f"driver = sqlite\nconnect = {DATABASE}\nuser_query = {QUERY}\n"}
# Our userdb, and no passdb of ours.
OWN = {23: block("userdb", ["driver = coexist", "args = /mnt/etc/coexist.conf.ext"]),
       24: block("userdb coexist", ["driver = coexist"])
       + block("coexist", [block("dict fs", [block("fs posix", [f"prefix = /mnt/{STORE}/"])])])
       }[GENERATION]
PROTOCOL = {23: "service", 24: "protocol"}[GENERATION]
DEBUG = ("log_debug = category=auth\nauth_worker_max_count = 1\n" if GENERATION == 23
         else "log_debug = category=auth\n")


def fill(server):
    """Make the database, which has nobody."""
    with sqlite3.connect(server.folder / "etc/nobody.db") as database:
        database.execute("CREATE TABLE nobody (user, home)")


@pytest.fixture(scope="module")
def asking(gated):
    """asking() returns a server whose look-ups of users wait for a worker of auth."""
    def start_one():
        server = gated(chain=NOBODY, files=FILES, conf=DEBUG)
        fill(server)
        return server
    return start_one


@pytest.fixture(scope="module")
def server(asking):
    return asking()


def auths(server, workers):
    """Return the auth process, or those that look up for it."""
    return {pid for pid in server.pids("auth") if ("worker" in title(pid)) == workers}


def asked(server, user, since):
    """Return whether auth has begun to look the user up since then."""
    return any(f"({user}" in line or f"{user}," in line
               for line in server.log_text()[since:].splitlines() if " auth" in line)


@contextmanager
def stopped(server):
    """The workers of auth do not answer, as with a database that hangs."""
    workers = auths(server, workers=True)
    assert workers
    for worker in workers:
        server.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers & set(server.pids()):
            server.kill(worker, signal.SIGCONT)


class Asking:
    """A session that has asked auth, and is not answered."""

    def __init__(self, server, client):
        self.server, self.user = server, server.maildrop().user
        self.protocol = client.__name__.lower()
        known = len(server.logins(self.protocol, self.user))
        self.session = client(server, self.user)
        self.pid = server.session_pid(self.protocol, self.user, known)

    def asks(self):
        begin = len(self.server.log_text())
        self.server.kill(self.pid, signal.SIGURG)
        self.server.wait_for(lambda: asked(self.server, self.user, begin),
                             what="auth to be asked")

    def leaves(self):
        self.session.send("QUIT" if self.protocol == "pop3" else "z LOGOUT")
        while self.session.socket.recv(4096):
            pass

    def is_cut_off(self):
        self.session.socket.shutdown(socket.SHUT_RDWR)

    def ends(self, how):
        begin = len(self.server.log_text())
        if how == "leaves":
            self.leaves()
        else:
            self.is_cut_off()
        self.server.wait_for(lambda: f"({self.user})" in self.server.log_text()[begin:]
                             and "isconnected" in self.server.log_text()[begin:],
                             what="its end")

    def is_running(self):
        return self.pid in self.server.pids()


@pytest.mark.parametrize("client", [Pop3, Imap], ids=["pop3", "imap"])
@pytest.mark.parametrize("how", ["leaves", "is cut off"])
def test_auth_lives_on(server, client, how):
    one = Asking(server, client)
    auth = auths(server, workers=False)
    with stopped(server):
        one.asks()
        one.ends(how)
    with client(server, server.maildrop().user) as other:
        assert other.is_open()
    assert auths(server, workers=False) == auth
    assert "killed with signal" not in server.log_text()


# 65 s (userdb-query.h), on a machine that others use
HANGS_SECS = 65 + 60


@pytest.mark.night
def test_no_process_hangs_for_longer_than_auth_waits(server):
    """The worker never answers: auth gives it up after a minute."""
    ones = [Asking(server, client) for client in (Pop3, Imap, Pop3)]
    auth = auths(server, workers=False)
    with stopped(server):
        for one in ones:
            one.asks()
        for one in ones:
            one.ends("is cut off")
        server.wait_for(lambda: not any(one.is_running() for one in ones), HANGS_SECS,
                        "the processes to end")
    # a new worker does not say at once that it is one
    assert auth <= auths(server, workers=False)
    with Pop3(server, server.maildrop().user) as other:
        assert other.is_open()
    assert "killed with signal" not in server.log_text()


def test_a_reload_with_such_sessions(asking):
    """The next clients have a new auth, whose worker answers."""
    server = asking()
    ones = [Asking(server, client) for client in (Pop3, Imap)]
    with stopped(server):
        for one in ones:
            one.asks()
        ones[0].ends("is cut off")
        server.read_files_again()
        with Pop3(server, server.maildrop().user) as other:
            assert other.is_open()
    # a reload ends open sessions (shutdown_clients), and now auth has answered
    server.wait_for(lambda: not any(one.is_running() for one in ones), what="them to end")
    # Dovecot kills the worker that does not end
    assert "service(auth): child" not in server.log_text()


def test_a_stop_with_such_sessions(asking):
    server = asking()
    ones = [Asking(server, client) for client in (Pop3, Imap)]
    with stopped(server):
        for one in ones:
            one.asks()
        ones[0].ends("is cut off")
        # it ends with the master, which is the first process of all there
        server.doveadm("stop", check=False)
        server.wait_for(lambda: not server.pids() and
                        not any(os.path.exists(f"/proc/{one.pid}") for one in ones),
                        what="Dovecot to end")


def test_auth_lives_on_with_our_userdb_alone(start):
    server = start(chain=NOBODY + OWN, conf=DEBUG,
                   files={**FILES, "coexist.conf.ext": key_file({}, {})})
    fill(server)
    user = server.maildrop().user
    server.doveadm("user", user)
    auth = auths(server, workers=False)
    with stopped(server):
        begin = len(server.log_text())
        with socket.socket(socket.AF_UNIX) as asker:
            asker.connect(str(server.folder / "run/auth-userdb"))
            asker.sendall(f"VERSION\t1\t0\nUSER\t1\t{user}\t{PROTOCOL}=imap\n".encode())
            server.wait_for(lambda: asked(server, user, begin), what="auth to be asked")
    assert "home" in server.doveadm("user", user)
    assert auths(server, workers=False) == auth
    assert "killed with signal" not in server.log_text()
