# SPDX-License-Identifier: LGPL-2.1-or-later
"""Postfix's side of the auth socket: Dovecot's authentication protocol."""

import base64
import fcntl
import hashlib
import hmac
import os
import socket
import struct
import termios
from itertools import count

IDS = count(os.getpid() * 1000)


def scram_sha_256(user, password):
    """Return (first message, function of the challenge that returns the last one) of RFC 7677."""
    first = f"n={user},r=abcdefgh"

    def prove(challenge):
        values = dict(part.split("=", 1) for part in challenge.decode().split(","))
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(),
                                     base64.b64decode(values["s"]), int(values["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        last = f"c=biws,r={values['r']}"
        signature = hmac.digest(hashlib.sha256(key).digest(),
                                f"{first},{challenge.decode()},{last}".encode(), "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
        return f"{last},p={proof}".encode()

    return f"n,,{first}".encode(), prove


def _connect(path):
    """Connect to a socket whose path may be longer than an address can be."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(60)
        client.connect(f"/proc/self/fd/{folder}/{path.name}")
        return client
    finally:
        os.close(folder)


class Sasl:
    """A connection to the socket auth-client."""

    def __init__(self, server, name="auth-client"):
        self._socket = _connect(server.folder / "run" / name)
        self._lines = self._socket.makefile("rb")
        self._send("VERSION", 1, 1)
        self._send("CPID", next(IDS))
        while self._hear()[0] != "DONE":
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def plain(self, user, password, **facts):
        """Return the reply to the user's password; see _ask()."""
        return self._ask("PLAIN", f"\0{user}\0{password}".encode(), **facts)

    def send_plain(self, user, password, **facts):
        """Tell the password, and do not wait for the reply."""
        self._begin("PLAIN", f"\0{user}\0{password}".encode(), **facts)

    def send_all(self, users, password, **facts):
        """Tell the password of each user, all at a time."""
        for number, user in enumerate(users, 1):
            self._begin("PLAIN", f"\0{user}\0{password}".encode(), number=number, **facts)

    def is_read(self):
        """True if the auth process has read all that was sent."""
        unread = fcntl.ioctl(self._socket, termios.TIOCOUTQ, struct.pack("i", 0))
        return struct.unpack("i", unread) == (0,)

    def replies(self, count):
        """Return the replies to so many of them, in the order in which they come."""
        return [self._hear() for _ in range(count)]

    def cram_md5(self, answer, **facts):
        """The same with answer(challenge)."""
        kind, _, challenge = self._ask("CRAM-MD5", None, **facts)
        assert kind == "CONT"
        self._send("CONT", 1, base64.b64encode(answer(base64.b64decode(challenge))).decode())
        return self._hear()

    def external(self, user, **facts):
        """The same of a client whose certificate names the user."""
        assert self._ask("EXTERNAL", None, certificate_of=user, **facts)[0] == "CONT"
        self._send("CONT", 1, "")
        return self._hear()

    def converse(self, mechanism, first, *answers, **facts):
        """The same of any mechanism: first is a message or None, answers are functions
        of a challenge. What is asked for besides gets an empty answer."""
        reply = self._ask(mechanism, first, **facts)
        answers = list(answers)
        while reply[0] == "CONT":
            challenge = base64.b64decode(reply[2])
            answer = answers.pop(0)(challenge) if answers else b""
            self._send("CONT", 1, base64.b64encode(answer).decode())
            reply = self._hear()
        return reply

    def _ask(self, mechanism, response, **facts):
        self._begin(mechanism, response, **facts)
        return self._hear()

    def _begin(self, mechanism, response, service="smtp", address="192.0.2.1", tls=False,
               certificate_of=None, number=1):
        """Postfix and Exim say "secured" for a client that uses TLS."""
        fields = [f"service={service}", "nologin", f"rip={address}", "lip=127.0.0.1"]
        fields += ["secured"] * tls
        if certificate_of is not None:
            fields += ["valid-client-cert", f"cert_username={certificate_of}"]
        if response is not None:
            fields.append("resp=" + base64.b64encode(response).decode())
        self._send("AUTH", number, mechanism, *fields)

    def _send(self, *words):
        self._socket.sendall("\t".join(map(str, words)).encode() + b"\n")

    def _hear(self):
        line = self._lines.readline().decode()
        assert line.endswith("\n"), "the auth process is gone"
        return line.rstrip("\n").split("\t")
