# SPDX-License-Identifier: LGPL-2.1-or-later
"""The auth process, asked directly: very many logins of very many users."""

import base64
import os
import random
import re
import socket
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from instance import PASSWORD, Dovecot
from instance.block import block
from instance.config import owner

from . import documents
from .compare import Interval
from .gate import MANY
from .lab import BARE
from .table import Row

# Logins after which the process is looked at.
SOON, LATER = 10_000, 100_000
GROWTH_KB = ("<=", 1024)
# Half of the logins are those of a few who come all the time.
REGULARS = 2_000
# So many requests are on their way at a time.
BATCH = 200
GO_ON = "result_success = continue-ok"
CLIENT_IDS = count(os.getpid() * 1000)


def rows(lab, _effort, _patience):
    """Yield rows of memory and of processor time."""
    with lab.servers(BARE, MANY, conf=_conf(), chain=_everybody()) as servers:
        bare, ours = (_measure(servers[name]) for name in (BARE, MANY))
    for number in (SOON, LATER, MANY):
        yield _memory(f"memory of auth after {number:,} logins",
                      bare[number], ours[number])
    yield _memory(f"memory of auth with the gate, {LATER:,} and {MANY:,} logins",
                  ours[LATER], ours[MANY], GROWTH_KB)
    times = [1e6 * figures[MANY].cpu / MANY for figures in (bare, ours)]
    yield Row("processor time of auth for a login", *(f"{time:.0f} us" for time in times),
              _exactly(times[1] - times[0]), style="{:+.0f} us")


@dataclass
class Figures:
    """What a process has used so far."""

    memory: int     # kB
    cpu: float

    @staticmethod
    def of(pid):
        """Read them."""
        status = Path(f"/proc/{pid}/status").read_text()
        nanoseconds = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
        return Figures(int(re.search(r"^VmRSS:\s*(\d+)", status, re.M)[1]),
                       nanoseconds / 1e9)


def _exactly(value):
    return Interval(value, value, value)


def _memory(what, left, right, bound=None):
    return Row(what, f"{left.memory:,} kB", f"{right.memory:,} kB",
               _exactly(right.memory - left.memory), bound, style="{:+,.0f} kB")


def _everybody():
    """Return a passdb and a userdb to which every name is a user."""
    fields = [f"{name}={value}" for name, value in
              zip(("uid", "gid", "home"), (*owner(), "/nonexistent"))]
    if Dovecot.installed().generation == 23:
        begin = ["driver = static", GO_ON]
        return (block("passdb", [*begin, f"args = password={PASSWORD}"])
                + block("userdb", [*begin, f"args = {' '.join(fields)} allow_all_users=yes"]))
    return (block("passdb static", [GO_ON, f"password = {PASSWORD}"])
            + block("userdb static", [GO_ON, "allow_all_users = yes",
                                      block("fields", fields)]))


def _conf():
    """The sockets that are asked."""
    return block("service auth", [block(f"unix_listener {name}", ["mode = 0666"])
                                  for name in ("auth-client", "auth-userdb")])


def _measure(server):
    """Return {logins: Figures}."""
    figures = {}
    numbers = random.Random(1)
    folder = server.dovecot.folder / "run"
    with Line(folder / "auth-client") as client, Line(folder / "auth-userdb") as master:
        client.send("VERSION\t1\t1", f"CPID\t{next(CLIENT_IDS)}")
        client.hear("DONE")
        master.send("VERSION\t1\t1")
        master.hear("SPID")
        [pid] = server.dovecot.pids("auth")
        for first in range(1, MANY, BATCH):
            users = [documents.user(numbers.randrange(numbers.choice((REGULARS, MANY))))
                     for _ in range(BATCH)]
            _log_in(client, master, first, users)
            done = first - 1 + BATCH
            if done in (SOON, LATER, MANY):
                figures[done] = Figures.of(pid)
    return figures


def _log_in(client, master, first, users):
    """Ask about the password of each user, and about the user."""
    client.send(*(f"AUTH\t{number}\tPLAIN\tservice=imap\tnologin\tno-penalty"
                  f"\trip=127.0.0.1\tlip=127.0.0.1\tresp={_plain(user)}"
                  for number, user in enumerate(users, first)))
    for _ in users:
        client.hear("OK")
    master.send(*(f"USER\t{number}\t{user}\tservice=imap"
                  for number, user in enumerate(users, first)))
    for _ in users:
        master.hear("USER")


def _plain(user):
    return base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()


class Line:
    """A connection to one of the sockets of auth."""

    # what comes with the greeting
    PREAMBLE = {"VERSION", "SPID", "CUID", "COOKIE", "MECH", "DONE"}

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def send(self, *lines):
        """Send lines."""
        self._socket.sendall("".join(f"{line}\n" for line in lines).encode())

    def hear(self, kind):
        """Read a line, which is of this kind; leave out the greeting."""
        while True:
            line = self._lines.readline()
            if line.partition("\t")[0].strip() == kind:
                return
            if line.partition("\t")[0].strip() not in self.PREAMBLE:
                raise RuntimeError(f"auth said {line!r} instead of {kind}")
