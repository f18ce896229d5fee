# SPDX-License-Identifier: LGPL-2.1-or-later
"""Live enforcement: how soon sessions end, and what those cost that go on."""

import os
import re
import resource
import selectors
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from instance import PASSWORD, Dovecot, Instance, InstanceError
from instance.block import block

from .compare import Interval
from .table import Row

MAILBOXES, SESSIONS_EACH = 50, 10
SESSIONS = MAILBOXES * SESSIONS_EACH
USERS = [f"user{number}" for number in range(MAILBOXES)]
GENERATION = Dovecot.installed().generation
END_SECS = ("<=", 1.0)
DEFAULT_MSECS = ("<=", 150)
# Of a core, for so many idle sessions that ask at each interval.
IDLE, INTERVAL_SECS, IDLE_SHARE = 10_000, 300, ("<=", 1.0)
# Those that are looked at where nobody asks, for so long. Before, each has set its timer within
# a minute, and auth has ended because it was idle. A process that does not wake up costs nothing;
# times are longer or shorter by what others do. Dovecot's own wake-ups come each ten seconds, so
# that one of each session may be in the time or not; those of a timer of ours would be as many as
# the sessions.
QUIET, QUIET_SECS, SETTLED_SECS, AUTH_SECS, QUIET_WAKES = 200, 60, 70, 120, ("<=", 50)
TICK = 1 / os.sysconf("SC_CLK_TCK")
CONF = "".join(block(f"service {name}", lines) for name, lines in {
    "pop3": ["process_limit = 1200"],
    "pop3-login": ["process_min_avail = 2", "client_limit = 2000",
                   "service_count = 0" if GENERATION == 23
                   else "restart_request_count = unlimited"]}.items())
if GENERATION == 23:
    CONF += block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"])


def rows(lab, _effort, _patience):
    """Yield the rows; but for the first, all of one server with as many sessions as that."""
    yield _row_quiet(lab)
    users = {user: {} for user in USERS}
    with Instance(lab.folder / "live", users=users, gate={}, conf=CONF) as server, \
            ExitStack() as stack:
        for user in USERS:
            _policy(server, "-u", user, "pop3_access=allow")
        sessions = {user: [stack.enter_context(_session(server, user))
                           for _ in range(SESSIONS_EACH)] for user in USERS}
        yield _row_default(server)
        yield _row_rechecks(server)
        yield _row_ends(server, sessions)


def _session(server, user):
    client = socket.create_connection((server.host, server.port("pop3")), timeout=60)
    lines = client.makefile("rb")
    for command in ("", f"USER {user}\r\n", f"PASS {PASSWORD}\r\n"):
        client.sendall(command.encode())
        if not lines.readline().startswith(b"+OK"):
            raise RuntimeError(f"{user} can't log in")
    return client


def _policy(server, *arguments):
    server.doveadm("coexist", "policy", "set", *arguments)


def _processor_secs(server):
    """Return the time of all its processes and of the commands that were run."""
    total = sum(_process_secs(pid) for pid in server.pids())
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return total + ended.ru_utime + ended.ru_stime


def _process_secs(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15])) * TICK


def _costs(server, work):
    """Return the processor time of some work, with what comes after it."""
    before = _processor_secs(server)
    work()
    time.sleep(3)
    return _processor_secs(server) - before


def _row_default(server):
    """A denial for all, which each mailbox lifts, besides a change that is about nobody."""
    command = _costs(server, lambda: _policy(server, "--default", "quota_warn=80"))
    cost = _costs(server, lambda: _policy(server, "--default", "pop3_access=deny"))
    return Row(f"processor time of set --default that forbids none of {SESSIONS} sessions",
               f"{command * 1000:.0f} ms", f"{cost * 1000:.0f} ms", Interval.of([cost * 1000]),
               DEFAULT_MSECS, style="{:.0f} ms")


def _wakes(server):
    """Return how often its processes of sessions have woken up."""
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)",
                             Path(f"/proc/{pid}/status").read_text(), re.M)[1])
               for pid in server.pids("pop3"))


def _row_quiet(lab):
    """Sessions of which none asks, beside as many of bare Dovecot."""
    servers = {"bare": {"modules": None, "plugins": {}},
               "ours": {"gate": {}, "coexist": {"recheck_interval": "1000 days"}}}
    with ExitStack() as stack:
        running = [stack.enter_context(Instance(
            lab.folder / f"quiet.{name}", users={user: {} for user in USERS}, conf=CONF, **options))
            for name, options in servers.items()]
        for server in running:
            for number in range(QUIET):
                stack.enter_context(_session(server, USERS[number % MAILBOXES]))
        time.sleep(SETTLED_SECS)
        for server in running:
            with suppress(InstanceError):
                server.wait_for(lambda one=server: not one.pids("auth"), AUTH_SECS)
        before = [_wakes(server) for server in running]
        time.sleep(QUIET_SECS)
        bare, ours = (_wakes(server) - wakes for server, wakes in zip(running, before))
    return Row(f"wake-ups of {QUIET} idle sessions of which none asks, in {QUIET_SECS} s",
               f"{bare}", f"{ours}", Interval.of([ours - bare]), QUIET_WAKES, style="{:+.0f}")


def _row_rechecks(server):
    """All sessions ask once, because they are told."""
    cost = _costs(server, lambda: server.doveadm("coexist", "kick", "--all", "--if-refused")) - \
        _costs(server, lambda: server.doveadm("coexist", "kick", "nobody", "--if-refused"))
    share = 100 * cost / SESSIONS * IDLE / INTERVAL_SECS
    return Row(f"{IDLE:,} idle sessions that ask each {INTERVAL_SECS} s, of one core",
               "", f"{1e6 * cost / SESSIONS:.0f} us each", Interval.of([share]), IDLE_SHARE,
               style="{:.2f} %")


def _row_ends(server, sessions):
    """Each mailbox in turn; from the start of the command to the end of the connection."""
    secs = []
    for user, clients in sessions.items():
        secs += _ends(server, user, clients)
    secs.sort()
    middle, high = secs[len(secs) // 2], secs[len(secs) * 99 // 100]
    return Row(f"{SESSIONS} sessions of {MAILBOXES} mailboxes: set until the socket is closed, p99",
               f"median {middle:.3f} s", f"{high:.3f} s", Interval.of([high]), END_SECS,
               style="{:.3f} s")


def _ends(server, user, clients):
    """Return how many seconds each of the clients waited for its end."""
    pid = os.fork()     # the command's own process, so that we can watch meanwhile
    begin = time.monotonic()
    if pid == 0:
        _policy(server, "-u", user, "pop3_access=deny")
        os._exit(0)
    found = []
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client, selectors.EVENT_READ)
        while len(found) < len(clients):
            events = selector.select(timeout=20)
            if not events:
                raise RuntimeError(f"sessions of {user} do not end")
            for key, _ in events:
                if not key.fileobj.recv(1000):
                    found.append(time.monotonic() - begin)
                    selector.unregister(key.fileobj)
    os.waitpid(pid, 0)
    return found
