# SPDX-License-Identifier: LGPL-2.1-or-later
"""The field that carries the hand-over stays what it is to Dovecot and to others."""

import re
import socket

import pytest

from hibernation import HIBERNATE
from instance import PASSWORD, message, processes
from instance.block import block
from wiring import GENERATION

pytestmark = pytest.mark.differs("passdb and userdb drivers")
SCRIPT = """#!/bin/sh
echo "$USER admin=$ADMIN mech=$AUTH_MECH" >> /mnt/log/scripts
exec "$@"
"""
POSTLOGIN = "".join(
    block(f"service {protocol}", [f"executable = {protocol} {protocol}-postlogin"])
    + block(f"service {protocol}-postlogin", [
        "executable = script-login /mnt/etc/postlogin",
        block(f"unix_listener {protocol}-postlogin", ["mode = 0666"])])
    for protocol in ("pop3", "imap"))
CARRIED = "admin"


@pytest.fixture(scope="module")
def server(gated):
    server = gated({"alice": {}, "chief": {CARRIED: "y"}, "clerk": {CARRIED: "no"}}, quota="10M")
    for user in ("alice", "chief", "clerk"):
        server.store.put(f"mailbox/{user}", pop3_keep_days="77", quota_warn="80")
    return server


def fields(server, user, service="doveadm"):
    """Return {name: value} of what auth says of the user."""
    lines = server.doveadm("user", "-x", f"service={service}", user).splitlines()[1:]
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def keep_days(server, user):
    """Return what the session knows."""
    return server.pop3(user).capa().get("EXPIRE")


def set_quota(server, user):
    """Return the answer to what only an administrator may ask for."""
    with server.imap(user) as client:
        client.select()
        try:
            return str(client.setquota('"User quota"', "(STORAGE 1000)"))
        except client.error as error:
            return str(error)


@pytest.mark.parametrize("service", ["lmtp", "lda", "doveadm", "quota-status"])
def test_one_field_carries_all(server, service):
    found = fields(server, "alice", service)
    assert found[CARRIED].startswith("no coexist_policy=;")
    assert ";quota_warn=80" in found[CARRIED]
    assert not [name for name in found if name.startswith("coexist_")]


@pytest.mark.parametrize("user", ["chief", "clerk"])
def test_what_the_userdb_says_itself_stays(server, user):
    found = fields(server, user)
    # an old 2.4 prints no value of y
    assert found[CARRIED] in (("y", "") if user == "chief" else ("no",))
    assert ";quota_warn=80" in found["coexist_policy"]


@pytest.mark.parametrize("user", ["alice", "chief", "clerk"])
def test_the_session_is_told_either_way(server, user):
    assert keep_days(server, user) == ["77"]


@pytest.mark.skipif(GENERATION == 24, reason="2.4 lets nobody ask an owner's session for it")
def test_nobody_becomes_an_administrator(server):
    assert "only by admin" in set_quota(server, "alice")
    assert "only by admin" in set_quota(server, "clerk")
    assert "only by admin" not in set_quota(server, "chief")


def test_nothing_is_logged(server):
    assert [line for line in server.log_problems() if CARRIED in line] == []


def test_a_script_after_the_login_hands_it_on(gated):
    """It gets each field as a variable, and Dovecot's own ones are right."""
    server = gated({"alice": {}}, conf=POSTLOGIN, files={"postlogin": SCRIPT})
    (server.folder / "etc/postlogin").chmod(0o755)
    server.store.put("mailbox/alice", pop3_keep_days="77", quota_warn="80")
    server.deliver("alice", message("hello"))
    assert keep_days(server, "alice") == ["77"]
    with server.imap("alice") as client:
        assert client.select()[1] == [b"1"]
    lines = (server.folder / "log/scripts").read_text().splitlines()
    assert len(lines) == 2
    for line in lines:
        assert re.fullmatch(r"alice admin=no coexist_gate=passed;\S+ mech=PLAIN", line), line


def test_it_comes_back_from_hibernation(gated):
    """The session that wakes reads the policy anew out of what it took along."""
    server = gated({"alice": {}}, conf=HIBERNATE + "log_debug = category=coexist\n")
    server.store.put("mailbox/alice", pop3_keep_days="77")

    def told():
        return len(re.findall(r"imap\(alice\).*pop3_keep_days=77 \(a policy document\)",
                              server.log_text()))

    with socket.create_connection((server.host, server.port("imap")), timeout=60) as client:
        lines = client.makefile("rwb")

        def ask(command, last):
            lines.write(command.encode() + b"\r\n")
            lines.flush()
            while not re.match(last, line := lines.readline().decode()):
                assert line, f"hung up before {last}"

        ask(f"a LOGIN alice {PASSWORD}", "a OK")
        ask("b SELECT INBOX", "b OK")
        before = told()
        ask("c IDLE", r"\+ idling")
        server.wait_for(lambda: any(
            "[1 connections]" in processes.title(pid) or "alice" in processes.title(pid)
            for pid in server.pids("imap-hibernate")), what="hibernation")
        ask("DONE", "c OK")
        assert told() == before + 1
