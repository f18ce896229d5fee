"""A refusal is no failed login: not for fail2ban, nor for Dovecot's own penalty."""

import re
import subprocess
import time
from statistics import median

import pytest

import logins
from logins import Client, each
from wiring import CLOSED, MASTER, MASTERS

FILTER = "/etc/fail2ban/filter.d/dovecot.conf"    # as Debian has it
WAYS = each(logins.PASSWORD_WAYS, logins.PROOF_WAYS)


@pytest.fixture(scope="module")
def server(gated):
    server = gated({"alice": {}, "bob": {}, MASTER: {}},
                   gate={"on_store_error": "tempfail", "master_bypass": "no"},
                   conf=MASTERS + "auth_verbose = yes\n")
    server.store.put("mailbox/alice", **CLOSED)
    server.store.put("mailbox/bob", "garbage")
    return server


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


def refuse_everybody(server):
    """Let clients be refused in every way; return what is logged of it."""
    clients = [(way, protocol, Client(user)) for protocol, way in WAYS
               for user in ("alice", "bob")]
    clients += [(way, protocol, Client(f"alice*{MASTER}"))
                for protocol, way in each(logins.PASSWORD_WAYS)]
    for way, protocol, client in clients:
        reply = way(server, client)
        assert reply != logins.FAILS[protocol] and not logins.passes(protocol, reply)
    connections = sum(protocol != "sasl" for _, protocol, _ in clients)
    server.wait_for(lambda: server.log_text().count("-login: Info") >= connections)
    return server.log_text()


def test_fail2ban_takes_no_refusal_for_a_failure(server, tmp_path):
    log = refuse_everybody(server)
    assert matched(tmp_path, log) == 0
    assert matched(tmp_path, as_syslog(log)) == 0


def test_fail2ban_takes_a_failure_for_one(tmp_path):
    """Otherwise the test above proves nothing. (Not every version of the filter knows
    what every version of Dovecot logs.)"""
    line = ("2026-11-22 08:00:00 pop3-login: Info: Aborted login (auth failed, 1 attempts in "
            "2 secs): user=<alice>, method=PLAIN, rip=192.0.2.1, lip=127.0.0.1\n")
    assert matched(tmp_path, as_syslog(line)) == 1


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


REFUSED = [logins.pop3_user_pass, logins.pop3_cram_md5, logins.sasl_plain,
           logins.sasl_cram_md5]


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


@pytest.mark.parametrize("user, address", [("alice", "192.0.2.101"), ("bob", "192.0.2.102")])
def test_a_wrong_password_costs_the_penalty_whether_refused_or_not(strict, user, address):
    assert logins.sasl_cram_md5(strict, Client(user, logins.WRONG, address)) == "FAIL"
    reply, took = seconds(logins.sasl_plain, strict, Client("bob", address=address))
    assert reply == "OK" and took >= 1.5
