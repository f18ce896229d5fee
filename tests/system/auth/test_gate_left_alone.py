# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that go away while the gate waits for a store that never answers."""

import signal
from contextlib import ExitStack

import pytest

import logins
from instance import PASSWORD
from logins import Client
from sasl import Sasl
from silence import TRACED, Silence


def pop3(server, stack, user):
    line = stack.enter_context(logins.connect(server, "pop3", Client(user)))
    line.ask(f"USER {user}")
    line.send(f"PASS {PASSWORD}")


def pop3_cram_md5(server, stack, user):
    line = stack.enter_context(logins.connect(server, "pop3", Client(user)))
    challenge = line.ask("AUTH CRAM-MD5", r"\+ ")[2:]
    line.send(logins.cram_md5_answer(Client(user), challenge))


def sasl(server, stack, user):
    stack.enter_context(Sasl(server)).send_plain(user, PASSWORD)


def imap(server, stack, user):
    """By a login process that is killed."""
    line = stack.enter_context(logins.connect(server, "imap", Client(user)))
    line.send(f"a LOGIN {user} {PASSWORD}")


WAYS = [pop3, pop3_cram_md5, sasl, imap]


@pytest.fixture
def server(gated):
    with Silence() as silence:
        yield gated(dict.fromkeys([way.__name__ for way in WAYS] + ["next"], {}),
                    gate=silence.gate, conf=TRACED + silence.conf, wrap={"auth": "valgrind"})


def test_auth_lives_on(server):
    with Sasl(server):      # it is there
        before = server.pids("auth")
    with ExitStack() as stack:
        for way in WAYS:
            way(server, stack, way.__name__)
        for way in WAYS:
            server.wait_log(rf"\b{way.__name__}\b.*Looks up the policy")
        for pid in server.pids("imap-login"):
            server.kill(pid, signal.SIGKILL)
    for way in WAYS:
        server.wait_log(f"Can't look up shared/coexist/mailbox/{way.__name__}: No answer")
    with Sasl(server) as line:
        assert line.plain("next", PASSWORD, service="imap")[0] == "OK"
    assert server.pids("auth") == before
    server.stop()
    # what Dovecot's dict client leaks with questions that nobody answers is another thing
    assert not [line for report in server.valgrind_reports().values()
                for line in report.splitlines() if "Invalid" in line]
