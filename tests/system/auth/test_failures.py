# SPDX-License-Identifier: LGPL-2.1-or-later
"""A refusal is no failed login: not for fail2ban, nor for Dovecot's own penalty."""

import re
import subprocess
import time
from pathlib import Path
from statistics import median

import pytest

import logins
from instance import PASSWORD, Instance
from logins import Client, each
from wiring import ANVIL, CLIENTS, CLOSED, GENERATION, MASTER, MASTERS

FILTER = "/etc/fail2ban/filter.d/dovecot.conf"    # as Debian has it
WAYS = each(logins.PASSWORD_WAYS, logins.PROOF_WAYS)
VERBOSE = "auth_verbose = yes\n"

# How Dovecot logs that somebody was wrong: what a text of ours must not be taken for.
FAILURES = (
    "{}-login: Info: Aborted login (auth failed, 1 attempts in 2 secs): user=<x>, "
    "method=PLAIN, rip=192.0.2.66, lip=127.0.0.1, session=<x>",
    "auth: Info: pam(x,192.0.2.66): Password mismatch")
IMITATION = "".join(f"\r\nNov 22 08:00:00 mail dovecot: {failure.format('pop3')}"
                    for failure in FAILURES)
IN_DOCUMENT = IMITATION.replace("\r\n", r"\r\n")


def policy(name, value):
    """Return this key of every protocol."""
    return {f"{protocol}_{name}": value
            for protocol in ("imap", "pop3", "submission", "sieve")}


# user -> policy. Nobody gets in who has one of these.
REFUSALS = {
    "alice": CLOSED, "suspended": policy("access", "suspend"),
    "until": policy("until", "2020-02-29"), "networks": policy("networks", "10.0.0.0/8"),
    "tls": policy("tls", "required"), "imitation": {**CLOSED, "deny_text": IN_DOCUMENT},
    "bob": ("garbage",)}
# One of these gets in once.
LIMITED = {"sessions": policy("max_sessions", "1"), "delay": {"pop3_login_delay": "1h"}}
# A mistake, which is logged.
MISTAKEN = {"mistaken": policy("access", IN_DOCUMENT.removeprefix(r"\r\n"))}
POLICIES = REFUSALS | LIMITED | MISTAKEN


def put(server):
    """Store the documents of all."""
    for user, document in POLICIES.items():
        if isinstance(document, dict):
            server.store.put(f"mailbox/{user}", **document)
        else:
            server.store.put(f"mailbox/{user}", *document)


@pytest.fixture(scope="module")
def server(gated):
    server = gated(dict.fromkeys([*POLICIES, MASTER], {}),
                   gate={"on_store_error": "tempfail", "master_bypass": "no"},
                   conf=MASTERS + ANVIL + VERBOSE)
    put(server)
    return server


@pytest.fixture(scope="module")
def trial(gated):
    server = gated(dict.fromkeys(POLICIES, {}), conf=ANVIL + VERBOSE,
                   gate={"on_store_error": "tempfail", "log_only": "yes"})
    put(server)
    return server


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """Sessions that refuse by themselves."""
    fields = {user: {f"coexist_{key}": value
                     for key, value in {**policy("access", "allow"), **REFUSALS[user]}.items()}
              for user in ("suspended", "until", "networks", "tls")}
    with Instance(tmp_path_factory.mktemp("guarded"), users={**fields, "alice": {}},
                  coexist={**CLOSED, "deny_text": IN_DOCUMENT}, conf=CLIENTS + VERBOSE,
                  sieve=True) as server:
        yield server


def as_syslog(text):
    """Return the lines as they come through syslog, which has no words for levels."""
    return re.sub(r"^\S+ \S+ (.*?): (?:Info|Warning|Error): ",
                  r"Nov 22 08:00:00 mail dovecot: \1: ", text, flags=re.M)


def matched(tmp_path, text):
    """Return how many lines fail2ban takes for failed logins."""
    path = tmp_path / "log"
    path.write_text(text)
    done = subprocess.run(["fail2ban-regex", path, FILTER], text=True, check=True,
                          capture_output=True)
    return int(re.search(r"Lines: .*? (\d+) matched", done.stdout)[1])


def log_in(server, clients):
    """Let clients log in, each in its way; return their (protocol, reply)."""
    before = server.log_text().count("-login: Info")
    replies = [(protocol, way(server, client)) for protocol, way, client in clients]
    connections = sum(protocol != "sasl" for protocol, _, _ in clients)
    server.wait_for(lambda: server.log_text().count("-login: Info") >= before + connections)
    return replies


def each_way(users, *ways):
    """Return (protocol, way, Client) of these users."""
    return [(protocol, way, Client(user)) for protocol, way in ways or WAYS
            for user in users]


def reach_the_limits(server):
    """One session too many, and a POP3 login too early; return their replies."""
    with logins.session(server, "imap", Client("sessions")):
        replies = [("imap", logins.imap_login(server, Client("sessions")))]
    for _ in range(2):
        with logins.connect(server, "pop3", Client("delay")) as line:
            line.ask("USER delay")
            reply = line.ask(f"PASS {PASSWORD}")
            if reply.startswith("+OK"):
                line.ask("QUIT")
    return [*replies, ("pop3", reply)]


