# SPDX-License-Identifier: LGPL-2.1-or-later
"""One block of configuration gates every mechanism and every passdb.

No passdb has to go on to it. A wrong password says nothing of the policy.
"""

import sqlite3

import pytest

import logins
from instance import PASSWORD
from instance.block import block
from kerberos import Realm
from sasl import Sasl, scram_sha_256
from wiring import GENERATION, MASTER, MECHANISMS, passwords

REASON = "Not here."
CLOSED = {"imap_access": "deny", "deny_text": REASON}
ALL = [*MECHANISMS, "scram-sha-256", "external", "anonymous"]
CONF = (f"auth_mechanisms = {' '.join(ALL)}\nauth_ssl_username_from_cert = yes\n"
        "auth_anonymous_username = nobody@example\n")
KERBEROS = ("auth_mechanisms = plain gssapi\nauth_krb5_keytab = /mnt/etc/krb5.keytab\n"
            "auth_gssapi_hostname = \"$ALL\"\n")
CACHE = "auth_cache_size = 10M\nauth_cache_ttl = 1 hour\n"
SQLITE = "/mnt/etc/apps.db"
QUERY = "SELECT name AS user, password FROM apps WHERE name = '%%{%s}'"
# What reads a database does so in an auth worker.
SQL = {23: block("passdb", ["driver = sql", "args = /mnt/etc/apps.conf.ext"]),
       24: block("passdb sql", ["sql_driver = sqlite", f"sqlite_path = {SQLITE}",
                                "default_password_scheme = PLAIN",
                                "query = " + QUERY % "user"])}[GENERATION]
SQL_FILE = (f"driver = sqlite\nconnect = {SQLITE}\ndefault_pass_scheme = PLAIN\n"
            f"password_query = {QUERY % 'user'}\n")
APP = "app-password"
# A script that knows its users by itself, as Dovecot's process or as an auth worker's.
SCRIPT = f"""
function auth_passdb_lookup(request)
  if request.user == "scripted" or request.user == "shut" then
    return dovecot.auth.PASSDB_RESULT_OK, {{ password = "{{PLAIN}}{APP}" }}
  end
  return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, "no such user"
end
"""
VERIFIES = f"""
function auth_password_verify(request, password)
  if password == "{APP}" then
    return dovecot.auth.PASSDB_RESULT_OK, {{}}
  end
  return dovecot.auth.PASSDB_RESULT_PASSWORD_MISMATCH, "another password"
end
"""


# A mechanism is a function of a connection, a name and a password.

def plain(sasl, user, password):
    return sasl.plain(user, password, service="imap")


def login(sasl, user, password):
    return sasl.converse("LOGIN", None, lambda _: user.encode(), lambda _: password.encode(),
                         service="imap")


def cram_md5(sasl, user, password):
    return sasl.cram_md5(logins.Client(user, password).cram_md5, service="imap")


def scram(sasl, user, password):
    return sasl.converse("SCRAM-SHA-256", *scram_sha_256(user, password), service="imap")


def external(sasl, user, _):
    return sasl.external(user, service="imap")


def anonymous(sasl, _user, _password):
    return sasl.converse("ANONYMOUS", b"somebody", service="imap")


WITH_PASSWORD = [plain, login, cram_md5, scram]


def answer(server, mechanism, user, password=PASSWORD):
    """Return "passes", "refused" or "fails"."""
    with Sasl(server) as sasl:
        reply = mechanism(sasl, user, password)
    if reply[0] == "OK":
        return "passes"
    return "refused" if f"reason=[UNAVAILABLE] {REASON}" in reply else "fails"


CERTIFIED = {"certified": "".join(f"{user}:::::::nopassword=y\n" for user in ("shown", "hidden"))}


def start(gated, *lines, **settings):
    """Return a server with all mechanisms; the lines are of the passdb of who has a certificate."""
    server = gated(dict.fromkeys(["free", "closed"], {}), conf=CONF, files=CERTIFIED,
                   chain=passwords("certified", "/mnt/etc/certified", *lines), **settings)
    for user in ("closed", "hidden"):
        server.store.put(f"mailbox/{user}", **CLOSED)
    return server


@pytest.fixture(scope="module")
def server(gated):
    return start(gated)


