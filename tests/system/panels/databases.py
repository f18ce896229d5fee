# SPDX-License-Identifier: LGPL-2.1-or-later
"""The databases that panels have: MariaDB, PostgreSQL and OpenLDAP, private, on UNIX sockets
only, and as long as a test needs them."""

import shutil
import signal
import subprocess
from pathlib import Path

from backends import AS_POSTGRES, MODULES, Postgresql, Server

DRIVERS = {"mysql": "auth/libdriver_mysql.so", "pgsql": "auth/libdriver_pgsql.so",
           "ldap": "auth/libauthdb_ldap.so"}


class MariaDb(Server):
    """MariaDB; each panel has a database of its own."""

    name, driver = "mysql", "mysql"
    program = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")

    def __init__(self):
        super().__init__()
        self.socket = self.folder / "mysqld.sock"
        self.data = self.folder / "data"

    def set_up(self):
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self.data}", "--user=root",
                        "--auth-root-authentication-method=normal", "--skip-test-db",
                        "--innodb-log-file-size=4M"], check=True, capture_output=True)
        self.start()

    def start(self):
        self._launch([self.program, "--no-defaults", "--user=root", f"--datadir={self.data}",
                      f"--socket={self.socket}", "--skip-networking", f"--pid-file={self.folder}/pid",
                      "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M",
                      "--innodb-flush-log-at-trx-commit=0"], self._answers)

    def stop(self):
        self._end(signal.SIGTERM)

    def create(self, database, schema):
        """Make a database, which the user "panel" may read."""
        self.sql(None, f"CREATE DATABASE {database} CHARACTER SET utf8mb4; "
                       f"CREATE USER IF NOT EXISTS panel@localhost IDENTIFIED BY 'change-me'; "
                       f"GRANT SELECT ON {database}.* TO panel@localhost;")
        self.sql(database, schema)

    def sql(self, database, text):
        """Run statements as the panel does."""
        subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root",
                        *[database] * (database is not None)],
                       input=text, text=True, check=True, capture_output=True)

    def _answers(self):
        return subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root",
                               "-e", "SELECT 1"], capture_output=True, check=False).returncode == 0


class PanelPostgresql(Postgresql):
    """PostgreSQL, likewise."""

    name, driver = "pgsql", "pgsql"

    @property
    def socket(self):
        """Where clients find it."""
        return self.folder

    def set_up(self):
        self._run("initdb", "--no-sync", "--auth=trust", "--pgdata", self.data)
        self.start()
        self._run("createuser", "--host", self.folder, "panel")

    def create(self, database, schema):
        """Make a database, which the user "panel" may read."""
        self._run("createdb", "--host", self.folder, "--owner=panel", database)
        self.sql(database, schema)

    def sql(self, database, text):
        """Run statements as the panel does."""
        subprocess.run([self.programs / "psql", "-q", "--set=ON_ERROR_STOP=1", "-h", self.folder,
                        "-U", "panel", database], input=text, text=True, check=True,
                       capture_output=True, **AS_POSTGRES)


class OpenLdap(Server):
    """OpenLDAP, on a UNIX socket, whose directory is in memory but for a file."""

    name, driver = "ldap", "ldap"
    program = shutil.which("slapd") or shutil.which("slapd", path="/usr/sbin")
    modules = "/usr/lib/ldap"

    def __init__(self):
        super().__init__()
        self.uri = f"ldapi://{str(self.folder / 'ldapi').replace('/', '%2F')}"

    def create(self, suffix, schema, entries):
        """Configure it with the panel's schema, store the entries, and start it."""
        self.end()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        (self.folder / "data").mkdir()
        (self.folder / "panel.schema").write_text(schema)
        (self.folder / "slapd.conf").write_text(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n"
            "include /etc/ldap/schema/inetorgperson.schema\n"
            f"include {self.folder}/panel.schema\nmodulepath {self.modules}\nmoduleload back_mdb\n"
            f"pidfile {self.folder}/pid\nargsfile {self.folder}/args\n"
            "access to attrs=userPassword by anonymous auth by * none\naccess to * by * read\n"
            f"database mdb\nsuffix {suffix}\nrootdn cn=admin,{suffix}\nrootpw secret\n"
            f"directory {self.folder}/data\nmaxsize 16777216\n")
        subprocess.run([self._tool("slapadd"), "-f", self.folder / "slapd.conf"], input=entries,
                       text=True, check=True, capture_output=True)
        self.begin()

    def begin(self):
        """Start it."""
        self._launch([self.program, "-f", self.folder / "slapd.conf", "-h", self.uri, "-d", "0"],
                     self._answers)
        (self.folder / "ldapi").chmod(0o777)

    def end(self):
        """Stop it."""
        self._end(signal.SIGTERM)

    start, stop = (lambda self: None), end

    def modify(self, ldif, suffix):
        """Change an entry as the panel does."""
        subprocess.run(["ldapmodify", "-x", "-H", self.uri, "-D", f"cn=admin,{suffix}", "-w", "secret"],
                       input=ldif, text=True, check=True, capture_output=True)

    def _tool(self, name):
        return Path(self.program).with_name(name)

    def _answers(self):
        return (self.folder / "ldapi").exists()


def has(kind):
    """Return whether the database and Dovecot's driver for it are installed."""
    installed = kind.is_installed if kind is PanelPostgresql else kind.program is not None
    return installed and (MODULES / DRIVERS[kind.driver]).exists()