def refused_by_the_gate(server):
    """Let clients be refused in every way; return what is logged of it."""
    clients = each_way(["alice", "bob"])
    clients += each_way(REFUSALS, *each(logins.PASSWORD_WAYS))
    clients += each_way([f"alice*{MASTER}"], *each(logins.PASSWORD_WAYS))
    for protocol, reply in [*log_in(server, clients), *reach_the_limits(server)]:
        assert reply != logins.FAILS[protocol] and not logins.passes(protocol, reply)
        assert reply != "OK"
    assert "rip=192.0.2.66" in logins.imap_login(server, Client("imitation"))
    log_in(server, each_way(MISTAKEN))
    log = server.log_text()
    for user in (*REFUSALS, "sessions"):
        assert f"coexist: refused user=<{user}>" in log
    return log


def would_be_refused(server):
    """The same where a refusal is logged and no more."""
    replies = log_in(server, each_way([*REFUSALS, *MISTAKEN], *each(logins.PASSWORD_WAYS)))
    for protocol, reply in [*replies, *reach_the_limits(server)]:
        assert logins.passes(protocol, reply) or reply == "OK"
    log = server.log_text()
    for user in (*REFUSALS, "sessions"):
        assert f"coexist: would refuse user=<{user}>" in log
    return log


def refused_by_the_guard(server):
    """The same of sessions without a gate."""
    users = ["alice", "suspended", "until", "networks", "tls"]
    log_in(server, each_way(users, *((protocol, logins.PASSWORD_WAYS[protocol][0])
                                     for protocol in ("pop3", "submission", "sieve"))))
    for user in users:
        with logins.connect(server, "imap", Client(user)) as line:
            line.ask(f"a LOGIN {user} {PASSWORD}", r"\* BYE ")
    for protocol in ("imap", "pop3", "submission", "sieve"):
        for key in ("access=deny", "access=suspend", "until=", "networks=", "tls="):
            server.wait_log(f"coexist: refused user=.* {protocol}_{key}")
    return server.log_text()


def test_fail2ban_takes_no_refusal_for_a_failure(server, trial, guarded, tmp_path):
    log = refused_by_the_gate(server) + would_be_refused(trial) + refused_by_the_guard(guarded)
    assert matched(tmp_path, log) == 0
    assert matched(tmp_path, as_syslog(log)) == 0


# Otherwise the test above proves nothing.

def test_fail2ban_takes_a_failure_for_one(tmp_path):
    """Not every version of the filter knows what every version of Dovecot logs, but all
    know these."""
    for failure in FAILURES:
        line = f"2026-11-22 08:00:00 {failure.format('imap')}\n"
        assert matched(tmp_path, as_syslog(line)) == 1


IS_KNOWN = GENERATION == 23 or "Login aborted" in Path(FILTER).read_text()


def test_fail2ban_takes_a_failure_at_this_dovecot_for_one(strict, tmp_path):
    """Unless its filter is older than this Dovecot."""
    client = Client("alice", logins.WRONG, "192.0.2.103")
    assert logins.pop3_auth_plain(strict, client) == logins.FAILS["pop3"]
    strict.wait_log(r"pop3-login: .*rip=192\.0\.2\.103,")
    lines = [line for line in strict.log_text().splitlines(keepends=True)
             if "pop3-login" in line and "192.0.2.103" in line]
    assert matched(tmp_path, as_syslog("".join(lines))) == (1 if IS_KNOWN else 0)


@pytest.mark.parametrize("way", [logins.pop3_cram_md5, logins.sasl_cram_md5])
def test_a_refusal_is_logged_when_the_password_is_proved(server, way):
    """The policy has refused nobody whose password is wrong."""
    address = f"192.0.2.{70 + WAYS.index(next(case for case in WAYS if case[1] is way))}"
    way(server, Client("alice", logins.WRONG, address))
    way(server, Client("bob", address=address))     # which is logged behind it, if any
    server.wait_log(f"coexist: refused user=<bob> .* client={address} ")
    assert not re.search(f"refused user=<alice> .* client={address} ", server.log_text())
    way(server, Client("alice", address=address))
    server.wait_log(f"coexist: refused user=<alice> .* client={address} ")


def seconds(function, *arguments):
    """Return (result, seconds that it took)."""
    started = time.monotonic()
    return function(*arguments), time.monotonic() - started


@pytest.fixture(scope="module")
def strict(gated):
    """A server with the penalty for failures by client address."""
    server = gated({"alice": {}, "bob": {}}, penalty=True,
                   conf="auth_failure_delay = 1 secs\n")    # Dovecot 2.4: 0 is no penalty
    server.store.put("mailbox/alice", **CLOSED)
    return server


REFUSED = [logins.pop3_user_pass, logins.pop3_cram_md5, logins.imap_login,
           logins.imap_cram_md5, logins.sasl_plain, logins.sasl_cram_md5]


def test_a_refusal_costs_no_time_and_no_penalty(strict):
    refusals, others = [], []
    for address in ("192.0.2.97", "192.0.2.98", "192.0.2.99"):
        for way in REFUSED:
            reply, took = seconds(way, strict, Client("alice", address=address))
            assert "switched off" in reply
            refusals.append(took)
        reply, took = seconds(logins.sasl_plain, strict, Client("bob", address=address))
        assert reply == "OK"
        others.append(took)
    # medians: the machine may stand still for a moment
    assert median(refusals) < 0.9 and median(others) < 0.9


@pytest.mark.parametrize("user, address, protocol, way", [
    ("alice", "192.0.2.101", "imap", logins.imap_login),
    ("bob", "192.0.2.102", "sasl", logins.sasl_cram_md5)])
def test_a_wrong_password_costs_the_penalty_whether_refused_or_not(strict, user, address,
                                                                   protocol, way):
    assert way(strict, Client(user, logins.WRONG, address)) == logins.FAILS[protocol]
    reply, took = seconds(logins.sasl_plain, strict, Client("bob", address=address))
    assert reply == "OK" and took >= 1.5
