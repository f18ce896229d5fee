# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail programs of the command line: one downloads by POP3, and another reads by IMAP."""

import pytest

from imap_programs import IMAP_PROGRAMS, Curl, Mbsync
from instance import message
from names import HIDDEN
from pop_programs import LEAVE, POP_PROGRAMS
from server import AT_ONCE

pytestmark = pytest.mark.night
LATER = 8       # days from now, behind the 7 of pop3_keep_days

pop_programs = pytest.mark.parametrize("pop_program", POP_PROGRAMS.values(), ids=POP_PROGRAMS)
leaving = pytest.mark.parametrize("pop_program", LEAVE.values(), ids=LEAVE)
imap_programs = pytest.mark.parametrize("imap_program", IMAP_PROGRAMS.values(),
                                        ids=IMAP_PROGRAMS)


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start, clock):
    """Its POP3 sessions have the clock of the test."""
    return start(storage=request.param, gate={}, coexist=AT_ONCE,
                 groups={f"more{number}": {} for number in range(9)},
                 wrap={"pop3": clock.wrapper})


@pytest.fixture
def maildrop(server):
    """A mailbox that no other test uses: there are many tests."""
    for group in ["user", *(f"more{number}" for number in range(9))]:
        try:
            return server.maildrop(group)
        except StopIteration:
            pass
    raise AssertionError("there are more tests than mailboxes")


@pytest.fixture
def policy(server, maildrop):
    """policy(key=value) makes a document for the mailbox."""
    def put(**keys):
        server.store.put("mailbox/" + maildrop.user, **keys)
    return put


def named(*numbers):
    """Return the subjects of these messages."""
    return [f"number {number}" for number in numbers]


def all_are(state, *numbers):
    """Return what an IMAP program shows if these are there, all read or all unread."""
    return dict.fromkeys(named(*numbers), state == "read")


def deliver(maildrop, *numbers):
    """Deliver these messages, each with its number in the subject."""
    maildrop.deliver(*(message(subject) for subject in named(*numbers)))


@pop_programs
@imap_programs
def test_what_pop_has_downloaded_is_read(maildrop, policy, use, pop_program, imap_program):
    policy(pop3_mark_read="complete")
    deliver(maildrop, 1, 2, 3)
    pop, imap = use(pop_program), use(imap_program)
    assert pop.until_done() == named(1, 2, 3)
    deliver(maildrop, 4)
    assert imap() == {**all_are("read" if pop.marks else "unread", 1, 2, 3),
                      **all_are("unread", 4)}


@leaving
def test_never_leaves_the_mail_unread(maildrop, policy, use, pop_program):
    policy(pop3_mark_read="never")
    deliver(maildrop, 1, 2)
    assert use(pop_program).until_done() == named(1, 2)
    assert use(Curl)() == all_are("unread", 1, 2)


@leaving
@imap_programs
def test_what_stays_on_the_server_is_downloaded_once(maildrop, policy, use, pop_program,
                                                     imap_program):
    policy(pop3_mark_read="complete", pop3_mark_downloaded="yes")
    pop, imap = use(pop_program), use(imap_program)
    for number in (1, 3, 5):
        deliver(maildrop, number, number + 1)
        assert pop.until_done() == named(*range(1, number + 2))
        assert sorted(imap()) == named(*range(1, number + 2))
    assert pop.until_done() == named(*range(1, 7))


def deleted_is_there(maildrop, pop, imap, value):
    """Fail unless what POP deletes is where the value says, read; POP does not show it again."""
    folder = {"trash": "Trash", "archive": "Archive"}.get(value, "INBOX")
    deliver(maildrop, 1, 2, 3)
    assert pop.until_done() == named(1, 2, 3)
    assert imap(folder) == ({} if value == "expunge" else all_are("read", 1, 2, 3))
    if folder != "INBOX":
        assert imap() == {}
    deliver(maildrop, 4)
    assert pop.until_done() == named(1, 2, 3, 4)
    assert pop.until_done() == named(1, 2, 3, 4)


@pop_programs
@imap_programs
def test_what_pop_deletes_is_in_trash(maildrop, policy, use, pop_program, imap_program):
    policy(pop3_delete="trash", pop3_mark_read="complete")
    deleted_is_there(maildrop, use(pop_program, delete=True), use(imap_program), "trash")


@pop_programs
@pytest.mark.parametrize("value", ["archive", "hide", "expunge"])
def test_what_pop_deletes(maildrop, policy, use, pop_program, value):
    policy(pop3_delete=value, pop3_mark_read="complete")
    deleted_is_there(maildrop, use(pop_program, delete=True), use(Curl), value)


