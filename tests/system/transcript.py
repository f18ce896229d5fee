# SPDX-License-Identifier: LGPL-2.1-or-later
"""A POP3 connection over a bare socket that remembers all that it heard."""

import re
import socket

from instance import PASSWORD

MULTI_LINE = re.compile(r"CAPA|LIST|UIDL|(RETR|TOP) .*", re.I)


class Transcript:
    """`text` is what the server sent, from the greeting on."""

    def __init__(self, host, port):
        self._socket = socket.create_connection((host, port), timeout=60)
        self._file = self._socket.makefile("rb")
        self.text = bytearray(self._file.readline())

    def login(self, user):
        """Log in with the password that all users have."""
        self.say(f"USER {user}", f"PASS {PASSWORD}")

    def say(self, *commands):
        """Send each command when the answer to the one before it was heard."""
        for command in commands:
            self.send(command)
            self.hear(command)

    def send(self, *commands):
        """Send commands in one write."""
        self.send_bytes("".join(f"{command}\r\n" for command in commands).encode())

    def send_bytes(self, some):
        """Send what need not be whole lines."""
        self._socket.sendall(some)

    def hear(self, *commands):
        """Hear the answers to commands that were sent."""
        for command in commands:
            line = self._hear_line()
            if line.startswith(b"+OK") and MULTI_LINE.fullmatch(command):
                while line not in (b".\r\n", b""):
                    line = self._hear_line()

    def hear_bytes(self, size):
        """Hear so many bytes and no more."""
        self.text += self._file.read(size)

    def hear_end(self):
        """Hear what the server says until it hangs up."""
        self.text += self._file.read()

    def close(self):
        """Be gone."""
        self._file.close()
        self._socket.close()

    def _hear_line(self):
        line = self._file.readline()
        self.text += line
        return line
