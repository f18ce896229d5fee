# SPDX-License-Identifier: LGPL-2.1-or-later
"""A proxy that lets in any password, because the host behind it verifies them.

Nobody has proved anything there: what the policy says is said by the gate of that host.
"""

import re
import sqlite3
from dataclasses import dataclass

import pytest

import logins
import texts
from instance import PASSWORD, Instance
from instance.block import block
from logins import Client
from max_sessions import listed
from sasl import Sasl
from silence import TRACED, Silence, answer_at_the_end
from wiring import ANVIL, CLIENTS, GENERATION, NO_PENALTY, passwords, userdb

PROTOCOLS = ("imap", "pop3")
POLICIES = {"closed": {"imap_access": "deny", "pop3_access": "suspend", "deny_text": "Unpaid."},
            "ended": {"imap_until": "2020-01-01", "pop3_until": "2020-01-01"},
            "abroad": {"imap_networks": "203.0.113.0/24", "pop3_networks": "203.0.113.0/24"},
            "full": {"imap_max_sessions": 1, "pop3_max_sessions": 1}}
SQLITE = "/mnt/etc/users.db"
QUERY = ("SELECT name AS user, password, nopassword, proxy, host, port FROM users "
         "WHERE name = '%%{%s}'")
SQL_FILE = (f"driver = sqlite\nconnect = {SQLITE}\ndefault_pass_scheme = PLAIN\n"
            f"password_query = {QUERY % 'user'}\n")
CACHE = "auth_cache_size = 10M\nauth_cache_ttl = 1 hour\n"


CERTIFICATES = "auth_mechanisms = plain external\nauth_ssl_username_from_cert = yes\n"
HOMES = {"homes": "closed::65534:65534::/mnt/home/closed::\n"}


@dataclass
class Front:
    """A proxy: dovecot.conf's passdb, or the rest of a passwd-file's lines."""

    chain: str = ""
    fields: str = ""
    conf: str = ""


def static(*fields):
    """Return a passdb that knows everybody."""
    if GENERATION == 23:
        return block("passdb", ["driver = static", f"args = {' '.join(fields)}",
                                "result_success = continue-ok"])
    return block("passdb static", [block("fields", [field.replace("=", " = ") for field in fields]),
                                   "result_success = continue-ok"])


SQL = (block("passdb", ["driver = sql", "args = /mnt/etc/users.conf.ext",
                        "result_success = continue-ok"]) if GENERATION == 23 else
       block("passdb sql", ["sql_driver = sqlite", f"sqlite_path = {SQLITE}",
                            "default_password_scheme = PLAIN", "query = " + QUERY % "user",
                            "result_success = continue-ok"]))
FILE = passwords("forwarded", "/mnt/etc/forwarded", "result_success = continue-ok")


def fronts(port):
    """Return the ways to let in any password and go on to this port."""
    there = ["proxy=y", "host=127.0.0.1", f"port={port}"]
    return {"static": Front(static("nopassword=y", *there)),
            "passwd-file": Front(FILE, " ".join(["nopassword=y", *there])),
            "sql in a worker": Front(SQL),
            "from the cache": Front(SQL, conf=CACHE)}


@pytest.fixture(scope="module")
def behind(gated):
    """The host that verifies passwords, and has the gate."""
    server = gated(dict.fromkeys(["free", "once", *POLICIES], {}), conf=ANVIL)
    for user, policy in POLICIES.items():
        server.store.put(f"mailbox/{user}", **policy)
    return server


def open_front(gated, behind, protocol, front, **gate):
    server = gated({}, chain=front.chain, conf=ANVIL + front.conf, gate=gate,
                   files={"users.conf.ext": SQL_FILE, "forwarded": "".join(
                       f"{user}:::::::{front.fields}\n" for user in ["free", "once", *POLICIES])})
    with sqlite3.connect(server.folder / "etc/users.db") as database:
        database.execute("CREATE TABLE users (name, password, nopassword, proxy, host, port)")
        database.executemany("INSERT INTO users VALUES (?, NULL, 'y', 'y', '127.0.0.1', ?)",
                             [(user, behind.port(protocol)) for user in ["free", "once", *POLICIES]])
    for user, policy in POLICIES.items():
        server.store.put(f"mailbox/{user}", **policy)
    return server


@pytest.fixture(scope="module", params=[
    f"{protocol}, {kind}" for protocol in PROTOCOLS for kind in fronts(0)])
def front(request, gated, behind):
    """(server, protocol) of a proxy in front of it."""
    protocol, kind = request.param.split(", ")
    port = behind.port(protocol)
    return open_front(gated, behind, protocol, fronts(port)[kind]), protocol


