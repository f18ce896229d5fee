# SPDX-License-Identifier: LGPL-2.1-or-later
"""PostfixAdmin itself, on loopback, with the columns and the form of its recipe."""

import shutil
import socket
import subprocess
import urllib.request
from pathlib import Path

import postfixadmin
from databases import MariaDb, has
from instance import wait_for
from instance.ports import Ports
from panels import RECIPES

# Installed, or unpacked by `tests/packages pictures`: without a web server of its own.
ROOTS = [Path("/"), Path("/var/cache/dovecot-coexist/unpacked")]
DOMAIN = "example.org"
ADMIN, PASSWORD = f"admin@{DOMAIN}", "Form-4711"
PROGRAM = "usr/share/postfixadmin"


def root():
    """Return the folder below which PostfixAdmin is, or None."""
    return next((path for path in ROOTS if (path / PROGRAM / "common.php").exists()), None)


def is_installed():
    """Return whether PostfixAdmin, PHP with what it needs, and MariaDB are there."""
    if root() is None or shutil.which("php") is None or not has(MariaDb):
        return False
    modules = subprocess.run(["php", "-m"], text=True, check=True, capture_output=True).stdout
    return {"pdo_mysql", "mbstring"} <= set(modules.split())


def panel(database):
    """Return what the recipe's tests know of a panel, for this database."""
    found = postfixadmin.panel(MariaDb)
    found.schema, found.variant = "", ""
    assert found.database == database
    return found


class PostfixAdmin:
    """A context manager: it makes its tables, and gets ours, an administrator and a
    domain.

    database  its name in the MariaDB server
    url       where it listens, with a slash
    """

    def __init__(self, folder, server, database="postfixadmin"):
        self._folder, self._server, self.database = folder, server, database
        self._ports = Ports(["form"])
        self._php = None
        self.url = f"http://127.0.0.1:{self._ports.number['form']}/"

    def __enter__(self):
        try:
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._php is not None:
            self._php.kill()
            self._php.wait()
        self._ports.close()

    def _set_up(self):
        program = self._folder / "postfixadmin"
        shutil.copytree(root() / PROGRAM, program, symlinks=True)
        for name in ("config.inc.php", "config.local.php", "templates_c"):
            (program / name).unlink()
        (program / "templates_c").mkdir()
        shutil.copy(root() / "etc/postfixadmin/config.inc.php", program)
        self._configure(program)
        self._server.create(self.database, "")
        self._launch(program)
        with urllib.request.urlopen(self.url + "upgrade.php", timeout=600) as reply:
            reply.read()
        self._server.sql(self.database, (RECIPES / "postfixadmin/columns.sql").read_text())
        self.cli("admin", "add", ADMIN, "--superadmin", "1", "--active", "1",
                 "--password", PASSWORD, "--password2", PASSWORD)
        self.cli("domain", "add", DOMAIN, "--active", "1", "--aliases", "10", "--mailboxes", "10",
                 "--default-aliases", "0")

    def _configure(self, program):
        (program / "dbconfig.inc.php").write_text(
            f"<?php\n$dbtype = 'mysqli'; $dbserver = 'localhost'; $dbuser = 'root'; $dbpass = '';\n"
            f"$dbname = '{self.database}';\n")
        _, hooks = (RECIPES / "postfixadmin/config.local.php").read_text().split("\n", 1)
        (program / "config.local.php").write_text(
            f"<?php\n$CONF['database_socket'] = '{self._server.socket}';\n"
            "$CONF['emailcheck_resolve_domain'] = 'NO';\n"
            "$CONF['show_footer_text'] = 'NO';\n" + hooks)

    def _launch(self, program):
        log = self._folder / "php.log"
        with open(log, "ab") as output:
            # its sessions are here, too
            self._php = subprocess.Popen(
                ["php", "-d", f"session.save_path={self._folder}", "-S",
                 f"127.0.0.1:{self._ports.number['form']}", "-t", program / "public"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        wait_for(self._answers, 60, "PostfixAdmin")

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self._ports.number["form"]), timeout=60).close()
        except OSError:
            return False
        return True

    def cli(self, *arguments):
        """Run PostfixAdmin's own command."""
        done = subprocess.run(["php", "-q", "postfixadmin-cli.php", *arguments], text=True,
                              cwd=self._folder / "postfixadmin/scripts", check=False,
                              capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def add_mailbox(self, name):
        """Make a mailbox of the domain; return its address."""
        user = f"{name}@{DOMAIN}"
        self.cli("mailbox", "add", user, "--password", PASSWORD, "--password2", PASSWORD,
                 "--active", "1", "--welcome-mail", "0")
        return user
