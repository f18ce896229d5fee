# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/cluster.md: a proxy, two nodes behind it, and one store that both ask."""

import tempfile
import time
from pathlib import Path
from statistics import median

import pytest

import link
from backends import Example, Postgresql, Redis, available, running
from instance import Instance
from instance.block import block
from outcomes import is_over, outcome
from wiring import ANVIL, CLIENTS, DOVEADM, GENERATION, NO_PENALTY, passwords

pytestmark = pytest.mark.differs("how settings are read")
USERS = [f"user{number}@site.example" for number in range(16)]
LINKS = {Postgresql: link.to_postgresql, Redis: link.to_redis}
# Dovecot's SQL drivers wait longer before each attempt to connect.
RECOVERED = 240
EX_TEMPFAIL = 75
# recheck_interval, and what a machine with other work may be late by; in seconds.
INTERVAL, SLACK = 60, 10


class Cluster:
    """nodes  two, each with a link to the store of its own
    proxy   leads users with an even number to the first, others to the second"""

    def __init__(self, backend, folder):
        self.backend = backend
        self._folders = [Path(tempfile.mkdtemp(prefix="coexist-link.")) for _ in "ab"]
        for path in self._folders:
            path.chmod(0o755)
        made = [LINKS[type(backend)](backend, path) for path in self._folders]
        self.links = [one for one, _ in made]
        self.nodes = [self._node(folder / f"node{number}", place)
                      for number, (_, place) in enumerate(made)]
        self.proxy = None
        # users whose mailboxes are on the second node, through the proxy
        self.unused = iter(USERS[1::2])
        self._folder = folder

    def _node(self, folder, place):
        example = Example(self.backend, GENERATION)
        # the store as this node sees it
        [old] = [value for value in self.backend.changes.values()]
        change = lambda text: text.replace(old, place)
        return Instance(
            folder, users=dict.fromkeys(USERS, {}), sieve=True,
            gate={"store": change(example.store) if example.store else "", "recheck_interval": "1 min"}
            if GENERATION == 23 else {"store": "", "recheck_interval": "1 min"},
            coexist={"recheck_interval": "1 min"},
            conf=CLIENTS + NO_PENALTY + ANVIL + DOVEADM + change(example.conf),
            files={name: change(text) for name, text in example.files.items()})

    def __enter__(self):
        for node in self.nodes:
            node.start()
        ways = "".join(
            f"{user}:::::::nopassword=y proxy=y host=127.0.0.1 "
            f"port={self.nodes[number % 2].port('imap')}\n" for number, user in enumerate(USERS))
        self.proxy = Instance(
            self._folder / "proxy", users={}, conf=CLIENTS + NO_PENALTY + block(
                "protocol imap", [passwords("ways", "/mnt/etc/ways")]), files={"ways": ways})
        self.proxy.start()
        return self

    def __exit__(self, *_):
        for server in (self.proxy, *self.nodes):
            if server is not None:
                server.stop()
        for one in self.links:
            one.close()

    def set(self, number, *arguments, status=0):
        """Change a policy on a node."""
        done = self.nodes[number].doveadm("coexist", "policy", *arguments, check=False)
        assert done.returncode == status, done


@pytest.fixture(scope="module", params=[kind for kind in available() if kind in LINKS],
                ids=lambda kind: kind.name)
def cluster(request, tmp_path_factory):
    with running(request.param) as backend, \
            Cluster(backend, tmp_path_factory.mktemp("cluster")) as nodes:
        nodes.set(0, "init")
        nodes.set(1, "init")
        yield nodes


@pytest.fixture
def user(cluster):
    return next(cluster.unused)


def test_a_change_on_one_node_is_obeyed_on_the_other(cluster, user):
    """By new logins at once, also through the proxy; by open sessions when they are told."""
    first, second = cluster.nodes
    assert outcome(cluster.proxy, "imap", user) == "passes"
    session = cluster.proxy.imap(user)
    cluster.set(0, "set", "-u", user, "imap_access=deny")
    for server in (first, second):
        assert outcome(server, "imap", user) == "deny"
    assert outcome(cluster.proxy, "imap", user) == "deny"
    assert outcome(cluster.proxy, "imap", user, password="wrong") == "fails"
    second.doveadm("coexist", "kick", user, "--if-refused")
    second.wait_for(lambda: is_over(session), what="the session's end")
    cluster.set(1, "unset", "-u", user, "--all")
    assert outcome(cluster.proxy, "imap", user) == "passes"