@pytest.mark.parametrize("mechanism", WITH_PASSWORD, ids=logins.name)
def test_a_password(server, mechanism):
    assert answer(server, mechanism, "free") == "passes"
    assert answer(server, mechanism, "closed") == "refused"


@pytest.mark.parametrize("mechanism", WITH_PASSWORD, ids=logins.name)
def test_a_wrong_password_says_nothing(server, mechanism):
    seen = len(server.log_text())
    for user in ("free", "closed", "nobody"):
        assert answer(server, mechanism, user, logins.WRONG) == "fails"
    assert "coexist: refused" not in server.log_text()[seen:]


def test_a_certificate(server):
    assert answer(server, external, "shown") == "passes"
    assert answer(server, external, "hidden") == "refused"


def test_a_certificate_in_a_chain(gated):
    """It is a passdb that knows it, by a password that may be any."""
    server = start(gated, "result_success = continue-ok", passes_on=True,
                   gate={"gate_at": "chain", "on_no_gate": "tempfail"})
    assert answer(server, external, "shown") == "passes"
    assert answer(server, external, "hidden") == "refused"


def test_a_certificate_goes_round_an_open_chain(gated):
    server = start(gated, passes_on=True, gate={"gate_at": "chain"})
    assert answer(server, external, "hidden") == "passes"
    server.wait_log("Error: .*imap logins are not gated: passdb passwd-file")


def test_nobody_in_particular(server):
    """No passdb is asked about who is anonymous."""
    assert answer(server, anonymous, "") == "passes"
    server.store.put("mailbox/nobody@example", **CLOSED)
    assert answer(server, anonymous, "") == "refused"


@pytest.fixture(scope="module")
def databases(gated):
    """Passwords of two passdbs, of which the second one is asked in a worker; both cached."""
    server = gated(dict.fromkeys(["free", "closed", "changed"], {}), conf=CACHE, chain=SQL,
                   files={"apps.conf.ext": SQL_FILE})
    with sqlite3.connect(server.folder / "etc/apps.db") as database:
        database.execute("CREATE TABLE apps (name, password)")
        database.executemany("INSERT INTO apps VALUES (?, ?)",
                             [(user, APP) for user in ("free", "closed", "changed")])
    server.store.put("mailbox/closed", **CLOSED)
    return server


@pytest.mark.parametrize("password", [PASSWORD, APP], ids=["password", "app password"])
@pytest.mark.parametrize("mechanism", [plain, cram_md5], ids=logins.name)
def test_a_password_in_the_cache(databases, mechanism, password):
    if mechanism is cram_md5 and password == APP:
        pytest.skip("the first passdb has another password, and no further one is asked")
    for _ in range(2):
        assert answer(databases, mechanism, "free", password) == "passes"
        assert answer(databases, mechanism, "closed", password) == "refused"
        assert answer(databases, mechanism, "closed", logins.WRONG) == "fails"


@pytest.mark.parametrize("password", [PASSWORD, APP], ids=["password", "app password"])
def test_a_change_counts_at_once(databases, password):
    for policy, due in (({}, "passes"), (CLOSED, "refused"), ({}, "passes")):
        databases.store.put("mailbox/changed", **policy)
        assert answer(databases, plain, "changed", password) == due


def lua(in_worker):
    """Return a passdb that is a script."""
    word = "yes" if in_worker else "no"
    if GENERATION == 23:
        return block("passdb", ["driver = lua", f"args = file=/mnt/etc/users.lua blocking={word}"])
    return block("passdb lua", ["lua_file = /mnt/etc/users.lua", f"use_worker = {word}"])


@pytest.mark.parametrize("in_worker", [True, False], ids=["worker", "auth process"])
@pytest.mark.parametrize("script", [SCRIPT, SCRIPT + VERIFIES], ids=["looks up", "verifies"])
def test_a_passdb_in_lua(gated, script, in_worker):
    server = gated({"alice": {}}, chain=lua(in_worker), files={"users.lua": script})
    server.store.put("mailbox/shut", **CLOSED)
    for mechanism in (plain, cram_md5):
        assert answer(server, mechanism, "scripted", APP) == "passes"
        assert answer(server, mechanism, "shut", APP) == "refused"
        assert answer(server, mechanism, "shut", logins.WRONG) == "fails"


