# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory errors and leaks: valgrind finds none in the POP3 sessions of any policy."""

import pytest

import leaving
import wire
from folders import fill
from maildrop import large_message

POLICIES = {policy: {"coexist_pop3_mark_read": policy,
                     "coexist_pop3_mark_downloaded": downloaded}
            for policy, downloaded in (("stock", "no"), ("complete", "yes"),
                                       ("quit", "yes"), ("never", "no"))}
POLICIES["mistaken"] = {"coexist_pop3_mark_read": "nevr", "coexist_pop3_reed": "x"}
POLICIES["fetcher"] = {"coexist_pop3_mark_read": "complete",
                       "coexist_pop3_fetcher_networks": "127.0.0.0/8"}
POLICIES["hide"] = {"coexist_pop3_delete": "hide"}
POLICIES["trash"] = {"coexist_pop3_delete": "trash", "coexist_pop3_mark_read": "complete"}
POLICIES["view"] = {"coexist_pop3_show": "unread", "coexist_pop3_max_messages": "4",
                    "coexist_pop3_show_deleted": "no", "coexist_pop3_show_days": "7"}
POLICIES["folders"] = {"coexist_pop3_folders": "Sent,Work/*", "coexist_pop3_mark_read": "quit",
                       "coexist_pop3_show": "unread", "coexist_pop3_max_messages": "3"}
# no mailbox can have such a name
POLICIES["archive"] = {"coexist_pop3_delete": "archive"}


def orderly(maildrop):
    """Downloads, a deletion, an expunge by IMAP, RSET, QUIT."""
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.rset()
        pop.retr(2)
        with maildrop.imap() as imap:
            imap.select()
            imap.store("2", "+FLAGS", "\\Deleted")
            imap.expunge()
        pop.dele(3)
        wire.send(pop, "RETR 4", "QUIT")
        wire.read_to_end(pop)


def refused(maildrop):
    """Nothing of what is deleted can be moved."""
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        wire.send(pop, "DELE 1", "DELE 3", "QUIT")
        assert b"-ERR [SYS/" in wire.read_to_end(pop)
    assert len(maildrop.subjects()) == 3


def broken(maildrop):
    """Downloads, then the client is gone in the middle of another."""
    maildrop.deliver(1, large_message())
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.top(1, 10)
        leaving.in_the_middle(pop, 2)


def kicked(maildrop):
    """An administrator ends the session."""
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        maildrop.server.kick(maildrop.user)
        wire.read_to_end(pop)


def told(maildrop):
    """The session goes on after its download was marked."""
    maildrop.deliver(1)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")
        pop.quit()


def again(maildrop):
    """What was read and what is older than the newest leaves, in one session and the next."""
    maildrop.deliver(5)
    for _ in range(2):
        with maildrop.pop3() as pop:
            pop.uidl()
            pop.retr(1)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("4", "+FLAGS", "\\Seen")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    with maildrop.pop3() as pop:
        pop.quit()


def several(maildrop):
    """Mailboxes that come and go, downloads, deletions, a client that is gone."""
    maildrop.deliver(2)
    fill(maildrop, "Sent", "one", "two")
    fill(maildrop, "Work/a", "three")
    with maildrop.pop3() as pop:
        pop.uidl()
        for number in (1, 3, 5):
            pop.retr(number)
        pop.noop()
    with maildrop.imap() as imap:
        imap.rename("Work/a", "Elsewhere")
    with maildrop.pop3() as pop:
        for number in range(1, 5):
            pop.retr(number)
        pop.dele(1)
        pop.dele(4)
        with maildrop.imap() as imap:
            imap.delete("Sent")
            imap.rename("Elsewhere", "Work/b")
        wire.send(pop, "QUIT")
        wire.read_to_end(pop)
    with maildrop.pop3() as pop:
        pop.uidl()


CASES = [("folders", several), ("folders", orderly), ("folders", broken), ("folders", kicked),
         ("view", orderly), ("view", broken), ("view", kicked), ("view", again),
         ("stock", orderly), ("never", orderly), ("fetcher", orderly), ("mistaken", orderly),
         ("hide", orderly), ("hide", broken), ("trash", orderly), ("trash", kicked),
         ("archive", refused), ("never", broken), ("complete", told),
         *((policy, session) for policy in ("complete", "quit")
           for session in (orderly, broken, kicked))]


@pytest.fixture(scope="module")
def server(start):
    return start(groups=POLICIES, wrap={"pop3": "valgrind"}, quota=True,
                 plugins={"all": ["coexist", "quota"], "imap": ["imap_quota"],
                          "pop3": ["virtual"]},
                 coexist={"pop3_mark_read": "stok", "archive_mailbox": "a" * 1000})


@pytest.mark.parametrize("policy, session", CASES,
                         ids=[f"{policy}-{session.__name__}" for policy, session in CASES])
def test_a_session_has_no_memory_error_and_no_leak(server, policy, session):
    before = server.valgrind_reports()
    session(server.maildrop(policy))
    reports = server.valgrind_reports()
    assert [reports[name] for name in reports.keys() - before.keys()] == []