@leaving
def test_what_imap_shows_again_comes_again(maildrop, policy, use, pop_program):
    """A message that POP3 has deleted is hidden, until IMAP takes the keyword away: it has the
    unique ID that it had."""
    policy(pop3_delete="hide")
    deliver(maildrop, 1, 2)
    use(pop_program, delete=True).until_done()
    other = use(pop_program)
    assert other.until_done() == []
    with maildrop.imap() as client:
        client.select()
        client.store("1:2", "-FLAGS", HIDDEN)
    assert other.until_done() == named(1, 2)
    assert other.until_done() == named(1, 2)


@leaving
def test_what_imap_deletes(maildrop, use, pop_program):
    """POP3 has each of the others once."""
    pop, imap = use(pop_program), use(Mbsync)
    deliver(maildrop, 1, 2, 3)
    pop.until_done()
    assert sorted(imap()) == named(1, 2, 3)
    imap.remove("number 2")
    deliver(maildrop, 4)
    assert pop.until_done() == named(1, 2, 3, 4)
    assert sorted(imap()) == named(1, 3, 4)


@leaving
@pytest.mark.parametrize("delete, folder", [("expunge", None), ("trash", "Trash")])
def test_keep_days(maildrop, policy, use, clock, pop_program, delete, folder):
    """What was downloaded long ago goes, what was not stays; a program has each once."""
    policy(pop3_keep_days="7", pop3_mark_downloaded="yes", pop3_delete=delete,
           pop3_mark_read="complete")
    deliver(maildrop, 1, 2)
    pop, imap = use(pop_program), use(Mbsync)
    pop.until_done()
    assert sorted(imap()) == named(1, 2)
    deliver(maildrop, 3)
    with clock.days_from_now(LATER):
        assert pop.until_done() == named(1, 2, 3)
    gone, left = ((1, 2), (3,)) if pop.marks else ((), (1, 2, 3))
    maildrop.server.wait_for(lambda: len(maildrop.subjects()) == len(left),
                             what="the end of what is due")
    assert sorted(imap()) == named(*left)
    if folder and gone:
        assert imap(folder) == all_are("read", *gone)
    assert pop.until_done() == named(1, 2, 3)


@leaving
@imap_programs
def test_folders(maildrop, policy, use, pop_program, imap_program):
    policy(pop3_folders="INBOX Invoices", pop3_mark_read="complete")
    deliver(maildrop, 1)
    pop, imap = use(pop_program), use(imap_program)
    assert pop.until_done() == named(1)
    store(maildrop, "Invoices", 2, 3)
    deliver(maildrop, 4)
    assert sorted(pop.until_done()) == named(1, 2, 3, 4)
    state = "read" if pop.marks else "unread"
    assert imap("Invoices") == all_are(state, 2, 3)
    assert imap() == all_are(state, 1, 4)
    store(maildrop, "Invoices", 5)
    assert sorted(pop.until_done()) == named(1, 2, 3, 4, 5)
    policy(pop3_folders="INBOX")
    pop.until_done()
    policy(pop3_folders="INBOX Invoices")
    assert len(pop.until_done()) == 5 + (pop.forgets and 3)


@pop_programs
def test_what_pop_deletes_of_a_folder(maildrop, policy, use, pop_program):
    policy(pop3_folders="INBOX Invoices", pop3_delete="trash")
    deliver(maildrop, 1)
    store(maildrop, "Invoices", 2, 3)
    pop, imap = use(pop_program, delete=True), use(Mbsync)
    assert sorted(pop.until_done()) == named(1, 2, 3)
    assert (imap(), imap("Invoices")) == ({}, {})
    assert imap("Trash") == all_are("read", 1, 2, 3)


@leaving
def test_unread(maildrop, policy, use, pop_program):
    """POP3 shows what nobody has read yet."""
    policy(pop3_show="unread", pop3_mark_read="never")
    deliver(maildrop, 1, 2, 3)
    pop, imap = use(pop_program), use(Curl)
    imap.flag(2, r"+FLAGS \Seen")
    assert pop.until_done() == named(1, 3)
    imap.flag(2, r"-FLAGS \Seen")
    imap.flag(1, r"+FLAGS \Seen")
    deliver(maildrop, 4)
    assert pop.until_done() == named(1, 3, 2, 4)
    assert pop.until_done() == named(1, 3, 2, 4)


def store(maildrop, folder, *numbers):
    """Store these messages by IMAP."""
    with maildrop.imap() as client:
        client.create(folder)
        for subject in named(*numbers):
            assert client.append(folder, None, None, message(subject))[0] == "OK"
