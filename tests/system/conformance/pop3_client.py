# SPDX-License-Identifier: LGPL-2.1-or-later
"""A POP3 client that says what a row says, and what it has heard.

What begins with "!" is done and not said:

!login      USER and PASS; !again: hang up, connect anew and log in
!starttls   begin TLS, after STLS
!apop       APOP by the greeting's timestamp; !apop-wrong: with a wrong password
!other      another session logs in, and out by QUIT
!end        the server hangs up; !endless: after a line of 100,000 bytes, before which
            the reply may get lost
"""

import hashlib
import re
import socket
from base64 import b64encode
from contextlib import suppress

from instance import PASSWORD

# TOP and RETR of something, and what has no number
MULTI_LINE = re.compile(rb"\s*(CAPA( .*)?|AUTH|(LIST|UIDL)\s*|(RETR|TOP) .*)\s*", re.I)


class Pop3Client:
    """Connected to a maildrop's server."""

    def __init__(self, maildrop):
        self._server, self._name = maildrop.server, maildrop.user
        self._heard = bytearray()
        self._connect()

    def ask(self, said):
        """Say it; return the reply to the last line of it."""
        if isinstance(said, str) and said.startswith("!"):
            return getattr(self, "_" + said[1:].replace("-", "_"))()
        data = said if isinstance(said, bytes) else said.encode() + b"\r\n"
        self._socket.sendall(data)
        for line in data.splitlines():
            reply = self._reply(line)
        return reply

    def close(self):
        """Hang up."""
        self._file.close()
        self._socket.close()

    def heard(self):
        """Return all that was heard, without what is another one in each mailbox."""
        text = bytes(self._heard).replace(self._name.encode(), b"<user>")
        text = re.sub(rb"(?m)^(\+OK 1 |\d+ |\+OK \d+ )([0-9a-f]{8})([0-9a-f]{8})\r$",
                      rb"\1\2<uidvalidity>\r", text)
        return re.sub(rb"<[^@\s]+@[^>\s]+>(?=\r)", b"<timestamp>", text)

    def _connect(self):
        self._socket = socket.create_connection(
            (self._server.host, self._server.port("pop3")), timeout=120)
        self._file = self._socket.makefile("rb")
        self._greeting = self._line()

    def _line(self):
        line = self._file.readline()
        self._heard += line
        return line

    def _reply(self, command):
        line = reply = self._line()
        if line.startswith(b"+OK") and MULTI_LINE.fullmatch(command):
            while line not in (b".\r\n", b""):
                line = self._line()
                reply += line
        return reply

    def _login(self):
        self.ask(f"USER {self._name}")
        return self.ask(f"PASS {PASSWORD}")

    def _greet(self):
        return self._greeting

    def _user(self):
        return self.ask(f"USER {self._name}")

    def _at_once(self):
        self._socket.sendall(f"USER {self._name}\r\nPASS {PASSWORD}\r\nSTAT\r\nQUIT\r\n".encode())
        return b"".join(self._line() for _ in range(4))

    def _plain(self):
        return self.ask("AUTH PLAIN " + self._sasl(PASSWORD))

    def _plain_wrong(self):
        return self.ask("AUTH PLAIN " + self._sasl("wrong"))

    def _plain_in_two(self):
        self.ask("AUTH PLAIN")
        return self.ask(self._sasl(PASSWORD))

    def _sasl(self, password):
        return b64encode(f"\0{self._name}\0{password}".encode()).decode()

    def _again(self):
        self.close()
        self._wait_for_the_end()
        self._connect()
        return self._login()

    def _wait_for_the_end(self):
        ends = re.compile(rf"pop3\({self._name}\).*: Info: Disconnected: ")
        self._server.wait_for(
            lambda: len(ends.findall(self._server.log_text())) >=
            len(self._server.logins("pop3", self._name)), 20, "the end of the POP3 session")

    def _starttls(self):
        self._file.close()
        self._socket = self._server.tls_context().wrap_socket(
            self._socket, server_hostname=self._server.host)
        self._file = self._socket.makefile("rb")
        return b""

    def _apop(self, password=PASSWORD):
        stamp = re.search(rb"<.*>", self._greeting)[0]
        digest = hashlib.md5(stamp + password.encode()).hexdigest()
        return self.ask(f"APOP {self._name} {digest}")

    def _apop_wrong(self):
        return self._apop("wrong")

    def _other(self):
        mine = self._socket, self._file
        self._connect()
        reply = self._login()
        self.ask("QUIT")
        self.close()
        self._socket, self._file = mine
        return reply

    def _endless(self):
        with suppress(ConnectionError):
            self._socket.sendall(b"X" * 100_000)
        with suppress(ConnectionError):
            assert self._file.read() is not None
        return b""

    def _end(self):
        rest = self._file.read()
        self._heard += rest
        return rest
