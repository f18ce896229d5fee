# SPDX-License-Identifier: LGPL-2.1-or-later
"""A gate in the chain of passdbs (gate_at = chain), and one that goes round it.

The log says so, once a minute, and on_no_gate says what becomes of the logins. Where the
gate decides at the reply, nothing goes round it.
"""

import re
import time

import pytest

import logins
from instance import PASSWORD
from sasl import Sasl
from test_gate_mechanisms import login, scram
from wiring import MASTER, MECHANISMS, passwords

ERROR = re.compile(r"Error: .*coexist: (\w+) logins are not gated: passdb (\S+) .*"
                   r"result_success = continue-ok")
CHAIN = {"gate_at": "chain"}
CLOSED = {"imap_access": "deny", "pop3_access": "deny"}
SCRAM = f"auth_mechanisms = {' '.join(MECHANISMS)} scram-sha-256\n"


def errors(server):
    """Return [(protocol, passdb)] of the lines in the log."""
    return ERROR.findall(server.log_text())


def plain(server, user, password=PASSWORD, service="imap"):
    with Sasl(server) as sasl:
        return sasl.plain(user, password, service=service)


def cram_md5(server, user, password=PASSWORD):
    with Sasl(server) as sasl:
        return sasl.cram_md5(logins.Client(user, password).cram_md5, service="imap")


def sasl_login(server, user, password=PASSWORD):
    with Sasl(server) as sasl:
        return login(sasl, user, password)


def scram_sha_256(server, user, password=PASSWORD):
    with Sasl(server) as sasl:
        return scram(sasl, user, password)


WAYS = [plain, sasl_login, cram_md5, scram_sha_256]


def start(gated, **settings):
    server = gated(dict.fromkeys(["free", "closed"], {}), **settings)
    server.store.put("mailbox/closed", **CLOSED)
    return server


@pytest.mark.parametrize("way", WAYS, ids=logins.name)
def test_a_chain_that_is_open_is_an_error(gated, way):
    server = start(gated, gate=CHAIN, conf=SCRAM)
    for _ in range(2):
        assert way(server, "free")[0] == "OK"
        assert way(server, "closed")[0] == "OK"
    server.wait_log("Error: .*not gated")
    assert errors(server) == [("imap", "passwd-file")]


def test_it_is_said_once_a_minute(gated, clock):
    server = start(gated, gate=CHAIN, wrap={"auth": clock.live_wrapper})

    def log_in_at(moment):
        with clock.seconds_from_now(moment - time.time()):
            assert plain(server, "free")[0] == "OK"
    before = time.time()
    log_in_at(before)
    server.wait_log("Error: .*not gated")
    after = time.time()
    for moment, lines in ((before + 55, 1), (after + 61, 2), (before + 115, 2), (after + 180, 3)):
        log_in_at(moment)
        assert len(errors(server)) == lines


def test_each_protocol_has_its_line(gated):
    server = start(gated, gate=CHAIN)
    for service in ("imap", "pop3", "imap", "pop3"):
        plain(server, "free", service=service)
    server.wait_for(lambda: len(errors(server)) == 2, what="two lines")
    assert [protocol for protocol, _ in errors(server)] == ["imap", "pop3"]


@pytest.mark.parametrize("way", WAYS, ids=logins.name)
def test_the_site_may_rather_let_nobody_in(gated, way):
    server = start(gated, gate={**CHAIN, "on_no_gate": "tempfail"}, conf=SCRAM)
    for user in ("free", "closed"):
        assert "code=temp_fail" in way(server, user)
    assert [passdb for _, passdb in errors(server)] == ["passwd-file"]


def test_a_wrong_password_is_wrong_in_any_case(gated):
    server = start(gated, gate={**CHAIN, "on_no_gate": "tempfail"})
    reply = plain(server, "closed", logins.WRONG)
    assert reply[0] == "FAIL" and "code=temp_fail" not in reply
    assert errors(server) == []


@pytest.mark.parametrize("way", WAYS, ids=logins.name)
def test_a_complete_chain_decides_about_each_way(gated, way):
    server = start(gated, passes_on=True, gate={**CHAIN, "on_no_gate": "tempfail"}, conf=SCRAM)
    assert way(server, "free")[0] == "OK"
    reply = way(server, "closed")
    assert reply[0] == "FAIL" and any("reason=[UNAVAILABLE]" in word for word in reply)
    assert errors(server) == []


@pytest.mark.parametrize("settings", [
    {}, {"passes_on": True}, {"passes_on": True, "gate": CHAIN}],
    ids=["reply", "both", "complete chain"])
def test_nothing_goes_round_a_gate_that_is_in_force(gated, settings):
    server = start(gated, **{"gate": {"on_no_gate": "tempfail"}, **settings})
    assert plain(server, "free")[0] == "OK"
    assert plain(server, "closed")[0] == "FAIL"
    assert errors(server) == []


def test_a_passdb_behind_the_gate_goes_round_it(gated):
    """The gate was asked before anybody had verified a password."""
    behind = passwords("behind", "/mnt/etc/behind")
    server = start(gated, passes_on=True, gate=CHAIN, conf=behind,
                   files={"behind": f"late:{PASSWORD}\n"})
    assert plain(server, "late")[0] == "OK"
    assert plain(server, "closed")[0] == "FAIL"
    server.wait_log("Error: .*not gated")
    assert errors(server) == [("imap", "passwd-file")]


@pytest.mark.parametrize("bypass, lines", [("yes", 0), ("no", 1)])
def test_a_master_who_obeys_policies_goes_round_it(gated, bypass, lines):
    masters = "auth_master_user_separator = *\n" + passwords(
        "masters", "/mnt/etc/masters", "master = yes")
    server = gated({"closed": {}}, passes_on=True, conf=masters,
                   gate={**CHAIN, "master_bypass": bypass},
                   files={"masters": f"{MASTER}:{PASSWORD}\n"})
    server.store.put("mailbox/closed", **CLOSED)
    assert plain(server, f"closed*{MASTER}")[0] == "OK"
    assert len(errors(server)) == lines


def test_a_look_up_is_no_login(gated):
    server = start(gated, gate={**CHAIN, "on_no_gate": "tempfail"})
    assert server.doveadm("auth", "lookup", "free", check=False).returncode == 0
    assert errors(server) == []
