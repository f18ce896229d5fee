# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copies of sent mail: what they cost where there are none, an APPEND, and a process."""

import re
import smtplib
import sys
import time
from contextlib import ExitStack
from datetime import datetime, timezone
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from statistics import median

from instance import PASSWORD

from . import counting
from .compare import Interval
from .lab import BARE, ENDLESS, LOADED, SENT, driver
from .mailboxes import copy, maildir, set_aside
from .table import Row

sys.path.append(str(Path(__file__).parents[1] / "system/sent"))
from relay import relay_of  # noqa: E402

SAME, APPEND_MS, PSS_KB = ("<=", 1.001), {"maildir": 60, "mdbox": 10}, ("<=", 600)
NONE = ("<=", 0)
COUNTED, SIZE, MANY, PAIRS = 20, 8 << 10, 50_000, 15
_numbers = count(1)


def rows(lab, effort, _patience):
    """Yield rows of instructions, of time and of memory."""
    lab.add_user("sender")
    for service, store in (("imap", _appends), ("submission", _sends)):
        def work(server, number):
            set_aside(lab.home / "sender")
            store(server, number)
        costs = counting.in_turns(
            (BARE, LOADED, SENT), lambda name: counting.per_session(
                lab, name, (service,), work, COUNTED), effort.counts)
        what = "APPEND" if service == "imap" else "message by submission"
        yield counting.row(f"{what} of 8 KB, sent_copy = never", costs, BARE, LOADED, SAME)
        own = counting.of_module(lab, LOADED, service, work, COUNTED)
        # else 0 would tell nothing
        assert counting.of_module(lab, SENT, service, work, COUNTED) > 0
        yield Row(f"instructions in our functions, {what} of 8 KB, sent_copy = never", "",
                  f"{own:,.0f}", Interval(own, own, own), NONE, style="{:,.0f}")
        yield counting.row(f"{what} of 8 KB, always", costs, BARE, SENT, None)
    yield from _append_rows(lab)
    yield from _memory_rows(lab)


def _message():
    number = next(_numbers)
    date = format_datetime(datetime.now(timezone.utc))
    head = (f"From: Alice <a@example.org>\r\nTo: bob@example.org\r\nSubject: {number}\r\n"
            f"Date: {date}\r\nMessage-ID: <{number}@bench.example.org>\r\n\r\n")
    return (head + ("x" * 78 + "\r\n") * (SIZE // 80)).encode()


def _appends(server, number):
    client = server.dovecot.imap("sender")
    client.create("Sent")
    for _ in range(number):
        client.append("Sent", r"(\Seen)", None, _message())
    client.logout()


def _smtp(server, user):
    client = smtplib.SMTP(server.dovecot.host, server.dovecot.port("submission"), timeout=60)
    client.login(user, PASSWORD)
    return client


def _sends(server, number):
    with relay_of(server.dovecot), _smtp(server, "sender") as client:
        for _ in range(number):
            client.sendmail("a@example.org", ["bob@example.org"], _message())
        # what is stored after the last reply belongs to it
        client.noop()


# The time of an APPEND in whose place the server has a copy

def _append_rows(lab):
    """Each server has mailboxes of its own: what it leaves to the next look is its own."""
    for name in (BARE, SENT):
        lab.add_user(f"maildir-{name}")
        lab.add_user(f"mdbox-{name}", **driver("mdbox"))
    first = lab.home / f"maildir-{BARE}"
    maildir(first / "mail", 1, 400)
    maildir(first / "mail/.Sent", MANY, 400)
    copy(first, lab.home / f"maildir-{SENT}")
    with ExitStack() as stack:
        servers = stack.enter_context(lab.servers(BARE, SENT, sessions=ENDLESS, timed=True))
        for server in servers.values():
            stack.enter_context(relay_of(server.dovecot))
        for name in servers:
            servers[BARE].dovecot.doveadm("import", "-u", f"mdbox-{name}",
                                          f"maildir:{first}/mail", "", "all", timeout=600)
        for storage, limit in APPEND_MS.items():
            times = {name: [] for name in servers}
            for number in range(PAIRS + 1):
                for name in servers:
                    times[name].append(_timed_append(servers[name], f"{storage}-{name}"))
            bare, ours = (times[name][1:] for name in (BARE, SENT))     # the first fills caches
            change = Interval.of([left - right for left, right in zip(ours, bare)])
            yield Row(f"APPEND of 8 KB to a Sent of {MANY:,} that has the server's copy, {storage}",
                      f"{median(bare):.1f} ms", f"{median(ours):.1f} ms", change,
                      ("<=", limit), style="{:+.1f} ms", count=PAIRS)


def _timed_append(server, user):
    message = _message()
    with _smtp(server, user) as client:
        client.sendmail("a@example.org", ["bob@example.org"], message)
        client.noop()
    client = server.dovecot.imap(user)
    begin = time.perf_counter()
    status, [text] = client.append("Sent", r"(\Seen)", None, message)
    seconds = time.perf_counter() - begin
    assert status == "OK" and b"APPENDUID" in text
    client.logout()
    return seconds * 1000


# Memory of a submission process

def _memory_rows(lab):
    with lab.servers(BARE, LOADED, SENT) as servers, ExitStack() as stack:
        for name, server in servers.items():
            stack.enter_context(relay_of(server.dovecot))
        found = {name: _pss_twice(server) for name, server in servers.items()}
    for name, what in ((LOADED, "never"), (SENT, "always")):
        for when, place in (("before a copy", 0), ("after one", 1)):
            bare, ours = found[BARE][place], found[name][place]
            change = Interval.of([one - median(bare) for one in ours])
            yield Row(f"PSS of submission, {what}, {when}", f"{median(bare)} kB",
                      f"{median(ours)} kB", change, PSS_KB, style="{:+.0f} kB", count=len(ours))


def _pss_twice(server):
    """Return the kB of each process at the login, and after a message."""
    clients = [_smtp(server, "sender") for _ in range(6)]
    before = _pss(server)
    for client in clients:
        client.sendmail("a@example.org", ["bob@example.org"], _message())
        client.noop()
    after = _pss(server)
    for client in clients:
        client.quit()
    return before, after


def _pss(server):
    return [int(re.search(r"^Pss:\s*(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(),
                          re.M)[1]) for pid in server.dovecot.pids("submission")]
