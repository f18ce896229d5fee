# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that keep policy documents, private and only as long as a test needs them.

Each has the names of its examples, what to change in them, and put() and remove()
as instance.gate.Store has; stop() and start() end and begin it.
"""

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from instance import Dovecot, InstanceError, wait_for
from instance.gate import MARKER
from instance.ports import Ports

EXAMPLES = Path(__file__).parents[2] / "examples"
SCHEMA = (EXAMPLES / "store-schema.sql").read_text()
MODULES = Dovecot.installed().moduledir
DICT_USER = "dovecot"
AS_POSTGRES = {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": "/"}
START_SECONDS = 120     # on a machine that is busy with other tests


def document(raw, keys):
    """Return the text of a document."""
    return raw[0] if raw else "[policy]\n" + "".join(
        f"{key}={value}\n" for key, value in keys.items())


def table_of(scope):
    """Return (table, name) of a scope such as "domain/D"."""
    kind, _, name = scope.partition("/")
    return f"coexist_{kind}", name or "coexist"


class Backend:
    """What they have in common: a folder that the server's user can enter."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="coexist-store."))
        self.folder.chmod(0o755)

    @property
    def example(self):
        """The name of its example."""
        return self.name

    def set_up(self):
        """Make an empty store that answers."""
        self.start()

    def close(self):
        """End the server and remove its files, also of one half set up."""
        self.stop()
        shutil.rmtree(self.folder)

    def prepare_refusals(self):
        """Let it be one that can refuse()."""

    def start(self):
        """Let it answer."""

    def stop(self):
        """Let it answer no more."""


class Server(Backend):
    """One that is a process: `_server` while it runs."""

    def __init__(self):
        super().__init__()
        self._server = None

    @property
    def pid(self):
        """The process."""
        return self._server.pid

    def _launch(self, command, answers, **options):
        """Start the process; return when it answers."""
        log = self.folder / "log"
        with open(log, "ab") as output:
            self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=output, **options)

        def is_ready():
            if self._server.poll() is not None:
                raise InstanceError(f"{self.name} ended: {log.read_text()}")
            return answers()
        wait_for(is_ready, START_SECONDS, self.name)

    def _end(self, number):
        """End the process by this signal, if it runs."""
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait()
            self._server = None


class Sqlite(Backend):
    """SQLite, asked by Dovecot's dict process."""

    name = "sqlite"
    package, driver = "dovecot-sqlite", "dict/libdriver_sqlite.so"
    is_installed = True

    def __init__(self):
        super().__init__()
        self.path = self.folder / "policy.db"
        self.changes = {"/var/lib/dovecot-coexist-sqlite/policy.db": str(self.path)}

    def set_up(self):
        with self._open() as database:
            database.executescript(SCHEMA)
        for path in (self.folder, self.path):
            shutil.chown(path, DICT_USER)

    def put(self, scope, *raw, **keys):
        """Store a document."""
        table, name = table_of(scope)
        self.remove(scope)
        with self._open() as database:
            database.execute(f"INSERT INTO {table} VALUES (?, ?)",
                             [name, document(raw, keys)])

    def remove(self, scope):
        """Remove a document."""
        table, name = table_of(scope)
        with self._open() as database:
            database.execute(f"DELETE FROM {table} WHERE name = ?", [name])

    def empty(self):
        """Lose all documents of mailboxes, and of mailboxes only."""
        with self._open() as database:
            database.execute("DELETE FROM coexist_mailbox")

    def prepare_refusals(self):
        """Once, before a Dovecot is connected, which would see another schema."""
        with self._open() as database:
            database.executescript(
                "CREATE TABLE refused (name); "
                "CREATE TRIGGER refuse BEFORE INSERT ON coexist_mailbox "
                "WHEN EXISTS (SELECT 1 FROM refused WHERE NEW.name GLOB refused.name) "
                "BEGIN SELECT RAISE(ABORT, 'refused'); END;")

    def refuse(self, name):
        """Take no document of the mailbox, which may have a * at its end."""
        with self._open() as database:
            database.execute("INSERT INTO refused VALUES (?)", [name])

    def accept(self):
        """Take all documents again."""
        with self._open() as database:
            database.execute("DELETE FROM refused")

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


