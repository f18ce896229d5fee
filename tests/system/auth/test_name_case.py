# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mailbox is the same in any letter case, where a database takes it for the same."""

import json
import re
import sqlite3
from contextlib import ExitStack

import pytest

import logins
import texts
from instance import PASSWORD
from instance.block import block
from logins import Client, session
from wiring import ANVIL, DOVEADM, GENERATION

# As MySQL and MariaDB compare by default; the name stays as the client wrote it.
DATABASE = "/mnt/etc/people.db"
TABLE = "CREATE TABLE people (name TEXT COLLATE NOCASE, password, uid, gid, home)"
PASSWORD_QUERY = "SELECT password FROM people WHERE name = '%{user}'"
# Takes off what is behind a "+", and does not say so.
USER_QUERY = ("SELECT uid, gid, home FROM people, (SELECT '%{user}' AS login) WHERE name = "
              "CASE instr(login, '+') WHEN 0 THEN login ELSE substr(login, 1, "
              "instr(login, '+') - 1) || substr(login, instr(login, '@')) END")
GOES_ON = "result_success = continue-ok"
if GENERATION == 23:
    CHAIN = "".join(block(kind, ["driver = sql", "args = /mnt/etc/people.conf.ext", GOES_ON])
                    for kind in ("passdb", "userdb"))
    CONF = "auth_username_format = %u\n"
else:
    CHAIN = "".join(block(f"{kind} sql", [
        "sql_driver = sqlite", f"sqlite_path = {DATABASE}", f"query = {query}", GOES_ON, *more])
        for kind, query, more in (
            ("passdb", PASSWORD_QUERY, ["default_password_scheme = PLAIN"]),
            ("userdb", USER_QUERY, [])))
    CONF = "auth_username_format = %{user}\n"
FILES = {"people.conf.ext": (
    f"driver = sqlite\nconnect = {DATABASE}\ndefault_pass_scheme = PLAIN\n"
    f"password_query = {PASSWORD_QUERY}\nuser_query = {USER_QUERY}\n")}
PEOPLE = ["jo@example.org", "Ana@Example.org", "max@example.org", "set@example.org"]
NO_OWN_LIMIT = "mail_max_userip_connections = 0\n"
NO_DOMAIN = "auth_username_format = %s\n" % (
    "%Ln" if GENERATION == 23 else "%{user | username | lower}")


def make_store(server):
    """Make the folders of a store that doveadm writes and the auth process reads."""
    server.inside("install", "-d", "-m", "2750", "-g", "dovecot", "/mnt/policy",
                  "/mnt/policy/coexist", "/mnt/policy/coexist/mailbox")


@pytest.fixture(scope="module")
def server(gated):
    server = gated({}, chain=CHAIN, files=FILES,
                   conf=CONF + ANVIL + DOVEADM + NO_OWN_LIMIT + "auth_username_chars =\n")
    make_store(server)
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute(TABLE)
        database.executemany("INSERT INTO people VALUES (?, ?, 65534, 65534, ?)",
                             [(name, PASSWORD, f"/mnt/home/{name.lower()}") for name in PEOPLE])
    server.store.put("mailbox/jo@example.org", imap_access="suspend", pop3_access="deny")
    server.store.put("mailbox/ana@example.org", imap_access="suspend", pop3_access="deny")
    server.store.put("mailbox/max@example.org", imap_max_sessions=2)
    return server


@pytest.mark.parametrize("name", [
    "jo@example.org", "JO@example.org", "Jo@Example.ORG", "ana@example.org", "Ana@Example.org"])
def test_a_document_holds_for_each_spelling(server, name):
    assert texts.sentence("deny", "pop3") in logins.pop3_user_pass(server, Client(name))
    assert texts.sentence("suspend", "imap") in logins.imap_login(server, Client(name))
    assert logins.pop3_user_pass(server, Client(name, logins.WRONG)) == logins.FAILS["pop3"]


def test_sessions_of_each_spelling_are_counted_together(server):
    with ExitStack() as stack:
        for name in ("max@example.org", "MAX@example.org"):
            stack.enter_context(session(server, "imap", Client(name)))
        for name in ("Max@Example.org", "max@example.org"):
            assert logins.imap_login(server, Client(name)) == logins.refusal(
                "imap", texts.code("max_sessions", "imap"), texts.sentence("max_sessions", "imap"))


def test_a_domain_that_is_taken_off_has_no_document(gated):
    """As doc/protocol-policy.md says, "Whose policy it is"."""
    server = gated({"jo": {}}, conf=NO_DOMAIN)
    server.store.put("mailbox/jo", pop3_access="deny")
    server.store.put("domain/example.org", imap_access="deny")
    for name in ("jo@example.org", "JO@other.example"):
        assert texts.sentence("deny", "pop3") in logins.pop3_user_pass(server, Client(name))
        assert logins.pop3_user_pass(server, Client(name, logins.WRONG)) == logins.FAILS["pop3"]
        assert logins.passes("imap", logins.imap_login(server, Client(name)))


def test_a_policy_may_be_set_by_each_spelling(server):
    server.doveadm("coexist", "policy", "set", "-u", "SET@example.org", "pop3_access=deny")
    assert texts.sentence("deny", "pop3") in \
        logins.pop3_user_pass(server, Client("set@example.org"))
    assert "pop3_access" in server.doveadm("coexist", "policy", "get", "-u", "set@example.org")


def test_a_document_that_no_login_reads_is_found(server):
    """One that was written by hand, to a store that tells the letters apart."""
    server.store.put("mailbox/Bob@example.org", pop3_access="deny")
    done = server.inside("doveadm", "-c", "/mnt/etc/dovecot.conf", "coexist", "policy", "check",
                         check=False)
    assert re.search(r"Bob@example\.org\s.*lower case", done.stdout)
    assert done.returncode != 0


def preflight(server):
    """Return {check: (status, remedy)}."""
    rows = json.loads(server.doveadm("-f", "json", "coexist", "preflight"))
    return {row["check"]: (row["status"], row["remedy"]) for row in rows}


DETAIL = "userdb, names with a detail"


def test_a_query_that_keeps_to_itself_what_it_takes_off_is_found(server, gated):
    verdict, remedy = preflight(server)[DETAIL]
    assert verdict == "warn" and "+coexist-preflight@example.org" in remedy
    assert "as user" in remedy
    other = gated({"jo@example.org": {}}, conf=DOVEADM)
    make_store(other)
    other.store.put("mailbox/jo@example.org", pop3_access="allow")
    assert preflight(other)[DETAIL] == ("ok", "")
