# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two servers with a mailbox of which each has a copy, and dsync between them."""

import json
import re
from collections import Counter
from contextlib import contextmanager

from instance.ports import Ports
from maildrop import Maildrop

LISTENER = """doveadm_password = between nodes
service doveadm {
  inet_listener dsync {
    port = %d
  }
}
"""
# flags that Dovecot gives by itself
DOVECOTS = {"\\Recent", "$HasAttachment", "$HasNoAttachment"}
BOXES = ("INBOX", "Trash", "Archive")
# doveadm sync: what changed meanwhile may take one more
AGAIN = 2


@contextmanager
def two_nodes(start, conf=lambda own, other: "", **settings):
    """Run two servers alike, each of which takes what the other one sends by dsync.

    conf  more of dovecot.conf, by the ports for dsync of the node and of the other one
    """
    ports = [Ports(["dsync"]), Ports(["dsync"])]
    try:
        numbers = [port.number["dsync"] for port in ports]
        nodes = []
        for own, other in (numbers, reversed(numbers)):
            node = start(conf=LISTENER % own + conf(own, other), **settings)
            node.other = f"tcp:{node.host}:{other}"
            nodes.append(node)
        yield nodes
    finally:
        for port in ports:
            port.close()


class Copies:
    """The mailbox of one user on both nodes."""

    def __init__(self, nodes, user):
        self.nodes, self.user = nodes, user
        self.drops = [Maildrop(node, user) for node in nodes]

    def policy(self, **keys):
        for node in self.nodes:
            node.store.put(f"mailbox/{self.user}", **keys)

    def sync(self, source=0, *options, **how):
        """Let one node and the other have the same."""
        node = self.nodes[source]
        for _ in range(5):
            done = node.doveadm("sync", *options, "-u", self.user, node.other, check=False, **how)
            assert done.returncode in (0, AGAIN), done
            if done.returncode == 0:
                return
        raise AssertionError(done)

    def contents(self, node):
        """Return {mailbox: [(subject, flags)]} of a node, in the order of the subjects."""
        with self.drops[node].imap() as imap:
            found = {box: sorted((subject, flags) for subject, _, flags in messages(imap, box))
                     for box in BOXES}
        return {box: listed for box, listed in found.items() if listed}

    def both(self):
        """Return what both have, after they were made the same."""
        self.sync(0, "-f")
        first, second = self.contents(0), self.contents(1)
        assert first == second
        return first

    def places(self):
        """Return {subject: Counter of the mailboxes that it is in} on both, which are the same."""
        return places(self.both())

    def due(self, node, clock, days):
        """Return how many messages retention takes on a node so many days from now."""
        with clock.days_from_now(days):
            [row] = json.loads(self.nodes[node].doveadm(
                "-f", "json", "coexist", "expire", "--dry-run", "--now", "-u", self.user,
                env=clock.environment))
        return int(row["expired"])

    def sessions(self, node):
        """Return the POP3 sessions of the node's journal, oldest first."""
        rows = json.loads(self.nodes[node].doveadm("-f", "json", "coexist", "journal", "-u",
                                                   self.user))
        return [row["session"] for row in reversed(rows) if row["protocol"] == "pop3"]

    def undo(self, node, session):
        """Return {column: count}."""
        [row] = json.loads(self.nodes[node].doveadm("-f", "json", "coexist", "undo", "-u",
                                                    self.user, session))
        return {name: int(value) for name, value in row.items() if name != "session"}


def listed(pop):
    """Return {subject: (number, unique ID)} of what a POP3 session is shown."""
    found = {}
    for line in pop.uidl()[1]:
        number, uid = line.decode().split()
        header = b"\n".join(pop.top(int(number), 0)[1]).decode()
        found[re.search("^Subject: (.*)$", header, re.M)[1]] = (int(number), uid)
    return found


def places(contents):
    """Return {subject: Counter of the mailboxes that it is in}."""
    found = {}
    for box, listed_there in contents.items():
        for subject, _ in listed_there:
            found.setdefault(subject, Counter())[box] += 1
    return found


def messages(imap, box):
    """Return (subject, UID, flags) of each message in a mailbox, which is selected by that; none if
    there is no such one."""
    status, [count] = imap.select(box)
    if status != "OK" or count == b"0":
        return []
    lines = imap.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
    return [(re.search(rb"Subject: (.*?)\r\n", text)[1].decode(),
             re.search(rb"UID (\d+)", head)[1].decode(),
             tuple(sorted(set(re.search(rb"FLAGS \((.*?)\)", head)[1].decode().split())
                          - DOVECOTS)))
            for head, text in (line for line in lines if isinstance(line, tuple))]


def numbers(imap, box):
    """Return {subject: UID} of a mailbox, which is selected by that."""
    return {subject: uid for subject, uid, _ in messages(imap, box)}
