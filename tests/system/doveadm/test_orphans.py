# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy list --orphans: with userdbs that list nobody, that do not answer, and
with several."""

import json
import re

import pytest

from administrator import CONF23, CONF24, EX_CONFIG, EX_TEMPFAIL, Administrator
from instance import Dovecot
from instance.block import block

IS_23 = Dovecot.installed().generation == 23


def userdb(driver, args, *settings):
    """One more userdb: its args in Dovecot 2.3, its settings in 2.4."""
    lines = [f"args = {args}"] * bool(args) if IS_23 else settings
    return block("userdb" if IS_23 else f"userdb {driver}2", [f"driver = {driver}", *lines])


FIELDS = block("fields", ["uid = nobody", "gid = nogroup", "home = /mnt/home/%{user}"])
SECOND = {
    "a file": userdb("passwd-file", "username_format=%u /mnt/etc/second",
                     "passwd_file_path = /mnt/etc/second"),
    "a file for each domain": userdb("passwd-file", "username_format=%u /mnt/etc/of-%d",
                                     "passwd_file_path = /mnt/etc/of-%{user|domain}"),
    "everybody else": userdb("static", "uid=nobody gid=nogroup home=/mnt/home/%u allow_all_users=yes",
                             "userdb_static_allow_all_users = yes", FIELDS),
    "who has a password": userdb("static", "uid=nobody gid=nogroup home=/mnt/home/%u", FIELDS),
    "a file with a mistake": userdb("passwd-file", "username_format=%u /mnt/etc/mistaken",
                                    "passwd_file_path = /mnt/etc/mistaken"),
    "a database that is away": userdb(
        "sql", "/mnt/etc/away.conf.ext", "sql_driver = sqlite", "sqlite_path = /mnt/etc/away/db",
        "userdb_sql_query = SELECT home FROM users WHERE name = '%{user}'",
        "userdb_sql_iterate_query = SELECT name AS user FROM users"),
    "who was found": userdb("prefetch", ""),
}
AWAY = ("driver = sqlite\nconnect = /mnt/etc/away/db\n"
        "user_query = SELECT home FROM users WHERE name = '%u'\n"
        "iterate_query = SELECT name AS user FROM users\n")
LINE = "jo@two.example:{PLAIN}pass:65534:65534::/mnt/home/jo\n"
MISTAKE = LINE.replace("\n", "::userdb_uid=no-such-user\n")
# The mailboxes and the domains that have a policy, and are not of the first userdb.
OTHERS = ["mailbox/jo@two.example", "domain/two.example", "mailbox/gone@two.example",
          "domain/typo.example"]
GONE = {"gone@two.example"}
BOTH = GONE | {"jo@two.example"}


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24)


def orphans(admin, *options):
    """Return (exit code, names, errors)."""
    done = admin.server.doveadm("-f", "json", *options, "coexist", "policy", "list",
                                "--orphans", check=False)
    return done.returncode, {row["name"] for row in json.loads(done.stdout)}, done.stderr


def test_who_can_not_be_looked_up_is_no_orphan(admin):
    for name in ("user1", "gone@here.example"):
        admin.ok("policy", "set", "--force", "-u", name, "pop3_access=deny")
    assert orphans(admin) == (0, {"gone@here.example"}, "")
    status, names, said = orphans(admin, "-o", "auth_socket_path=/mnt/run/none")
    assert (status, names) == (EX_TEMPFAIL, set())
    assert "Can't look up user user1" in said


@pytest.mark.parametrize("second, status, wanted", [
    ("a file", 0, {"gone@two.example", "typo.example"}),
    # it knows users by name, and can't list them: nothing is known of domains
    ("a file for each domain", 0, GONE),
    ("everybody else", 0, set()),
    # the passdb does not know jo either
    ("who has a password", 0, BOTH),
    # jo can't be looked up, and all others can
    ("a file with a mistake", EX_TEMPFAIL, {"gone@two.example", "typo.example"}),
    # of whom the first does not know, nothing is known
    ("a database that is away", EX_TEMPFAIL, set()),
    # it has no users of its own
    ("who was found", 0, BOTH | {"two.example", "typo.example"}),
])
def test_with_a_second_userdb(start, second, status, wanted):
    """The first knows user1, and no domain but one.example."""
    text = SECOND[second]
    server = start(conf23=CONF23 + text, conf24=CONF24 + text, groups={"jo@one.example": {}}, files={
        "second": LINE, "of-two.example": LINE, "mistaken": MISTAKE, "away.conf.ext": AWAY})
    admin = Administrator(server)
    for scope in ("mailbox/user1", "mailbox/jo@one.example0", *OTHERS):
        admin.put(scope, "[policy]\npop3_access=deny\n")
    found = orphans(admin)
    assert found[:2] == (status, wanted), found
    # each of whom a database that is away is asked about costs a minute
    assert found[2].count("Can't look up user") == (status == EX_TEMPFAIL), found
    assert ("the list ends here" in found[2]) == (second == "a database that is away"), found


def test_only_who_was_found_just_now(admin):
    """Nobody can be asked for by name, so nobody is gone."""
    admin.put("mailbox/user1", "[policy]\npop3_access=deny\n")
    etc = admin.server.folder / "etc"
    (etc / "changed.conf").write_text(re.sub(
        r"^userdb .*?^}\n", userdb("prefetch", "") + userdb("coexist", "/mnt/etc/coexist.conf.ext"),
        (etc / "dovecot.conf").read_text(), count=1, flags=re.M | re.S))
    done = admin.server.inside("doveadm", "-c", "/mnt/etc/changed.conf", "-f", "json", "coexist",
                               "policy", "list", "--orphans", check=False)
    assert (done.returncode, json.loads(done.stdout)) == (EX_CONFIG, [])
    assert "No userdb can be asked" in done.stderr
