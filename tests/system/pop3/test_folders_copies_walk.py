# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copies of messages, moved, expunged and deleted at random, in mailboxes that are renamed,
removed and replaced: a unique ID is new only for a message that has come, and is gone only with
one that has gone. So no program downloads a message again, and none is never offered."""

import random
from collections import Counter

import pytest

from folders import PLUGINS, fill, quoted
from folders_model import explained
from names import HIDDEN

STEPS = 12
FIRST = ("INBOX", "Sent", "W1", "W2", "W3")


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS,
                 conf="mail_max_userip_connections = 50\n")


class Walk:
    """Mailboxes, each a list of [subject, is hidden]; and what came and went of each subject
    since the session before."""

    def __init__(self, maildrop, seed):
        self.random = random.Random(seed)
        self.maildrop = maildrop
        self.boxes = {name: [] for name in FIRST}
        self.count = self.made = 0
        self.ids = {}
        self.came, self.went = Counter(), Counter()
        with maildrop.imap() as imap:
            for name in FIRST[1:]:
                imap.create(name)
            # in some walks no other message would come
            for name in FIRST[:3]:
                self.arrive(imap, name)

    # Changes

    def another(self, name):
        return self.random.choice([one for one in self.boxes if one != name])

    def arrive(self, imap, name):
        subject = f"m{self.count}"
        self.count += 1
        fill(self.maildrop, name, subject)
        self.boxes[name].append([subject, False])
        self.came[subject] += 1

    def _copy(self, imap, name, command):
        if not self.boxes[name]:
            return None
        number = self.random.randrange(len(self.boxes[name]))
        to = self.another(name)
        assert getattr(imap, command)(str(number + 1), quoted(to))[0] == "OK"
        one = self.boxes[name][number]
        self.boxes[to].append(list(one))
        # hide means nothing in INBOX under expunge
        if to == "INBOX" or not one[1]:
            self.came[one[0]] += 1
        return number

    def copy(self, imap, name):
        self._copy(imap, name, "copy")

    def leave(self, name, number):
        subject, hidden = self.boxes[name].pop(number)
        if name == "INBOX" or not hidden:
            self.went[subject] += 1

    def move(self, imap, name):
        number = self._copy(imap, name, "copy")
        if number is not None:
            imap.store(str(number + 1), "+FLAGS", "(\\Deleted)")
            imap.expunge()
            self.leave(name, number)

    def expunge(self, imap, name):
        if self.boxes[name]:
            number = self.random.randrange(len(self.boxes[name]))
            imap.store(str(number + 1), "+FLAGS", "(\\Deleted)")
            imap.expunge()
            self.leave(name, number)

    def remove(self, imap, name):
        """And perhaps another takes its name."""
        if not name.startswith("W"):
            return
        imap.unselect()
        assert imap.delete(name)[0] == "OK"
        while self.boxes[name]:
            self.leave(name, 0)
        del self.boxes[name]
        others = [one for one in self.boxes if one.startswith("W")]
        if others and self.random.random() < 0.5:
            other = self.random.choice(others)
            assert imap.rename(other, name)[0] == "OK"
            self.boxes[name] = self.boxes.pop(other)
        else:
            self.make(imap)

    def make(self, imap):
        self.made += 1
        name = f"W{9 + self.made}"
        assert imap.create(name)[0] == "OK"
        self.boxes[name] = []

    def rename(self, imap, name):
        if name.startswith("W"):
            imap.unselect()
            self.made += 1
            assert imap.rename(name, f"W{9 + self.made}")[0] == "OK"
            self.boxes[f"W{9 + self.made}"] = self.boxes.pop(name)

    def change(self):
        name = self.random.choice(list(self.boxes))
        change = self.random.choice([self.arrive, self.copy, self.copy, self.copy, self.move,
                                     self.expunge, self.remove, self.rename])
        with self.maildrop.imap() as imap:
            imap.select(quoted(name))
            change(imap, name)

    # Sessions

    def expected(self):
        return Counter(subject for name, box in self.boxes.items()
                       for subject, hidden in box if name == "INBOX" or not hidden)

    def listed(self, pop):
        """Return {unique ID: subject}."""
        found = {}
        for line in pop.uidl()[1]:
            number, uid = line.split()
            lines = pop.top(int(number), 0)[1]
            found[uid] = next(one[9:].decode() for one in lines if one.startswith(b"Subject: "))
        return found

    def session(self):
        assert explained(self.maildrop) == Counter(
            name for name, box in self.boxes.items()
            for _, hidden in box if name == "INBOX" or not hidden)
        with self.maildrop.pop3() as pop:
            found = self.listed(pop)
            assert len(found) == pop.stat()[0]
            assert Counter(found.values()) == self.expected()
            new = Counter(found[uid] for uid in found.keys() - self.ids.keys())
            gone = Counter(self.ids[uid] for uid in self.ids.keys() - found.keys())
            assert not new - self.came
            assert not gone - self.went
            self.ids = found
            self.came, self.went = Counter(), Counter()
            deletes = self.random.random() < 0.4 and bool(found)
            if deletes:
                number = self.random.randint(1, len(found))
                subject = found[pop.uidl(number).split()[2]]
                pop.dele(number)
            pop.quit()
        if deletes:
            self.deleted(subject)

    def deleted(self, subject):
        """Look where it was: copies are alike but for what hides them."""
        self.went[subject] += 1
        for name, box in self.boxes.items():
            flags = self.maildrop.flags(quoted(name))
            if name == "INBOX":
                box[:] = [[one, False] for one in self.maildrop.subjects()]
            for number, one in enumerate(box, 1):
                one[1] = HIDDEN in flags[number]


def walk(server, maildrop, seed, steps):
    server.store.put("mailbox/" + maildrop.user, pop3_folders="*")
    steps_of = Walk(maildrop, seed)
    for _ in range(steps):
        for _ in range(steps_of.random.randint(1, 4)):
            steps_of.change()
        steps_of.session()
    assert maildrop.log_problems() == []


def test_a_walk(server, maildrop, seed):
    walk(server, maildrop, seed, STEPS)


@pytest.mark.night
@pytest.mark.parametrize("number", range(1000, 1003))
def test_a_long_walk(server, maildrop, number):
    walk(server, maildrop, number, 120)
