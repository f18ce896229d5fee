# SPDX-License-Identifier: LGPL-2.1-or-later
"""How soon sessions end, by the median of several: an idle one within a second of the command,
a busy one five seconds later at most, and one that nobody told within recheck_interval.

A machine that has other work is allowed what a command takes on it that tells nobody.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

import pytest

from clock import fast_wrapper
from maildrop import large_message
from open_session import (LAST, OPENS, PROTOCOL, IdleImap, Imap, Pop3, command_seconds, logged,
                          policy, set_for)
from test_many import ends_of
from test_who_ends import begin_append, begin_fetch, begin_retr

pytestmark = pytest.mark.differs("what auth and anvil say, and how sessions end")
SEVERAL = 5
IDLE_SECONDS, BUSY_SECONDS = 1, 5
# Before that, nobody has begun to lose patience with a command.
BUSY_LEAST = 4


@pytest.fixture(scope="module")
def server(gated):
    return gated()


def users_of(server):
    return [server.maildrop().user for _ in range(SEVERAL)]


@pytest.mark.parametrize("kind", OPENS)
def test_an_idle_one_within_a_second(server, kind):
    """From the start of the command until the socket is closed."""
    found, allowances = [], []
    nobody = server.maildrop().user
    with ThreadPoolExecutor() as pool:
        for user in users_of(server):
            allowances.append(command_seconds(server, nobody, times=1))
            with OPENS[kind](server, user) as client:
                end = pool.submit(client.hear_end)
                begin = time.monotonic()
                set_for(server, user, f"{PROTOCOL[kind]}_access=deny")
                text, at = end.result()
                assert re.fullmatch(LAST[PROTOCOL[kind]], text)
                found.append(at - begin)
    assert median(found) < IDLE_SECONDS + median(allowances)


# Clients that would keep a command from its end for ever.
BUSY = {"RETR": (Pop3, "pop3", begin_retr), "FETCH": (Imap, "imap", begin_fetch),
        "APPEND": (Imap, "imap", begin_append)}


def ends_in_log(server, protocol, users):
    """Return when the log said of each that it was ended, in the order of time."""
    ends = {}

    def have_ended():
        ends.update({user: time.monotonic() for user in users
                     if user not in ends and logged(server, user, protocol)})
        return len(ends) == len(users)
    server.wait_for(have_ended, 60, "the ends")
    return sorted(ends.values())


@pytest.mark.night
@pytest.mark.parametrize("moment", BUSY)
def test_a_busy_one_within_five(server, moment):
    opens, protocol, begin_command = BUSY[moment]
    users = users_of(server)
    for user in users:
        server.deliver(user, large_message())
    allowance = command_seconds(server, server.maildrop().user)
    with ExitStack() as stack:
        for user in users:
            begin_command(stack.enter_context(opens(server, user)))
        stack.callback(policy, server, "unset", "--default", "--all")
        begin = time.monotonic()
        policy(server, "set", "--no-wait", "--default", f"{protocol}_access=deny")
        ends = [end - begin for end in ends_in_log(server, protocol, users)]
    assert ends[0] > BUSY_LEAST
    # what it waits for the processor is as much as the command's own time, say
    assert median(ends) < BUSY_SECONDS + 2 * allowance


class TestInterval:
    """Nobody tells of what is in the store alone. The sessions' time goes six times as fast."""

    FACTOR = 6
    SECONDS = 60 / FACTOR
    # of a machine that has other work, for an interval that is ten seconds
    SLACK = 5

    @pytest.fixture(scope="class")
    def server(self, gated, tmp_path_factory):
        fast = fast_wrapper(tmp_path_factory.mktemp("fast"), self.FACTOR)
        return gated(coexist={"recheck_interval": "1 min"}, wrap={"imap": fast, "pop3": fast},
                     conf="auth_debug = yes\n")

    @staticmethod
    def has_asked(server, user):
        return re.search(rf"\b{user}\b.*Recheck of a session", server.log_text())

    @pytest.mark.parametrize("asked_before", [False, True], ids=["the first", "a later one"])
    def test_it_is_obeyed_within(self, server, asked_before):
        users = users_of(server)
        with ExitStack() as stack:
            sessions = {protocol: [stack.enter_context(opens(server, user)) for user in users]
                        for protocol, opens in (("pop3", Pop3), ("imap", IdleImap))}
            if asked_before:
                server.wait_for(lambda: all(self.has_asked(server, user) for user in users),
                                60, "all to ask")
            begin = time.monotonic()
            for user in users:
                server.store.put(f"mailbox/{user}", pop3_access="deny", imap_access="deny")
            with ThreadPoolExecutor() as pool:
                ends = pool.map(ends_of, sessions.values())
            for protocol, found in zip(sessions, ends):
                assert median(found) - begin < self.SECONDS + self.SLACK, protocol
