# SPDX-License-Identifier: LGPL-2.1-or-later
"""Postfix's side of the auth socket: Dovecot's authentication protocol."""

import base64
import os
import socket
from itertools import count

IDS = count(os.getpid() * 1000)


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

    def _ask(self, mechanism, response, service="smtp", address="192.0.2.1", tls=False,
             certificate_of=None):
        """Postfix and Exim say "secured" for a client that uses TLS."""
        fields = [f"service={service}", "nologin", f"rip={address}", "lip=127.0.0.1"]
        fields += ["secured"] * tls
        if certificate_of is not None:
            fields += ["valid-client-cert", f"cert_username={certificate_of}"]
        if response is not None:
            fields.append("resp=" + base64.b64encode(response).decode())
        self._send("AUTH", 1, mechanism, *fields)
        return self._hear()

    def _send(self, *words):
        self._socket.sendall("\t".join(map(str, words)).encode() + b"\n")

    def _hear(self):
        line = self._lines.readline().decode()
        assert line.endswith("\n"), "the auth process is gone"
        return line.rstrip("\n").split("\t")
