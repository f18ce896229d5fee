# SPDX-License-Identifier: LGPL-2.1-or-later
"""Open sessions over bare sockets, and what they hear when they end."""

import base64
import json
import os
import re
import signal
import socket
import time
import urllib.request
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

from instance import PASSWORD, Dovecot
from instance.block import block

GENERATION = Dovecot.installed().generation
# doveadm uses the store of the gate; on Dovecot 2.4 it does anyway.
DOVEADM = (block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"])
           if GENERATION == 23 else "")
# On Dovecot 2.4, COMPRESS is IMAP's own.
PLUGINS = {"all": ["coexist"], "imap": ["imap_zlib"]} if GENERATION == 23 else None
# A machine that others use is ten times as slow as one that nobody does.
PATIENCE = 60


class Session:
    """A client that is logged in. `text` is what it has heard since."""

    def __init__(self, server, protocol, user, tls=False, logs_in=True):
        self.server, self.protocol, self.user = server, protocol, user
        self.socket = socket.create_connection(
            (server.host, server.port(protocol + "s" * tls)), timeout=PATIENCE)
        if tls:
            self.socket = server.tls_context().wrap_socket(
                self.socket, server_hostname="localhost")
        self.text = b""
        self.hear(self.GREETING)
        if logs_in:
            self._login()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    GREETING = r"^(\+|\* )?OK.*\n"

    def begin_login(self):
        """Send the last of what logs in."""
        raise NotImplementedError

    def _login(self):
        raise NotImplementedError

    def close(self):
        """Be gone."""
        self.socket.close()

    def send(self, *lines):
        """Send lines in one write."""
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def hear(self, pattern):
        """Read until the pattern was heard; return its match. Forget what was heard."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = re.search(pattern.encode(), self.text, re.M)
            if found:
                self.text = self.text[found.end():]
                return found
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            data = self.socket.recv(65536)
            assert data, f"hung up after {self.text!r}, and not {pattern!r}"
            self.text += data

    def hear_out(self, pattern):
        """Read until the last that was heard is this, however much comes before; forget it all."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern.encode() + rb"\Z", self.text):
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            data = self.socket.recv(65536)
            assert data, f"hung up after {self.text!r}, and not {pattern!r}"
            self.text = (self.text + data)[-1000:]
        self.text = b""

    def hear_end(self):
        """Return all that is said until the server hangs up, and when it did."""
        deadline = time.monotonic() + 2 * PATIENCE
        self.socket.settimeout(PATIENCE)
        # who has megabytes to say has five seconds for it: no time to copy them each time
        said = [self.text]
        with suppress(ConnectionResetError):
            while data := self.socket.recv(1 << 20):
                said.append(data)
                assert time.monotonic() < deadline, f"no end: {data[-200:]!r}"
        end = time.monotonic()
        self.text = b"".join(said)
        # what Dovecot says in IDLE each two minutes
        return self.text.decode(errors="replace").replace("* OK Still here\r\n", ""), end

    def is_open(self):
        """Return whether the server answers."""
        raise NotImplementedError


class Pop3(Session):
    """A POP3 session."""

    def __init__(self, server, user="user0", **options):
        super().__init__(server, "pop3", user, **options)

    def begin_login(self):
        self.say(f"USER {self.user}")
        self.send(f"PASS {PASSWORD}")

    def _login(self):
        self.begin_login()
        self.hear(r"^\+OK.*\n")

    def say(self, line, reply=r"^\+OK.*\n"):
        """Send a command, whose reply is one line; return that."""
        self.send(line)
        return self.hear(reply)[0].decode()

    def is_open(self):
        return self.say("NOOP") is not None


class Imap(Session):
    """An IMAP session."""

    def __init__(self, server, user="user0", **options):
        super().__init__(server, "imap", user, **options)

    def begin_login(self):
        self.send(f"a LOGIN {self.user} {PASSWORD}")

    def _login(self):
        self.begin_login()
        self.hear(r"^a OK.*\n")

    def say(self, line):
        """Send a command and hear its end; return that line."""
        self.send(f"a {line}")
        return self.hear(r"^a OK.*\n")[0].decode()

    def idle(self):
        """Wait in IDLE."""
        self.say("SELECT INBOX")
        self.send("i IDLE")
        self.hear(r"^\+.*\n")

    def is_open(self):
        return self.say("NOOP") is not None


class IdleImap(Imap):
    """One that is in IDLE."""

    def _login(self):
        super()._login()
        self.idle()

    def is_open(self):
        self.send("DONE")
        self.hear(r"^i OK.*\n")
        return super().is_open()