class Postgresql(Server):
    """PostgreSQL, asked by Dovecot's dict process, on a UNIX socket only."""

    name = "postgresql"
    package, driver = "dovecot-pgsql", "dict/libdriver_pgsql.so"
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None,
                   key=lambda path: int(path.parent.name))
    is_installed = programs is not None

    def __init__(self):
        super().__init__()
        shutil.chown(self.folder, "postgres")
        self.data = self.folder / "data"
        self.changes = {"/run/postgresql": str(self.folder)}

    def set_up(self):
        self._run("initdb", "--no-sync", "--auth=trust", "--pgdata", self.data)
        self.start()
        self._run("createuser", "--host", self.folder, DICT_USER)
        self._run("createdb", "--host", self.folder, "--owner", DICT_USER, "coexist")
        self._sql(SCHEMA)

    def put(self, scope, *raw, **keys):
        """Store a document."""
        table, name = table_of(scope)
        self.remove(scope)
        values = ", ".join(map(self._quoted, (name, document(raw, keys))))
        self._sql(f"INSERT INTO {table} VALUES ({values})")

    def remove(self, scope):
        """Remove a document."""
        table, name = table_of(scope)
        self._sql(f"DELETE FROM {table} WHERE name = {self._quoted(name)}")

    def empty(self):
        """Lose all documents of mailboxes, and of mailboxes only."""
        self._sql("DELETE FROM coexist_mailbox")

    def refuse(self, name):
        """Take no document of the mailbox."""
        pattern = self._quoted(name.replace("*", "%"))
        self._sql(f"ALTER TABLE coexist_mailbox ADD CONSTRAINT refuse CHECK (name NOT LIKE {pattern})")

    def accept(self):
        """Take all documents again."""
        self._sql("ALTER TABLE coexist_mailbox DROP CONSTRAINT refuse")

    def start(self):
        self._launch([self.programs / "postgres", "-D", self.data, "-k", self.folder, "-F",
                      "-c", "listen_addresses="], self._answers, **AS_POSTGRES)

    def stop(self):
        self._end(signal.SIGINT)    # a fast shutdown

    def _answers(self):
        return subprocess.run([self.programs / "pg_isready", "-q", "-h", self.folder],
                              check=False).returncode == 0

    @staticmethod
    def _quoted(text):
        return "'" + text.replace("'", "''") + "'"

    def _run(self, program, *arguments):
        subprocess.run([self.programs / program, *arguments], check=True,
                       capture_output=True, **AS_POSTGRES)

    def _sql(self, text):
        subprocess.run([self.programs / "psql", "-q", "--set=ON_ERROR_STOP=1", "-h", self.folder,
                        "-U", DICT_USER, "coexist"], input=text, text=True, check=True,
                       capture_output=True, **AS_POSTGRES)


class Redis(Server):
    """Redis, asked by the auth process, on loopback."""

    name = "redis"
    driver = None       # a part of Dovecot itself
    is_installed = shutil.which("redis-server") is not None

    def __init__(self):
        super().__init__()
        self._ports = Ports(["redis"])
        self.port = self._ports.number["redis"]
        self.changes = {"6379": str(self.port)}

    def put(self, scope, *raw, **keys):
        """Store a document."""
        self._ask("SET", f"coexist/{scope}", document(raw, keys))

    def remove(self, scope):
        """Remove a document."""
        self._ask("DEL", f"coexist/{scope}")

    def set_up(self):
        self.start()
        self.put(MARKER)

    def empty(self):
        """Lose all documents."""
        self._ask("FLUSHALL")

    def refuse(self, name):
        """Take no document of the mailbox, whose last letter no other name ends with."""
        self._ask("ACL", "SETUSER", "default", "resetkeys", "%R~*",
                  f"%W~*[^{name[-1]}]")

    def accept(self):
        """Take all documents again."""
        self._ask("ACL", "SETUSER", "default", "allkeys")

    def start(self):
        self._launch(["redis-server", "--bind", "127.0.0.1", "--port", str(self.port),
                      "--dir", self.folder, "--appendonly", "yes", "--appendfsync",
                      "always"], self._answers)

    def stop(self):
        self._end(signal.SIGKILL)

    def close(self):
        super().close()
        self._ports.close()

    def _answers(self):
        try:
            return self._ask("PING").startswith("+PONG")
        except OSError:
            return False

    def _ask(self, *words):
        """Send a command in Redis' protocol; return the first line of the answer."""
        parts = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode())
                         for word in words)
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as client:
            client.sendall(b"*%d\r\n%s" % (len(words), parts))
            return client.makefile().readline()


def _has_driver(kind):
    return kind.driver is None or (MODULES / kind.driver).exists()


def available():
    """Return the back ends that are installed for this Dovecot.

    One that is not has no tests, instead of tests that are skipped; see missing().
    """
    return [kind for kind in (Sqlite, Postgresql, Redis)
            if _has_driver(kind) and kind.is_installed]


@contextmanager
def running(kind):
    """Run a back end of this kind as long as that."""
    backend = kind()
    try:
        backend.set_up()
        yield backend
    finally:
        backend.close()


def missing():
    """Return the names of those that should be installed and are not.

    That is not the case if the package of this Dovecot is there, without the driver.
    """
    return [kind.name for kind in (Sqlite, Postgresql, Redis)
            if kind not in available() and (_has_driver(kind) or not _is_packaged(kind))]


def _is_packaged(kind):
    """True if the package with the driver is installed."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", kind.package],
                          text=True, check=False, capture_output=True)
    return done.stdout == "ii "


class Example:
    """The examples/store-*.conf of a back end, with its own paths in them."""

    def __init__(self, backend, generation):
        version = f"{generation // 10}.{generation % 10}"
        self._changes = {**backend.changes, "/etc/dovecot/": "/mnt/etc/"}
        path = EXAMPLES / f"store-{backend.example}-{version}.conf"
        text = self._read(path)
        store = re.search(r"^#? *store = (\S+)$", text, re.M)
        self.store = store[1] if store else None
        # On Dovecot 2.3, Redis' example is a part of our own file.
        self.conf = "" if re.search(r"^\[site\]$", text, re.M) else text
        extra = path.with_suffix(".conf.ext")
        self.files = {"dovecot-coexist-sql.conf.ext": self._read(extra)} \
            if extra.exists() else {}

    def _read(self, path):
        text = path.read_text()
        for old, new in self._changes.items():
            text = text.replace(old, new)
        return text
