# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random mailboxes, keys, and changes by IMAP of mailboxes and messages: POP3 shows what the
plain model says, IMAP too, and a program that leaves its mail on the server stores each
message that it was shown, and none twice."""

from collections import Counter

import pytest

from folders import PLUGINS
from folders_model import Changes, explained
from test_view_fetchmail import FETCHMAIL, Fetchmail
from view_model import Program

STEPS = 20


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS,
                 conf="mail_max_userip_connections = 50\n")


def subject_of(lines):
    return next(line[9:].decode() for line in lines if line.startswith(b"Subject: "))


class Walk(Changes):
    """Sessions of POP3 between the changes."""

    def __init__(self, *args):
        super().__init__(*args)
        self.program = Program()

    def numbers(self, pop, shown):
        """See that commands agree with each other and with what should be shown; return
        {message number: (mailbox, message)}."""
        count, octets = pop.stat()
        sizes = [line.split() for line in pop.list()[1]]
        ids = [line.split() for line in pop.uidl()[1]]
        assert len(sizes) == len(ids) == len({one[1] for one in ids}) == count
        assert sum(int(one[1]) for one in sizes) == octets
        by_subject = {one.subject: (box, one) for box, one in shown}
        found = {number: subject_of(pop.top(number, 0)[1]) for number in range(1, count + 1)}
        assert sorted(found.values()) == sorted(by_subject)
        return {number: by_subject[subject] for number, subject in found.items()}

    def agree(self, pop, count):
        """RSET, a size, a single UIDL."""
        for number in self.random.sample(range(1, count + 1), min(2, count)):
            uid = pop.uidl(number).split()[2]
            size = int(pop.list(number).split()[2])
            pop.dele(number)
            assert pop.stat()[0] == count - 1
            pop.rset()
            assert pop.uidl()[1][number - 1].split()[1] == uid
            assert sum(len(line) + 2 for line in pop.top(number, 100)[1]) == size

    def session(self):
        told = explained(self.maildrop)
        shown = self.shown()
        assert told == Counter(box.name for box, _ in shown)
        with self.maildrop.pop3() as pop:
            at = self.numbers(pop, shown)
            self.agree(pop, len(at))
            dies = self.random.choice((None, None, None, 0, 1, 2))
            deleted = []
            if dies is None and self.random.random() < 0.3:
                deleted = self.random.sample(sorted(at), min(2, len(at)))
                new = self.program.new(pop)
                for number in new:
                    self.program.fetch(pop, number)
                for number in deleted:
                    pop.dele(number)
                self.program.quits(pop)
                # Dovecot marks nothing read that it was asked to delete
                self.ends([at[number] for number in new if number not in deleted], quits=True)
                self.also_read(at, new, deleted)
                self.deletes([at[number] for number in sorted(deleted)])
            else:
                numbers = self.program.session(pop, dies)
                self.ends([at[number] for number in numbers], quits=dies is None)
        if dies is None:
            assert {one.subject for _, one in shown} <= set(self.program.stored)

    def also_read(self, at, new, deleted):
        """What is hidden outside INBOX is as read as if it had only been downloaded."""
        for number in deleted:
            box, one = at[number]
            if number in new and box.name != "INBOX" and \
                    self.keys.get("pop3_mark_read", "stock") != "never":
                one.seen = True


def walk(server, maildrop, seed, steps):
    steps_of = Walk(server, maildrop, seed)
    for _ in range(steps):
        steps_of.changes()
        steps_of.session()
        assert steps_of.seen_by_imap() == steps_of.expected()
    stored = steps_of.program.stored
    assert len(stored) == len(set(stored)) > 0
    assert maildrop.log_problems() == []


def test_a_walk(server, maildrop, seed):
    walk(server, maildrop, seed, STEPS)


@pytest.mark.night
@pytest.mark.parametrize("number", range(1000, 1003))
def test_a_long_walk(server, maildrop, number):
    walk(server, maildrop, number, 200)


class FetchmailWalk(Changes):
    """The same, and the sessions are fetchmail's."""

    def __init__(self, server, maildrop, seed, folder):
        super().__init__(server, maildrop, seed)
        self.fetchmail = Fetchmail(maildrop, folder)

    def session(self):
        shown = self.shown()
        stored = self.fetchmail()
        assert len(stored) == len(set(stored))
        assert {one.subject for _, one in shown} <= set(stored)


def fetchmail_walk(server, maildrop, seed, folder, steps):
    if not FETCHMAIL:
        pytest.skip("there is no fetchmail")
    steps_of = FetchmailWalk(server, maildrop, seed, folder)
    for _ in range(steps):
        steps_of.changes()
        steps_of.session()
    assert len(steps_of.fetchmail()) > 5


def test_fetchmail(server, maildrop, seed, tmp_path):
    fetchmail_walk(server, maildrop, seed, tmp_path, STEPS)


@pytest.mark.night
@pytest.mark.parametrize("number", range(1000, 1003))
def test_fetchmail_for_long(server, maildrop, number, tmp_path):
    fetchmail_walk(server, maildrop, number, tmp_path, 200)
