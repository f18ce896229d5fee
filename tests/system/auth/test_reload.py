# SPDX-License-Identifier: LGPL-2.1-or-later
"""A configuration or a document that becomes another one and is then what it was.

The auth process ends at each step, and another one begins. Nobody gets through between.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import logins
from logins import Client

CLOSED, OPEN = {"pop3_access": "deny"}, {"pop3_access": "allow"}
# (gate, the mailbox's document, whether the login passes)
THERE_AND_BACK = {
    "configuration": [({}, CLOSED, False), ({"log_only": "yes"}, CLOSED, True),
                      ({}, CLOSED, False)],
    "document": [({}, CLOSED, False), ({}, OPEN, True), ({}, CLOSED, False)],
    "place": [({}, CLOSED, False), ({"gate_at": "chain"}, CLOSED, False), ({}, CLOSED, False)],
}
# Enough for clients to log in before, while and after auth ends.
RELOADS = 4


def passes(server, user="alice"):
    return logins.passes("pop3", logins.pop3_user_pass(server, Client(user)))


@pytest.mark.parametrize("steps", THERE_AND_BACK.values(), ids=THERE_AND_BACK)
def test_each_step_counts_from_the_next_login_on(gated, steps):
    server = gated({"alice": {}}, passes_on=True)
    for gate, document, due in steps:
        server.store.put("mailbox/alice", **document)
        server.reload(gate=gate)
        assert passes(server) == due
    # a session would have refused what auth let in
    assert "logins are not gated" not in server.log_text()


def log_in_until(server, end):
    """Return what the server has answered to the logins of who may not log in."""
    replies = []
    while not end.is_set():
        try:
            replies.append(logins.pop3_user_pass(server, Client("closed")))
        except (AssertionError, OSError):
            pass    # login processes hang up at a reload
    return replies


def test_nobody_gets_through_between(gated):
    """The gate of an auth process that ends, and that of one that begins, have the same word."""
    server = gated({"alice": {}, "closed": {}}, passes_on=True)
    server.store.put("mailbox/closed", **CLOSED)
    end = threading.Event()
    with ThreadPoolExecutor() as threads:
        clients = [threads.submit(log_in_until, server, end) for _ in range(2)]
        try:
            for number in range(RELOADS):
                server.reload(gate={"gate_at": "chain"} if number % 2 == 0 else {})
                assert passes(server)
        finally:
            end.set()
    replies = sum((client.result() for client in clients), [])
    assert len(replies) > RELOADS
    assert [reply for reply in replies if logins.passes("pop3", reply)] == []
    assert "Login: user=<closed>" not in server.log_text()
