# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Dovecot with the files of examples/site-2.3 or site-2.4 as they lie there.

They are laid over those that Debian's packages bring, in /etc/dovecot. What differs from
a host is in /etc/dovecot/local.conf, which Debian's dovecot.conf reads last: ports, and
where the log is.
"""

import json
import re
import shutil
import sqlite3
import sys
import urllib.request
from base64 import b64encode
from pathlib import Path

from instance import Dovecot, Instance
from instance.config import listeners
from instance.instance import built_stage

GENERATION = Dovecot.installed().generation
SERIES = f"{GENERATION // 10}.{GENERATION % 10}"
TOP = Path(__file__).parents[2]
EXAMPLE = TOP / "examples" / f"site-{SERIES}"
OVER = TOP / "tests/instance/over.py"
DEBIAN = Path("/usr/share/dovecot")
# folder of the instance -> where it is inside. A file that is mounted is gone as soon as
# somebody on the host replaces what is below it, as apt does with /etc/passwd: all of /etc
# is a folder of the instance, with links to what the host has.
MOUNTS = {"/etc": "/mnt/host-etc", "/mnt/own-etc": "/etc", "/mnt/etc/dovecot": "/etc/dovecot",
          "/mnt/run": "/run", "/mnt/lib": "/var/lib", "/mnt/srv": "/srv",
          "/mnt/share": "/usr/local/share", "/mnt/root": "/root"}
VMAIL = 5000
PASSWORD = "change-me"
API_KEY = "change-me"


def passdbs(text):
    """Return the drivers in what `doveconf -n` printed, in their order."""
    return [driver or name for name, driver in
            re.findall(r"^passdb (\w*) ?\{\n(?:  driver = (\w+)$)?", text, re.M)
            ] if GENERATION == 24 else re.findall(
                r"^passdb \{\n(?:  .*\n)*?  driver = (\w+)$", text, re.M)


class Site(Instance):
    """The example as it is installed, with the HTTP API that is a comment in it;
    `switched_on` is whether the switch is on."""

    config = "/etc/dovecot/dovecot.conf"

    def __init__(self, folder, switched_on=True):
        super().__init__(folder, users={}, plugins={})
        self.etc = self.folder / "etc/dovecot"
        self._switched_on = switched_on

    def pop3(self, user="ana@example.org", password=PASSWORD, **how):
        return super().pop3(user, password=password, **how)

    def imap(self, user="ana@example.org", password=PASSWORD, **how):
        return super().imap(user, password=password, **how)

    def sql(self, statement, *values):
        """Change the users' database."""
        with sqlite3.connect(self.etc / "users.sqlite") as database:
            database.execute(statement, values)

    def http(self, command, **parameters):
        """Run a command over the HTTP API; return the one result."""
        key = b64encode(API_KEY.encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port('http')}/doveadm/v1",
            json.dumps([[command, parameters, "tag"]]).encode(),
            {"Content-Type": "application/json", "Authorization": f"X-Dovecot-API {key}"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            [answer] = json.load(reply)
        return answer

    def _write_config(self):
        shutil.copytree(DEBIAN / "conf.d", self.etc / "conf.d", dirs_exist_ok=True)
        shutil.copy(DEBIAN / "dovecot.conf", self.etc)
        # as the package and its switch do
        shutil.copytree(built_stage() / "etc/dovecot", self.etc, dirs_exist_ok=True)
        shutil.copytree(EXAMPLE, self.etc, dirs_exist_ok=True)
        site = self.etc / "dovecot-coexist.conf"
        site.write_text(re.sub("^#(?! [^ ])", "", site.read_text(), flags=re.M))
        site.chmod(0o600)
        if self._switched_on:
            (self.etc / "dovecot-coexist.on").symlink_to("dovecot-coexist.conf")
        self._write_host()
        with sqlite3.connect(self.etc / "users.sqlite") as database:
            database.executescript((EXAMPLE / "users.sql").read_text())

    def _write_host(self):
        """Write what the host has: a certificate, the user vmail, folders, texts."""
        private = self.etc / "private"
        private.mkdir(exist_ok=True)
        shutil.copy(self.folder / "etc/cert.pem", private / "dovecot.pem")
        shutil.copy(self.folder / "etc/key.pem", private / "dovecot.key")
        self._write_etc(passwd=f"vmail:x:{VMAIL}:{VMAIL}::/srv/vmail:/bin/false\n",
                        group=f"vmail:x:{VMAIL}:\n")
        for name in ("run/dovecot", "lib/dovecot", "srv/vmail", "share", "root"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        shutil.chown(self.folder / "srv/vmail", VMAIL, VMAIL)
        shutil.copytree(built_stage() / "usr/local/share/dovecot-coexist",
                        self.folder / "share/dovecot-coexist", dirs_exist_ok=True)
        http = {"http": ("doveadm", False)} if self._switched_on else {}
        mail = {name: (f"{name.removesuffix('s')}-login", name.endswith("s"))
                for name in ("imap", "imaps", "pop3", "pop3s")}
        (self.etc / "local.conf").write_text(
            "protocols = imap pop3 lmtp\nlisten = 127.0.0.1\nlog_path = /mnt/log/dovecot.log\n"
            + listeners(self._ports.number, {**mail, "lmtp": ("lmtp", False), **http}))

    def _write_etc(self, **more):
        """Make the folder that is /etc inside, with more lines in files of the host's."""
        own = self.folder / "own-etc"
        (self.folder / "host-etc").mkdir(exist_ok=True)
        (own / "dovecot").mkdir(parents=True, exist_ok=True)
        for path in Path("/etc").iterdir():
            if path.name not in ("dovecot", *more):
                (own / path.name).symlink_to(f"/mnt/host-etc/{path.name}")
        for name, lines in more.items():
            (own / name).write_text(Path("/etc", name).read_text() + lines)

    def _command(self):
        return [sys.executable, "-B", OVER,
                *[f"{source}={target}" for source, target in MOUNTS.items()],
                "--", "dovecot", "-F"]