def test_a_passdb_in_lua_that_takes_any_password(gated):
    """Nobody but the host that the login goes on to verifies anything, so it passes here."""
    proxy = f"""
function auth_password_verify(request, password)
  return dovecot.auth.PASSDB_RESULT_OK, {{ nopassword = "y", proxy = "y", host = "192.0.2.10" }}
end
""" + SCRIPT
    server = gated({"alice": {}}, chain=lua(False), files={"users.lua": proxy})
    server.store.put("mailbox/shut", **CLOSED)
    assert answer(server, plain, "shut", "any") == "passes"
    server.wait_log("Warning: .*logins that a policy refuses are forwarded")


def test_the_address_that_a_passdb_wants_comes_first(gated):
    nets = passwords("nets", "/mnt/etc/nets")
    server = gated({}, chain=nets, files={"nets": "".join(
        f"{user}:{PASSWORD}::::::allow_nets={net}\n"
        for user, net in (("here", "192.0.2.0/24"), ("there", "203.0.113.0/24")))})
    for user in ("here", "there"):
        server.store.put(f"mailbox/{user}", **CLOSED)
    assert answer(server, plain, "here") == "refused"
    assert answer(server, plain, "there") == "fails"


@pytest.mark.parametrize("bypass, due", [("yes", "passes"), ("no", "refused")])
def test_a_master_user(gated, bypass, due):
    """The passdb of the masters need not go on, either."""
    masters = "auth_master_user_separator = *\n" + passwords(
        "masters", "/mnt/etc/users", "master = yes")
    server = gated({MASTER: {}, "closed": {}, "free": {}}, conf=masters,
                   gate={"master_bypass": bypass})
    server.store.put("mailbox/closed", **CLOSED)
    assert answer(server, plain, f"closed*{MASTER}") == due
    assert answer(server, plain, f"closed*{MASTER}", logins.WRONG) == "fails"
    assert answer(server, plain, f"free*{MASTER}") == "passes"


def doveadm_auth(server, command, *words):
    return server.doveadm("auth", command, "-x", "service=imap", *words, check=False)


@pytest.mark.parametrize("command", ["test", "login"])
def test_doveadm_logs_in_as_the_user_does(server, command):
    assert doveadm_auth(server, command, "free", PASSWORD).returncode == 0
    refused = doveadm_auth(server, command, "closed", PASSWORD)
    assert refused.returncode != 0 and REASON in refused.stdout + refused.stderr
    wrong = doveadm_auth(server, command, "closed", logins.WRONG)
    assert wrong.returncode != 0 and REASON not in wrong.stdout + wrong.stderr


def test_who_asks_for_a_look_up_does_not_log_in(server):
    assert doveadm_auth(server, "lookup", "closed").returncode == 0


FILTERS = {"username_filter": ("username_filter = cl*", {"closed": "refused", "free": "passes"}),
           "mechanisms": ("mechanisms{} = cram-md5".format("_filter" * (GENERATION == 24)),
                          {"closed": "passes"})}


@pytest.mark.parametrize("line, due", FILTERS.values(), ids=FILTERS)
def test_whom_the_block_leaves_out_is_not_decided_about(gated, line, due):
    server = gated(dict.fromkeys(["free", "closed"], {}), gate_lines=[line])
    for user in ("free", "closed"):
        server.store.put(f"mailbox/{user}", **CLOSED)
    for user, expected in due.items():
        assert answer(server, plain, user) == expected
    assert answer(server, cram_md5, "closed") == "refused"


@pytest.fixture(scope="module")
def realm():
    """A realm of Kerberos whose users no passdb knows."""
    with Realm(["ticket", "expelled"], PASSWORD) as running:
        yield running


def test_a_ticket_of_kerberos(gated, realm):
    """No passdb is asked about who shows one."""
    server = gated({"alice": {}}, conf=KERBEROS, files={"krb5.conf": realm.conf},
                   wrap={"auth": "env KRB5_CONFIG=/mnt/etc/krb5.conf"})
    realm.copy_keytab(server.folder / "etc/krb5.keytab")
    server.store.put("mailbox/expelled", **CLOSED)

    def gssapi(sasl, user, _):
        return sasl.converse("GSSAPI", *realm.login(user), service="imap")
    assert answer(server, gssapi, "ticket") == "passes"
    assert answer(server, gssapi, "expelled") == "refused"
