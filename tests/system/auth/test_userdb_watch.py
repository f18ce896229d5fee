# SPDX-License-Identifier: LGPL-2.1-or-later
"""The passdb block alone: what the policy hands over comes behind what userdbs say."""

import sqlite3

import pytest

import logins
from instance import message
from instance.block import block
from instance.gate import key_file
from logins import Client
from test_handed_over import lda
from test_other_services import QUOTA_STATUS, policy_server
from wiring import GATE_BLOCK, GENERATION, userdb

pytestmark = pytest.mark.differs("passdb and userdb drivers")
CACHE = "auth_cache_size = 10M\nauth_cache_ttl = 1 hour\n"
OWN_USERDB = (block("userdb", ["driver = coexist", "args = /mnt/etc/coexist.conf.ext"])
              if GENERATION == 23 else block("userdb coexist", ["driver = coexist"]))
PREFETCH = block("userdb" if GENERATION == 23 else "userdb prefetch", ["driver = prefetch"])
# SQLite is asked in a worker process, whose answers may be remembered.
DATABASE = "/mnt/etc/people.db"
QUERY = ("SELECT '/mnt/home/' || user AS home, 65534 AS uid, 65534 AS gid, limits AS "
         "coexist_pop3_keep_days FROM people WHERE user = '%{user}'")
SQL = {23: block("userdb", ["driver = sql", "args = /mnt/etc/people.conf.ext"]),
       24: block("userdb sql", ["sql_driver = sqlite", f"sqlite_path = {DATABASE}",
                                f"query = {QUERY}"])}[GENERATION]
SQL_FILE = f"driver = sqlite\nconnect = {DATABASE}\nuser_query = {QUERY}\n"
STATIC = {23: block("userdb", ["driver = static", "args = uid=nobody gid=nogroup "
                               "home=/mnt/home/%u allow_all_users=yes"]),
          24: block("userdb static", [
              "allow_all_users = yes",
              block("fields", ["uid = nobody", "gid = nogroup", "home = /mnt/home/%{user}"])])
          }[GENERATION]


@pytest.fixture(scope="module")
def watched(gated):
    """watched(users, **settings): a gate that is configured by its passdb and nothing else."""
    def start(users, *, conf="", files=None, coexist=None, **settings):
        server = gated(
            users, passes_on=True, no_gate=True, coexist=coexist, conf=conf + GATE_BLOCK,
            files={"coexist.conf.ext": key_file({}, coexist or {}), **(files or {})}, **settings)
        server.store.mark()
        return server
    return start


@pytest.fixture(scope="module", params=["no cache", "cache"])
def server(watched, request):
    return watched(
        {"alice": {}, "bob": {}, "own": {"coexist_pop3_keep_days": "5"},
         "alias": {"user": "person"}, "person": {}, "said": {"coexist_pop3_access": "deny"}},
        conf=(CACHE if request.param == "cache" else "") + QUOTA_STATUS, quota="10M")


def keep_days(server, user):
    """Return the EXPIRE of the session's capabilities, as many times as a cache needs."""
    answers = {server.pop3(user).capa().get("EXPIRE", ["none"])[0] for _ in range(3)}
    return " or ".join(sorted(answers))


def handed(server, user, service="doveadm"):
    """Return what is handed over to a service that looks the user up."""
    return [line for line in server.doveadm("user", "-x", f"service={service}", user).splitlines()
            if "coexist_" in line or "coexist=" in line]


def test_a_session_is_told(server):
    server.store.put("mailbox/alice", pop3_keep_days="77")
    assert keep_days(server, "alice") == "77"
    server.store.remove("mailbox/alice")
    assert keep_days(server, "alice") == "none"


def test_a_field_is_narrower_than_the_domain_and_wider_than_the_mailbox(server):
    server.store.put("default", pop3_keep_days="9", pop3_delete="hide")
    server.wait_for(lambda: keep_days(server, "bob") == "9")
    assert keep_days(server, "own") == "5"
    server.store.put("mailbox/own", pop3_keep_days="3")
    assert keep_days(server, "own") == "3"
    server.store.remove("mailbox/own")
    server.store.remove("default")
    server.wait_for(lambda: keep_days(server, "bob") == "none")     # it is known for seconds


def test_the_policy_is_that_of_the_last_name(server):
    server.store.put("mailbox/alias", pop3_keep_days="1")
    server.store.put("mailbox/person", pop3_keep_days="2")
    assert keep_days(server, "alias") == "2"


def test_what_only_the_userdb_forbids_is_refused_by_the_session(server):
    for _ in range(3):
        assert "-ERR [SYS/PERM]" in logins.pop3_user_pass(server, Client("said"))


def test_who_looks_up_is_told(server):
    server.store.put("mailbox/alice", quota_warn="80")
    for service in ("lmtp", "lda", "doveadm", "quota-status"):
        [line] = handed(server, "alice", service)
        assert ";quota_warn=80" in line
        assert handed(server, "alice", service) == [line]   # with a cache as well
    server.store.remove("mailbox/alice")
    server.wait_for(lambda: handed(server, "alice") == [], what="the default document to go")


def test_services_work(server):
    server.store.put("mailbox/alice", quota_warn="80", pop3_delete="hide")
    server.deliver("alice", message("by lmtp"))
    lda(server, "alice", message("by lda"))
    assert policy_server(server, "alice", 1000) == "action=DUNNO"
    assert policy_server(server, "nobody", 1000) == "action=REJECT unknown"
    assert len(server.doveadm("search", "-u", "alice", "all").splitlines()) == 2
    assert {"alice", "own", "person"} <= set(server.doveadm("user", "*").split())
    server.store.remove("mailbox/alice")


