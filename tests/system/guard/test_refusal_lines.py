# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gate, the guard and the login delay log a refusal in one form.

It is what an administrator searches for, and what is documented for fail2ban's sake
(doc/protocol-policy.md): here it is read by one regular expression.
"""

import imaplib
import poplib
import re
import smtplib
from contextlib import closing

import pytest

from instance import PASSWORD, Instance

LINE = re.compile(r'coexist: (refused|would refuse) user=<([^<>]*)> protocol=(\w+) '
                  r'client=(\S+) (\w+)=(.*?) set-by="([^"]*)"( left=\d+s)?')
DENIED = {f"{protocol}_access": "deny" for protocol in ("imap", "pop3", "submission")}
DELAYED = {"pop3_login_delay": "1h"}


def told(server, user):
    """Return what the log's lines say about a user, each of them once."""
    lines = [match for match in LINE.finditer(server.log_text()) if match[2] == user]
    return {(verdict, protocol, f"{key}={value}", scope, left is not None)
            for verdict, _, protocol, client, key, value, scope, left in
            (match.groups() for match in lines) if client == server.host}


def log_in(server, user):
    """Log in by POP3 twice, by IMAP and by submission, whatever comes of it."""
    for _ in range(2):
        try:
            server.pop3(user).quit()
        except poplib.error_proto:
            pass
    with closing(imaplib.IMAP4(server.host, server.port("imap"), timeout=20).socket()) as imap:
        imap.sendall(f"a LOGIN {user} {PASSWORD}\r\nb LOGOUT\r\n".encode())
        while imap.recv(4096):
            pass
    with closing(smtplib.SMTP(server.host, server.port("submission"), timeout=60)) as client:
        client.ehlo()
        try:
            client.login(user, PASSWORD)
        except smtplib.SMTPException:
            pass


def lines_of(server, user, count):
    """Let a user log in; return what is told of that when there are so many lines."""
    log_in(server, user)
    return server.wait_for(lambda: len(told(server, user)) >= count and told(server, user),
                           what=f"{count} lines about {user}:\n{server.log_text()}")


@pytest.mark.parametrize("log_only, verdict", [("no", "refused"), ("yes", "would refuse")])
def test_the_gate_and_the_login_delay(tmp_path, log_only, verdict):
    with Instance(tmp_path, gate={"log_only": log_only}, users={"jo": {}, "ann": {}}) as dc:
        dc.store.put("mailbox/jo", **DENIED)
        dc.store.put("mailbox/ann", **DELAYED)
        scope = "the mailbox's document"
        assert lines_of(dc, "jo", 3) == {
            (verdict, protocol, f"{protocol}_access=deny", scope, False)
            for protocol in ("imap", "pop3", "submission")}
        assert lines_of(dc, "ann", 1) == {
            (verdict, "pop3", "pop3_login_delay=1h", "a policy document", True)}


def test_the_guard_and_the_login_delay(tmp_path):
    users = {"jo": {f"coexist_{key}": value for key, value in DENIED.items()},
             "ann": {f"coexist_{key}": value for key, value in DELAYED.items()}}
    with Instance(tmp_path, users=users) as dc:
        assert lines_of(dc, "jo", 3) == {
            ("refused", protocol, f"{protocol}_access=deny", "userdb", False)
            for protocol in ("imap", "pop3", "submission")}
        assert lines_of(dc, "ann", 1) == {
            ("refused", "pop3", "pop3_login_delay=1h", "userdb", True)}
        dc.wait_log(r"pop3\(ann\).*Info: Disconnected: .*The login was refused")
        assert not re.search(r"pop3\(.*Error: ", dc.log_text())
        assert dc.log_text().count("coexist: refused user=<ann>") == 1
