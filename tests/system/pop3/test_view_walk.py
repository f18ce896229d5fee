# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random mailboxes, keys and changes by IMAP: POP3 shows what the plain model says, and a
program that leaves its mail on the server stores no message twice."""

import poplib
import random
from datetime import datetime, timedelta, timezone

import pytest

from instance import message
from view_model import Message, Program, View, date_ago

STEPS = 24
CHOICES = {"pop3_show": ("all", "unread", "unread"), "pop3_show_days": ("0", "0", "5", "15"),
           "pop3_show_since": ("none", "none", date_ago(6), date_ago(15)),
           "pop3_show_deleted": ("yes", "no"), "pop3_max_messages": ("0", "0", "3", "6"),
           "pop3_mark_read": ("stock", "stock", "quit", "never")}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={})


class Walk:
    """A mailbox and its model, side by side."""

    def __init__(self, server, maildrop, seed):
        self.random = random.Random(seed)
        self.server, self.maildrop = server, maildrop
        self.view = View()
        self.program = Program()
        self.count = 0

    def change_keys(self):
        self.view.keys = {key: self.random.choice(values) for key, values in CHOICES.items()
                          if self.random.random() < 0.6}
        self.server.store.put("mailbox/" + self.maildrop.user, **self.view.keys)

    def arrive(self, imap):
        for _ in range(self.random.randint(1, 4)):
            # never at the edge of a day
            age = self.random.choice((0, 0, 3, 4, 8, 10, 20))
            new = Message(f"m{self.count}", age)
            self.count += 1
            self.maildrop.append(message(new.subject), received=datetime.now(timezone.utc)
                                 - timedelta(days=age))
            self.view.box.append(new)

    def flag(self, imap, reads_only=False):
        for number, one in enumerate(self.view.box, 1):
            # what POP3 retrieves is marked by Dovecot also if IMAP has just unmarked it
            if self.random.random() < 0.2 and not (reads_only and one.seen):
                one.seen = not one.seen
                imap.store(str(number), "+FLAGS" if one.seen else "-FLAGS", "(\\Seen)")
            if self.random.random() < 0.1:
                one.deleted = not one.deleted
                imap.store(str(number), "+FLAGS" if one.deleted else "-FLAGS", "(\\Deleted)")

    def expunge(self, imap):
        imap.expunge()
        self.view.box = [one for one in self.view.box if not one.deleted]

    def change(self):
        change = self.random.choice((self.arrive, self.arrive, self.flag, self.flag,
                                     self.expunge))
        with self.maildrop.imap() as imap:
            imap.select()
            change(imap)

    def agree(self, pop, shown):
        """See that commands agree, also while flags change and after RSET."""
        if self.random.random() < 0.5:
            with self.maildrop.imap() as imap:
                imap.select()
                self.flag(imap, reads_only=True)
        for number in self.random.sample(range(1, len(shown) + 1), min(2, len(shown))):
            uid = pop.uidl(number).split()[2]
            size = int(pop.list(number).split()[2])
            assert pop.uidl()[1][number - 1].split()[1] == uid
            pop.dele(number)
            with pytest.raises(poplib.error_proto):
                pop.list(number)
            assert pop.stat()[0] == len(shown) - 1
            pop.rset()
            lines = pop.top(number, 100)[1]
            assert sum(len(line) + 2 for line in lines) == size

    def session(self):
        """A session that lists, and perhaps fetches, deletes, and ends in some way."""
        shown = self.view.session()
        with self.maildrop.pop3() as pop:
            assert [len(pop.list()[1]), len(pop.uidl()[1]), pop.stat()[0]] == [len(shown)] * 3
            for number, one in enumerate(shown, 1):
                assert f"Subject: {one.subject}".encode() in pop.top(number, 0)[1]
            self.agree(pop, shown)
            dies = self.random.choice((None, None, 0, 1, 3))
            kept = self.random.random() < 0.7 or not shown
            if not kept and dies is None:
                gone = shown[-1]
                pop.dele(len(shown))
                pop.quit()
                self.view.box.remove(gone)
                return
            numbers = self.program.session(pop, dies)
        self.view.ends([shown[number - 1] for number in numbers], quits=dies is None)


def walk(server, maildrop, seed, steps):
    steps_of = Walk(server, maildrop, seed)
    for _ in range(steps):
        for change in (steps_of.change_keys, steps_of.change, steps_of.change):
            if steps_of.random.random() < 0.6:
                change()
        steps_of.session()
    stored = steps_of.program.stored
    assert len(stored) == len(set(stored)) > 0


def test_a_walk(server, maildrop, seed):
    walk(server, maildrop, seed, STEPS)


@pytest.mark.night
@pytest.mark.parametrize("number", range(1000, 1003))
def test_a_long_walk(server, maildrop, number):
    walk(server, maildrop, number, 200)
