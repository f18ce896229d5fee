# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guard in the sessions: a userdb alone, without the gate, can refuse."""

import base64
import imaplib
import poplib
import smtplib
import socket
from contextlib import closing

import pytest

from instance import PASSWORD, Instance

USERS = {
    "free": {},
    "nopop": {"coexist_pop3_access": "deny"},
    "noimap": {"coexist_imap_access": "suspend"},
    "nosmtp": {"coexist_submission_access": "deny"},
    "nosieve": {"coexist_sieve_access": "deny"},
    "sunset": {f"coexist_{protocol}_until": "2026-01-31"
               for protocol in ("imap", "pop3", "submission", "sieve")},
    "tls": {f"coexist_{protocol}_tls": "required"
            for protocol in ("imap", "pop3", "submission", "sieve")},
    "office": {f"coexist_{protocol}_networks": "192.0.2.0/24"
               for protocol in ("imap", "pop3", "submission", "sieve")},
    "here": {f"coexist_{protocol}_networks": "127.0.0.0/8"
             for protocol in ("imap", "pop3", "submission", "sieve")},
    "own": {"coexist_pop3_access": "deny", "coexist_deny_text": "Call-{protocol}-desk"},
}


@pytest.fixture(scope="module", params=["yes", "no"])
def server(request, tmp_path_factory):
    """With and without pop3_lock_session, which changes when POP3 says +OK."""
    settings = f"protocol pop3 {{\n  pop3_lock_session = {request.param}\n}}\n"
    with Instance(tmp_path_factory.mktemp("guard"), users=USERS, conf=settings,
                  sieve=True) as dc:
        yield dc


def pop3_reply(server, user, tls=False):
    """Return all that POP3 says to a login, up to the end of the connection."""
    with pytest.raises(poplib.error_proto) as refusal:
        server.pop3(user, tls=tls)
    return str(refusal.value)


@pytest.mark.parametrize("user, text", [
    ("nopop", "[SYS/PERM] POP3 is switched off for this mailbox."),
    ("sunset", "[SYS/PERM] POP3 was switched off on 2026-01-31."),
    ("tls", "[SYS/PERM] POP3 needs an encrypted connection."),
    ("office", "[SYS/PERM] POP3 cannot be used from this network."),
    ("own", "[SYS/PERM] Call-POP3-desk"),
])
def test_pop3_login_is_refused_with_the_reason(server, user, text):
    assert f"-ERR {text}" in pop3_reply(server, user)


def test_pop3_says_nothing_but_the_reason(server):
    connection = poplib.POP3(server.host, server.port("pop3"), timeout=60)
    connection.user("nopop")
    connection._putcmd(f"PASS {PASSWORD}")
    assert connection.file.readline().startswith(b"-ERR [SYS/PERM] POP3 is switched off")
    assert connection.file.read() == b""


@pytest.mark.parametrize("user, text", [
    ("noimap", "[UNAVAILABLE] IMAP for this mailbox is suspended."),
    ("sunset", "[UNAVAILABLE] IMAP was switched off on 2026-01-31."),
    ("tls", "[PRIVACYREQUIRED] IMAP needs an encrypted connection."),
    ("office", "[UNAVAILABLE] IMAP cannot be used from this network."),
])
def test_imap_session_ends_with_bye_and_the_reason(server, user, text):
    connection = imaplib.IMAP4(server.host, server.port("imap"), timeout=60)
    connection.send(f"a LOGIN {user} {PASSWORD}\r\n".encode())
    said = connection.file.read().decode()
    assert f"* BYE {text}" in said
    assert "internal error" not in said.lower()


# Dovecot leaves it no choice of words here.
INTERNAL_ERROR = "Internal error occurred. Refer to server log for more information."


def submission_reply(server, user, tls=False):
    """Return what submission says to a login."""
    client = smtplib.SMTP(server.host, server.port("submission"), timeout=60)
    with closing(client):   # there is no relay: it may be gone before a QUIT
        if tls:
            client.starttls(context=server.tls_context())
        client.ehlo()
        client.user, client.password = user, PASSWORD
        try:
            code, text = client.auth("PLAIN", client.auth_plain)
        except smtplib.SMTPAuthenticationError as error:
            code, text = error.smtp_code, error.smtp_error
        return f"{code} {text.decode()}"


def sieve_replies(server, user, tls=False):
    """Return what ManageSieve says to a login and to a LOGOUT after it."""
    with socket.create_connection((server.host, server.port("sieve")), timeout=60) as client:
        sieve_greeting(client)
        if tls:
            client.sendall(b"STARTTLS\r\n")
            sieve_greeting(client)
            client = server.tls_context().wrap_socket(client, server_hostname=server.host)
            sieve_greeting(client)
        plain = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
        client.sendall(f'AUTHENTICATE "PLAIN" "{plain}"\r\n'.encode())
        replies = client.makefile("rb")
        first = replies.readline()
        if first.startswith(b"OK"):
            client.sendall(b"LOGOUT\r\n")
        return (first + replies.read()).decode().splitlines()


