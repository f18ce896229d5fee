# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policy stores on servers of their own, what may befall them, and what stands between."""

import os
import signal
import socket
import threading
from contextlib import suppress
from pathlib import Path
from time import sleep

from backends import MODULES, SCHEMA, Postgresql, Redis, document, table_of
from databases import MariaDb
from instance.ports import Ports


class Proxy:
    """A proxy in front of a store's server, which may be slow, away or a liar.

    delay   seconds that each answer of the server waits
    answer  function of what the server says, which returns what is said instead
    ask     the same of what the client says
    hangs_up  whether the connection ends with an answer
    """

    def __init__(self, address, server):
        self._address, self._server = address, server
        self._listener = None
        self._connections = []
        self.be_honest()
        self.open()

    def be_honest(self):
        """Let all through, at once."""
        self.delay, self.answer, self.ask, self.hangs_up = 0, bytes, bytes, False

    def open(self):
        """Let clients in."""
        is_unix = isinstance(self._address, str)
        if is_unix:
            Path(self._address).unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(self._address)
        self._listener.listen(64)
        if is_unix:
            os.chmod(self._address, 0o777)
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def close(self):
        """Hang up, and let nobody in."""
        # wakes the thread, which close() does not
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        connections, self._connections = self._connections, []
        for connection in connections:
            _end(connection)

    def _accept(self, listener):
        with suppress(OSError):
            while True:
                self._connect(listener.accept()[0])

    def _connect(self, client):
        server = socket.socket(client.family)
        try:
            server.connect(self._server)
        except OSError:
            client.close()
            return
        self._connections += [client, server]
        for pump in (self._ask, self._answer):
            threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _ask(self, client, server):
        with suppress(OSError):
            while data := client.recv(1 << 16):
                server.sendall(self.ask(data))
        _end(client)
        _end(server)

    def _answer(self, client, server):
        with suppress(OSError):
            while data := server.recv(1 << 16):
                sleep(self.delay)
                client.sendall(self.answer(data))
                if self.hangs_up:
                    break
        _end(client)
        _end(server)


def _end(connection):
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


class Killable:
    """What may befall a store's server; `proxy` stands before it."""

    def kill(self):
        """End the server without a word."""
        self._end(signal.SIGKILL)

    def hang(self):
        """Let the server and its children do nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self):
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def close(self):
        """End all, also what hangs."""
        self.proxy.close()
        if self._server is not None:
            self.go_on()
        super().close()

    def _signal(self, number):
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        for pid in (self.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class RedisStore(Killable, Redis):
    """Redis."""

    def __init__(self):
        super().__init__()
        self._proxy_ports = Ports(["proxy"])

    def set_up(self):
        super().set_up()
        port = self._proxy_ports.number["proxy"]
        self.proxy = Proxy(("127.0.0.1", port), ("127.0.0.1", self.port))
        self.changes = {"6379": str(port)}

    def spoil(self, scope):
        """Put what is no text in the place of a document."""
        self.remove(scope)
        self._ask("RPUSH", f"coexist/{scope}", "x")

    def close(self):
        super().close()
        self._proxy_ports.close()


class PostgresqlStore(Killable, Postgresql):
    """PostgreSQL."""

    def set_up(self):
        super().set_up()
        folder, name = self.folder / "proxy", ".s.PGSQL.5432"
        folder.mkdir()
        self.proxy = Proxy(str(folder / name), str(self.folder / name))
        self.changes = {"/run/postgresql": str(folder)}

    def start(self):
        # of a server that was killed
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        super().start()


class MariaDbStore(Killable, MariaDb):
    """MariaDB, of which there is no example: PostgreSQL's is changed to it."""

    name, example = "mariadb", "postgresql"

    def set_up(self):
        super().set_up()
        self.create("coexist", SCHEMA)
        front = str(self.folder / "proxy.sock")
        self.proxy = Proxy(front, str(self.socket))
        words = {"dbname": "coexist", "user": "panel", "password": "change-me"}
        self.changes = {
            "pgsql:": "mysql:", "sql_driver = pgsql": "sql_driver = mysql",
            "connect = host=/run/postgresql dbname=coexist user=dovecot":
                f"connect = host={front} " + " ".join(f"{key}={value}" for key, value in words.items()),
            "pgsql /run/postgresql {\n      parameters {\n        dbname = coexist\n"
            "        user = dovecot\n      }\n":
                f"mysql {front} {{\n" + "".join(f"      {key} = {value}\n"
                                                for key, value in words.items())}

    def put(self, scope, *raw, **keys):
        """Store a document."""
        table, name = table_of(scope)
        text = document(raw, keys).replace("\\", "\\\\").replace("'", "''")
        self.sql("coexist", f"REPLACE INTO {table} VALUES ('{name}', '{text}')")

    def remove(self, scope):
        """Remove a document."""
        table, name = table_of(scope)
        self.sql("coexist", f"DELETE FROM {table} WHERE name = '{name}'")


def available():
    """Return {name: kind of store} of those that are installed with Dovecot's driver."""
    return {name: kind for name, kind, driver in (
        ("redis", RedisStore, None),
        ("postgresql", PostgresqlStore, "dict/libdriver_pgsql.so"),
        ("mariadb", MariaDbStore, "dict/libdriver_mysql.so"))
        if _is_installed(kind) and (driver is None or (MODULES / driver).exists())}


def _is_installed(kind):
    return kind.program is not None if kind is MariaDbStore else kind.is_installed
