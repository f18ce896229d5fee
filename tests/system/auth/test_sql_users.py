# SPDX-License-Identifier: LGPL-2.1-or-later
"""Users in SQL: columns that are NULL, names with a detail, and a cache."""

import sqlite3

import pytest

import logins
import texts
from instance import Instance
from instance.block import block
from logins import Client, imap_login, pop3_auth_plain, sasl_plain
from wiring import CLIENTS, GENERATION

# As sites do it: jo+anything@example.org is jo@example.org.
OWNER = ("CASE instr(login, '+') WHEN 0 THEN login ELSE "
         "substr(login, 1, instr(login, '+') - 1) || substr(login, instr(login, '@')) END")
PASSWORD_QUERY = ("SELECT user, password, access AS userdb_coexist_pop3_access "
                  "FROM people, (SELECT '%{user}' AS login) "
                  f"WHERE user = login OR detail = 'owner' AND user = {OWNER}")
USER_QUERY = "SELECT access AS coexist_pop3_access FROM people WHERE user = '%{user}'"
DATABASE = "/mnt/etc/people.db"
CHAIN = {
    23: block("passdb", ["driver = sql", "args = /mnt/etc/people.conf.ext",
                         "result_success = continue-ok"]),
    24: block("passdb sql", [
        "sql_driver = sqlite", f"sqlite_path = {DATABASE}", f"query = {PASSWORD_QUERY}",
        "default_password_scheme = PLAIN", "result_success = continue-ok"])}[GENERATION]
USERDB = {
    23: block("userdb", ["driver = sql", "args = /mnt/etc/people.conf.ext"]),
    24: block("userdb sql", ["sql_driver = sqlite", f"sqlite_path = {DATABASE}",
                             f"query = {USER_QUERY}"])}[GENERATION]
FILES = {"people.conf.ext": (       # Dovecot 2.3 has it in a file
    f"driver = sqlite\nconnect = {DATABASE}\ndefault_pass_scheme = PLAIN\n"
    f"password_query = {PASSWORD_QUERY}\nuser_query = {USER_QUERY}\n")}
CACHE = "auth_cache_size = 10M\nauth_cache_ttl = 1 hour\n"
PLUS = "auth_username_chars =\n"    # any, because Dovecot's default has no "+"

APP = "app-password"        # the passwd-file has another one
# name -> (column, what it decides); numbers as panels have them, t and f as PostgreSQL
COLUMNS = {"null": (None, None), "empty": ("", None), "unknown": ("denied", None),
           "allow": ("allow", "passes"), "deny": ("deny", "deny"),
           "on": (1, None), "off": (0, "deny"), "true": ("t", None), "false": ("f", "deny")}
DETAILS = {"jo@example.org": "owner", "ann@example.org": "none", "ann+own@example.org": "none"}
CACHED = "cached@example.org"


def columns(*domains):
    """Return {name: column} of users who differ in nothing else."""
    return {f"{kind}@{domain}": column
            for kind, (column, _) in COLUMNS.items() for domain in domains}


def fill(server, people):
    """Write the table; `people` are rows of (user, access, detail)."""
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute("CREATE TABLE people (user, password, access, detail)")
        database.executemany("INSERT INTO people VALUES (?, ?, ?, ?)",
                             [(user, APP, *row) for user, *row in people])


@pytest.fixture(scope="module")
def server(gated):
    people = columns("open.example", "closed.example")
    server = gated(dict.fromkeys([*people, *DETAILS, CACHED], {}), chain=CHAIN, files=FILES,
                   conf=CACHE + PLUS)
    fill(server, [*((user, column, "none") for user, column in people.items()),
                  *((user, None, detail) for user, detail in DETAILS.items()),
                  (CACHED, None, "none")])
    server.store.put("domain/closed.example", pop3_access="deny")
    return server


def outcome(server, protocol, way, user):
    """Return "passes", "deny" or "fails"."""
    reply = way(server, Client(user, APP))
    if reply == "OK" or logins.passes(protocol, reply):
        return "passes"
    if reply == logins.FAILS[protocol]:
        return "fails"
    assert texts.sentence("deny", protocol) in reply, reply
    return "deny"