@pytest.mark.night
def test_open_sessions_on_the_other_node_ask_by_themselves(cluster, user):
    """Within the interval, the median of several; the command has stored it when it ends."""
    sessions = [cluster.proxy.imap(user) for _ in range(5)]
    cluster.set(0, "set", "-u", user, "imap_access=deny")
    begin, ends = time.monotonic(), {}

    def are_over():
        ends.update({session: time.monotonic() for session in sessions
                     if session not in ends and is_over(session)})
        return len(ends) == len(sessions)
    cluster.nodes[1].wait_for(are_over, 2 * INTERVAL, "the sessions' end")
    assert median(ends.values()) - begin < INTERVAL + SLACK


def test_a_change_for_a_domain(cluster, user):
    """Other nodes obey within three seconds."""
    cluster.set(0, "set", "-d", "site.example", "pop3_access=deny")
    assert outcome(cluster.nodes[0], "pop3", user) == "deny"
    cluster.nodes[1].wait_for(lambda: outcome(cluster.nodes[1], "pop3", user) == "deny",
                              what="the other node")
    cluster.set(1, "unset", "-d", "site.example", "--all")
    cluster.nodes[0].wait_for(lambda: outcome(cluster.nodes[0], "pop3", user) == "passes",
                              what="the first node")


def test_a_node_that_was_down(cluster, user):
    """The other goes on, and what was changed meanwhile is obeyed when it is back."""
    first, second = cluster.nodes
    first.stop()
    cluster.set(1, "set", "-u", user, "pop3_access=deny")
    assert outcome(second, "pop3", user) == "deny"
    assert outcome(cluster.proxy, "imap", user) == "passes"
    (first.folder / "log/dovecot.log").unlink()
    first.start()
    assert outcome(first, "pop3", user) == "deny"
    assert outcome(first, "imap", user) == "passes"


def test_a_split(cluster, user):
    """The node that is cut off goes by what it knew; the other by what is set."""
    first, second = cluster.nodes
    for server in (first, second):
        assert outcome(server, "pop3", user) == "passes"
    cluster.links[0].cut()
    try:
        cluster.set(1, "set", "-u", user, "pop3_access=deny")
        assert outcome(second, "pop3", user) == "deny"
        assert outcome(first, "pop3", user) == "passes"
        cluster.set(0, "set", "-u", user, "pop3_access=allow", status=EX_TEMPFAIL)
    finally:
        cluster.links[0].mend()
    first.wait_for(lambda: outcome(first, "pop3", user) == "deny", RECOVERED, "the first node")
    assert outcome(second, "pop3", user) == "deny"


def test_the_store_is_down(cluster, user):
    """Both go by what they knew: nobody is locked out, and who was refused is refused."""
    cluster.set(0, "set", "-u", user, "pop3_access=deny")
    for server in cluster.nodes:
        assert outcome(server, "pop3", user) == "deny"
        assert outcome(server, "imap", user) == "passes"
    cluster.backend.stop()
    try:
        for server in cluster.nodes:
            assert outcome(server, "pop3", user) == "deny"
            assert outcome(server, "imap", user) == "passes"
            server.deliver(user, b"Subject: hello\n\nhello\n")
        cluster.set(1, "set", "-u", user, "imap_access=deny", status=EX_TEMPFAIL)
    finally:
        cluster.backend.start()
    cluster.nodes[1].wait_for(
        lambda: cluster.nodes[1].doveadm("coexist", "policy", "set", "-u", user, "imap_access=deny",
                                         check=False).returncode == 0, RECOVERED, "the store")
    for server in cluster.nodes:
        server.wait_for(lambda: outcome(server, "imap", user) == "deny", RECOVERED, "the change")
