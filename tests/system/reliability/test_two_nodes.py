# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two nodes with a copy of a mailbox each, and dsync between them: what POP3 does on one, with what
happens on the other before they are made the same."""

import pytest

from names import HIDDEN
from nodes import BOXES, Copies, listed, numbers, two_nodes

pytestmark = pytest.mark.differs("dsync")

POLICY = {"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes"}
# Two runs of dsync at once, from either node, wait for each other's lock: not for 30 s.
REPLICATION = """mail_plugins = coexist notify replication
replication_dsync_parameters = -d -N -l 2 -U
service replicator {
  process_min_avail = 1
  unix_listener replicator-doveadm {
    mode = 0666
  }
}
service aggregator {
  fifo_listener replication-notify-fifo {
    mode = 0666
  }
  unix_listener replication-notify {
    mode = 0666
  }
}
plugin {
  mail_replica = tcp:127.0.0.1:%d
}
"""


@pytest.fixture(scope="module")
def nodes(start, storage):
    with two_nodes(start, storage=storage, gate={}) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def bare(start, storage):
    """The same without our modules."""
    with two_nodes(start, storage=storage, modules=None) as nodes:
        yield nodes


def begun(nodes, **policy):
    """Return copies that both have three messages, and all mailboxes."""
    copies = Copies(nodes, nodes[0].maildrop().user)
    if is_ours(copies):
        copies.policy(**{**POLICY, **policy})
    copies.drops[0].deliver(3)
    with copies.drops[0].imap() as imap:
        for box in BOXES[1:]:
            imap.create(box)
    copies.sync()
    return copies


@pytest.fixture
def copies(nodes):
    return begun(nodes)


def deletes(copies, node, action="trash", subject="number 1"):
    """POP3 deletes it; return the session."""
    copies.policy(**POLICY, pop3_delete=action)
    with copies.drops[node].pop3() as pop:
        pop.dele(listed(pop)[subject][0])
        assert pop.quit().startswith(b"+OK")
    return copies.sessions(node)[-1]


def by_imap(copies, node, *command, box="INBOX", subject="number 1"):
    with copies.drops[node].imap() as imap:
        uid = numbers(imap, box)[subject]
        assert imap._simple_command("UID", command[0], uid, *command[1:])[0] == "OK"


# Undo

def test_what_is_undone_on_its_node_comes_back_on_both(copies):
    session = deletes(copies, 0)
    assert copies.places()["number 1"] == {"Trash": 1}
    assert copies.undo(0, session)["returned"] == 1
    assert copies.places()["number 1"] == {"INBOX": 1}


def test_what_was_hidden_is_shown_on_both_when_it_is_undone(copies):
    session = deletes(copies, 0, "hide")
    copies.sync()
    for drop in copies.drops:
        assert drop.having(HIDDEN) == [1]
        with drop.pop3() as pop:
            assert len(listed(pop)) == 2
    assert copies.undo(0, session)["shown"] == 1
    copies.sync()
    for drop in copies.drops:
        with drop.pop3() as pop:
            assert len(listed(pop)) == 3


def test_the_other_node_knows_no_such_session(copies):
    session = deletes(copies, 0)
    copies.sync()
    done = copies.nodes[1].doveadm("coexist", "undo", "-u", copies.user, session, check=False)
    assert done.returncode == 68 and "The journal has no session" in done.stderr


def test_what_dsync_gave_a_new_uid_in_the_trash_stays_there(copies):
    """Both nodes had put a message there with the same UID: the journal's UID is nobody's."""
    session = deletes(copies, 0)
    by_imap(copies, 1, "MOVE", "Trash", subject="number 2")
    copies.sync(0, "-f")
    assert copies.undo(0, session)["gone"] == 1
    places = copies.places()
    assert places["number 1"] == places["number 2"] == {"Trash": 1}


# The same message on both nodes, before they are the same again. What POP3 does is done by IMAP
# without our modules.

def trashed(copies, node):
    if is_ours(copies):
        deletes(copies, node)
    else:
        by_imap(copies, node, "STORE", "+FLAGS", "(\\Seen)")
        by_imap(copies, node, "MOVE", "Trash")


def hidden(copies, node):
    if is_ours(copies):
        deletes(copies, node, "hide")
    else:
        by_imap(copies, node, "STORE", "+FLAGS", f"(\\Seen {HIDDEN})")


def expunged(copies, node):
    by_imap(copies, node, "STORE", "+FLAGS", "\\Deleted")
    by_imap(copies, node, "EXPUNGE")


def archived(copies, node):
    by_imap(copies, node, "MOVE", "Archive")


def flagged(copies, node):
    by_imap(copies, node, "STORE", "+FLAGS", "(\\Flagged)")


def unread(copies, node):
    by_imap(copies, node, "STORE", "+FLAGS", "(\\Seen)")
    by_imap(copies, node, "STORE", "-FLAGS", "(\\Seen)")


def is_ours(copies):
    return copies.nodes[0].store.folder.exists()


BOTH = [(trashed, trashed), (trashed, archived), (trashed, expunged), (trashed, flagged),
        (trashed, hidden), (hidden, hidden), (hidden, archived), (hidden, expunged),
        (hidden, flagged), (hidden, unread)]


@pytest.mark.parametrize("first, second", BOTH, ids=lambda one: one.__name__)
def test_both_do_something_with_one_message(nodes, bare, first, second):
    found = []
    for pair in (nodes, bare):
        copies = begun(pair)
        first(copies, 0)
        second(copies, 1)
        copies.sync(1)
        found.append(copies.both())
    ours, stock = found
    assert ours == stock
    if second is not expunged:
        assert any(subject == "number 1" for there in ours.values() for subject, _ in there)


# What POP3 is shown

def test_what_has_left_a_view_stays_away_on_its_node(nodes):
    """The other node has a view of its own, of what it has shown itself."""
    copies = begun(nodes, pop3_show="unread")
    with copies.drops[0].pop3() as pop:
        assert len(listed(pop)) == 3
    by_imap(copies, 1, "STORE", "+FLAGS", "(\\Seen)")
    copies.sync()
    with copies.drops[0].pop3() as pop:
        assert listed(pop).keys() == {"number 2", "number 3"}
    by_imap(copies, 1, "STORE", "-FLAGS", "(\\Seen)")
    copies.sync(1)
    with copies.drops[0].pop3() as pop:
        assert listed(pop).keys() == {"number 2", "number 3"}
    with copies.drops[1].pop3() as pop:
        assert listed(pop).keys() == {"number 1", "number 2", "number 3"}


def test_a_program_that_changes_nodes_stores_nothing_twice(copies):
    with copies.drops[0].pop3() as pop:
        first = {uid for _, uid in listed(pop).values()}
    with copies.drops[1].pop3() as pop:
        assert {uid for _, uid in listed(pop).values()} == first


# Replication by Dovecot 2.3

def has_run(copies, node):
    """Return whether a node's replicator has done what it knows of, or ask it to try again.

    It puts off for five minutes a user whose other node was not up yet, or who did something
    meanwhile, be it to look.
    """
    row = copies.nodes[node].doveadm("-f", "flow", "replicator", "status", copies.user)
    if "failed=y" in row:
        copies.nodes[node].doveadm("replicator", "replicate", copies.user)
        return False
    return "priority=none" in row


@pytest.mark.night
@pytest.mark.only_on(23, "2.4 has no replicator")
def test_the_replicator_takes_everything_along(start, storage):
    with two_nodes(start, storage=storage, gate={}, plugins={},
                   conf=lambda own, other: REPLICATION % other) as nodes:
        copies = Copies(nodes, nodes[0].maildrop().user)
        copies.policy(**POLICY, pop3_delete="trash")
        copies.drops[0].deliver(3)
        nodes[1].wait_for(lambda: has_run(copies, 0) and len(copies.drops[1].subjects()) == 3, 30,
                          "the messages")
        deletes(copies, 0)
        nodes[1].wait_for(lambda: has_run(copies, 0) and
                          copies.drops[1].subjects("Trash") == ["number 1"], 30,
                          "what was deleted in the other Trash")
        deletes(copies, 1, "hide", "number 2")
        nodes[0].wait_for(lambda: has_run(copies, 1) and copies.drops[0].having(HIDDEN) == [1],
                          30, "the keyword")
        assert copies.contents(0) == copies.contents(1)
