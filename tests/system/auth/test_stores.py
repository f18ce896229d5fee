# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents in SQLite, PostgreSQL and Redis, configured as examples/ says."""

import json
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import logins
import texts
from backends import Example, Redis, available, missing, running
from instance.block import block
from logins import Client, pop3_auth_plain
from wiring import DOVEADM, GENERATION

EX_DATAERR, EX_TEMPFAIL = 65, 75     # sysexits

ACTIONS = ("last-known", "tempfail", "allow")
PROTOCOLS = ("pop3", "imap")

# Dovecot's dict process keeps a question for a minute, the gate waits 3 s. In
# between, also for a machine that is busy with other tests:
SOON = 30
# Dovecot's SQL drivers wait longer before each attempt to connect.
RECOVERED = 240

# The process that hangs is the one that is asked: no other may take its place.
ONE_DICT_PROCESS = block("service dict", ["process_limit = 1"])


@pytest.fixture(scope="module", params=available(), ids=lambda kind: kind.name)
def backend(request):
    """A back end that runs."""
    with running(request.param) as backend:
        yield backend


@pytest.fixture(scope="module")
def start(gated, backend):
    """start(**gate) returns an Instance whose documents are in the back end."""
    def start(wrap=None, conf=ONE_DICT_PROCESS, **gate):
        example = Example(backend, GENERATION)
        users = {f"{kind}{number}": {} for kind in ("user", *map(slug, ACTIONS))
                 for number in range(8)}
        users.update({f"a@{kind}.example": {} for kind in ("one", "two", "admin")})
        server = gated(users, gate={"store": example.store, **gate},
                       conf=example.conf + conf, wrap=wrap,
                       files=example.files)
        return server
    return start


@pytest.fixture
def start_with(start):
    """The same, for one test."""
    servers = []

    def start_for_now(**settings):
        servers.append(start(**settings))
        return servers[-1]
    yield start_for_now
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(start):
    return start()


def slug(action):
    """Return it as part of a user's name."""
    return action.replace("-", "")


def outcome(server, user, protocol="pop3"):
    """Return "passes", "deny" or "store", else the reply."""
    way = {"pop3": pop3_auth_plain, "imap": logins.imap_login}[protocol]
    reply = way(server, Client(user))
    if logins.passes(protocol, reply):
        return "passes"
    for kind in ("deny", "store"):
        if reply == logins.refusal(protocol, texts.code(kind, protocol),
                                   texts.sentence(kind, protocol)):
            return kind
    return reply


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
                    in logins.sasl_plain(server, Client("user1")), RECOVERED)


def test_a_document_comes_back_as_it_was_stored(server, backend):
    text = "It's \"quoted\", 100% \\ and $1 long: " + "x" * 300
    backend.put("mailbox/user2", "[policy]\npop3_access=deny\ndeny_text="
                + text.replace("\\", "\\\\") + "\n")
    assert pop3_auth_plain(server, Client("user2")) == f"-ERR [SYS/PERM] {text}"


def test_a_name_cannot_be_more_than_a_name(server, backend):
    backend.put("mailbox/user3", pop3_access="deny")
    reply = logins.imap_login(server, Client("user3' OR '1'='1"))
    assert reply == logins.FAILS["imap"]


# doveadm

@pytest.fixture(scope="module")
def managed(start):
    """A server whose dict processes are as many as there are clients."""
    return start(conf=DOVEADM)


def policy(server, *arguments):
    """Run doveadm coexist policy, which must succeed; return its rows."""
    return json.loads(server.doveadm("-f", "json", "coexist", "policy", *arguments))


def get(server, *scope):
    """Return {key: value} of a document."""
    return {row["key"]: row["value"] for row in policy(server, "get", *scope)}


def test_the_next_login_obeys_what_doveadm_sets(managed):
    server, user, text = managed, "user0", "It's \"over\", 100 % \\ and $1 é"
    policy(server, "set", "-u", user, "pop3_access=deny", f"deny_text={text}")
    assert get(server, "-u", user) == {"pop3_access": "deny", "deny_text": text}
    assert pop3_auth_plain(server, Client(user)) == "-ERR [SYS/PERM] " + text.replace("é", "e")
    policy(server, "unset", "-u", user, "deny_text")
    assert outcome(server, user) == "deny"
    policy(server, "set", "-u", user, "pop3_access=allow")
    assert get(server, "-u", user) == {"pop3_access": "allow"}
    assert outcome(server, user) == "passes"
    policy(server, "unset", "-u", user, "pop3_access")
    assert get(server, "-u", user) == {}


def test_doveadm_sets_the_document_of_a_domain(managed):
    server, domain = managed, ("-d", "admin.example")
    policy(server, "set", *domain, "pop3_access=suspend")
    policy(server, "set", *domain, "pop3_access=deny")
    assert outcome(server, "a@admin.example") == "deny"
    policy(server, "set", *domain, "pop3_access=allow")
    assert outcome(server, "a@admin.example") == "passes"
    policy(server, "set", *domain, "pop3_access=deny")
    assert outcome(server, "a@admin.example") == "deny"
    policy(server, "unset", *domain, "--all")
    assert outcome(server, "a@admin.example") == "passes"
    assert get(server, *domain) == {}


