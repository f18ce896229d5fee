"""The guard in the sessions: a userdb alone, without the gate, can refuse."""

import imaplib
import poplib
import smtplib

import pytest

from instance import PASSWORD, Instance

USERS = {
    "free": {},
    "nopop": {"coexist_pop3_access": "deny"},
    "noimap": {"coexist_imap_access": "suspend"},
    "nosmtp": {"coexist_submission_access": "deny"},
    "sunset": {"coexist_pop3_until": "2026-01-31"},
    "tls": {"coexist_imap_tls": "required", "coexist_pop3_tls": "required"},
    "office": {"coexist_pop3_networks": "192.0.2.0/24"},
    "here": {"coexist_pop3_networks": "127.0.0.0/8"},
    "own": {"coexist_pop3_access": "deny", "coexist_deny_text": "Call-{protocol}-desk"},
}


@pytest.fixture(scope="module", params=["yes", "no"])
def server(request, tmp_path_factory):
    """With and without pop3_lock_session, which changes when POP3 says +OK."""
    settings = f"protocol pop3 {{\n  pop3_lock_session = {request.param}\n}}\n"
    with Instance(tmp_path_factory.mktemp("guard"), users=USERS, conf=settings) as dc:
        yield dc


def pop3_reply(server, user, tls=False):
    """Return all that POP3 says to a login, up to the end of the connection."""
    with pytest.raises(poplib.error_proto) as refusal:
        server.pop3(user, tls=tls)
    return str(refusal.value)


@pytest.mark.parametrize("user, text", [
    ("nopop", "[SYS/PERM] POP3 is switched off for this mailbox."),
    ("sunset", "[SYS/PERM] POP3 was switched off for this mailbox on 2026-01-31."),
    ("tls", "[SYS/PERM] POP3 needs an encrypted connection."),
    ("office", "[SYS/PERM] POP3 cannot be used from this network."),
    ("own", "[SYS/PERM] Call-POP3-desk"),
])
def test_pop3_login_is_refused_with_the_reason(server, user, text):
    assert f"-ERR {text}" in pop3_reply(server, user)


def test_pop3_says_nothing_but_the_reason(server):
    connection = poplib.POP3(server.host, server.port("pop3"), timeout=10)
    connection.user("nopop")
    connection._putcmd(f"PASS {PASSWORD}")
    assert connection.file.readline().startswith(b"-ERR [SYS/PERM] POP3 is switched off")
    assert connection.file.read() == b""


@pytest.mark.parametrize("user, text", [
    ("noimap", "[CONTACTADMIN] IMAP access to this mailbox has been suspended."),
    ("tls", "[PRIVACYREQUIRED] IMAP needs an encrypted connection."),
])
def test_imap_session_ends_with_bye_and_the_reason(server, user, text):
    connection = imaplib.IMAP4(server.host, server.port("imap"), timeout=10)
    connection.send(f"a LOGIN {user} {PASSWORD}\r\n".encode())
    said = connection.file.read().decode()
    assert f"* BYE {text}" in said
    assert "internal error" not in said.lower()


def test_submission_ends_and_the_log_says_why(server):
    with pytest.raises(smtplib.SMTPException):
        with smtplib.SMTP(server.host, server.port("submission"), timeout=10) as client:
            client.login("nosmtp", PASSWORD)
            client.sendmail("nosmtp@example.org", "a@example.org", "Subject: x\n\nx\n")
    server.wait_log(r"coexist: Login refused: submission_access=deny")


@pytest.mark.parametrize("user, tls", [
    ("free", False), ("noimap", False), ("tls", True), ("here", False),
])
def test_pop3_login_that_the_policy_allows_passes(server, user, tls):
    assert server.pop3(user, tls=tls).quit().startswith(b"+OK")


@pytest.mark.parametrize("user, tls", [("free", False), ("nopop", False), ("tls", True)])
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
