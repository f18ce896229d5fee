# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two nodes that both write, and a dsync between them that is killed on either side at any moment,
again and again, with sessions between. Then they are made the same.

The walk is that of test_two_nodes_walk.py: each message is once where it was put last, the owner's
last choice holds, and each download counts. Where both nodes may put a message elsewhere before they
are made the same, it may be in both places, as it is then without kills, but it is somewhere. Beside
it, Dovecot without our modules has the same walk, its kills, and IMAP in the place of POP3.
"""

import json
from collections import Counter

import pytest

from choices import COEXIST_CONFIG, Owner
from instance import wait
from names import HIDDEN
from nodes import BOXES, Copies, numbers, places, two_nodes
from sync_killed import Killer
from walk import POLICY, TARGET, Walk, hidden

pytestmark = pytest.mark.differs("dsync")

DAYS = 365
EVERYTHING = {**POLICY, "pop3_keep_days": DAYS, "retention_notice_days": 0,
              "owner_may_change": "language"}
LANGUAGES = ("en", "de")
# how often they are made the same, and how often dsync is killed before that
TURNS, MANY_TURNS, KILLS = 2, 12, 8


@pytest.fixture(scope="module")
def nodes(start, storage):
    with two_nodes(start, storage=storage, gate={}, conf23=COEXIST_CONFIG) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def bare(start, storage):
    """The same without our modules."""
    with two_nodes(start, storage=storage, modules=None) as nodes:
        yield nodes


class KilledWalk(Walk):
    """The walk, and runs of dsync that are killed.

    is_free  either node may put any message elsewhere, and expunges none
    faults   how many messages were not where they had to be, by what they were: lost, twice,
             back (after an expunge), elsewhere, shown (although POP3 has hidden it); and how
             often a choice was lost
    several  the messages that both nodes have put elsewhere between two runs, and that were in
             two places after that
    """

    def __init__(self, copies, seed, policy, is_free=False):
        self.is_free = is_free
        if is_free:
            self.actions = ("trash", "archive", "hide")
        self.faults, self.examples = Counter(), []
        self.put_by, self.several, self.choice = {}, set(), None
        if policy:
            copies.policy(**policy)
        super().__init__(copies, seed, policy)
        self.killer = Killer(copies, self.random)

    def free(self, node, *boxes):
        if not self.is_free:
            return super().free(node, *boxes)
        with self.copies.drops[node].imap() as imap:
            return sorted(subject for box in boxes for subject in numbers(imap, box))

    def put(self, node, subject, box):
        self.put_by.setdefault(subject, set()).add(node)
        super().put(node, subject, box)

    def expunges(self, node):
        if not self.is_free:
            super().expunges(node)

    def sees(self, node, now, action):
        """What comes back when both nodes have put it elsewhere is another message to POP3."""
        if not self.is_free:
            super().sees(node, now, action)

    def chooses(self):
        """The owner, on a node."""
        self.choice = self.random.choice(LANGUAGES)
        wait.wait_for_next_second()     # of two choices of one second dsync takes any
        Owner(self.copies.drops[self.random.randint(0, 1)]).chooses(language=self.choice)

    def turn(self):
        self.chooses()
        for _ in range(KILLS):
            self.random.choice((self.delivers, self.pop3, self.pop3, self.moves, self.expunges,
                                self.flags))(self.random.randint(0, 1))
            self.killer.sync(self.random.randint(0, 1))
        self.meets(self.random.randint(0, 1))

    def meets(self, node):
        """They are made the same, and what is not as it should be is counted."""
        self.copies.sync(node)
        both = self.copies.both()
        found = places(both)
        for subject, box in self.where.items():
            self.judge(subject, found.get(subject, Counter()), box)
        self.faults["shown"] += 0 if self.is_free else len(
            {subject for subject in self.hidden if subject in found} ^ hidden(both))
        self.goes_on_from(both)

    def is_anywhere(self, subject):
        """Return whether each node may have put the message elsewhere, now or before."""
        return self.is_free and (subject in self.several or len(self.put_by.get(subject, ())) > 1)

    def judge(self, subject, found, box):
        kind = fault(found, box)
        if kind in ("twice", "elsewhere") and self.is_anywhere(subject):
            self.several.add(subject)
        elif kind:
            self.faults[kind] += 1
            self.examples.append((kind, subject, box, dict(found)))

    def goes_on_from(self, both):
        """What there is now is what has to be there."""
        found = places(both)
        self.where = {subject: next(iter(found.get(subject, ())), None) for subject in self.where}
        self.hidden = hidden(both)
        self.changed_by.clear()
        self.put_by.clear()
        for drop in self.copies.drops if self.choice else ():
            chosen = Owner(drop).chosen("effective/language")
            self.faults["choice"] += chosen != {"effective/language": self.choice}


class BareWalk(KilledWalk):
    """IMAP does what POP3 does with our modules."""

    def chooses(self):
        pass

    def pop3(self, node):
        action = self.random.choice(self.actions)
        with self.copies.drops[node].imap() as imap:
            here = numbers(imap, "INBOX")
            shown = sorted(here.keys() - self.hidden)
            for subject in self.some(shown) if shown else ():
                imap.uid("STORE", here[subject], "+FLAGS", "(\\Seen $POP3Downloaded)")
            may = [subject for subject in self.free(node, "INBOX") if subject in shown]
            deleted = self.some(may) if may and self.random.random() < 0.7 else []
            for subject in deleted:
                if action == "hide":
                    imap.uid("STORE", here[subject], "+FLAGS", HIDDEN)
                    self.hidden.add(subject)
                elif action == "expunge":
                    imap.uid("STORE", here[subject], "+FLAGS", "\\Deleted")
                    imap.uid("EXPUNGE", here[subject])
                else:
                    assert imap._simple_command("UID", "MOVE", here[subject],
                                                TARGET[action])[0] == "OK"
                self.put(node, subject, "INBOX" if action == "hide" else TARGET.get(action))


def fault(found, box):
    """Return what is wrong with the places of a message, "" if it is where it has to be."""
    if box is None:
        return "back" if found else ""
    if not found:
        return "lost"
    if sum(found.values()) > 1:
        return "twice"
    return "" if found == Counter([box]) else "elsewhere"


def walks(kind, nodes, turns, seed, policy=None, **how):
    """Return the walk after so many turns."""
    walk = kind(Copies(nodes, nodes[0].maildrop().user), f"{seed} {turns}", policy or {}, **how)
    for _ in range(turns):
        walk.turn()
    print(f"{kind.__name__}: {walk.killer.kills} kills in {walk.killer.runs} runs, "
          f"{len(walk.where)} messages, {dict(+walk.faults)} {walk.examples}, "
          f"{len(walk.several)} put elsewhere by both")
    return walk


def records_are_read(copies, clock):
    """What files of ours say of the mailbox can be read on both nodes."""
    downloaded = sum({"$POP3Downloaded", "\\Seen"} <= set(flags) and "\\Flagged" not in flags
                     for _, flags in copies.contents(0).get("INBOX", ()))
    for number, node in enumerate(copies.nodes):
        copies.sessions(number)
        for words in (["view"], ["status"]):
            json.loads(node.doveadm("-f", "json", "coexist", *words, "-u", copies.user))
        assert [copies.due(number, clock, DAYS + step) for step in (-1, 1)] == [0, downloaded]
        assert [line for line in node.log_problems() if "coexist: " in line] == []


@pytest.mark.night
@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("is_free", [False, True])
def test_no_message_is_lost_nor_there_twice(nodes, clock, is_free, number):
    walk = walks(KilledWalk, nodes, MANY_TURNS if number else TURNS, number, EVERYTHING,
                 is_free=is_free)
    assert +walk.faults == {}
    records_are_read(walk.copies, clock)


@pytest.mark.night
@pytest.mark.parametrize("is_free", [False, True])
def test_neither_is_it_in_bare_dovecot(bare, is_free):
    assert +walks(BareWalk, bare, MANY_TURNS, 1, is_free=is_free).faults == {}
