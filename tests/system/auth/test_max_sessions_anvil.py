# SPDX-License-Identifier: LGPL-2.1-or-later
"""P_max_sessions: anvil, who counts the sessions, and what if anvil does not answer."""

import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count

import pytest

import logins
from instance import Dovecot, processes
from instance.block import block
from hibernation import HIBERNATE
from logins import Client, session
from max_sessions import DEBUG, PROTOCOLS, full, hold, limited, listed
from wiring import ANVIL

pytestmark = pytest.mark.differs("what anvil answers")
UNUSED = count()


@pytest.fixture
def user():
    """A user whom no other test uses."""
    return f"user{next(UNUSED)}"


def is_hibernated(server, user):
    """The user's only session is one of the process imap-hibernate."""
    pids = {str(processes.inner_id(pid)) for pid in server.pids("imap-hibernate")}
    lines = [line.split() for line in server.doveadm("who", "-1").splitlines()]
    held = [words for words in lines if user in words]
    return len(held) == 1 and pids & set(held[0])


def test_a_hibernated_session_is_one(gated, user):
    server = limited(gated, conf=ANVIL + HIBERNATE)
    server.store.put(f"mailbox/{user}", imap_max_sessions=1)
    with session(server, "imap", Client(user)) as line:
        line.ask("b SELECT INBOX", "b OK")
        line.ask("c IDLE", r"\+")
        server.wait_for(lambda: is_hibernated(server, user), 30, "hibernation")
        assert logins.imap_login(server, Client(user)) == full("imap")


CLOSED = block("service anvil", [block("unix_listener anvil", ["mode = 0"])])
CANNOT = r"Error: .*coexist: Can't count the sessions of mailboxes, so \*_max_sessions is not " \
         r"obeyed: .*/anvil.*service anvil \{ unix_listener anvil \{ user = dovecot \} \}"


def check_all_pass(server, user):
    with ExitStack() as stack:
        for protocol in PROTOCOLS:
            hold(server, stack, user, protocol, 4)


def test_without_access_to_anvil_all_pass(gated, user):
    server = limited(gated, conf=CLOSED)
    check_all_pass(server, user)
    server.wait_log(CANNOT)
    assert server.log_text().count("Can't count the sessions") == 1


def test_dovecot_s_default(gated, user):
    """Anvil lets the auth process ask, but before Dovecot 2.4.4 not without being told."""
    server = limited(gated, conf="")
    if Dovecot.installed().version < (2, 4, 4):
        check_all_pass(server, user)
        server.wait_log(CANNOT)
    else:
        with ExitStack() as stack:
            hold(server, stack, user, "imap", 2)
            assert logins.imap_login(server, Client(user)) == full("imap")


def test_without_limits_anvil_is_not_asked(gated, user):
    server = limited(gated, conf=CLOSED)
    server.store.put("default", imap_tls="any")
    with ExitStack() as stack:
        for protocol in PROTOCOLS:
            hold(server, stack, user, protocol, 3)
    assert server.log_problems() == []


def test_a_silent_anvil_lets_pass_until_it_speaks_again(gated, user):
    server = limited(gated)
    with ExitStack() as stack:
        hold(server, stack, user, "pop3", 2)
        assert logins.pop3_user_pass(server, Client(user)) == full("pop3")
        anvil, = server.pids("anvil")
        server.kill(anvil, signal.SIGSTOP)
        started = time.monotonic()
        for _ in range(4):
            assert logins.passes("pop3", logins.pop3_user_pass(server, Client(user)))
        assert time.monotonic() - started < 30
        server.wait_log("coexist: Can't count .* does not answer")
        server.kill(anvil, signal.SIGCONT)
        server.wait_for(lambda: logins.pop3_user_pass(server, Client(user)) == full("pop3"),
                        30, "the limit to hold again")


def test_a_new_anvil_is_asked(gated, user):
    server = limited(gated)
    with ExitStack() as stack:
        hold(server, stack, user, "pop3", 2)
        server.wait_for(lambda: listed(server, user) == 2)
        old, = server.pids("anvil")
        server.kill(old)
        server.wait_for(lambda: server.pids("anvil") not in ([], [old]), 20, "a new anvil")
        auth = server.pids("auth")
        # it does not know those that the old one knew
        hold(server, stack, user, "pop3", 2)
        server.wait_for(lambda: logins.pop3_user_pass(server, Client(user)) == full("pop3"),
                        30, "the limit to hold again")
        assert server.pids("auth") == auth


def asks_anvil(server, user, before):
    """Return whether the log has, behind that place, what is said before anvil is asked."""
    return re.search(rf"\({user},.*The policy is made of: ", server.log_text()[before:])


def test_the_auth_process_ends_while_a_login_waits_for_anvil(gated, user):
    """It answers the login before what that needs is gone."""
    server = limited(gated, conf=ANVIL + DEBUG)
    with ExitStack() as stack, ThreadPoolExecutor() as threads:
        hold(server, stack, user, "pop3", 2)
        assert logins.pop3_user_pass(server, Client(user)) == full("pop3")
        anvil, = server.pids("anvil")
        auth, = server.pids("auth")
        server.kill(anvil, signal.SIGSTOP)
        before = len(server.log_text())
        waiting = threads.submit(logins.pop3_user_pass, server, Client(user))
        server.wait_for(lambda: asks_anvil(server, user, before), 20, "anvil to be asked")
        server.kill(auth, signal.SIGTERM)
        server.wait_for(lambda: auth not in server.pids("auth"), 20, "the process to end")
        server.kill(anvil, signal.SIGCONT)
        waiting.exception()     # whatever the client is told
    assert f"user=<{user}>: can't be counted" in server.log_text()[before:]
    assert not re.search("Panic|killed with signal", server.log_text()[before:])
