# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/panels.md: from a panel's database to a refused login with the reason, in 15 minutes, by
the commands of the page in their order."""

import poplib
import re
import shutil
import time

import pytest

import postfixadmin
from databases import MariaDb, has
from http_client import POP3_SCRIPT
from instance.instance import built_stage
from page import TOP, fences
from panels import RECIPES, SERIES, iredmail
from site_example import Site

pytestmark = pytest.mark.differs("how settings are read")
PAGE = (TOP / "doc/panels.md").read_text()
OTHER = "2.4" if SERIES == "2.3" else "2.3"
ANA = "ana@example.org"
MINUTES = 15
DOCUMENTS = "/usr/share/doc/dovecot-coexist/examples/panels"
# Each panel: its database, and the user that Dovecot is there.
DATABASES = {"PostfixAdmin": ("postfix", "postfix"), "iRedMail": ("vmail", "vmail")}


def steps(heading):
    """Yield the blocks of a section for this Dovecot, and what the last one prints."""
    text = re.search(rf"^## {heading}\n(.*?)(?=^## )", PAGE, re.M | re.S)[1]
    # of the two first blocks, each for one generation, one is for us
    mine, other = (text.index(f"Dovecot {series}:\n") for series in (SERIES, OTHER))
    first = re.compile(r"^```sh\n.*?^```$", re.M | re.S)
    text = text.replace(first.search(text, other)[0], "", 1)
    assert first.search(text, min(mine, text.index("```sh")))
    return [(kind, block) for kind, block in fences(text) if kind in ("sh", "")]


class PanelSite(Site):
    """The example site on a host of a panel; for iRedMail, with iRedMail's own databases."""

    own = None      # (text of auth-sql.conf.ext, {file: text})

    def __init__(self, folder, socket):
        super().__init__(folder)
        self._socket = socket

    def _write_config(self):
        super()._write_config()
        (self.folder / "run/mysqld").mkdir(parents=True, exist_ok=True)
        (self.folder / "run/mysqld/mysqld.sock").symlink_to(self._socket)
        shutil.copytree(RECIPES, self.folder / "panels")
        for path in (self.folder / "panels/postfixadmin").glob("*.conf*"):
            path.write_text(path.read_text().replace("/var/mail/vmail", "/srv/vmail"))
        if self.own:
            text, files = self.own
            (self.etc / "conf.d/auth-sql.conf.ext").write_text(text)
            for name, text in files.items():
                (self.etc / name).write_text(text)

    def shell(self, text):
        """Run a block of the page; return what it prints."""
        text = text.replace(DOCUMENTS, "/mnt/panels").replace(
            "/etc/postfixadmin/", "/mnt/etc/").replace(
            "pop3://localhost/", f"pop3://127.0.0.1:{self.port('pop3')}/")
        done = self.inside("env", f"MYSQL_UNIX_PORT={self._socket}", "LC_ALL=C.UTF-8", "sh", "-ec",
                           f"PATH=/mnt/bin:$PATH\n{text}", check=False)
        assert (done.returncode, done.stderr) == (0, ""), f"{text}\n{done}"
        if "dovecot-coexist on" in text:
            self.read_files_again()
        return done.stdout


def prepare(database, heading):
    """Fill the panel's database with ana in it; return what the panel has in Dovecot."""
    name, user = DATABASES[heading]
    panel = postfixadmin.panel(MariaDb) if heading == "PostfixAdmin" else iredmail(MariaDb)
    database.create(name, panel.schema)
    database.sql(None, f"CREATE USER {user}@localhost IDENTIFIED BY 'secret'; "
                       f"GRANT SELECT ON {name}.* TO {user}@localhost;")
    database.sql(name, f"UPDATE mailbox SET username='{ANA}', password='{{PLAIN}}change-me', "
                       "domain='example.org' WHERE username='user0@site.example'; "
                       "INSERT INTO domain (domain) VALUES ('example.org');")
    if heading == "PostfixAdmin":
        return None
    database.sql(name, "UPDATE mailbox SET storagebasedirectory='/srv/vmail'")
    text, files = panel.own(database)
    change = lambda text: text.replace("dbname=iredmail", "dbname=vmail").replace(
        "dbname = iredmail", "dbname = vmail").replace("/mnt/etc/", "/etc/dovecot/")
    return change(text), {name: change(text) for name, text in files.items()}


@pytest.fixture(params=list(DATABASES) if has(MariaDb) else [])
def site(request, databases, tmp_path):
    database = databases(MariaDb)
    PanelSite.own = prepare(database, request.param)
    with PanelSite(tmp_path / "site", database.socket) as running:
        running.heading = request.param
        [switch] = built_stage().rglob("sbin/dovecot-coexist")
        shutil.copy(switch, running.folder / "bin")
        if shutil.which("curl") is None:
            (running.folder / "bin/curl").write_text(POP3_SCRIPT)
            (running.folder / "bin/curl").chmod(0o755)
        yield running


@pytest.mark.night
def test_fifteen_minutes(site):
    begin = time.monotonic()
    blocks = steps(site.heading)
    toggle = next(i for i, (_, block) in enumerate(blocks) if "UPDATE mailbox" in block)
    for _, block in blocks[:toggle]:
        site.shell(block)
    site.pop3(ANA).quit()
    printed = "".join(site.shell(block) for kind, block in blocks[toggle:] if kind == "sh")
    [(_, wanted)] = [pair for pair in blocks if pair[0] == ""]
    assert printed.strip() == wanted.strip()
    with pytest.raises(poplib.error_proto, match="Authentication failed"):
        site.pop3(ANA, password="wrong")
    site.imap(ANA).logout()
    assert time.monotonic() - begin < MINUTES * 60
