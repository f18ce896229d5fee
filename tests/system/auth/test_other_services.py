# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything is denied to everybody: delivery, administration and look-ups go on."""

import socket

import pytest

import logins
import texts
from instance import message
from instance.block import block
from logins import Client, each
from wiring import CLOSED, GENERATION, MASTER, MASTERS

USERS = ("alice", "bob", "carol", "dave", "sync1", "sync2", "backup1", "backup2", MASTER)
ALWAYS = {key: "suspend" for key in CLOSED}
QUOTA_STATUS = block("service quota-status", [
    "executable = quota-status -p postfix",
    block("unix_listener quota-status", ["mode = 0666"])])
QUOTA_STATUS += (
    block("plugin", ["quota_status_success = DUNNO", "quota_status_overquota = 552 full",
                     "quota_status_nouser = REJECT unknown"])
    if GENERATION == 23 else
    "quota_status_success = DUNNO\nquota_status_overquota = 552 full\n"
    "quota_status_nouser = REJECT unknown\n")


@pytest.fixture(scope="module")
def server(gated):
    server = gated({name: {} for name in USERS},
                   conf=MASTERS + QUOTA_STATUS, quota="20K")
    server.store.put("default", **ALWAYS)
    return server


def subjects(server, user):
    """Return the subjects in the INBOX, as doveadm fetches them."""
    text = server.doveadm("-f", "flow", "fetch", "-u", user, "hdr.subject",
                          "mailbox", "INBOX")
    return sorted(line.partition("=")[2] for line in text.splitlines())


@pytest.mark.parametrize("protocol, way", each(logins.PASSWORD_WAYS), ids=logins.name)
def test_really_everything_is_denied(server, protocol, way):
    assert texts.sentence("suspend", protocol) in way(server, Client("alice"))


def test_lmtp_delivers(server):
    server.deliver("alice", message("delivered"))
    assert subjects(server, "alice") == ["delivered"]


def test_lmtp_delivers_to_name_and_detail(server):
    server.deliver("bob+detail", message("with detail"))
    assert "with detail" in subjects(server, "bob")


def test_the_lda_delivers(server):
    lda = server.dovecot.libexecdir / "dovecot-lda"
    server.inside(lda, "-c", "/mnt/etc/dovecot.conf", "-d", "dave",
                  input=message("by lda").decode())
    assert subjects(server, "dave") == ["by lda"]


def test_doveadm_looks_users_up(server):
    assert "home\t/mnt/home/alice" in server.doveadm("user", "alice")
    assert "carol" in server.doveadm("user", "*").split()


def test_doveadm_looks_a_password_up(server):
    assert "alice" in server.doveadm("auth", "lookup", "alice")


def test_doveadm_quota_and_mailboxes(server):
    assert "INBOX" in server.doveadm("mailbox", "list", "-u", "alice").split()
    assert "STORAGE" in server.doveadm("quota", "get", "-u", "alice")


@pytest.mark.parametrize("command", ["sync", "backup"])
def test_dsync_copies(server, command):
    """To another folder, and from there into another user's mailbox."""
    source, target = {"sync": ("sync1", "sync2"), "backup": ("backup1", "backup2")}[command]
    server.deliver(source, message(f"for {command}"))
    server.doveadm(command, "-u", source, *dsync_command(server, target))
    assert subjects(server, target) == [f"for {command}"]


def dsync_command(server, user):
    """Return the destination: the other side is a doveadm of its own."""
    return ["doveadm", "-c", "/mnt/etc/dovecot.conf", "dsync-server", "-u", user]


def policy_server(server, recipient, size):
    """Ask quota-status as Postfix does; return its answer."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(f"/proc/{server.pid}/root/mnt/run/quota-status")
        client.sendall(f"request=smtpd_access_policy\nrecipient={recipient}\n"
                       f"size={size}\n\n".encode())
        return client.makefile().readline().strip()


def test_quota_status_answers(server):
    assert policy_server(server, "alice", 1000) == "action=DUNNO"
    assert policy_server(server, "alice", 1000000) != "action=DUNNO"
    assert policy_server(server, "nobody", 1000) == "action=REJECT unknown"


@pytest.mark.parametrize("protocol, way", each(logins.PASSWORD_WAYS), ids=logins.name)
def test_a_master_user_passes(server, protocol, way):
    assert logins.passes(protocol, way(server, Client(f"alice*{MASTER}")))


def test_the_log_has_no_problems(server):
    ours = [line for line in server.log_problems() if "coexist" in line]
    assert ours == []
