# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session that is refused ends, and leaves nothing behind: it did not take place."""

import os
import poplib
import re
import socket
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from hibernation import HIBERNATE
from instance import PASSWORD, message, processes
from names import STATE

pytestmark = pytest.mark.differs("how sessions are put to sleep")
DENIED = {"coexist_pop3_access": "deny", "coexist_imap_access": "deny"}
DELAYED = {"coexist_pop3_login_delay": "90d"}
GROUPS = {"denied": DENIED, "delayed": DELAYED, "twice": {**DENIED, **DELAYED},
          "kept": {**DELAYED, "coexist_pop3_keep_days": "1"}}
QUOTA = {"quota_warn": "50", "quota_warn_channels": "event", "quota_warn_first": "yes"}
TOO_EARLY = "-ERR [LOGIN-DELAY] Your mail was checked a moment ago."
SWITCHED_OFF = "[UNAVAILABLE] IMAP is switched off for this mailbox."


@pytest.fixture(scope="module", params=["no", "yes"])
def server(start, clock, request):
    """With and without pop3_lock_session, which changes the order of a POP3 login."""
    return start(quota="60K", coexist=QUOTA, groups=GROUPS, wrap={"pop3": clock.wrapper},
                 conf=f"protocol pop3 {{\n  pop3_lock_session = {request.param}\n}}\n")


def pop3_session(maildrop, *commands):
    """Send a login and commands in one piece; return all that POP3 says after the greeting.

    The session's process has ended then.
    """
    server = maildrop.server
    known = len(server.logins("pop3", maildrop.user))
    lines = [f"USER {maildrop.user}", f"PASS {PASSWORD}", *commands]
    with socket.create_connection((server.host, server.port("pop3")), 20) as client:
        replies = client.makefile("rb")
        replies.readline()
        client.sendall("".join(f"{line}\r\n" for line in lines).encode())
        said = replies.read().decode()
    server.wait_for(lambda: len(server.logins("pop3", maildrop.user)) > known,
                    what="the login in the log")
    server.wait_log(rf"pop3\({maildrop.user}\)<\d+><.*>: Info: Disconnected: ")
    return said


def imap_session(maildrop, *commands):
    """The same of IMAP."""
    server = maildrop.server
    lines = [f"a LOGIN {maildrop.user} {PASSWORD}", *commands]
    with socket.create_connection((server.host, server.port("imap")), 20) as client:
        replies = client.makefile("rb")
        replies.readline()
        client.sendall("".join(f"{line}\r\n" for line in lines).encode())
        said = replies.read().decode()
    server.wait_log(rf"imap\({maildrop.user}\)<\d+><.*>: Info: Disconnected: ")
    return said


def fill(maildrop):
    """Have the quota half full, of which nobody is told, in a mailbox that is there."""
    maildrop.server.doveadm("save", "-u", maildrop.user, input=message(
        "big", "Nobody is going to read this line.\n" * 1000).decode())


def told(maildrop):
    """Return how often the owner was told of the quota."""
    return maildrop.server.log_text().count(f"Quota notice: user=<{maildrop.user}>")


def last_login_was_now(maildrop):
    """Let the next login be too early."""
    path = maildrop.folder / STATE
    path.write_text(f"pop3_login={int(time.time())}\n")
    os.chown(path, maildrop.folder.stat().st_uid, maildrop.folder.stat().st_gid)


def subjects(maildrop):
    """Return the subjects in INBOX, as an administrator sees them."""
    found = maildrop.server.doveadm("-f", "tab", "fetch", "-u", maildrop.user, "hdr.subject",
                                    "mailbox", "INBOX")
    return found.splitlines()[1:]


# What the client has sent behind its login

def test_no_command_of_a_denied_imap_session_is_executed(server):
    maildrop = server.maildrop("denied")
    maildrop.deliver(1)
    said = imap_session(maildrop, "b SELECT INBOX", "c STORE 1 +FLAGS \\Deleted", "d EXPUNGE",
                        "e LOGOUT")
    assert SWITCHED_OFF in said
    assert "EXISTS" not in said and "e OK" not in said
    assert subjects(maildrop) == ["number 1"]


