# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people and programs do with a mailbox, and what an administrator does."""

import poplib
import smtplib
import socket
from contextlib import suppress

from instance import PASSWORD, message

from . import servers

BODY = "The quick brown fox jumps over the lazy dog, and then does it again.\n" * 50
NEW = 3     # messages of a delivery, which the next POP3 session downloads


class Wrong(Exception):
    """What a session was told is not what it should be."""


def deliver(server, user):
    """Deliver some messages in one LMTP session."""
    server.deliver(user, [message(f"For {user}", BODY, to=f"{user}@example.org")] * NEW)


def pop3(server, user):
    """Download what is new, delete it, and go."""
    client = server.pop3(user)
    count = len(client.uidl()[1])
    for number in range(count, max(count - NEW, 0), -1):
        client.retr(number)
        client.dele(number)
    if not client.quit().startswith(b"+OK"):
        raise Wrong(f"QUIT of {user}")


def pop3_keep(server, user):
    """Download what is new and leave it, as another computer does."""
    client = server.pop3(user)
    count = client.stat()[0]
    for number in range(count, max(count - NEW, 0), -1):
        client.retr(number)
    client.quit()


def imap(server, user):
    """Look, mark, move the view a little, and go."""
    client = server.imap(user)
    client.select("INBOX")
    client.search(None, "UNSEEN")
    client.fetch("1:*", "(FLAGS RFC822.SIZE)")
    client.store("1", "+FLAGS", "(\\Flagged)")
    client.store("1", "-FLAGS", "(\\Flagged)")
    client.logout()


def submit(server, user):
    """Send one message; the relay takes it."""
    with smtplib.SMTP(server.host, server.port("submission"), timeout=60) as client:
        client.ehlo()
        client.login(user, PASSWORD)
        client.sendmail(f"{user}@example.org", ["friend@example.net"],
                        message(f"From {user}", BODY, sender=f"{user}@example.org"))


class Idler:
    """An IMAP session that waits in IDLE, and is told of what comes."""

    def __init__(self, server, user):
        self._client = socket.create_connection((server.host, server.port("imap")), timeout=60)
        self._lines = self._client.makefile("rb")
        self._lines.readline()
        self._ask("a", f"LOGIN {user} {PASSWORD}")
        self._ask("b", "SELECT INBOX")
        self._idle()

    def told(self):
        """Return whether EXISTS has come; end IDLE, and begin it again."""
        self._client.sendall(b"DONE\r\n")
        lines = self._read_to("i")
        self._idle()
        return any(b" EXISTS" in line for line in lines)

    def leave(self):
        """End the session."""
        with suppress(OSError):
            self._client.sendall(b"DONE\r\nz LOGOUT\r\n")
            self._read_to("z")
        self._client.close()

    def _idle(self):
        self._client.sendall(b"i IDLE\r\n")
        while (line := self._lines.readline()) and not line.startswith(b"+"):
            pass
        if not line:
            raise Wrong("IDLE was not begun")

    def _ask(self, tag, command):
        self._client.sendall(f"{tag} {command}\r\n".encode())
        self._read_to(tag)

    def _read_to(self, tag):
        lines = []
        while line := self._lines.readline():
            lines.append(line)
            if line.startswith(tag.encode() + b" "):
                if b" OK" not in line:
                    raise Wrong(line.decode())
                return lines
        raise Wrong(f"the connection ended before {tag}")


def toggle(server, _user):
    """Switch POP3 off and on again by doveadm; each next login obeys."""
    who = servers.TOGGLED
    server.doveadm("coexist", "policy", "set", "-u", who, "pop3_access=deny")
    try:
        server.pop3(who).quit()
        raise Wrong("a login by POP3 that is forbidden")
    except poplib.error_proto as error:
        if b"switched off" not in error.args[0]:
            raise Wrong(f"a refusal without its reason: {error}") from error
    server.imap(who).logout()
    server.doveadm("coexist", "policy", "set", "-u", who, "pop3_access=allow")
    server.pop3(who).quit()


def notice(server, _user):
    """Fill a mailbox over a level of its quota, and make room."""
    who = servers.NEARLY_FULL
    large = message("large", "x" * 70 + "\n" + BODY * 24, to=f"{who}@example.org")
    server.deliver(who, large)
    server.doveadm("expunge", "-u", who, "mailbox", "INBOX", "all")


def expire(server, user):
    """Let retention look at a mailbox, as the nightly job does."""
    server.doveadm("coexist", "expire", "-u", user)


def empty(server, user):
    """Take what is old out of the mailboxes, so that they stay as they are."""
    for name in ("INBOX", "Trash", "Sent"):
        server.doveadm("expunge", "-u", user, "mailbox", name, "1:*", "not", "20:*", check=False)


# (name, what, whether bare can do it, too)
KINDS = (("LMTP: a delivery of 3", deliver, True),
         ("POP3: 3 of all downloaded and deleted", pop3, True),
         ("LMTP: a delivery of 3, again", deliver, True),
         ("POP3: 3 downloaded and left", pop3_keep, True),
         ("IMAP: a look, marks", imap, True),
         ("submission: one message", submit, True),
         ("POP3 off and on by doveadm, with five logins", toggle, False),
         ("a mailbox that is nearly full, and has room again", notice, False),
         ("retention of one mailbox", expire, False))
