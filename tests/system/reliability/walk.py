# SPDX-License-Identifier: LGPL-2.1-or-later
"""A random walk on two nodes that both write, with dsync between them, and the model of what has
to be where (test_two_nodes_walk.py)."""

import random
from collections import Counter

from instance import message
from names import HIDDEN, QUIT_OK
from nodes import BOXES, listed, numbers, places

POLICY = {"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes"}
TARGET = {"trash": "Trash", "archive": "Archive"}
# steps before the nodes are made the same
STEPS = 5


def hidden(contents):
    return {subject for listed_there in contents.values() for subject, flags in listed_there
            if HIDDEN in flags}


class Walk:
    """What has to be where, and who may put it elsewhere.

    actions  what becomes of what POP3 deletes
    """

    actions = ("trash", "archive", "hide", "expunge")

    def __init__(self, copies, seed, policy):
        self.copies, self.random, self.policy = copies, random.Random(seed), policy
        self.where = {}
        self.hidden = set()
        # the node that has changed a message's place since both were the same
        self.changed_by = {}
        # of each node: unique IDs that were listed last, and those that were once
        self.listed, self.left = [set(), set()], [set(), set()]
        self.undone = Counter()
        self.trace = []
        self.begins()

    def begins(self):
        """A mailbox of a maildir that was made on both nodes never becomes one
        (doc/dovecot-notes.md, Storage)."""
        for _ in range(4):
            self.delivers(0)
        with self.copies.drops[0].imap() as imap:
            for box in BOXES[1:]:
                imap.create(box)
        self.meets(0)

    def free(self, node, *boxes):
        """Return the messages in the mailboxes whose place this node may change."""
        return sorted(subject for subject, box in self.where.items()
                      if box in boxes and self.changed_by.get(subject, node) == node)

    def some(self, subjects, most=3):
        return self.random.sample(subjects, min(len(subjects), self.random.randint(1, most)))

    def put(self, node, subject, box):
        self.where[subject] = box
        self.changed_by[subject] = node
        self.trace.append((node, subject, box))

    # Steps

    def delivers(self, node):
        for _ in range(self.random.randint(1, 3)):
            subject = f"mail {len(self.where)}"
            self.copies.drops[node].deliver(message(subject))
            self.put(node, subject, "INBOX")

    def pop3(self, node):
        """Download, delete by one of the values."""
        action = self.random.choice(self.actions)
        self.copies.policy(**self.policy, pop3_delete=action)
        with self.copies.drops[node].pop3() as pop:
            shown = listed(pop)
            self.sees(node, {uid for _, uid in shown.values()}, action)
            for subject in self.some(sorted(shown)) if shown else ():
                pop.retr(shown[subject][0])
            may = [subject for subject in self.free(node, "INBOX") if subject in shown]
            deleted = self.some(may) if may and self.random.random() < 0.7 else []
            for subject in deleted:
                pop.dele(shown[subject][0])
            reply = pop.quit().decode()
            assert reply == QUIT_OK if deleted else reply.startswith("+OK"), reply
        for subject in deleted:
            if action == "hide":
                self.put(node, subject, "INBOX")
                self.hidden.add(subject)
            else:
                self.put(node, subject, TARGET.get(action))

    def sees(self, node, now, action):
        """A program is listed these unique IDs."""
        if action == "expunge":     # hides nothing: what was hidden is listed
            return
        self.left[node] |= self.listed[node] - now
        self.listed[node] = now
        assert not now & self.left[node], self.trace

    def moves(self, node):
        """IMAP's MOVE."""
        source, target = self.random.sample(BOXES, 2)
        with self.copies.drops[node].imap() as imap:
            imap.create(target)
            here = numbers(imap, source)
            may = [subject for subject in self.free(node, source) if subject in here]
            for subject in self.some(may, 2) if may else ():
                assert imap._simple_command("UID", "MOVE", here[subject], target)[0] == "OK"
                self.put(node, subject, target)

    def expunges(self, node):
        box = self.random.choice(BOXES)
        with self.copies.drops[node].imap() as imap:
            here = numbers(imap, box)
            may = [subject for subject in self.free(node, box) if subject in here]
            for subject in self.some(may, 1) if may else ():
                imap.uid("STORE", here[subject], "+FLAGS", "\\Deleted")
                assert imap.uid("EXPUNGE", here[subject])[0] == "OK"
                self.put(node, subject, None)

    def flags(self, node):
        with self.copies.drops[node].imap() as imap:
            here = numbers(imap, self.random.choice(BOXES))
            for subject in self.some(sorted(here)) if here else ():
                imap.uid("STORE", here[subject], self.random.choice(("+FLAGS", "-FLAGS")),
                         self.random.choice(("\\Seen", "\\Flagged", "$Label1")))

    def undoes(self, node):
        """A session of this node, when both have the same."""
        self.meets(node)
        sessions = self.copies.sessions(node)
        if not sessions:
            return
        told = self.copies.undo(node, self.random.choice(sessions[-3:]))
        assert told["failed"] == told["missing"] == 0
        self.undone.update({name: told[name] for name in ("shown", "returned", "gone")})
        both = self.copies.both()
        back = [subject for subject, where in places(both).items()
                if where == Counter(["INBOX"]) and self.where[subject] != "INBOX"]
        for subject in back:
            self.put(node, subject, "INBOX")
        shown = self.hidden - hidden(both)
        assert (len(back), len(shown)) == (told["returned"], told["shown"])
        # they are listed again
        if shown:
            self.left = [set(), set()]
        self.hidden -= shown
        self.meets(node)

    # Both nodes

    def meets(self, node):
        """They are made the same, by this node."""
        self.copies.sync(node)
        both = self.copies.both()
        assert places(both) == {subject: Counter([box]) for subject, box in
                                        self.where.items() if box is not None}, self.trace
        self.hidden = {subject for subject in self.hidden if self.where[subject] is not None}
        assert hidden(both) == self.hidden, self.trace
        self.changed_by.clear()

    def turn(self):
        for _ in range(STEPS):
            step = self.random.choice((self.delivers, self.pop3, self.pop3, self.moves,
                                       self.expunges, self.flags))
            step(self.random.randint(0, 1))
        if self.random.random() < 0.4:
            self.undoes(self.random.randint(0, 1))
        else:
            self.meets(self.random.randint(0, 1))