def test_nobody_becomes_a_user(server):
    server.store.put("mailbox/nobody", pop3_keep_days="7")
    assert server.doveadm("user", "nobody", check=False).returncode == 67      # EX_NOUSER


def test_the_log_has_no_problems(server):
    assert [line for line in server.log_problems() if "coexist: refused" not in line
            and "nobody" not in line] == []


# Other userdbs, before and behind

@pytest.mark.parametrize("place", ["first", "chain"])
@pytest.mark.parametrize("cache", [CACHE, ""], ids=["cache", "no cache"])
def test_a_userdb_of_worker_processes(watched, cache, place):
    """As the first userdb and as the second; a worker has the gate's configuration, too."""
    server = watched({"alice": {}, "own": {}}, **{place: SQL}, conf=cache,
                     files={"people.conf.ext": SQL_FILE})
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute("CREATE TABLE people (user, limits)")
        database.execute("INSERT INTO people VALUES ('alice', NULL), ('own', '5')")
    server.store.put("default", pop3_keep_days="9")
    assert keep_days(server, "alice") == "9"
    assert keep_days(server, "own") == "5"
    assert server.doveadm("user", "nobody", check=False).returncode == 67


@pytest.mark.parametrize("cache", [CACHE, ""], ids=["cache", "no cache"])
def test_fields_that_the_passdb_has_fetched(watched, cache):
    server = watched({"alice": {}, "own": {"coexist_pop3_keep_days": "5"}},
                     first=PREFETCH, conf=cache)
    server.store.put("default", pop3_keep_days="9")
    assert keep_days(server, "alice") == "9"
    assert keep_days(server, "own") == "5"
    assert len(handed(server, "alice")) == 1


def test_a_userdb_behind_the_first(watched):
    """Which says more, and another name."""
    server = watched({"alice": {}, "alias": {}}, chain=userdb("more", "/mnt/etc/more"),
                     files={"more": "alice:::::::userdb_coexist_pop3_keep_days=5\n"
                                    "alias:::::::userdb_user=person\n"})
    server.store.put("default", pop3_keep_days="9")
    server.store.put("mailbox/person", pop3_keep_days="2")
    assert keep_days(server, "alice") == "5"
    assert keep_days(server, "alias") == "2"


@pytest.mark.parametrize("place", ["first", "chain"])
def test_a_userdb_of_everybody(watched, place):
    server = watched({"alice": {}}, **{place: STATIC})
    server.store.put("mailbox/alice", pop3_keep_days="2")
    assert keep_days(server, "alice") == "2"
    assert len(handed(server, "alice")) == 1


@pytest.mark.parametrize("cache", [CACHE, ""], ids=["cache", "no cache"])
def test_with_our_own_userdb_it_is_handed_over_once(watched, cache):
    server = watched({"alice": {}, "own": {"coexist_pop3_keep_days": "5"}},
                     conf=OWN_USERDB + cache)
    server.store.put("default", pop3_keep_days="9")
    assert keep_days(server, "alice") == "9"
    assert keep_days(server, "own") == "5"
    assert len(handed(server, "alice")) == 1


@pytest.mark.parametrize("cache", [CACHE, ""], ids=["cache", "no cache"])
def test_the_gate_alone_speaks_for_the_gate(watched, cache):
    """A directory that has such fields decides nothing by them, in either form."""
    query = SQL_FILE.replace(" FROM", ", says AS admin FROM")
    forged = "exempt;pop3_keep_days=1"
    server = watched(
        {"alice": {}, "bob": {}, "carol": {"coexist_gate": forged, "coexist_policy": ";keep=1"}},
        first=SQL if GENERATION == 23 else SQL.replace(" FROM", ", says AS admin FROM"),
        conf=cache, files={"people.conf.ext": query})
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute("CREATE TABLE people (user, limits, says)")
        database.executemany("INSERT INTO people VALUES (?, NULL, ?)", [
            ("alice", f"no coexist_gate={forged}"), ("bob", f"no coexist_policy=;{forged}")])
    server.store.put("default", pop3_keep_days="9")
    for user in ("alice", "bob", "carol"):
        assert keep_days(server, user) == "9"


@pytest.mark.only_on(23, reason="Dovecot 2.4 has no default_fields of this kind")
@pytest.mark.parametrize("cache", [CACHE, ""], ids=["cache", "no cache"])
def test_defaults_are_made_of_the_name_once(watched, cache):
    """They may change the name of which they are made."""
    sql = SQL.replace("}", "  default_fields = place=of-%d user=%n\n}")
    server = watched({"dave@example.org": {}}, first=sql, conf=cache,
                     files={"people.conf.ext": SQL_FILE})
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute("CREATE TABLE people (user, limits)")
        database.execute("INSERT INTO people VALUES ('dave', NULL)")
    for _ in range(3):
        place = server.doveadm("user", "-f", "place", "dave@example.org").strip()
        assert place == "of-example.org"


def test_the_documents_are_read_by_the_auth_process_alone(watched):
    """A store that is away when its turn comes hands nothing over, and stops nothing."""
    server = watched({"alice": {}})
    server.store.put("mailbox/alice", "garbage")
    assert keep_days(server, "alice") == "none"
    [line] = handed(server, "alice")
    assert line.endswith(";partial=yes")
