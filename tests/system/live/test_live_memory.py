# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory errors and leaks: valgrind finds none in sessions that are told, asked and ended."""

import re
import time
from contextlib import ExitStack
from signal import SIGURG

import pytest

from open_session import DOVEADM, IdleImap, Pop3, policy
from test_many import SHARED

pytestmark = [pytest.mark.night, pytest.mark.only_on(23, reason="where valgrind is installed")]
DENIED = r"(-ERR \[SYS/PERM\]|\* BYE \[UNAVAILABLE\]) "


@pytest.fixture(scope="module")
def server(start):
    return start(gate={}, conf=DOVEADM + SHARED,
                 wrap={service: "valgrind" for service in ("imap", "pop3")})


@pytest.fixture
def auth(server):
    """The auth processes, which can be stopped."""
    def each(number):
        for pid in server.pids("auth"):
            server.kill(pid, number)
    yield each
    each(18)


def test_nothing_is_found(server, auth):
    """Several users share a process, in which sessions end in all ways."""
    users = [f"user{number}" for number in range(6)]
    with ExitStack() as stack:
        for opens, protocol in ((Pop3, "pop3"), (IdleImap, "imap")):
            sessions = [stack.enter_context(opens(server, user)) for user in users]
            policy(server, "set", "-u", users[0], f"{protocol}_access=deny")
            assert re.search(DENIED, sessions[0].hear_end()[0])
            server.doveadm("coexist", "kick", users[1], "--protocol", protocol)
            sessions[1].hear_end()
            # gone while auth is asked about it; the others get their answer later
            policy(server, "set", "--no-wait", "-u", users[2], f"{protocol}_access=deny")
            auth(19)
            # as doveadm tells them, which would ask auth itself
            for pid in server.pids(protocol):
                server.kill(pid, SIGURG)
            time.sleep(0.5)
            sessions[3].close()
            time.sleep(0.5)
            auth(18)
            sessions[2].hear_end()
            assert sessions[4].is_open()
    # a process without sessions, and one that ends
    for service in ("imap", "pop3"):
        for pid in server.pids(service):
            server.kill(pid, 23)
    server.stop()
    assert server.valgrind_reports() == {}