def test_no_command_of_a_denied_pop3_session_is_executed(server):
    maildrop = server.maildrop("denied")
    maildrop.deliver(1)
    said = pop3_session(maildrop, "STAT", "DELE 1", "QUIT").split("\r\n")
    assert said[-2].startswith("-ERR [SYS/PERM] POP3 is switched off")
    assert subjects(maildrop) == ["number 1"]


# Another session that is there

def test_who_is_denied_does_not_wait_for_another_session(server):
    maildrop = server.maildrop("denied")
    maildrop.deliver(1)
    lock = maildrop.folder / "dovecot-pop3-session.lock"
    lock.touch()
    os.chown(lock, maildrop.folder.stat().st_uid, -1)
    start = time.monotonic()
    assert "-ERR [SYS/PERM] POP3 is switched off" in pop3_session(maildrop)
    assert time.monotonic() - start < 9      # Dovecot waits for 10 s


def test_who_is_too_early_is_told_at_once(server):
    maildrop = server.maildrop("delayed")
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        last_login_was_now(maildrop)
        with closing(poplib.POP3(server.host, server.port("pop3"), timeout=60)) as second:
            second.user(maildrop.user)
            with pytest.raises(poplib.error_proto, match=r"-ERR \[LOGIN-DELAY\]"):
                second.pass_(PASSWORD)
        assert pop.stat()[0] == 1
        assert pop.quit().startswith(b"+OK")


def test_denied_comes_before_too_early(server):
    maildrop = server.maildrop("twice")
    maildrop.deliver(1)
    last_login_was_now(maildrop)
    assert "-ERR [SYS/PERM] POP3 is switched off" in pop3_session(maildrop)


@pytest.mark.parametrize("group", ["denied", "delayed"])
def test_a_refused_session_is_not_counted(server, group):
    maildrop = server.maildrop(group)
    maildrop.deliver(1)
    if group == "delayed":
        last_login_was_now(maildrop)
    else:
        imap_session(maildrop)
    for _ in range(3):
        assert "-ERR [" in pop3_session(maildrop)
    server.wait_for(lambda: maildrop.user not in server.doveadm("who"),
                    what=f"anvil to forget {maildrop.user}")


# What is done at the end of others

@pytest.mark.parametrize("session", [pop3_session, imap_session])
def test_nobody_is_told_of_the_quota_by_a_denied_session(server, session):
    maildrop = server.maildrop("denied")
    fill(maildrop)
    session(maildrop)
    assert told(maildrop) == 0
    maildrop.deliver(1)
    assert told(maildrop) == 1


def test_nobody_is_told_of_the_quota_by_a_session_that_is_too_early(server):
    maildrop = server.maildrop("delayed")
    fill(maildrop)
    last_login_was_now(maildrop)
    assert TOO_EARLY in pop3_session(maildrop)
    assert told(maildrop) == 0
    maildrop.deliver(1)
    assert told(maildrop) == 1


def test_nothing_expires_by_a_session_that_is_too_early(server, clock):
    maildrop = server.maildrop("kept")
    maildrop.deliver(2)
    for _ in range(2):      # the first was shown new mail, and does not count
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.quit()
    with clock.days_from_now(40):
        assert TOO_EARLY in pop3_session(maildrop)
    assert subjects(maildrop) == ["number 1", "number 2"]


def test_a_session_that_slept_too_long_is_refused_when_it_wakes_up(start, clock):
    """imap_hibernate_timeout: its last day was over meanwhile."""
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).date().isoformat()
    server = start(wrap={"imap": clock.live_wrapper}, conf=HIBERNATE,
                   groups={"until": {"coexist_imap_until": tomorrow}})
    maildrop = server.maildrop("until")
    with maildrop.imap() as imap:
        imap.select()
        imap.send(b"i IDLE\r\n")
        server.wait_for(lambda: is_asleep(maildrop), what="hibernation")
        with clock.days_from_now(2):
            imap.send(b"DONE\r\n")
            said = imap.file.read().decode()
    assert "* BYE [UNAVAILABLE] IMAP was switched off on" in said
    assert "i OK" not in said


def is_asleep(maildrop):
    """Return whether Dovecot has put the mailbox's IMAP session to sleep."""
    server = maildrop.server
    return server.pids("imap-hibernate") and not any(
        f"[{maildrop.user} " in processes.title(pid) for pid in server.pids("imap"))
