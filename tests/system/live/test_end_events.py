# SPDX-License-Identifier: LGPL-2.1-or-later
"""The event of a session that was ended says by which protocol it was, and why."""

import re

import pytest

import exported
from open_session import DOVEADM, LAST, PROTOCOL, OPENS, policy, set_for

pytestmark = pytest.mark.differs("how events are exported")


@pytest.fixture(scope="module")
def server(start):
    return start(gate={}, conf=DOVEADM, conf23=exported.CONF23, conf24=exported.CONF24)


@pytest.fixture
def user(server):
    return server.maildrop().user


def ended(server, user):
    """Return the fields of the one event of a session's end."""
    [event] = exported.events(server, user, 1)
    assert event["event"] == "coexist_session_ended" and "coexist" in event["categories"]
    return event["fields"]


@pytest.mark.parametrize("kind", OPENS)
def test_a_policy_is_named_with_who_set_it(server, user, kind):
    with OPENS[kind](server, user) as client:
        set_for(server, user, f"{PROTOCOL[kind]}_access=deny")
        assert re.fullmatch(LAST[PROTOCOL[kind]], client.hear_end()[0])
    fields = ended(server, user)
    assert fields["protocol"] == PROTOCOL[kind]
    assert fields["reason"] == f'{PROTOCOL[kind]}_access=deny set-by="the mailbox\'s document"'


@pytest.mark.parametrize("kind", OPENS)
def test_a_wider_scope_is(server, user, kind):
    with OPENS[kind](server, user) as client:
        try:
            policy(server, "set", "--default", f"{PROTOCOL[kind]}_until=2020-01-01")
            client.hear_end()
        finally:
            policy(server, "unset", "--default", "--all")
    assert ended(server, user)["reason"] == \
        f'{PROTOCOL[kind]}_until=2020-01-01 set-by="the default document"'


@pytest.mark.parametrize("kind", OPENS)
def test_a_kick_is_none(server, user, kind):
    with OPENS[kind](server, user) as client:
        server.doveadm("coexist", "kick", user)
        client.hear_end()
    assert ended(server, user)["reason"] == "kicked=yes"
