# SPDX-License-Identifier: LGPL-2.1-or-later
"""Refused logins and errors of the store are events, for metrics and event exporters."""

from contextlib import ExitStack

import pytest

import exported
import logins
from exported import events
from instance import Instance
from logins import Client
from max_sessions import NO_OWN_LIMIT, hold
from wiring import ANVIL

WAYS = (logins.pop3_user_pass, logins.pop3_cram_md5)
USERS = ("full", "gone", "often", *(f"{who}_{way.__name__}" for way in WAYS
                                    for who in ("jo", "wrong")),
         *(f"wrong_{way.__name__}_too" for way in WAYS))
EXPORT = {"conf23": exported.CONF23, "conf24": exported.CONF24}
DENIED, FAILED = "coexist_access_denied", "coexist_store_error"


def fields(event, *names):
    """Return the fields of an event."""
    return tuple(event["fields"][name] for name in names)


@pytest.fixture(scope="module", params=["reply", "chain"])
def server(gated, request):
    return gated(dict.fromkeys(USERS, {}), gate={"gate_at": request.param}, passes_on=True,
                 conf=NO_OWN_LIMIT + ANVIL, **EXPORT)


@pytest.mark.parametrize("way", WAYS, ids=logins.name)
def test_a_refusal_says_who_was_refused_what_and_why(server, way):
    user = f"jo_{way.__name__}"
    server.store.put(f"mailbox/{user}", pop3_access="deny")
    way(server, Client(user))
    [event] = events(server, user, 1)
    assert (event["event"], "coexist" in event["categories"]) == (DENIED, True)
    assert fields(event, "protocol", "reason", "scope", "remote_ip") == \
        ("pop3", "pop3_access", "the mailbox's document", "192.0.2.1")


def test_refusals_that_the_log_has_once_are_one_event_each(server):
    server.store.put("mailbox/often", pop3_access="deny")
    for _ in range(3):
        logins.pop3_user_pass(server, Client("often"))
    assert len(events(server, "often", 3)) == 3


@pytest.mark.parametrize("way", WAYS, ids=logins.name)
def test_who_does_not_know_the_password_is_not_refused(server, way):
    user = f"wrong_{way.__name__}"
    for name in (user, f"{user}_too"):
        server.store.put(f"mailbox/{name}", pop3_access="deny")
    way(server, Client(user, password=logins.WRONG))
    way(server, Client(f"{user}_too"))      # whose event comes after that of who is first
    events(server, f"{user}_too", 1)
    assert exported.found(server, user) == []
    way(server, Client(user))
    assert len(events(server, user, 1)) == 1


def test_one_session_too_many(server):
    server.store.put("mailbox/full", imap_max_sessions="1")
    with ExitStack() as stack:
        hold(server, stack, "full", "imap", 1)
        logins.imap_login(server, Client("full"))
        [event] = events(server, "full", 1)
    assert fields(event, "protocol", "reason") == ("imap", "imap_max_sessions")


def test_a_document_that_cannot_be_read(server):
    server.store.put("mailbox/gone", "deny everything!\n")
    for _ in range(2):
        logins.pop3_user_pass(server, Client("gone"))
    found = events(server, "gone", 2)
    assert {one["event"] for one in found} == {FAILED}
    assert fields(found[0], "key") == ("shared/coexist/mailbox/gone",)
    assert "coexist/mailbox/gone" in found[0]["fields"]["error"]
    errors = [line for line in server.log_text().splitlines()
              if "Error:" in line and found[0]["fields"]["error"] in line]
    assert len(errors) == 1


def test_a_login_that_is_put_off_is_refused_by_the_setting(gated):
    server = gated({"gone": {}}, gate={"on_store_error": "tempfail"}, **EXPORT)
    server.store.put("mailbox/gone", "deny everything!\n")
    logins.pop3_user_pass(server, Client("gone"))
    assert [one["event"] for one in events(server, "gone", 2)] == [FAILED, DENIED]
    assert fields(events(server, "gone", 2)[1], "reason") == ("on_store_error",)


def test_a_chain_that_does_not_go_on_to_the_gate(gated):
    server = gated({"jo": {}}, gate={"gate_at": "chain", "on_no_gate": "tempfail"}, **EXPORT)
    assert not logins.passes("pop3", logins.pop3_user_pass(server, Client("jo")))
    [event] = events(server, "jo", 1)
    assert fields(event, "protocol", "reason", "scope") == ("pop3", "on_no_gate", "dovecot.conf")


def test_what_is_only_logged_was_not_denied(gated):
    server = gated({"jo": {}, "ann": {}}, gate={"log_only": "yes"}, **EXPORT)
    server.store.put("mailbox/jo", pop3_access="deny")
    server.store.put("mailbox/ann", "garbage!\n")
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client("jo")))
    logins.pop3_user_pass(server, Client("ann"))
    events(server, "ann", 1)
    assert exported.found(server, "jo") == []


def test_the_guard_and_the_login_delay(tmp_path):
    users = {"jo": {"coexist_imap_access": "deny"}, "ann": {"coexist_pop3_login_delay": "1h"}}
    with Instance(tmp_path, users=users, **EXPORT) as server:
        with pytest.raises(Exception, match="switched off"):
            server.imap("jo")
        for expected in (True, False):
            try:
                server.pop3("ann").quit()
                assert expected
            except Exception:       # poplib raises its own, with the reply
                assert not expected
        [denied] = events(server, "jo", 1)
        assert fields(denied, "protocol", "reason", "scope") == ("imap", "imap_access", "userdb")
        [early] = events(server, "ann", 1)
        assert fields(early, "protocol", "reason") == ("pop3", "pop3_login_delay")