def reply(server, protocol, user, password=PASSWORD):
    return logins.PASSWORD_WAYS[protocol][0](server, Client(user, password))


def test_who_knows_the_password_is_let_in(front):
    server, protocol = front
    for _ in range(2):
        assert logins.passes(protocol, reply(server, protocol, "free"))


def test_who_knows_a_name_learns_nothing(front):
    server, protocol = front
    for user in ["free", *POLICIES]:
        for _ in range(2):
            assert reply(server, protocol, user, logins.WRONG) == logins.FAILS[protocol]
    assert "coexist: refused" not in server.log_text()


def test_the_owner_reads_what_the_host_behind_says(front, behind):
    server, protocol = front
    for user in ("closed", "ended", "abroad"):
        said = reply(server, protocol, user)
        assert said == reply(behind, protocol, user)
        assert said != logins.FAILS[protocol] and not logins.passes(protocol, said)


def test_a_refusal_is_not_tried_again(front, behind, asked=iter(range(1, 100))):
    """As a proxy does with what it takes for a failure of the moment."""
    server, protocol = front
    behind.store.put("mailbox/once", imap_access="deny", pop3_access="deny")
    assert "switched off" in reply(server, protocol, "once")
    logins_there = "user.disabled.*user=<once>"
    count = next(asked)
    behind.wait_for(lambda: len(re.findall(logins_there, behind.log_text())) >= count)
    assert len(re.findall(logins_there, behind.log_text())) == count


def test_so_it_is_while_all_sessions_are_open(front, behind):
    server, protocol = front
    behind.wait_for(lambda: not listed(behind, "full"), what="another front's session to end")
    with logins.session(server, protocol, Client("full")):
        for _ in range(2):
            assert reply(server, protocol, "full", logins.WRONG) == logins.FAILS[protocol]
        assert reply(server, protocol, "full") == logins.refusal(
            protocol, texts.code("max_sessions", protocol),
            texts.sentence("max_sessions", protocol))


def test_the_log_tells_the_administrator_once(front):
    server, protocol = front
    for user in ("closed", "ended"):
        reply(server, protocol, user)
    server.wait_log("Warning: .*coexist: .*nopassword.*verified_networks")
    assert server.log_text().count("verified_networks") == 1


# Where the password was verified the gate says what it has to say.

def test_a_proxy_that_verifies_passwords_refuses_itself(gated, behind):
    there = f"proxy=y host=127.0.0.1 port={behind.port('pop3')}"
    server = gated({}, chain=FILE, files={"forwarded": f"closed:{PASSWORD}::::::{there}\n"})
    server.store.put("mailbox/closed", pop3_access="deny", deny_text="Not here.")
    assert reply(server, "pop3", "closed") == "-ERR [SYS/PERM] Not here."
    assert reply(server, "pop3", "closed", logins.WRONG) == logins.FAILS["pop3"]


def test_a_second_passdb_may_add_where_to_go(gated, behind):
    """The password was verified before one that would take any."""
    there = static("nopassword=y", "proxy=y", "host=127.0.0.1", f"port={behind.port('pop3')}")
    server = gated({"closed": {}}, chain=there)
    server.store.put("mailbox/closed", pop3_access="deny", deny_text="Not here.")
    assert reply(server, "pop3", "closed") == "-ERR [SYS/PERM] Not here."


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_store_error_says_nothing_of_who_has_proved_nothing(gated, behind, protocol):
    server = open_front(gated, behind, protocol, fronts(behind.port(protocol))["static"],
                        on_store_error="tempfail")
    server.store.put("mailbox/free", "garbage")
    assert reply(server, protocol, "free", logins.WRONG) == logins.FAILS[protocol]
    assert logins.passes(protocol, reply(server, protocol, "free"))


@pytest.mark.parametrize("gate", [{}, {"log_only": "yes"}], ids=["", "log_only"])
def test_nor_does_a_store_that_never_answers(gated, gate):
    """Also to who waits for it when the auth process ends, which is no crash."""
    def plain(server, password=PASSWORD):
        with Sasl(server) as sasl:
            return sasl.plain("free", password)[0]
    there = static("nopassword=y", "proxy=y", "host=192.0.2.10")
    with Silence() as silence:
        server = gated({}, chain=there, conf=TRACED + silence.conf,
                       gate={**silence.gate, "on_store_error": "tempfail", **gate})
        assert answer_at_the_end(server, "free", plain).result() == "OK"
        for password in (PASSWORD, logins.WRONG):
            assert plain(server, password) == "OK"
        server.wait_log("Can't look up shared/coexist/mailbox/free: No answer")


