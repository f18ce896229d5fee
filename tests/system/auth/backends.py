"""Servers that keep policy documents, private and only as long as a test needs them.

Each has the names of its examples, what to change in them, and put() and remove()
as instance.gate.Store has; stop() and start() end and begin it.
"""

import os
import pwd
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from instance import Dovecot, wait_for

EXAMPLES = Path(__file__).parents[3] / "examples"
SCHEMA = (EXAMPLES / "store-schema.sql").read_text()
MODULES = Dovecot.installed().moduledir
DICT_USER = "dovecot"


def document(raw, keys):
    """Return the text of a document."""
    return raw[0] if raw else "[policy]\n" + "".join(
        f"{key}={value}\n" for key, value in keys.items())


def table_of(scope):
    """Return (table, name or None) of a scope such as "domain/D"."""
    kind, _, name = scope.partition("/")
    return f"coexist_{kind}", name or None


class Backend:
    """What they have in common: a folder that the server's user can enter."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="coexist-store."))
        self.folder.chmod(0o755)

    def close(self):
        """End the server and remove its files."""
        self.stop()
        shutil.rmtree(self.folder)

    def start(self):
        """Let it answer."""

    def stop(self):
        """Let it answer no more."""


class Sqlite(Backend):
    """SQLite, asked by Dovecot's dict process."""

    name = "sqlite"

    def __init__(self):
        super().__init__()
        self.path = self.folder / "policy.db"
        with self._open() as database:
            database.executescript(SCHEMA)
        self.path.chmod(0o644)
        self.changes = {"/var/lib/dovecot-coexist/policy.db": str(self.path)}

    def put(self, scope, *raw, **keys):
        """Store a document."""
        table, name = table_of(scope)
        self.remove(scope)
        values = [value for value in (name, document(raw, keys)) if value is not None]
        with self._open() as database:
            database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})",
                             values)

    def remove(self, scope):
        """Remove a document."""
        table, name = table_of(scope)
        with self._open() as database:
            database.execute(f"DELETE FROM {table}" + (" WHERE name = ?" if name else ""),
                             [name] if name else [])

    def stop(self):
        if self.path.exists():
            self.path.rename(self.path.with_suffix(".away"))
            self.path.mkdir()

    def start(self):
        self.path.rmdir()
        self.path.with_suffix(".away").rename(self.path)

    def close(self):
        shutil.rmtree(self.folder)

    def _open(self):
        return sqlite3.connect(self.path)


class Postgresql(Backend):
    """PostgreSQL, asked by Dovecot's dict process, on a UNIX socket only."""

    name = "postgresql"
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None,
                   key=lambda path: int(path.parent.name))

    def __init__(self):
        super().__init__()
        shutil.chown(self.folder, "postgres")
        self.data = self.folder / "data"
        self._run("initdb", "--no-sync", "--auth=trust", "--pgdata", self.data)
        self._server = None
        self.start()
        self._run("createuser", "--host", self.folder, DICT_USER)
        self._run("createdb", "--host", self.folder, "--owner", DICT_USER, "coexist")
        self._sql(SCHEMA)
        self.changes = {"/run/postgresql": str(self.folder)}

    def put(self, scope, *raw, **keys):
        """Store a document."""
        table, name = table_of(scope)
        self.remove(scope)
        values = ", ".join(self._quoted(value) for value in (name, document(raw, keys))
                           if value is not None)
        self._sql(f"INSERT INTO {table} VALUES ({values})")

    def remove(self, scope):
        """Remove a document."""
        table, name = table_of(scope)
        self._sql(f"DELETE FROM {table}"
                  + (f" WHERE name = {self._quoted(name)}" if name else ""))

    def start(self):
        self._server = subprocess.Popen(
            [self.programs / "postgres", "-D", self.data, "-k", self.folder, "-F",
             "-c", "listen_addresses="], user="postgres", extra_groups=[],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        wait_for(lambda: subprocess.run(
            [self.programs / "pg_isready", "-q", "-h", self.folder], check=False
        ).returncode == 0, 30, "PostgreSQL")

    def stop(self):
        if self._server is not None:
            self._server.send_signal(2)         # a fast shutdown
            self._server.wait()
            self._server = None

    @staticmethod
    def _quoted(text):
        return "'" + text.replace("'", "''") + "'"

    def _run(self, program, *arguments):
        subprocess.run([self.programs / program, *arguments], user="postgres",
                       extra_groups=[], check=True, capture_output=True, cwd="/")

    def _sql(self, text):
        subprocess.run([self.programs / "psql", "-q", "-h", self.folder, "-U", DICT_USER,
                        "coexist"], input=text, text=True, check=True, user="postgres",
                       extra_groups=[], capture_output=True, cwd="/")


class Redis(Backend):
    """Redis, asked by the auth process, on loopback."""

    name = "redis"

    def __init__(self):
        super().__init__()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._server = None
        self.start()
        self.changes = {"6379": str(self.port)}

    def put(self, scope, *raw, **keys):
        """Store a document."""
        self._ask("SET", f"coexist/{scope}", document(raw, keys))

    def remove(self, scope):
        """Remove a document."""
        self._ask("DEL", f"coexist/{scope}")

    def start(self):
        self._server = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir",
             self.folder, "--appendonly", "yes", "--appendfsync", "always"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._answers, 30, "Redis")

    def stop(self):
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    @property
    def pid(self):
        """Its process."""
        return self._server.pid

    def _answers(self):
        try:
            return self._ask("PING").startswith("+PONG")
        except OSError:
            return False

    def _ask(self, *words):
        """Send a command in Redis' protocol; return the first line of the answer."""
        parts = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode())
                         for word in words)
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
            client.sendall(b"*%d\r\n%s" % (len(words), parts))
            return client.makefile().readline()


def available():
    """Return the back ends that are installed for this Dovecot.

    One that Debian has not for it has no tests, instead of tests that are skipped.
    """
    found = []
    if any(MODULES.glob("dict/libdriver_sqlite.so")):
        found.append(Sqlite)
    if any(MODULES.glob("dict/libdriver_pgsql.so")) and Postgresql.programs:
        found.append(Postgresql)
    if shutil.which("redis-server"):
        found.append(Redis)
    return found


class Example:
    """The examples/store-*.conf of a back end, with its own paths in them."""

    def __init__(self, backend, generation):
        version = f"{generation // 10}.{generation % 10}"
        self._changes = {**backend.changes, "/etc/dovecot/": "/mnt/etc/"}
        path = EXAMPLES / f"store-{backend.name}-{version}.conf"
        text = self._read(path)
        store = re.search(r"^#? *store = (\S+)$", text, re.M)
        self.store = store[1] if store else None
        # On Dovecot 2.3, Redis' example is a part of our own file.
        self.conf = "" if re.search(r"^\[site\]$", text, re.M) else text
        extra = path.with_suffix(".conf.ext")
        self.sql = self._read(extra) if extra.exists() else None

    def _read(self, path):
        text = path.read_text()
        for old, new in self._changes.items():
            text = text.replace(old, new)
        return text
