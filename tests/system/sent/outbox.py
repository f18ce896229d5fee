# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person sends: a message as programs write it, by submission and into folders."""

import re
import smtplib
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from fcntl import LOCK_EX, lockf
from itertools import count
from pathlib import Path

from instance import PASSWORD

_numbers = count(1)
# flags that Dovecot gives to what it stores
DOVECOTS = {r"\Recent", "$HasAttachment", "$HasNoAttachment"}

SIGNED = (b"--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
          b"\r\n  caf\xc3\xa9 \r\n\r\n.\r\n..\r\n--x\r\n"
          b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
          b"Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\nAAA=\r\n--x--\r\n \r\n\t\r\n\r\n")
DKIM = (b"DKIM-Signature:  v=1;\ta=rsa-sha256; c=simple/simple; d=example.org; s=1;\r\n"
        b"\th=from:to ; bh=abc=;\r\n  b=AbC\r\n\t dEf=\r\n")

# For a server whose LMTP is wrapped: it takes what it is given for copies.
LISTENER = {f"conf{generation}": "service lmtp {\n  process_limit = 1\n  executable = /mnt/bin/lmtp "
            f"-o {group}coexist_sent_copy_listener=yes\n}}\n"
            for generation, group in ((23, "plugin/"), (24, ""))}


def letter(subject=None, *, body="Good morning\r\n", ago=timedelta(), message_id=True,
           to="bob@example.org", **headers):
    """Return a message that was written just now, or so long ago."""
    number = next(_numbers)
    lines = ["From: Alice <alice@example.org>", f"To: {to}",
             f"Subject: {subject or f'letter {number}'}",
             f"Date: {format_datetime(datetime.now(timezone.utc) - ago)}"]
    if message_id is True:
        message_id = f"<{number}@alice.example.org>"
    if message_id:
        lines.append(f"Message-ID: {message_id}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@contextmanager
def locked(path):
    """Lock a file as Dovecot does: the ring while a session stores a message, or the log of an
    index."""
    with open(path, "r+b") as file:
        lockf(file, LOCK_EX)
        yield


def _title(pid):
    """Return what a process calls itself; "" if it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


class Outbox:
    """A mailbox whose owner sends."""

    def __init__(self, server, user, relay):
        self.server, self.user, self.relay = server, user, relay

    @property
    def ring(self):
        """The file of what was stored lately."""
        return self.server.folder / "home" / self.user / "mail" / "dovecot-coexist.sent"

    def smtp(self):
        client = smtplib.SMTP(self.server.host, self.server.port("submission"), timeout=60)
        client.login(self.user, PASSWORD)
        return client

    def send(self, *messages, to=("bob@example.org",)):
        """Send them in one session, which has ended when this returns."""
        with self.smtp() as client:
            for message in messages:
                client.sendmail("alice@example.org", to, message)
        self.settle()

    def settle(self, service="submission"):
        """Wait until its sessions have ended, and what was sent is stored."""
        self.server.wait_for(lambda: not self._processes(service), 30,
                             f"{service} to have ended")

    def _processes(self, service):
        return [pid for pid in self.server.pids(service)
                if f"[{self.user} " in _title(pid)]

    def imap(self):
        return self.server.imap(self.user)

    def append(self, *messages, folder="Sent", flags=r"(\Seen)"):
        """Store each by IMAP; return the UIDs that the client was told."""
        uids = []
        with self.imap() as client:
            client.create(folder)
            for message in messages:
                status, [text] = client.append(folder, flags, None, message)
                assert status == "OK", text
                uids.append(int(re.search(rb"APPENDUID \d+ (\d+)", text)[1]))
        return uids

    def listed(self, folder="Sent"):
        """Return [(UID, flags, bytes)] of the folder's messages; [] if there is none."""
        with self.imap() as client:
            if client.select(folder, readonly=True)[0] != "OK":
                return []
            _, found = client.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
        return [(int(re.search(rb"UID (\d+)", head)[1]),
                 set(re.search(rb"FLAGS \(([^)]*)\)", head)[1].decode().split()) - DOVECOTS,
                 text)
                for head, text in (item for item in found if isinstance(item, tuple))]

    def log(self):
        """Return what is logged of the user, in which a test that fails has its reason."""
        return "\n".join(line for line in self.server.log_text().splitlines()
                         if f"({self.user})" in line)

    def texts(self, folder="Sent"):
        return [text for _, _, text in self.listed(folder)]