def test_a_front_that_verifies_them_may_be_named(gated, behind):
    server = open_front(gated, behind, "pop3", fronts(behind.port("pop3"))["static"],
                        verified_networks="127.0.0.1")
    assert reply(server, "pop3", "closed") == "-ERR [SYS/PERM] Unpaid."
    assert logins.passes("pop3", reply(server, "pop3", "free"))


def test_a_front_is_named_by_the_address_of_its_connection(gated, behind):
    """Not by an address that somebody forwards."""
    server = open_front(gated, behind, "pop3", fronts(behind.port("pop3"))["static"],
                        verified_networks="192.0.2.0/24")
    assert reply(server, "pop3", "closed", logins.WRONG) == logins.FAILS["pop3"]


def test_a_certificate_is_a_proof(gated):
    there = static("nopassword=y", "proxy=y", "host=192.0.2.10")
    server = gated({}, chain=there, conf=CERTIFICATES)
    server.store.put("mailbox/closed", imap_access="deny", deny_text="Not here.")
    with Sasl(server) as sasl:
        assert "reason=[UNAVAILABLE] Not here." in sasl.external("closed", service="imap")
        assert sasl.external("free", service="imap")[0] == "OK"


@pytest.mark.parametrize("field, is_refused_here", [
    ("pass=another", True), ("proxy_noauth=y", True), (f"pass={PASSWORD}", False)])
def test_what_is_verified_nowhere_else_was_verified_before(gated, field, is_refused_here):
    """The host behind is not given the client's password, so a front must have seen it."""
    there = static("nopassword=y", "proxy=y", "host=192.0.2.10", field)
    server = gated({}, chain=there)
    server.store.put("mailbox/closed", submission_access="deny")
    with Sasl(server) as sasl:
        assert sasl.plain("closed", PASSWORD)[0] == ("FAIL" if is_refused_here else "OK")


def test_nobody_else_hears_of_it(gated, behind):
    """What says that any password was let in stays with the gate."""
    server = open_front(gated, behind, "pop3", fronts(behind.port("pop3"))["static"])
    with Sasl(server) as sasl:
        answer = sasl.plain("free", PASSWORD)
    assert answer[0] == "OK" and "any_password" not in " ".join(answer)


def test_who_stays_here_after_all_is_refused_by_the_session(gated):
    """With proxy_maybe and any password, Dovecot lets everybody in; the policy does not."""
    here = static("nopassword=y", "proxy_maybe=y", "host=127.0.0.1")
    server = gated({}, chain=here + userdb("homes", "/mnt/etc/homes"),
                   files=HOMES)
    server.store.put("mailbox/closed", pop3_access="deny", deny_text="Not here.")
    with logins.connect(server, "pop3", Client("closed")) as line:
        line.ask("USER closed")
        assert line.ask("PASS whatever", "-ERR") == "-ERR [SYS/PERM] Not here."


def test_a_trial_refuses_nobody_who_stays_here(gated):
    """Neither for the policy nor for a store error."""
    here = static("nopassword=y", "proxy_maybe=y", "host=127.0.0.1")
    server = gated({}, chain=here + userdb("homes", "/mnt/etc/homes"), files=HOMES,
                   gate={"log_only": "yes", "on_store_error": "tempfail"})
    for document in ("[policy]\npop3_access=deny\nimap_access=deny\n", "garbage"):
        server.store.put("mailbox/closed", document)
        for protocol in PROTOCOLS:
            said, following = logins.reply_and_next(server, protocol, Client("closed", "any"))
            assert logins.passes(protocol, said) and "OK" in following


@pytest.fixture
def local(tmp_path):
    """No proxy: a front has verified the passwords of all who come, as Mailu's does."""
    with Instance(tmp_path, users={}, gate={}, conf=CLIENTS + NO_PENALTY,
                  chain=static("nopassword=y") + userdb("homes", "/mnt/etc/homes"),
                  files=HOMES) as server:
        yield server


def test_a_host_that_is_no_proxy_believes_its_front(local):
    local.store.put("mailbox/closed", pop3_access="deny", deny_text="Not here.")
    assert reply(local, "pop3", "closed", "whatever") == "-ERR [SYS/PERM] Not here."


def test_proofs_are_given_here_in_any_case(gated, behind):
    there = f"proxy=y host=127.0.0.1 port={behind.port('pop3')}"
    server = gated({}, chain=FILE, files={"forwarded": f"closed:{PASSWORD}::::::{there}\n"})
    server.store.put("mailbox/closed", pop3_access="deny", deny_text="Not here.")
    assert logins.pop3_cram_md5(server, Client("closed")) == "-ERR [SYS/PERM] Not here."
    assert logins.pop3_cram_md5(server, Client("closed", logins.WRONG)) == logins.FAILS["pop3"]