def test_doveadm_keeps_one_document_for_everybody(managed):
    server = managed
    for number in (1, 2, 3):
        policy(server, "set", "--default", f"sieve_max_sessions={number}")
        assert get(server, "--default")["sieve_max_sessions"] == str(number)
    policy(server, "unset", "--default", "--all")
    assert get(server, "--default") == {}


def test_doveadm_lists_and_checks_what_is_stored(managed, backend):
    """A store in Redis can't be listed, and doveadm says so."""
    server = managed

    def run(*arguments):
        return server.doveadm("-f", "tab", "coexist", "policy", *arguments, check=False)

    backend.put("mailbox/a@admin.example", pop3_access="denied")
    policy(server, "set", "-d", "admin.example", "pop3_access=deny")
    listed, checked = run("list", "*admin.example"), run("check")
    one = run("check", "-u", "a@admin.example")
    for scope in ("mailbox/a@admin.example", "domain/admin.example"):
        backend.remove(scope)
    assert one.returncode == EX_DATAERR and "pop3_access\tdenied" in one.stdout
    if isinstance(backend, Redis):
        for done in (listed, checked):
            assert done.returncode == EX_TEMPFAIL
            assert re.search("Can't list shared/coexist/(domain|mailbox)/: ", done.stderr)
    else:
        assert (listed.returncode, listed.stderr) == (0, "")
        assert sorted(listed.stdout.splitlines()) == [
            "domain\tadmin.example", "mailbox\ta@admin.example", "scope\tname"]
        assert checked.returncode == EX_DATAERR
        assert "mailbox\ta@admin.example\tpop3_access\tdenied" in checked.stdout


@pytest.mark.parametrize("action", ACTIONS)
def test_the_back_end_goes_away_and_comes_back(start_with, backend, action):
    server = start_with(on_store_error=action)
    denied, allowed, unknown = (f"{slug(action)}{number}" for number in range(3))
    backend.put(f"mailbox/{denied}", pop3_access="deny", imap_access="deny")
    for protocol in PROTOCOLS:
        assert outcome(server, denied, protocol) == "deny"
        assert outcome(server, allowed, protocol) == "passes"
    auth = logins.auth_pids(server)
    backend.stop()
    for pid in server.pids("dict"):
        server.kill(pid)    # it may know the database from before
    try:
        started = time.monotonic()
        wanted = {"last-known": ["deny", "passes", "passes"], "tempfail": ["store"] * 3,
                  "allow": ["passes"] * 3}[action]
        for protocol in PROTOCOLS:
            assert wanted == [outcome(server, user, protocol)
                              for user in (denied, allowed, unknown)]
        assert time.monotonic() - started < SOON
        wrong = Client(denied, logins.WRONG)
        assert pop3_auth_plain(server, wrong) == logins.FAILS["pop3"]
        assert logins.imap_login(server, wrong) == logins.FAILS["imap"]
        server.deliver(denied, b"Subject: hello\r\n\r\nhello\r\n")
    finally:
        backend.start()
    backend.put(f"mailbox/{allowed}", pop3_access="deny")
    backend.remove(f"mailbox/{denied}")
    server.wait_for(lambda: outcome(server, allowed) == "deny", RECOVERED)
    server.wait_for(lambda: outcome(server, denied) == "passes", RECOVERED)
    assert set(auth) <= set(server.pids("auth"))


@contextmanager
def hanging(server, backend):
    """The process that asks the back end hangs: Dovecot's dict process, or Redis."""
    pids = server.pids("dict") or [backend.pid]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("action", ["last-known", "tempfail"])
def test_a_back_end_that_does_not_answer(start_with, backend, action):
    """No login waits for long, and nobody is forgotten."""
    server = start_with(on_store_error=action)
    denied, allowed = (f"{slug(action)}{number}" for number in (4, 5))
    backend.put(f"mailbox/{denied}", pop3_access="deny")
    assert outcome(server, denied) == "deny"
    assert outcome(server, allowed) == "passes"
    wanted = {"last-known": ("deny", "passes"), "tempfail": ("store", "store")}[action]
    with hanging(server, backend):
        started = time.monotonic()
        assert (outcome(server, denied), outcome(server, allowed)) == wanted
        assert time.monotonic() - started < SOON
    backend.put(f"mailbox/{allowed}", pop3_access="deny")
    server.wait_for(lambda: outcome(server, allowed) == "deny", RECOVERED)


def test_a_back_end_that_does_not_answer_is_left_alone(start_with, backend):
    """Only who comes first waits for it."""
    server = start_with(on_store_error="tempfail")
    assert outcome(server, "user4") == "passes"
    with hanging(server, backend):
        server.wait_for(lambda: outcome(server, "user4") == "store"
                        and "The store does not answer" in server.log_text(), SOON)
    server.wait_for(lambda: outcome(server, "user4") == "passes", RECOVERED)