class Deflated:
    """A socket both directions of which are deflated (RFC 4978)."""

    def __init__(self, inner):
        self._inner = inner
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        self._deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def sendall(self, data):
        self._inner.sendall(self._deflater.compress(data) +
                            self._deflater.flush(zlib.Z_SYNC_FLUSH))

    def recv(self, size):
        while data := self._inner.recv(size):
            text = self._inflater.decompress(data)
            if text:
                return text
        return b""


class CompressedImap(Imap):
    """One that has said COMPRESS."""

    def _login(self):
        super()._login()
        self.say("COMPRESS DEFLATE")
        self.socket = Deflated(self.socket)


class Sieve(Session):
    """A ManageSieve session."""

    GREETING = r"^OK .*\n"

    def __init__(self, server, user="user0", **options):
        super().__init__(server, "sieve", user, **options)

    def _login(self):
        plain = base64.b64encode(f"\0{self.user}\0{PASSWORD}".encode()).decode()
        self.send(f'AUTHENTICATE "PLAIN" "{plain}"')
        self.hear(r"^OK .*\n")

    def is_open(self):
        self.send("NOOP")
        return self.hear(r"^OK .*\n") is not None


class Submission(Session):
    """A session of the submission service, which wants a relay."""

    GREETING = r"^220 .*\n"

    def __init__(self, server, user="user0", tls=False, **options):
        self._starts_tls = tls
        super().__init__(server, "submission", user, **options)

    def _login(self):
        self.say("EHLO client.example", 250)
        if self._starts_tls:
            self.say("STARTTLS", 220)
            self.socket = self.server.tls_context().wrap_socket(
                self.socket, server_hostname="localhost")
            self.say("EHLO client.example", 250)
        plain = base64.b64encode(f"\0{self.user}\0{PASSWORD}".encode()).decode()
        self.say(f"AUTH PLAIN {plain}", 235)

    def say(self, line, code):
        """Send a command and hear the last line of its reply."""
        self.send(line)
        return self.hear(rf"^{code} .*\n")

    def is_open(self):
        return self.say("NOOP", 250) is not None


OPENS = {"pop3": Pop3, "imap": Imap, "idle": IdleImap}
PROTOCOL = {"pop3": "pop3", "imap": "imap", "idle": "imap"}
# What is said to who has to go by *_access.
LAST = {"pop3": r"-ERR \[SYS/PERM\] POP3 .*\r\n",
        "imap": r"\* BYE \[UNAVAILABLE\] IMAP .*\r\n",
        "submission": r"421 4\.7\.0 \S+ SMTP .*\r\n"}


def policy(server, *arguments, **options):
    """Run doveadm coexist policy; return its output."""
    return server.doveadm("coexist", "policy", *arguments, **options)


def set_for(server, user, *values):
    """Set values for a mailbox, and return when all is over that they end."""
    assert policy(server, "set", "-u", user, *values) == ""


def deny(server, user, protocol):
    """Forbid a protocol, without waiting for the sessions."""
    policy(server, "set", "--no-wait", "-u", user, f"{protocol}_access=deny")


def has_stopped(pid):
    """Return whether a process stands still, or is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "TtZ"
    except OSError:
        return True


@contextmanager
def stopped(pid):
    """Let a process stand still, if it is still there."""
    # server.kill() looks for all of its processes first, which takes longer than a QUIT
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def deny_in_this_moment(server, user, protocol, pid):
    """Forbid it at the point where the session's process is, however long doveadm takes."""
    with stopped(pid):
        deny(server, user, protocol)


def http(server, command, **parameters):
    """Run a command over the HTTP API; return the one result."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port('http')}/doveadm/v1",
        json.dumps([[command, parameters, "t"]]).encode(),
        {"Content-Type": "application/json", "Authorization": "X-Dovecot-API dGVzdGtleQ=="})
    with urllib.request.urlopen(request, timeout=60) as reply:
        [answer] = json.load(reply)
    return answer


def command_seconds(server, user, times=5):
    """Return how long a command takes here that tells nobody, the median of several: what a
    bound has to allow besides on a machine that has other work."""
    found = []
    for _ in range(times):
        begin = time.monotonic()
        set_for(server, user, "pop3_delete=hide")
        found.append(time.monotonic() - begin)
    return median(found)


def logged(server, user, protocol):
    """Return how often the log says that a session of the user was ended by policy."""
    return len(re.findall(rf"coexist: ended user=<{re.escape(user)}> protocol={protocol} ",
                          server.log_text()))
