# SPDX-License-Identifier: LGPL-2.1-or-later
"""The memory checker of a run: each service of each instance with our modules is under it.

COEXIST_CHECKER in the environment is its name: "valgrind", or "sanitizers" for gcc's
AddressSanitizer and UndefinedBehaviorSanitizer (sanitizers.py).
Reports are gathered in a folder of the build's, and those with a frame in our sources count.
"""

import os
import re
import shutil
import socket
import uuid
from functools import lru_cache
from pathlib import Path

from . import sanitizers
from .wrapper import FOLLOWS, LOOKS_ON

TOP = Path(__file__).parents[2]
SERVICES = ("auth", "doveadm", "imap", "lmtp", "pop3", "submission")
SLOWNESS = {"": 1, "valgrind": 10, "sanitizers": 4}
_FRAME = re.compile(r"\((?:in )?[^)]*coexist[^)/]*\.so[^)]*\)|([\w.-]+\.[ch]):\d+")
# Between reports: a line of valgrind's, one of AddressSanitizer's, the first line of one of
# UndefinedBehaviorSanitizer's.
_BETWEEN = re.compile(r"^==\d+==\s*$|^={20,}$|^(?=\S+: runtime error: )", re.M)


def name():
    """Return which one looks on, "" if none does."""
    return os.environ.get("COEXIST_CHECKER", "")


def patience(seconds):
    """Return how long to wait in this run for what takes so many seconds without it."""
    return seconds * SLOWNESS[name()]


def make_sockets_patient():
    """Let all sockets of this process wait longer than the tests say."""
    settimeout = socket.socket.settimeout
    socket.socket.settimeout = lambda self, seconds: settimeout(
        self, None if seconds is None else patience(seconds))


def wrapped(wrap):
    """Return {service: prefix} for all that is looked at, with what a test wraps itself."""
    if not name():
        return dict(wrap)
    if name() == "sanitizers":
        return {service: sanitizers.wrapped(prefix) for service, prefix in wrap.items()}
    under = {}
    for service in {*SERVICES, *wrap}:
        prefix = wrap.get(service, "")
        if service in SERVICES and "valgrind" not in prefix:
            follows = FOLLOWS if service == "doveadm" else ""
            prefix = f"{prefix} {LOOKS_ON.format(service=service)}{follows}".strip()
        under[service] = prefix
    return under


def folder():
    """Return where the reports of a run are gathered."""
    return Path(os.environ.get("COEXIST_REPORTS") or TOP / "build") / "checker"


def begin():
    """Forget the reports of an earlier run."""
    shutil.rmtree(folder(), ignore_errors=True)
    folder().mkdir(parents=True)


def gather(log):
    """Keep what an instance's services were reported for, from the folder of its log."""
    for path in log.glob(f"{name()}.*") if name() else ():
        if path.stat().st_size:
            shutil.copy(path, folder() / f"{path.name}.{uuid.uuid4().hex[:8]}")


@lru_cache(maxsize=None)
def _sources():
    """Return the names of our sources."""
    return {path.name for path in TOP.joinpath("plugin").rglob("*.[ch]")}


def _is_ours(part):
    return any(found[1] is None or found[1] in _sources() for found in _FRAME.finditer(part))


def ours(text):
    """Return the parts of a report that have a frame of ours."""
    return [part.strip("\n") for part in _BETWEEN.split(text) if _is_ours(part)]


def findings():
    """Return (how many reports there are, the different parts with a frame of ours)."""
    paths = sorted(folder().glob("*"))
    found = {}
    for path in paths:
        for part in ours(path.read_text(errors="replace")):
            # another process has other numbers
            found.setdefault(re.sub(r"==\d+==|0x[0-9A-Fa-f]+", "", part), f"{path.name}\n{part}")
    return len(paths), list(found.values())
