# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session that ends while auth still looks its user up: auth lives on.

Dovecot 2.4's dies of whoever has asked for a user and is gone (doc/dovecot-notes.md).
"""

import signal
import socket
import sqlite3

import pytest

from instance.block import block
from instance.processes import title
from open_session import GENERATION, Imap, Pop3

pytestmark = pytest.mark.differs("how auth answers")
DATABASE = "/mnt/etc/nobody.db"
QUERY = "SELECT home FROM nobody WHERE user = '%{user}'"
# The first of two, which knows nobody; SQLite's look-ups are made by a worker of auth.
NOBODY = {23: block("userdb", ["driver = sql", "args = /mnt/etc/nobody.conf.ext"]),
          24: block("userdb sql", ["sql_driver = sqlite", f"sqlite_path = {DATABASE}",
                                   f"query = {QUERY}"])}[GENERATION]
FILES = {"nobody.conf.ext": f"driver = sqlite\nconnect = {DATABASE}\nuser_query = {QUERY}\n"}


@pytest.fixture(scope="module")
def server(gated):
    server = gated(chain=NOBODY, files=FILES,
                   conf="log_debug = category=auth\nauth_worker_max_count = 1\n"
                   if GENERATION == 23 else "log_debug = category=auth\n")
    with sqlite3.connect(server.folder / "etc/nobody.db") as database:
        database.execute("CREATE TABLE nobody (user, home)")
    return server


def auths(server, workers):
    """Return the auth process, or those that look up for it."""
    return {pid for pid in server.pids("auth") if ("worker" in title(pid)) == workers}


def asked(server, user, since):
    """Return whether auth has begun to look the user up since then."""
    return any(f"({user}" in line or f"{user}," in line
               for line in server.log_text()[since:].splitlines() if " auth" in line)


@pytest.mark.parametrize("client", [Pop3, Imap], ids=["pop3", "imap"])
@pytest.mark.parametrize("how", ["leaves", "is cut off"])
def test_auth_lives_on(server, client, how):
    user = server.maildrop().user
    known = len(server.logins(client.__name__.lower(), user))
    with client(server, user) as session:
        pid = server.session_pid(client.__name__.lower(), user, known)
        auth = auths(server, workers=False)
        workers = auths(server, workers=True)
        assert auth and workers
        for worker in workers:
            server.kill(worker, signal.SIGSTOP)
        try:
            begin = len(server.log_text())
            server.kill(pid, signal.SIGURG)
            server.wait_for(lambda: asked(server, user, begin), what="auth to be asked")
            if how == "leaves":
                session.send("QUIT" if client is Pop3 else "z LOGOUT")
                while session.socket.recv(4096):
                    pass
            else:
                session.socket.shutdown(socket.SHUT_RDWR)
            server.wait_for(lambda: f"({user})" in server.log_text()[begin:]
                            and "isconnected" in server.log_text()[begin:], what="its end")
        finally:
            for worker in workers:
                server.kill(worker, signal.SIGCONT)
    with client(server, server.maildrop().user) as other:
        assert other.is_open()
    assert auths(server, workers=False) == auth
    assert "killed with signal" not in server.log_text()
