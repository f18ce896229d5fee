# SPDX-License-Identifier: LGPL-2.1-or-later
"""An IMAP session that keeps what it is told."""

import re
import socket
import time
from contextlib import contextmanager, suppress

from instance import PASSWORD

FULL = rb"\* OK \[ALERT\] Your mailbox is (\d+) % full\. Please delete what you don't need any " \
       rb"more, and empty the trash\."


class Session:
    """An IMAP session by a bare socket, which keeps all that it is told."""

    def __init__(self, owner):
        self._socket = socket.create_connection((owner.server.host,
                                                 owner.server.port("imap")), 60)
        self._said = b""
        self.say(f"LOGIN {owner.user} {PASSWORD}")
        self.say("SELECT INBOX")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def say(self, command, content=b"", end=rb"^t OK "):
        """Send a command, perhaps with a literal; return when it was answered."""
        self._send(f"t {command}\r\n".encode() + content, end)

    def _send(self, content, end):
        self._said += b"\r\n"
        begin = len(self._said)
        self._socket.sendall(content)
        pattern = re.compile(end, re.M)
        self._read_until(lambda: pattern.search(self._said, begin), 60)
        assert pattern.search(self._said, begin), self._said

    def idle(self):
        """Wait in IDLE from now on."""
        self.say("IDLE", end=rb"^\+ ")

    def append(self, content):
        self.say(f"APPEND INBOX {{{len(content)}+}}", content + b"\r\n")

    @contextmanager
    def appending(self, content):
        """Inside, the server has the message but for its last byte, and waits for that."""
        self.say(f"APPEND INBOX {{{len(content)}}}", content[:-1], end=rb"^\+ ")
        yield
        self._send(content[-1:] + b"\r\n", rb"^t OK ")

    def alerts(self, wanted=1, seconds=20):
        """Return the alerts that were said, as soon as there are so many."""
        def found():
            return re.findall(rb"^\* OK \[ALERT\] .*?(?=\r\n)", self._said, re.M)
        self._read_until(lambda: len(found()) >= wanted, seconds)
        return found()

    def _read_until(self, condition, seconds):
        deadline = time.monotonic() + seconds
        self._socket.settimeout(0.1)
        while not condition() and time.monotonic() < deadline:
            with suppress(TimeoutError):
                self._said += self._socket.recv(65536)


def percent_in(alert):
    """Return the number in the alert that says how full the mailbox is."""
    return int(re.fullmatch(FULL, alert)[1])
