# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sessions of the submission service: they ask again, too, and a message is sent or is not."""

import re
import time

import pytest

from open_session import (GENERATION, LAST, IdleImap, Submission, logged, policy, set_for)
from sent.relay import relay_of

pytestmark = pytest.mark.differs("the submission service, and what anvil says")
SHARED = {23: "service submission {\n  client_limit = 10\n  service_count = 0\n"
              "  process_limit = 1\n}\n",
          24: "service submission {\n  client_limit = 10\n  restart_request_count = unlimited\n"
              "  process_limit = 1\n}\n"}[GENERATION]
ENDED = r"421 4\.7\.0 \S+ The administrator has ended this session\.\r\n"


@pytest.fixture(scope="module")
def server(gated):
    """All sessions are in one process."""
    return gated(conf=SHARED)


@pytest.fixture(scope="module")
def _listener(server):
    with relay_of(server) as relay:
        yield relay


@pytest.fixture
def relay(_listener):
    _listener.messages.clear()
    _listener.got.clear()
    yield _listener
    _listener.go_on.set()


@pytest.fixture
def user(server, relay):
    return server.maildrop().user


def test_it_ends_and_nobody_else_does(server, user):
    other = server.maildrop().user
    with Submission(server, user) as ends, Submission(server, other) as stays, \
            IdleImap(server, user) as imap:
        set_for(server, user, "submission_access=deny")
        assert re.fullmatch(LAST["submission"], ends.hear_end()[0])
        assert stays.is_open() and imap.is_open()
        assert stays.server.session_pid("submission", other)
    assert logged(server, user, "submission") == 1


def test_tls_required_ends_who_has_none(server, user):
    with Submission(server, user) as plain, Submission(server, user, tls=True) as secure:
        policy(server, "set", "-u", user, "submission_tls=required")
        assert plain.hear_end()[0].startswith("421 4.7.0 ")
        assert secure.is_open()


def test_a_kick(server, user):
    other = server.maildrop().user
    with Submission(server, user) as ends, Submission(server, other) as stays:
        server.doveadm("coexist", "kick", user, "--protocol", "submission")
        assert re.fullmatch(ENDED, ends.hear_end()[0])
        assert stays.is_open()


def begin_message(client):
    """Have the server wait for a message."""
    client.say("MAIL FROM:<jo@example.org>", 250)
    client.say("RCPT TO:<bo@example.org>", 250)
    client.say("DATA", 354)


def test_a_message_that_is_under_way_is_sent(server, relay, user):
    with Submission(server, user) as client:
        begin_message(client)
        client.send("Subject: hello", "", "Good")
        policy(server, "set", "--no-wait", "-u", user, "submission_access=deny")
        client.send("morning", ".")
        assert re.fullmatch(r"250 .*\r\n" + LAST["submission"], client.hear_end()[0])
    [(_, text)] = relay.messages
    assert text.endswith(b"Good\r\nmorning\r\n")


def test_a_message_that_never_comes_is_not_sent(server, relay, user):
    with Submission(server, user) as client:
        begin_message(client)
        client.send("Subject: hello", "", "Good")
        policy(server, "set", "--no-wait", "-u", user, "submission_access=deny")
        assert re.fullmatch(LAST["submission"], client.hear_end()[0])
    assert relay.messages == []


def test_one_whose_relay_takes_long_is_sent_once(server, relay, user):
    """Cut off, the client would send it again."""
    relay.go_on.clear()
    with Submission(server, user) as client:
        begin_message(client)
        client.send("Subject: hello", "", "Good morning", ".")
        assert relay.got.wait(60)
        policy(server, "set", "--no-wait", "-u", user, "submission_access=deny")
        # longer than any other command gets
        time.sleep(6)
        relay.go_on.set()
        assert re.fullmatch(r"250 .*\r\n" + LAST["submission"], client.hear_end()[0])
    assert len(relay.messages) == 1


def test_changes_in_a_row_leave_no_session_behind(server, user):
    for _ in range(5):
        with Submission(server, user) as client:
            set_for(server, user, "submission_access=deny")
            client.hear_end()
            policy(server, "unset", "-u", user, "submission_access")
    assert logged(server, user, "submission") == 5
    server.wait_for(lambda: user not in server.doveadm("who"), what="anvil to forget them")
    assert len(server.pids("submission")) == 1


def test_it_hears_nothing_while_nothing_is_forbidden(server, user):
    with Submission(server, user) as client:
        set_for(server, user, "submission_access=allow", "pop3_access=deny")
        time.sleep(0.3)
        assert client.is_open()
