# SPDX-License-Identifier: LGPL-2.1-or-later
"""Faults of the policy store's server while eight clients log in again and again.

Each login is answered within seconds, nobody gets in whom the site's on_store_error does not let
in, nobody is told that a password is wrong, and auth neither grows nor fills the log. `-s` shows
the figures.
"""

import os
import re
import subprocess
import time
from itertools import product
from pathlib import Path
from statistics import median

import pytest

import store_servers
from backends import Example, running
from instance import Instance, checker, wait_for
from login_load import WAYS, Load, told
from logins import WRONG, Client
from server import CRASH
from signing import Panel
from wiring import CLIENTS, GENERATION, NO_PENALTY

KINDS = store_servers.available()
CLOSED = {"pop3_access": "deny", "imap_access": "deny"}
FILTER = "/etc/fail2ban/filter.d/dovecot.conf"    # as Debian has it
FAILING = "192.0.2.66"      # from where wrong passwords come

# How long a login may take: the gate waits for 3 s, the rest is a busy machine's.
ANSWERED_SECS = 12
# How long until a change counts again. Dovecot's SQL drivers wait longer before each attempt.
RECOVERED_SECS = 90
SLOW_SECS = 5
FLAP_SECS = 2
SHORT_SECS, LONG_SECS = 4, 20
# What auth may have more after a fault, in kB and descriptors.
GROWTH_KB, DESCRIPTORS = 2048, 10
# Errors in auth's log, with those of its drivers, in a minute, however many log in.
ERRORS_A_MINUTE = 40

# Those who log in; a stranger does so once, in the fault.
ROLES = {"denied": 6, "allowed": 6, "nothing": 60, "wrong": 6, "stranger": 8, "changed": 1}
# role -> what they may be told while there is a fault, by on_store_error
MAY = {
    "last-known": {"denied": {"deny"}, "allowed": {"passes"}, "nothing": {"passes"},
                   "wrong": {"wrong"}, "stranger": {"deny", "passes"}},
    "tempfail": {"denied": {"deny", "store"}, "allowed": {"passes", "store"},
                 "nothing": {"passes", "store"}, "wrong": {"wrong"},
                 "stranger": {"deny", "store"}},
    "allow": {"denied": {"deny", "passes"}, "allowed": {"passes"}, "nothing": {"passes"},
              "wrong": {"wrong"}, "stranger": {"deny", "passes"}}}
# what they are told of a store that is well
WELL = {"denied": "deny", "allowed": "passes", "nothing": "passes", "wrong": "wrong"}


def name_of(role, number):
    return f"{role}{number}@{role}.example"


def person(role, number):
    user = name_of(role, number)
    return role, Client(user, WRONG, FAILING) if role == "wrong" else Client(user)


def people(role):
    return [person(role, number) for number in range(ROLES[role])]


# of each role one after the other
EVERYBODY = [person(role, number % ROLES[role]) for number in range(max(ROLES.values()))
             for role in WELL]


# Faults: each lasts so many seconds, and the store is well after it

def killed(store, seconds):
    store.kill()
    time.sleep(seconds)
    store.start()


def stopped(store, seconds):
    store.hang()
    time.sleep(seconds)
    store.go_on()


def slow(store, seconds):
    store.proxy.delay = SLOW_SECS
    time.sleep(seconds)
    store.proxy.be_honest()