# NULL

@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("domain, of_domain", [("open.example", "passes"),
                                               ("closed.example", "deny")])
def test_a_column_that_says_nothing_leaves_it_to_the_domain(server, kind, domain, of_domain):
    assert outcome(server, "pop3", pop3_auth_plain,
                   f"{kind}@{domain}") == (COLUMNS[kind][1] or of_domain)


@pytest.mark.parametrize("site, of_site", [({}, "passes"), ({"pop3_access": "deny"}, "deny")],
                         ids=["open", "closed"])
def test_nor_does_one_of_the_userdb_say_anything_without_a_gate(tmp_path, site, of_site):
    """Sessions read the same columns: the guard in them leaves it to dovecot.conf."""
    people = columns("example.org")
    with Instance(tmp_path, users=dict.fromkeys(people, {}), files=FILES, chain=USERDB,
                  passes_on=True, conf=CLIENTS, coexist=site) as server:
        fill(server, ((user, column, "none") for user, column in people.items()))
        for kind, (_, decides) in COLUMNS.items():
            reply = logins.pop3_user_pass(server, Client(f"{kind}@example.org"))
            refused = texts.sentence("deny", "pop3") in reply
            assert ("deny" if refused else "passes") == (decides or of_site), (kind, reply)


# Details

LOGINS = [("pop3", pop3_auth_plain), ("imap", imap_login), ("sasl", sasl_plain)]
KEYS = {"pop3": "pop3_access", "imap": "imap_access", "sasl": "submission_access"}


@pytest.mark.parametrize("protocol, way", LOGINS, ids=logins.name)
def test_a_login_with_a_detail_obeys_the_policy_of_its_owner(server, protocol, way):
    """The passdb says whose login it is."""
    assert outcome(server, protocol, way, "jo+x@example.org") == "passes"
    server.store.put("mailbox/jo@example.org", **{KEYS[protocol]: "deny"})
    assert outcome(server, protocol, way, "jo+x@example.org") == "deny"
    assert outcome(server, protocol, way, "JO+news+x@Example.ORG") == "deny"
    server.store.put("mailbox/jo@example.org")
    server.store.put("mailbox/jo+x@example.org", **{KEYS[protocol]: "deny"})
    assert outcome(server, protocol, way, "jo+x@example.org") == "passes"


@pytest.mark.parametrize("protocol, way", LOGINS, ids=logins.name)
def test_a_plus_is_a_part_of_the_name_where_nobody_says_otherwise(server, protocol, way):
    server.store.put("mailbox/ann@example.org", **{KEYS[protocol]: "deny"})
    assert outcome(server, protocol, way, "ann+x@example.org") == "fails"
    assert outcome(server, protocol, way, "ann+own@example.org") == "passes"
    server.store.put("mailbox/ann@example.org")
    server.store.put("mailbox/ann+own@example.org", **{KEYS[protocol]: "deny"})
    assert outcome(server, protocol, way, "ann+own@example.org") == "deny"
    assert outcome(server, protocol, way, "ann@example.org") == "passes"


# auth_cache

def test_imap_obeys_a_change_while_the_password_is_cached(server):
    """In both directions, with the password and with a wrong one."""
    for access in ("allow", "deny", "allow", "deny"):
        server.store.put(f"mailbox/{CACHED}", imap_access=access)
        wanted = {"allow": "passes", "deny": "deny"}[access]
        assert outcome(server, "imap", imap_login, CACHED) == wanted
        wrong = imap_login(server, Client(CACHED, logins.WRONG))
        assert wrong == logins.FAILS["imap"]
    server.store.remove(f"mailbox/{CACHED}")
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute("UPDATE people SET password = 'another' WHERE user = ?", [CACHED])
    # otherwise it was not in the cache, and this proves nothing
    assert outcome(server, "imap", imap_login, CACHED) == "passes"
