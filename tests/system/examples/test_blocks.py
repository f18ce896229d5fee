# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pages show besides dovecot.conf does what the page says: queries of SQL, the key file
of Dovecot 2.3, and the pairs of lines of doc/upgrade.md."""

import poplib
import re
import sqlite3

import pytest

from instance import Dovecot
from instance.config import owner
from pages import section

GENERATION = Dovecot.installed().generation
DATABASE = "/mnt/etc/users.sqlite"
PLUGIN = "plugin {\n  coexist_config = /mnt/etc/coexist.conf.ext\n}\n" if GENERATION == 23 else ""
# What the blocks leave to the site: who owns mail, and on Dovecot 2.3 what names the queries.
SITE = "mail_uid = {}\nmail_gid = {}\n".format(*owner())
ARGS = "  driver = sql\n  args = /mnt/etc/dovecot-sql.conf.ext\n"
DRIVER = {23: f"driver = sqlite\nconnect = {DATABASE}\n",
          24: f"sql_driver = sqlite\nsqlite_path = {DATABASE}\n"}[GENERATION]


def fences(kind, page, heading):
    return re.findall(rf"^```{kind}\n(.*?)^```$", section(page, heading), re.M | re.S)


def here(text):
    """Return the block with the folders of the private Dovecot."""
    for there, path in (("/etc/dovecot/users.sqlite", DATABASE), ("/srv/vmail/", "/mnt/home/"),
                        ("/var/lib/dovecot-coexist/", "/mnt/policy/")):
        text = text.replace(there, path)
    return text


def queries(page, heading, which, databases):
    """Return the settings of a server that asks as the page says."""
    if GENERATION == 24:
        text = here([text for text in fences("dovecot-2.4", page, heading) if "sql" in text][which])
        return {"chain": ("" if "sql_driver" in text else DRIVER) + text}
    text = here(fences("sql", page, heading)[which])
    return {"chain": "".join(f"{kind} {{\n{ARGS}}}\n" for kind in databases),
            "files": {"dovecot-sql.conf.ext": DRIVER + text}}


def fill(server, columns, *rows):
    with sqlite3.connect(server.folder / "etc/users.sqlite") as database:
        name = "users" if "userid" in columns else "mailbox"
        database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)


def test_a_column_for_each_protocol(start):
    """protocol-policy.md: 0 denies, and 1 is no opinion; for the gate and for explain."""
    server = start(gate={}, conf=SITE + PLUGIN, **queries(
        "protocol-policy.md", "With SQL", 0, ("passdb", "userdb")))
    fill(server, ("username", "password", "enablepop3"), ("off", "{PLAIN}pass", 0),
         ("on", "{PLAIN}pass", 1))
    with pytest.raises(poplib.error_proto, match="POP3 is switched off for this mailbox"):
        server.pop3("off")
    server.pop3("on").quit()
    server.imap("off").logout()
    for user, verdict in (("off", "refused"), ("on", "passes")):
        explained = server.doveadm("coexist", "explain", "-u", user, "--protocol", "pop3")
        assert re.search(rf"^pop3 +login +{verdict}", explained, re.M)
    assert "userdb" in server.doveadm("coexist", "policy", "get", "--effective", "-u", "off",
                                      "pop3_access")


def test_a_column_for_a_key(start):
    """pop3-read-state.md: each mailbox its own pop3_mark_read."""
    server = start(conf=SITE, **queries(
        "pop3-read-state.md", "For one mailbox, protocol or network", 0, ("userdb",)))
    user, group = owner()
    values = {"complete": [1], "quit": [1], "never": []}
    maildrops = {value: server.maildrop() for value in values}
    fill(server, ("userid", "home", "uid", "gid", "pop3_mark_read"), *(
        (maildrop.user, f"/mnt/home/{maildrop.user}", user, group, value)
        for value, maildrop in maildrops.items()))
    for value, seen in values.items():
        maildrops[value].deliver(1)
        with maildrops[value].pop3() as pop:
            pop.retr(1)
            pop.noop()
            if value == "complete":
                server.wait_for(lambda: maildrops["complete"].seen() == [1])
            else:
                assert maildrops[value].seen() == []
            pop.quit()
        assert maildrops[value].seen() == seen


# The key file


@pytest.mark.only_on(23, reason="Dovecot 2.4 has none")
def test_the_key_file(start):
    [text] = fences("coexist-site", "protocol-policy.md", "The gate")
    server = start(conf=PLUGIN + (
        "passdb {\n  driver = coexist\n  args = /mnt/etc/coexist.conf.ext\n}\n"),
        files={"coexist.conf.ext": here(text)})
    user = server.maildrop().user
    server.doveadm("coexist", "policy", "set", "-u", user, "pop3_access=deny")
    with pytest.raises(poplib.error_proto, match="POP3 is switched off"):
        server.pop3(user)


# The pairs of lines


def pairs():
    """Yield (what a cell is about, its lines) for this Dovecot."""
    for row in re.findall(r"^\| (.*) \| (.*) \|$", section("upgrade.md", "After"), re.M)[1:]:
        cell = row[GENERATION - 23]
        yield cell, re.findall("`([^`]*)`", cell)


def test_there_are_pairs():
    assert len(list(pairs())) == 7


@pytest.fixture(scope="module")
def server(start):
    return start(gate={}, conf=PLUGIN)


@pytest.mark.parametrize("cell, lines", pairs())
def test_each_line_of_the_upgrade_is_taken(server, cell, lines):
    if "conf.ext" in cell:
        assert_taken_in_key_file(server, "[policy]" if "[policy]" in cell else "[site]", lines[-1])
    elif lines and "fields of a userdb" not in cell:
        assert_taken(server, lines, "in `plugin { }`" in cell)


def assert_taken(server, lines, is_in_plugin):
    text = "\n".join(lines[:1] if is_in_plugin else lines).replace("…", "/mnt/etc/coexist.conf.ext")
    if is_in_plugin:
        text = f"plugin {{\n{text}\n}}"
    conf = (server.folder / "etc/dovecot.conf").read_text()
    (server.folder / "etc/changed.conf").write_text(f"{conf}{text}\n")
    done = server.inside("doveconf", "-n", "-c", "/mnt/etc/changed.conf", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "coexist" in text


def assert_taken_in_key_file(server, group, line):
    path = server.folder / "etc/coexist.conf.ext"
    before = path.read_text()
    store = "" if "store" in line else "[site]\nstore=fs:posix:prefix=/mnt/policy/\n"
    path.write_text(here(f"{store}{group}\n{line}\n"))
    done = server.doveadm("coexist", "explain", "-u", "user0", check=False)
    path.write_text(before)
    assert (done.returncode, done.stderr) == (0, "")