def flapping(store, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        store.proxy.close()
        time.sleep(FLAP_SECS)
        store.proxy.open()
        time.sleep(FLAP_SECS)


FAULTS = {fault.__name__: fault for fault in (killed, stopped, slow, flapping)}


# The server and its load

class Site:
    """A server whose policies are in the store, and what is seen of it."""

    def __init__(self, server, store, sign=None):
        self.server, self._store, self._sign = server, store, sign

    def put(self, scope, **keys):
        """Store a document, signed where they have to be."""
        if self._sign is None:
            self._store.put(scope, **keys)
        else:
            self._store.put(scope, self._sign(scope, **keys))

    def prepare(self):
        """Store everybody's documents, and let all but the strangers be known."""
        for role in ("denied", "stranger"):
            for number in range(ROLES[role]):
                self.put(f"mailbox/{name_of(role, number)}", **CLOSED)
        for number in range(ROLES["allowed"]):
            self.put(f"mailbox/{name_of('allowed', number)}", pop3_access="allow")
        self.put("domain/nothing.example", imap_tls="any")
        self.put("default", submission_tls="any")
        for role, client in sum(map(people, WELL), []):
            self.server.wait_for(lambda: told(self.server, "pop3", client) == WELL[role],
                                 what=f"{client.user} to be told {WELL[role]}")

    def auth(self):
        """Return (process, kB, descriptors) of the auth process."""
        pid, = self.server.pids("auth")
        status = Path(f"/proc/{pid}/status").read_text()
        return (pid, int(re.search(r"^VmRSS:\s*(\d+)", status, re.M)[1]),
                len(os.listdir(f"/proc/{pid}/fd")))

    def errors(self):
        """Return the errors of the store that the auth process has logged.

        What is no document is named, too, each once a minute.
        """
        lines = re.findall(r"^\S+ \S+ auth\b\S*: Error: .*$", self.server.log_text(), re.M)
        return [line for line in lines if not re.search(r": shared/coexist/\S+: ", line)]

    def becomes_well(self):
        """Return after how many seconds a change counts, for and against a login."""
        begin = time.monotonic()
        _, changed = person("changed", 0)
        for keys, reply in ((CLOSED, "deny"), ({"pop3_access": "allow"}, "passes")):
            self.put(f"mailbox/{changed.user}", **keys)
            wait_for(lambda: told(self.server, "pop3", changed) == reply, RECOVERED_SECS,
                     f"a change to {reply} to count")
        return time.monotonic() - begin

    def banned(self, tmp_path):
        """Return how many lines fail2ban takes for failed logins of those with the password."""
        path = tmp_path / "log"
        path.write_text("".join(line for line in self.server.log_text().splitlines(True)
                                if FAILING not in line))
        done = subprocess.run(["fail2ban-regex", path, FILTER], text=True, check=True,
                              capture_output=True)
        return int(re.search(r"Lines: .*? (\d+) matched", done.stdout)[1])


@pytest.fixture(scope="module")
def store(request):
    with running(KINDS[request.param]) as store:
        yield store


@pytest.fixture
def site_of(store, tmp_path_factory):
    """site_of(action) returns a Site with this on_store_error, for one test."""
    servers = []

    def start(action, panel=None):
        example = Example(store, GENERATION)
        keys = {"policy_public_keys": "/mnt/etc/panel.pub"} if panel else {}
        servers.append(Instance(
            tmp_path_factory.mktemp("faults"),
            gate={"store": example.store, "on_store_error": action, **keys},
            users={name_of(role, number): {} for role, count in ROLES.items()
                   for number in range(count)},
            conf=CLIENTS + NO_PENALTY + example.conf, high_performance=True,
            files={**example.files, **({"panel.pub": panel.public} if panel else {})}))
        servers[-1].start()
        site = Site(servers[-1], store, panel and panel.document)
        site.prepare()
        return site
    yield start
    store.proxy.be_honest()
    for server in servers:
        server.stop()
        # A dict process may (doc/dovecot-notes.md): nothing in it is ours.
        assert [line for line in CRASH.findall(server.log_text())
                if "service(dict)" not in line] == []


def check_replies(replies, action):
    """Each was one that the site wants while the store is away; everybody got some."""
    assert [reply for reply in replies if reply.told not in MAY[action][reply.role]] == []
    assert {(reply.role, reply.protocol) for reply in replies} >= set(product(WELL, WAYS))


def check_auth(site, before, seconds, errors):
    """The auth process is the one of before, no larger, and has not filled the log."""
    after = site.auth()
    assert after[0] == before[0]
    # a memory checker keeps what is freed
    assert checker.name() or after[1] - before[1] < GROWTH_KB
    assert after[2] - before[2] < DESCRIPTORS
    assert errors < ERRORS_A_MINUTE * (1 + seconds // 60)


SHORT = {("redis", "killed", "last-known"), ("redis", "flapping", "tempfail"),
         ("postgresql", "stopped", "tempfail"), ("mariadb", "slow", "last-known")}
CASES = [pytest.param(*case, marks=[] if case in SHORT else pytest.mark.night)
         for case in product(KINDS, FAULTS, MAY) if case[2] != "allow" or case[1] == "killed"]


@pytest.mark.parametrize("store, fault, action", CASES, indirect=["store"])
def test_logins_go_on(site_of, store, fault, action, tmp_path):
    site = site_of(action)
    seconds = SHORT_SECS if (store.name, fault, action) in SHORT else LONG_SECS
    with Load(site.server, EVERYBODY) as load:
        wait_for(lambda: len(load.replies) > 50, what="logins")
        before, errors = site.auth(), len(site.errors())
        begin = time.monotonic()
        load.insert(people("stranger"))
        FAULTS[fault](store, seconds)
        end = time.monotonic()
        recovered = site.becomes_well()
        well = time.monotonic()
        wait_for(lambda: len(load.since(well)) > 50, what="logins")
    in_fault = [reply for reply in load.replies if begin <= reply.at <= end]
    errors = len(site.errors()) - errors
    longest = max(reply.seconds for reply in load.replies)
    print(f"\n{store.name}, {fault}, {action}: {len(in_fault)} logins in {end - begin:.0f} s, "
          f"median {median(reply.seconds for reply in in_fault):.3f} s, longest {longest:.1f} s, "
          f"well after {recovered:.1f} s, {errors} errors, "
          f"{site.auth()[1] - before[1]} kB and {site.auth()[2] - before[2]} descriptors more")
    assert longest < ANSWERED_SECS
    check_replies(in_fault, action)
    assert [reply for reply in load.since(well) if reply.told != WELL[reply.role]] == []
    check_auth(site, before, well - begin, errors)
    assert site.banned(tmp_path) == 0


# A Redis that lies

def bulk(text):
    """Return a value as Redis says it."""
    return b"$%d\r\n%s\r\n" % (len(text), text)


LIES = {
    "garbage": lambda answer: bytes(range(256)),
    "no line": lambda answer: b"\0" * 100,
    "an error": lambda answer: b"-ERR max number of clients reached\r\n",
    "a number": lambda answer: b":1\r\n",
    "a word": lambda answer: b"+OK\r\n",
    "a list": lambda answer: b"*1\r\n" + bulk(b"x"),
    "two answers": lambda answer: 2 * answer,
    "no size": lambda answer: b"$\r\n",
    "a negative size": lambda answer: b"$-2\r\n",
    "32 bits, nearly": lambda answer: b"$4294967294\r\n",
    "32 bits": lambda answer: b"$4294967295\r\n" + answer,
    "64 bits": lambda answer: b"$18446744073709551615\r\n" + answer,
    "half of it": lambda answer: answer[:len(answer) // 2],
    "without the end of the line": lambda answer: answer[:-2],
    "without the last byte": lambda answer: answer[:-1],
    "the size alone": lambda answer: answer.partition(b"\r\n")[0] + b"\r\n",
    "empty": lambda answer: bulk(b""),
    "no document": lambda answer: bulk(b"deny everything!"),
    "a document that is cut off": lambda answer: bulk(b"[policy]\npop3_access=deny\nimap_acc"),
    "not UTF-8": lambda answer: bulk(b"[policy]\ndeny_text=\xff\xfe\n"),
    "zeros": lambda answer: bulk(b"\0" * 50),
    "300 kB": lambda answer: bulk(b"[policy]\n#" + b"x" * 300_000 + b"\n"),
    "half of 10 kB": lambda answer: bulk(b"[policy]\n#" + b"x" * 10_000 + b"\n")[:5_000],
    "that there is nothing": lambda answer: b"$-1\r\n",
}
USUAL = ["no document", "half of 10 kB", "that there is nothing"]


def lied_to(site, store, load, **lie):
    """Let the store lie, and be honest again; return who has logged in meanwhile."""
    begin = time.monotonic()
    vars(store.proxy).update(lie)
    wait_for(lambda: {(reply.role, reply.protocol) for reply in load.since(begin)}
             >= set(product(WELL, WAYS)), what="logins")
    end = time.monotonic()
    store.proxy.be_honest()
    site.becomes_well()
    return [reply for reply in load.replies if begin <= reply.at <= end]


IN_REDIS = pytest.mark.parametrize("store", ["redis"] * ("redis" in KINDS), indirect=True)


@IN_REDIS
@pytest.mark.parametrize("lies, hangs_up, action", [(USUAL, False, "last-known"), *(
    pytest.param(list(LIES), hangs_up, action, marks=pytest.mark.night)
    for hangs_up in (False, True) for action in ("last-known", "tempfail"))])
def test_a_liar_lets_nobody_in(site_of, store, lies, hangs_up, action):
    site = site_of(action)
    with Load(site.server, EVERYBODY) as load:
        wait_for(lambda: len(load.replies) > 50, what="logins")
        before, errors, begin = site.auth(), len(site.errors()), time.monotonic()
        for lie in lies:
            replies = lied_to(site, store, load, answer=LIES[lie], hangs_up=hangs_up)
            assert (lie, [reply for reply in replies
                          if reply.told not in MAY[action][reply.role]]) == (lie, [])
    assert max(reply.seconds for reply in load.replies) < ANSWERED_SECS
    check_auth(site, before, time.monotonic() - begin, len(site.errors()) - errors)


def ask_for_another(question):
    """Return the question for the document of a mailbox that is closed as one for an open one's."""
    closed, opened = (f"coexist/mailbox/{name_of(role, 0)}".encode() for role in ("denied", "allowed"))
    return question.replace(bulk(closed), bulk(opened))


@IN_REDIS
@pytest.mark.parametrize("action", ["last-known", pytest.param("tempfail", marks=pytest.mark.night)])
def test_what_another_mailbox_may_is_nobody_elses_where_documents_are_signed(
        site_of, store, action, tmp_path):
    panel = Panel(tmp_path)
    site = site_of(action, panel)
    cut = panel.document(f"mailbox/{name_of('denied', 1)}", **CLOSED).replace("pop3_access=deny\n", "")
    lies = {"ask": ask_for_another, "answer": lambda answer: bulk(cut.encode())
            if b"pop3_access=deny" in answer else answer}
    with Load(site.server, EVERYBODY) as load:
        for way, lie in lies.items():
            replies = lied_to(site, store, load, **{way: lie})
            assert [reply for reply in replies if reply.told not in MAY[action][reply.role]] == []


@IN_REDIS
def test_a_document_that_cannot_be_read_is_a_fault_of_its_mailbox_alone(site_of, store):
    """In its place is a list, by which each look-up of it fails at once."""
    site = site_of("tempfail")
    _, spoilt = person("changed", 0)
    store.spoil(f"mailbox/{spoilt.user}")
    with Load(site.server, EVERYBODY) as load:
        for _ in range(30):
            assert told(site.server, "pop3", spoilt) == "store"
        wait_for(lambda: len(load.replies) > 200, what="logins")
    store.remove(f"mailbox/{spoilt.user}")
    assert [reply for reply in load.replies if reply.told != WELL[reply.role]] == []
    assert told(site.server, "pop3", spoilt) == "passes"
