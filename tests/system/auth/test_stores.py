"""Documents in SQLite, PostgreSQL and Redis, configured as examples/ says."""

import os
import signal
import time

import pytest

import logins
import texts
from backends import Example, available
from logins import Client, pop3_auth_plain
from wiring import GENERATION

ACTIONS = ("last-known", "tempfail")    # all three: test_store_away.py


@pytest.fixture(scope="module", params=available(), ids=lambda kind: kind.name)
def backend(request):
    """A back end that runs."""
    backend = request.param()
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def start_with(gated, backend):
    """start_with(**gate) returns an Instance whose documents are in the back end."""
    def start(**gate):
        example = Example(backend, GENERATION)
        users = {f"{kind}{number}": {} for kind in ("user", *map(slug, ACTIONS))
                 for number in range(8)}
        users.update({f"a@{kind}.example": {} for kind in ("one", "two")})
        server = gated(users, gate={"store": example.store, **gate}, conf=example.conf)
        if example.sql is not None:
            (server.folder / "etc/dovecot-coexist-sql.conf.ext").write_text(example.sql)
        return server
    return start


@pytest.fixture(scope="module")
def server(start_with):
    return start_with()


def slug(action):
    """Return it as part of a user's name."""
    return action.replace("-", "")


def outcome(server, user):
    """Return "passes", "deny" or "store", else the reply."""
    reply = pop3_auth_plain(server, Client(user))
    if logins.passes("pop3", reply):
        return "passes"
    kinds = [kind for kind in ("deny", "store") if texts.sentence(kind, "pop3") in reply]
    return kinds[0] if kinds else reply


def test_a_change_is_obeyed_by_the_next_login(server, backend):
    assert outcome(server, "user0") == "passes"
    for access in ("deny", "allow", "deny"):
        backend.put("mailbox/user0", pop3_access=access)
        assert outcome(server, "user0") == ("passes" if access == "allow" else "deny")
    backend.remove("mailbox/user0")
    assert outcome(server, "user0") == "passes"


def test_a_domain_and_a_mailbox_of_it(server, backend):
    backend.put("domain/one.example", pop3_access="deny")
    backend.put("mailbox/a@two.example", pop3_access="deny")
    assert outcome(server, "a@one.example") == "deny"
    assert outcome(server, "a@two.example") == "deny"
    backend.put("mailbox/a@one.example", pop3_access="allow")
    assert outcome(server, "a@one.example") == "passes"


def test_the_document_for_everybody(server, backend):
    backend.put("default", submission_access="deny")    # which no other test here uses
    server.wait_for(lambda: texts.sentence("deny", "sasl")
                    in logins.sasl_plain(server, Client("user1")), 10)


def test_a_document_comes_back_as_it_was_stored(server, backend):
    text = "It's \"quoted\", 100% \\ and $1 long: " + "x" * 300
    backend.put("mailbox/user2", "[policy]\npop3_access=deny\ndeny_text="
                + text.replace("\\", "\\\\") + "\n")
    assert pop3_auth_plain(server, Client("user2")) == f"-ERR [SYS/PERM] {text}"


def test_a_name_cannot_be_more_than_a_name(server, backend):
    backend.put("mailbox/user3", pop3_access="deny")
    reply = logins.imap_login(server, Client("user3' OR '1'='1"))
    assert reply == logins.FAILS["imap"]


@pytest.mark.parametrize("action", ACTIONS)
def test_the_back_end_goes_away_and_comes_back(start_with, backend, action):
    server = start_with(on_store_error=action)
    denied, allowed, unknown = (f"{slug(action)}{number}" for number in range(3))
    backend.put(f"mailbox/{denied}", pop3_access="deny")
    assert outcome(server, denied) == "deny"
    assert outcome(server, allowed) == "passes"
    auth = server.pids("auth")
    time.sleep(3.1)         # the default document is asked for again, too
    backend.stop()
    for pid in server.pids("dict"):
        server.kill(pid)    # it may know the database from before
    try:
        started = time.monotonic()
        wanted = {"last-known": ["deny", "passes", "passes"],
                  "tempfail": ["store"] * 3}[action]
        assert [outcome(server, user) for user in (denied, allowed, unknown)] == wanted
        assert time.monotonic() - started < 10
        wrong = pop3_auth_plain(server, Client(denied, logins.WRONG))
        assert wrong == logins.FAILS["pop3"]
        server.deliver(denied, b"Subject: hello\r\n\r\nhello\r\n")
    finally:
        backend.start()
    backend.put(f"mailbox/{allowed}", pop3_access="deny")
    backend.remove(f"mailbox/{denied}")
    server.wait_for(lambda: outcome(server, allowed) == "deny", 30)
    server.wait_for(lambda: outcome(server, denied) == "passes", 30)
    assert set(auth) <= set(server.pids("auth"))


@pytest.mark.parametrize("action", ACTIONS)
def test_a_back_end_that_does_not_answer(start_with, backend, action):
    """The process that asks it hangs: no login waits for long, and nobody is forgotten."""
    server = start_with(on_store_error=action)
    denied, allowed = (f"{slug(action)}{number}" for number in (4, 5))
    backend.put(f"mailbox/{denied}", pop3_access="deny")
    assert outcome(server, denied) == "deny"
    assert outcome(server, allowed) == "passes"
    hanging = server.pids("dict") or [backend.pid]
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        assert outcome(server, denied) == {"last-known": "deny", "tempfail": "store"}[action]
        assert outcome(server, allowed) == {"last-known": "passes", "tempfail": "store"}[action]
        assert time.monotonic() - started < 5
    finally:
        for pid in hanging:
            os.kill(pid, signal.SIGCONT)
    backend.put(f"mailbox/{allowed}", pop3_access="deny")
    server.wait_for(lambda: outcome(server, allowed) == "deny", 15)
