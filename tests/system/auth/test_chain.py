# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gate among other passdbs, and how soon a change counts."""

import sqlite3
import time
import pytest

import logins
import texts
from instance import PASSWORD
from instance.block import block
from logins import Client, each, pop3_auth_plain
from wiring import CLOSED, GENERATION

pytestmark = pytest.mark.differs("passdb and userdb drivers")
APP = "app-password"
QUERY = "SELECT name AS user, password FROM apps WHERE name = '%%{%s}'"
APPS = {
    23: block("passdb", ["driver = sql", "args = /mnt/etc/apps.conf.ext",
                         "result_success = continue-ok"]),
    24: block("passdb sql", ["sql_driver = sqlite", "sqlite_path = /mnt/etc/apps.db",
                             "default_password_scheme = PLAIN", "query = " + QUERY % "user",
                             "result_success = continue-ok"])}[GENERATION]
APPS_FILE = ("driver = sqlite\nconnect = /mnt/etc/apps.db\ndefault_pass_scheme = PLAIN\n"
             f"password_query = {QUERY % 'user'}\n")    # Dovecot 2.3 has it in a file
WAYS = each(logins.PASSWORD_WAYS)
CACHE = "auth_cache_size = 10M\nauth_cache_ttl = 1 hour\n"


@pytest.fixture(scope="module")
def server(gated):
    """Two passdbs before the gate, both cached."""
    users = [f"user{number}" for number in range(20)]
    domains = [f"a@d{number}.example" for number in range(5)]
    server = gated(dict.fromkeys([*users, *domains], {}), conf=CACHE,
                   chain=APPS, files={"apps.conf.ext": APPS_FILE})
    with apps(server) as database:
        database.execute("CREATE TABLE apps (name, password)")
        database.executemany("INSERT INTO apps VALUES (?, ?)",
                             [(user, APP) for user in users])
    return server


def apps(server):
    """Return the database of app passwords."""
    return sqlite3.connect(server.folder / "etc/apps.db")


@pytest.fixture
def user(server, unused):
    return next(unused)


@pytest.fixture(scope="module")
def unused():
    return iter(f"user{number}" for number in range(20))


@pytest.mark.parametrize("password", [PASSWORD, APP], ids=["password", "app password"])
@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_no_password_bypasses_the_gate(server, protocol, way, password):
    server.store.put("mailbox/user19", **CLOSED)
    server.store.put("mailbox/user18", **dict.fromkeys(CLOSED, "allow"))
    assert texts.sentence("deny", protocol) in way(server, Client("user19", password))
    assert logins.passes(protocol, way(server, Client("user18", password)))


@pytest.mark.parametrize("password", [PASSWORD, APP], ids=["password", "app password"])
def test_the_cache_of_the_password_is_none_of_the_policy(server, user, password):
    """The login after a change obeys, in both directions."""
    for access in ("allow", "deny", "allow", "deny"):
        server.store.put(f"mailbox/{user}", pop3_access=access)
        reply = pop3_auth_plain(server, Client(user, password))
        if access == "allow":
            assert logins.passes("pop3", reply)
        else:
            assert texts.sentence("deny", "pop3") in reply


def test_a_document_that_is_removed_counts_no_more(server, user):
    server.store.put(f"mailbox/{user}", pop3_access="deny")
    assert texts.sentence("deny", "pop3") in pop3_auth_plain(server, Client(user))
    server.store.remove(f"mailbox/{user}")
    assert logins.passes("pop3", pop3_auth_plain(server, Client(user)))


def test_the_password_was_in_the_cache(server, user):
    """Otherwise the tests above prove nothing: it is known after it was changed."""
    assert logins.passes("pop3", pop3_auth_plain(server, Client(user, APP)))
    with apps(server) as database:
        database.execute("UPDATE apps SET password = 'another' WHERE name = ?", [user])
    assert logins.passes("pop3", pop3_auth_plain(server, Client(user, APP)))


@pytest.mark.parametrize("scope, user", [("default", "a@d0.example"),
                                         ("domain/d1.example", "a@d1.example")])
def test_wider_documents_count_within_their_three_seconds(gated, scope, user):
    server = gated({user: {}}, conf=CACHE)
    took = []
    for access in ("allow", "deny", "allow"):
        server.store.put(scope, pop3_access=access)
        started = time.monotonic()
        server.wait_for(lambda: logins.passes("pop3", pop3_auth_plain(server, Client(user)))
                        == (access == "allow"))
        took.append(time.monotonic() - started)
    assert sorted(took)[1] < 5    # the machine may stand still for once
