# SPDX-License-Identifier: LGPL-2.1-or-later
"""One name in mail_plugins, `coexist`: each process finds by itself what is its own.

Of the quota, it tells where Dovecot's quota plugin is loaded, and is silent elsewhere.
"""

import json
import re
import smtplib
import socket

import pytest

from instance import PASSWORD, message
from names import NOTICE_TEXTS

EX_CONFIG = 78
LDA = "/usr/lib/dovecot/dovecot-lda"
GROUPS = {"never": {"coexist_pop3_mark_read": "never"},
          "denied": {"coexist_imap_access": "deny", "coexist_pop3_access": "deny",
                     "coexist_submission_access": "deny"}}
QUOTA = {"quota_warn": "50", "quota_warn_channels": "alert", "template_dir": str(NOTICE_TEXTS)}
# Without it a session of submission looks for a host to hand the mails to, and ends.
NO_RELAY = "submission_backend_capabilities = 8BITMIME\n"
HALF_FULL = message("big", "Nobody is going to read this line.\n" * 1000)


@pytest.fixture(scope="module", params=["without quota", "with quota", "quota after coexist"])
def server(start, request):
    plugins = {"without quota": ["coexist"], "with quota": ["quota", "coexist"],
               "quota after coexist": ["coexist", "quota"]}[request.param]
    server = start(plugins={"all": plugins}, quota="60K", groups=GROUPS, coexist=QUOTA,
                   conf=NO_RELAY)
    server.has_quota = "quota" in plugins
    yield server
    assert [line for line in server.log_problems() if "coexist: refused" not in line] == []


@pytest.fixture
def owner(server):
    """A mailbox that was looked at before: of a level at the first look nobody is told."""
    maildrop = server.maildrop()
    maildrop.deliver(1)
    return maildrop


def told(maildrop):
    """Return how often the owner was told of the quota."""
    return maildrop.server.log_text().count(f"Quota notice: user=<{maildrop.user}>")


def wait_told(maildrop):
    """Wait until the owner was told once, where anybody is."""
    if maildrop.server.has_quota:
        maildrop.server.wait_for(lambda: told(maildrop) > 0, what="a quota notice")
    assert told(maildrop) == int(maildrop.server.has_quota)


def said(server, protocol, *lines):
    """Send the lines; return all that is said until the connection is closed."""
    with socket.create_connection((server.host, server.port(protocol)), 20) as client:
        replies = client.makefile("rb")
        replies.readline()
        client.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return replies.read().decode()


def test_pop3_leaves_messages_unread(server):
    maildrop = server.maildrop("never")
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert maildrop.seen() == []


def test_pop3_says_why_it_refuses(server):
    user = server.maildrop("denied").user
    assert "-ERR [SYS/PERM] POP3 is switched off" in said(
        server, "pop3", f"USER {user}", f"PASS {PASSWORD}")


def test_imap_says_why_it_refuses(server):
    user = server.maildrop("denied").user
    assert "* BYE [UNAVAILABLE] IMAP is switched off" in said(
        server, "imap", f"a LOGIN {user} {PASSWORD}")


def test_imap_says_an_alert(server, owner):
    owner.deliver(HALF_FULL)
    alert = "* OK [ALERT] Your mailbox is" in said(
        server, "imap", f"a LOGIN {owner.user} {PASSWORD}", "b LOGOUT")
    assert alert == server.has_quota


def test_imap_looks_at_the_quota(owner):
    owner.append(HALF_FULL)
    wait_told(owner)


def test_submission_refuses(server):
    maildrop = server.maildrop("denied")
    with pytest.raises(smtplib.SMTPException), \
            smtplib.SMTP(server.host, server.port("submission"), timeout=20) as client:
        client.login(maildrop.user, PASSWORD)
        client.noop()
        raise AssertionError("the session goes on")
    server.wait_log(rf"submission.*: coexist: refused user=<{maildrop.user}> .* submission_access=deny")


def test_lmtp_looks_at_the_quota(owner):
    owner.deliver(HALF_FULL)
    wait_told(owner)


def test_lda_looks_at_the_quota(server, owner):
    server.inside(LDA, "-c", "/mnt/etc/dovecot.conf", "-d", owner.user,
                  input=HALF_FULL.decode())
    wait_told(owner)


def test_doveadm_reads_the_journal(server):
    maildrop = server.maildrop("never")
    maildrop.deliver(2)
    maildrop.delete(1)
    [row] = json.loads(server.doveadm("-f", "json", "coexist", "journal", "-u", maildrop.user))
    assert row["what"] == "1 expunged"


def test_doveadm_looks_at_the_quota(server):
    maildrop = server.maildrop()
    maildrop.deliver(HALF_FULL)
    done = server.doveadm("-f", "json", "coexist", "quota", "-u", maildrop.user, check=False)
    if server.has_quota:
        assert [row["level"] for row in json.loads(done.stdout)] == ["50%"]
    else:
        assert done.returncode == EX_CONFIG
        assert "mail_plugins does not have quota and coexist for doveadm" in done.stderr


# A delivery may come before the one before it has closed its connection.
ONE_PROCESS = "service lmtp {\n  process_limit = 1\n  client_limit = 5\n  %s\n}\n"


def test_a_process_that_loads_quota_for_a_later_user(start):
    """mail_plugins may be another list for some users: the plugin comes after ours."""
    server = start(plugins={"all": ["coexist"]}, quota="60K", coexist=QUOTA,
                   conf23=ONE_PROCESS % "service_count = 0",
                   conf24=ONE_PROCESS % "restart_request_count = unlimited",
                   groups={"late": {"mail_plugins": "coexist,quota"}})
    for group in ("user", "late", "user"):
        owner = server.maildrop(group)
        owner.deliver(1)
        owner.deliver(HALF_FULL)
        assert told(owner) == (1 if group == "late" else 0)
    assert len(set(re.findall(r"lmtp\(\w+\)<(\d+)>.* saved mail", server.log_text()))) == 1
    assert server.log_problems() == []
