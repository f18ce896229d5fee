# SPDX-License-Identifier: LGPL-2.1-or-later
"""An IMAP client that says what a row says, and what it has heard.

A command gets a tag; "{n+}" before the end of a line goes on behind it. {v} in it is the
UIDVALIDITY that was heard last, {m} the HIGHESTMODSEQ.

What begins with "!" is done and not said:

!login    LOGIN
!idle     IDLE, until the server waits; !done ends it, and the reply is to the command
!deliver  a message comes by LMTP; !hear: lines until one that says EXISTS
!expunge  another session moves the first message away; !hear-expunge: lines until EXPUNGE
!end      the server hangs up
"""

import imaplib
import re
import socket
from base64 import b64encode

from instance import PASSWORD, message

imaplib.Commands.setdefault("MOVE", ("SELECTED",))
LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


class ImapClient:
    """Connected to a maildrop's server."""

    def __init__(self, maildrop, received):
        self._server, self._name, self._maildrop = maildrop.server, maildrop.user, maildrop
        self._received = received
        self._heard = bytearray()
        self._tag = 0
        self._values = {"v": "0", "m": "0"}
        self._socket = socket.create_connection(
            (self._server.host, self._server.port("imap")), timeout=120)
        self._file = self._socket.makefile("rb")
        self._greeting = self._line()

    def ask(self, said):
        """Say it; return all that is heard up to its tagged reply."""
        if said.startswith("!"):
            return getattr(self, "_" + said[1:].replace("-", "_"))()
        self._send(said)
        return self._hear(rb"a\d+ ")

    def close(self):
        """Hang up."""
        self._file.close()
        self._socket.close()

    def heard(self):
        """Return all that was heard, without what is another one in each mailbox or each time."""
        text = bytes(self._heard).replace(self._name.encode(), b"<user>")
        text = re.sub(rb" \(\d+\.\d+ \+ [\d. +]+ secs\)", b"", text)
        text = re.sub(rb"UIDVALIDITY \d+|(APPENDUID|COPYUID) \d+", rb"\1<uidvalidity>", text)
        text = re.sub(rb"\b[0-9a-f]{32}\b", b"<guid>", text)
        return re.sub(rb'"connection-id" "[^"]*"', b"<connection>", text)

    def _send(self, said):
        self._tag += 1
        for name, value in self._values.items():
            said = said.replace("{%s}" % name, value)
        self._socket.sendall(f"a{self._tag} {said}\r\n".encode())

    def _line(self):
        line = self._file.readline()
        while LITERAL.search(line):
            size = int(LITERAL.search(line)[1])
            line += self._file.read(size) + self._file.readline()
            break
        self._heard += line
        for name, pattern in (("v", rb"UIDVALIDITY (\d+)"), ("m", rb"HIGHESTMODSEQ (\d+)")):
            if found := re.search(pattern, line):
                self._values[name] = found[1].decode()
        return line

    def _hear(self, last):
        lines = [self._line()]
        while lines[-1] and not re.match(last, lines[-1]):
            lines.append(self._line())
        return b"".join(lines)

    def _greet(self):
        return self._greeting

    def _login(self):
        return self.ask(f"LOGIN {self._name} {PASSWORD}")

    def _login_wrong(self):
        return self.ask(f"LOGIN {self._name} wrong")

    def _plain(self):
        return self.ask("AUTHENTICATE PLAIN "
                        + b64encode(f"\0{self._name}\0{PASSWORD}".encode()).decode())

    def _idle(self):
        self._send("IDLE")
        return self._hear(rb"\+ ")

    def _done(self):
        self._socket.sendall(b"DONE\r\n")
        return self._hear(rb"a\d+ ")

    def _deliver(self):
        self._maildrop.append(message("later", date=self._received), received=self._received)
        return b""

    def _hear_exists(self):
        return self._hear(rb"\* \d+ EXISTS")

    def _expunge(self):
        with self._maildrop.imap() as imap:
            imap.select()
            imap._simple_command("MOVE", "1", "Sent")
        return b""

    def _hear_expunge(self):
        return self._hear(rb"\* \d+ EXPUNGE|\* VANISHED")

    def _end(self):
        rest = self._file.read()
        self._heard += rest
        return rest