def sieve_greeting(client):
    """Read up to the end of a greeting, or of the answer to a command."""
    said = b""
    while not said.startswith(b"OK") and b"\nOK" not in said or not said.endswith(b"\n"):
        more = client.recv(4096)
        assert more, said
        said += more


@pytest.mark.parametrize("name", ["NOPOP", "NoPop"])
def test_another_spelling_of_the_name_is_no_way_round(server, name):
    """Dovecot lets it in as nopop, as it does by default."""
    assert "-ERR [SYS/PERM] POP3 is switched off" in pop3_reply(server, name)


@pytest.mark.parametrize("user, key", [
    ("nosmtp", "submission_access=deny"), ("sunset", "submission_until=2026-01-31"),
    ("office", "submission_networks=192.0.2.0/24"), ("tls", "submission_tls=required"),
])
def test_submission_is_refused_and_the_log_says_why(server, user, key):
    assert submission_reply(server, user) == f"451 4.7.0 {INTERNAL_ERROR}"
    server.wait_log(f"coexist: refused user=<{user}> .* {key}")


@pytest.mark.parametrize("user, key", [
    ("nosieve", "sieve_access=deny"), ("sunset", "sieve_until=2026-01-31"),
    ("office", "sieve_networks=192.0.2.0/24"), ("tls", "sieve_tls=required"),
])
def test_managesieve_is_refused_and_the_log_says_why(server, user, key):
    [reply] = sieve_replies(server, user)
    assert reply.startswith(f'BYE "{INTERNAL_ERROR}')   # and the time, in 2.4
    server.wait_log(f"coexist: refused user=<{user}> .* {key}")


@pytest.mark.parametrize("user, tls", [
    ("free", False), ("nosieve", False), ("tls", True), ("here", False),
])
def test_submission_that_the_policy_allows_passes(server, user, tls):
    assert submission_reply(server, user, tls) == "235 2.7.0 Logged in."


@pytest.mark.parametrize("user, tls", [
    ("free", False), ("nosmtp", False), ("tls", True), ("here", False),
])
def test_managesieve_that_the_policy_allows_passes(server, user, tls):
    assert sieve_replies(server, user, tls) == ['OK "Logged in."', 'OK "Logout completed."']


@pytest.mark.parametrize("user, tls", [
    ("free", False), ("noimap", False), ("tls", True), ("here", False),
])
def test_pop3_login_that_the_policy_allows_passes(server, user, tls):
    assert server.pop3(user, tls=tls).quit().startswith(b"+OK")


@pytest.mark.parametrize("user, tls", [("free", False), ("nopop", False), ("tls", True),
                                       ("here", False)])
def test_imap_login_that_the_policy_allows_passes(server, user, tls):
    assert server.imap(user, tls=tls).select()[0] == "OK"


@pytest.mark.parametrize("user", sorted(USERS))
def test_delivery_and_doveadm_are_never_refused(server, user):
    server.deliver(user, [b"Subject: x\r\n\r\nx\r\n"])
    assert "INBOX" in server.doveadm("mailbox", "list", "-u", user)


def test_no_process_crashes(server):
    for user in ("nopop", "own"):
        pop3_reply(server, user)
    assert "killed with signal" not in server.log_text()
    assert "Panic" not in server.log_text()


def test_what_the_gate_let_pass_the_guard_does_not_refuse(tmp_path):
    """log_only is the gate's to know: the session has the same fields."""
    with Instance(tmp_path, gate={"log_only": "yes"}, users={"alice": {}}) as dc:
        dc.store.put("mailbox/alice", pop3_access="deny")
        assert dc.pop3("alice").quit().startswith(b"+OK")
        dc.wait_log("would refuse user=<alice> protocol=pop3")


# "alice*boss" is alice, with boss's password.
MASTERS23 = """
auth_master_user_separator = *
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u /mnt/etc/users
  master = yes
  result_success = continue
}
"""
MASTERS24 = """
auth_master_user_separator = *
passdb masters {
  driver = passwd-file
  passwd_file_path = /mnt/etc/users
  default_password_scheme = PLAIN
  master = yes
  result_success = continue
}
"""


def test_a_master_user_is_let_in(tmp_path):
    with Instance(tmp_path, conf23=MASTERS23, conf24=MASTERS24,
                  users={"alice": {"coexist_pop3_access": "deny"}, "boss": {}}) as dc:
        assert dc.pop3("alice*boss").quit().startswith(b"+OK")
        assert "switched off" in pop3_reply(dc, "alice")