# Redis is asked in a way that does not know slow answers.
IN_DICT_PROCESS = pytest.mark.parametrize(
    "backend", [kind for kind in available() if kind is not Redis],
    ids=lambda kind: kind.name, indirect=True)


def let_answer_come_late(server, backend, user, reply):
    """Log in while the back end hangs, then let it answer that and what comes later."""
    backend.put("mailbox/user7", pop3_access="deny")
    with hanging(server, backend):
        assert outcome(server, user) == reply
    server.wait_for(lambda: outcome(server, "user7") == "deny", RECOVERED)


@IN_DICT_PROCESS
def test_an_answer_that_comes_late_is_what_is_known_last(start_with, backend):
    server = start_with(on_store_error="last-known")
    assert outcome(server, "user5") == "passes"     # the dict process runs
    backend.put("mailbox/user6", pop3_access="deny")
    let_answer_come_late(server, backend, "user6", "passes")
    with hanging(server, backend):
        assert outcome(server, "user6") == "deny"


@IN_DICT_PROCESS
def test_a_late_answer_is_no_memory_error(start_with, backend):
    server = start_with(on_store_error="tempfail", wrap={"auth": "valgrind"})
    server.wait_for(lambda: outcome(server, "user5") == "passes", RECOVERED)
    let_answer_come_late(server, backend, "user5", "store")
    server.stop()
    assert server.valgrind_reports() == {}


@IN_DICT_PROCESS
def test_a_document_that_is_garbage_is_an_answer_however_slow(start_with, backend):
    """Nobody else is told that the store is away."""
    server = start_with(on_store_error="tempfail")
    assert outcome(server, "user4") == "passes"
    backend.put("mailbox/user0", "garbage")
    with ThreadPoolExecutor() as threads:
        with hanging(server, backend):
            slow = threads.submit(outcome, server, "user0")
            time.sleep(1)
        assert slow.result() == "store"
    assert outcome(server, "user4") == "passes"


@IN_DICT_PROCESS
def test_the_auth_process_ends_while_a_login_waits(start_with, backend):
    """It answers the login before what that needs is gone, and leaves nothing behind."""
    server = start_with(on_store_error="tempfail",
                        conf=ONE_DICT_PROCESS + "log_debug = category=auth\n")
    assert outcome(server, "user5") == "passes"     # the dict process runs
    auth, = server.pids("auth")
    before = len(server.log_text())
    with ThreadPoolExecutor() as threads, hanging(server, backend):
        waiting = threads.submit(outcome, server, "user6")
        # before it looks at signals, it asks the store of whom it has logged
        server.wait_for(lambda: "(user6," in server.log_text()[before:], SOON)
        server.kill(auth, signal.SIGTERM)
        server.wait_for(lambda: auth not in server.pids("auth"), SOON, "the process to end")
        assert waiting.result() == "store"
    assert ": The auth process ends" in server.log_text()[before:]
    # the connection to the dict process is Dovecot's, and said to leak
    assert not re.search("Panic|gate-lookup|killed with signal", server.log_text()[before:])
    server.wait_for(lambda: outcome(server, "user5") == "passes", RECOVERED)


def test_a_store_that_was_emptied_is_away(start_with, backend):
    """What was known holds until it is back, and others are told nothing."""
    server = start_with(on_store_error="last-known", conf=ONE_DICT_PROCESS + DOVEADM)
    backend.put("mailbox/user1", pop3_access="deny")
    assert (outcome(server, "user1"), outcome(server, "user5")) == ("deny", "passes")
    backend.empty()
    assert [outcome(server, "user1") for _ in range(2)] == ["deny", "deny"]
    assert outcome(server, "user5") == "passes"
    server.wait_log("doveadm coexist policy init")
    server.doveadm("coexist", "policy", "init")
    server.wait_for(lambda: outcome(server, "user1") == "passes", RECOVERED)


def test_a_store_that_was_emptied_can_be_told_from_one_without_the_mailbox(start_with, backend):
    server = start_with(on_store_error="tempfail", conf=ONE_DICT_PROCESS + DOVEADM)
    assert outcome(server, "user5") == "passes"
    backend.empty()
    server.wait_for(lambda: outcome(server, "user5") == "store", SOON)
    server.doveadm("coexist", "policy", "init")
    server.wait_for(lambda: outcome(server, "user5") == "passes", RECOVERED)


def test_a_document_that_is_too_large_is_a_store_error_of_its_mailbox(start_with, backend):
    server = start_with(on_store_error="tempfail")
    assert outcome(server, "user5") == "passes"
    backend.put("mailbox/user4", "[policy]\npop3_access=deny\n#" + 100_000 * "x" + "\n")
    assert outcome(server, "user4") == "store"
    assert outcome(server, "user5") == "passes"
    backend.put("mailbox/user4", pop3_access="deny")
    server.wait_for(lambda: outcome(server, "user4") == "deny", RECOVERED)


def test_ci_has_every_back_end():
    """Elsewhere, one that is not installed has no tests."""
    is_ci = os.environ.get("CI") == "true"
    assert not is_ci or missing() == []
