# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy that is set ends exactly the sessions that it forbids, and says why."""

import re

import pytest

from open_session import LAST, OPENS, PROTOCOL, Imap, IdleImap, Pop3, logged, policy, set_for

pytestmark = pytest.mark.differs("what auth and anvil say, and how sessions end")


@pytest.fixture
def user(server):
    return server.maildrop().user


def other(kind):
    return "idle" if kind == "pop3" else "pop3"


@pytest.mark.parametrize("kind", OPENS)
def test_the_one_protocol_ends_and_the_other_stays(server, user, kind):
    neighbour = server.maildrop().user
    with OPENS[kind](server, user) as ends, OPENS[other(kind)](server, user) as stays, \
            OPENS[kind](server, neighbour) as another:
        set_for(server, user, f"{PROTOCOL[kind]}_access=deny")
        text, _ = ends.hear_end()
        assert re.fullmatch(LAST[PROTOCOL[kind]], text), text
        assert stays.is_open() and another.is_open()
    assert logged(server, user, PROTOCOL[kind]) == 1


def test_set_returns_when_they_are_gone(server, user):
    with Pop3(server, user) as client:
        set_for(server, user, "pop3_access=deny")
        client.socket.setblocking(False)
        assert re.fullmatch(LAST["pop3"], client.socket.recv(1000).decode())
        assert client.socket.recv(1000) == b""


def test_nothing_that_was_deleted_without_quit_is_removed(server):
    maildrop = server.maildrop()
    maildrop.deliver(2)
    with Pop3(server, maildrop.user) as client:
        client.say("DELE 1")
        set_for(server, maildrop.user, "pop3_access=deny")
        assert re.fullmatch(LAST["pop3"], client.hear_end()[0])
    set_for(server, maildrop.user, "pop3_access=allow")
    with Pop3(server, maildrop.user) as client:
        assert client.say("STAT").startswith("+OK 2 ")


def test_what_is_no_denial_ends_nobody(server, user):
    with Pop3(server, user) as pop, IdleImap(server, user) as imap:
        set_for(server, user, "pop3_delete=hide", "pop3_access=allow",
                "pop3_networks=127.0.0.0/8", "imap_until=2099-01-01", "imap_max_sessions=1")
        assert pop.is_open() and imap.is_open()
    assert logged(server, user, "(pop3|imap)") == 0


@pytest.mark.parametrize("value", ["pop3_access=suspend", "pop3_until=2020-01-01",
                                   "pop3_networks=192.0.2.0/24"])
def test_each_key_that_refuses_ends(server, user, value):
    with Pop3(server, user) as client:
        set_for(server, user, value)
        assert client.hear_end()[0].startswith("-ERR [SYS/PERM] ")


def test_tls_required_ends_who_has_none(server, user):
    with Imap(server, user) as plain, Imap(server, user, tls=True) as secure:
        policy(server, "set", "-u", user, "imap_tls=required")
        assert plain.hear_end()[0].startswith("* BYE [PRIVACYREQUIRED] ")
        assert secure.is_open()


def test_unset_ends_what_a_wider_scope_forbids(server):
    user = "user50"
    policy(server, "set", "-u", user, "pop3_access=allow")
    policy(server, "set", "--default", "pop3_access=deny")
    try:
        with Pop3(server, user) as client:
            assert policy(server, "unset", "-u", user, "pop3_access") == ""
            assert re.fullmatch(LAST["pop3"], client.hear_end()[0])
    finally:
        policy(server, "unset", "--default", "--all")


def test_the_text_is_in_the_language_of_the_mailbox(server, user):
    with Pop3(server, user) as client:
        set_for(server, user, "pop3_access=deny", "language=es")
        assert "Este buzon tiene POP3 desactivado." in client.hear_end()[0]


def test_a_session_over_tls_hears_why(server, user):
    with Pop3(server, user, tls=True) as pop, IdleImap(server, user, tls=True) as imap:
        set_for(server, user, "pop3_access=deny", "imap_access=deny")
        assert re.fullmatch(LAST["pop3"], pop.hear_end()[0])
        assert re.fullmatch(LAST["imap"], imap.hear_end()[0])
