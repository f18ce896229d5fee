# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_login_delay behind the gate: its language, log_only and master users."""

import re

import pytest

import logins
from logins import Client, each
from names import REFUSAL_TEXTS
from wiring import MASTER, MASTERS

WAYS = [case for case in each(logins.PASSWORD_WAYS, logins.PROOF_WAYS) if case[0] == "pop3"]
STATE = "home/{}/mail/dovecot-coexist.state"


def gate_server(gated, **gate):
    users = {"alice": {}, "bob": {}, "eva": {}, MASTER: {}}
    server = gated(users, conf=MASTERS, gate={"template_dir": REFUSAL_TEXTS, **gate})
    server.store.put("default", pop3_login_delay="1h")
    server.store.put("mailbox/eva", language="es", deny_text="Call us.")
    return server


@pytest.fixture(scope="module")
def server(gated):
    return gate_server(gated)


def visit(server, way, user):
    """Log in once, and wait until the mailbox remembers it."""
    path = server.folder / STATE.format(user.partition("*")[0])
    assert logins.passes("pop3", way(server, Client(user)))
    server.wait_for(path.exists, 20, "the state")


@pytest.mark.parametrize("way", [way for _, way in WAYS], ids=logins.name)
def test_the_second_login_is_too_early(server, way):
    (server.folder / STATE.format("alice")).unlink(missing_ok=True)
    visit(server, way, "alice")
    assert re.fullmatch(r"-ERR \[LOGIN-DELAY\] Your mail was checked a moment ago\. Please "
                        r"wait \d+ s\.",
                        way(server, Client("alice")))
    reply = way(server, Client("alice", logins.WRONG))
    assert reply == logins.FAILS["pop3"]


def test_it_is_said_in_the_language_of_the_mailbox(server):
    """And not in the words for those who may not use POP3 at all."""
    visit(server, logins.pop3_user_pass, "eva")
    reply = logins.pop3_user_pass(server, Client("eva"))
    assert re.fullmatch(r"-ERR \[LOGIN-DELAY\] Su correo se acaba de consultar\. "
                        r"Espere \d+ s\.", reply)


def test_a_master_user_does_not_wait_nor_make_wait(server):
    master = Client(f"bob*{MASTER}")
    for _ in range(2):
        assert logins.passes("pop3", logins.pop3_user_pass(server, master))
    visit(server, logins.pop3_user_pass, "bob")
    assert "LOGIN-DELAY" in logins.pop3_user_pass(server, Client("bob"))
    assert logins.passes("pop3", logins.pop3_user_pass(server, master))


def test_without_master_bypass_a_master_user_waits(gated):
    server = gate_server(gated, master_bypass="no")
    visit(server, logins.pop3_user_pass, f"bob*{MASTER}")
    reply = logins.pop3_user_pass(server, Client(f"bob*{MASTER}"))
    assert reply.startswith("-ERR [LOGIN-DELAY] ")


def test_log_only_says_what_would_have_been(gated):
    server = gate_server(gated, log_only="yes")
    visit(server, logins.pop3_user_pass, "alice")
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client("alice")))
    server.wait_log("coexist: would refuse user=<alice> protocol=pop3 client=192.0.2.1 "
                    "pop3_login_delay=1h ")


def test_other_protocols_are_told_nothing_of_it(server):
    for protocol, way in each(logins.PASSWORD_WAYS):
        if protocol != "pop3":
            assert logins.passes(protocol, way(server, Client("alice")))
