# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes wrong between QUIT and its reply in a session of several mailboxes: outside INBOX
nothing changes but what POP3 is shown, and no message is lost or comes back under another
unique ID."""

import pytest

import wire
from faults import CHANGES, COUNT, FULL_DISK, IO_ERROR, KILL, Faults, Template
from folders import PLUGINS, fill, seen_by_imap, uids
from instance import message
from server import Server
from test_delete_faults import LEAKED_VIEW
from view_listing import listed, names

FILTERED = {"coexist_pop3_show": "unread", "coexist_pop3_max_messages": "3",
            "coexist_pop3_delete": "trash"}
DELETED = ("number 1", "sent 2", "a 1")
RETRIEVED = ("sent 1", "number 2")


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module", params=["maildir", *(
    pytest.param(storage, marks=pytest.mark.night) for storage in ("mdbox", "sdbox"))])
def server(request, tmp_path_factory, faults):
    with Server(tmp_path_factory.mktemp("dovecot"), storage=request.param, plugins=PLUGINS,
                coexist={"pop3_folders": "Sent Work/*"}, wrap={"pop3": faults.wrapper},
                groups={"filtered": FILTERED}) as server:
        yield server
        assert [line for line in server.log_text().splitlines()
                if "Panic: " in line and LEAKED_VIEW not in line] == []


def session(maildrop, ids, retrieved=RETRIEVED, deleted=DELETED):
    """Download and delete, and say QUIT; return the reply, b"" if there is none."""
    with maildrop.pop3() as pop:
        at = {line.split()[1].decode(): int(line.split()[0]) for line in pop.uidl()[1]}
        for subject in retrieved:
            pop.retr(at[ids[subject]])
        for subject in deleted:
            pop.dele(at[ids[subject]])
        return wire.quit_reply(pop)


def without_seen(mailboxes):
    """And without a keyword whose name a maildir has not written before it was killed."""
    return {name: (subjects, [{flag for flag in flags if flag != "\\Seen" and
                               not flag.startswith("unknown-")} for flags in all_flags])
            for name, (subjects, all_flags) in mailboxes.items()}


@pytest.mark.parametrize("action", [KILL, FULL_DISK, IO_ERROR],
                         ids=["killed", "full disk", "error"])
def test_nothing_is_lost(maildrop, faults, action, tmp_path):
    maildrop.deliver(3)
    fill(maildrop, "Sent", "sent 1", "sent 2", "sent 3")
    fill(maildrop, "Work/a", "a 1", "a 2")
    with maildrop.pop3() as pop:
        ids = uids(pop)
        pop.quit()
    before = without_seen(seen_by_imap(maildrop, "Sent", "Work/a"))
    template = Template(maildrop, tmp_path)
    for at in range(1, 400):
        faults.plan(action, CHANGES, at)
        reply = session(maildrop, ids)
        calls = faults.seen(CHANGES)
        faults.plan(COUNT)
        for lock in maildrop.folder.rglob("*.lock"):
            lock.unlink()
        assert without_seen(seen_by_imap(maildrop, "Sent", "Work/a")) == before, at
        with maildrop.pop3() as pop:
            found = uids(pop)
        assert found == {subject: ids[subject] for subject in found}, at
        assert set(ids) - set(DELETED) <= set(found) <= set(ids), at
        if calls < at:
            break
        # what is not listed any more in INBOX is gone from there, and nothing else
        assert set(maildrop.subjects()) == {one for one in found if one.startswith("number")}
        if reply.startswith(b"+OK") and action == KILL:
            assert set(found) == set(ids) - set(DELETED), at
        # Dovecot does not tell of all that it could not write: not that INBOX's message is
        # still there, nor that a maildir has not the name of a new keyword
        template.restore()
    assert reply.startswith(b"+OK")
    assert set(listed(maildrop)) == set(ids) - set(DELETED)
    assert at > 10


@pytest.mark.parametrize("action", [KILL, *(pytest.param(action, marks=pytest.mark.night)
                                            for action in (FULL_DISK, IO_ERROR))],
                         ids=["killed", "full disk", "error"])
def test_a_view_loses_nothing(server, faults, action, tmp_path):
    """With filters, and what is deleted in INBOX is moved."""
    maildrop = server.maildrop("filtered")
    maildrop.deliver(4)
    fill(maildrop, "Sent", *(f"sent {number}" for number in range(1, 5)))
    maildrop.deliver(message("number 5"))
    # else its index is new, for whose lock Dovecot waits long
    fill(maildrop, "Trash", "older")
    with maildrop.pop3() as pop:
        ids = uids(pop)
        pop.quit()
    assert set(ids) == {*names(3, 4, 5), "sent 2", "sent 3", "sent 4"}
    retrieved, deleted, others = {"number 3", "sent 2"}, {"number 4", "sent 3"}, \
        {"number 5", "sent 4"}
    before = without_seen(seen_by_imap(maildrop, "Sent"))
    template = Template(maildrop, tmp_path)
    for at in range(1, 600):
        faults.plan(action, CHANGES, at)
        reply = session(maildrop, ids, sorted(retrieved), sorted(deleted))
        calls = faults.seen(CHANGES)
        faults.plan(COUNT)
        for lock in maildrop.folder.rglob("*.lock"):
            lock.unlink()
        assert without_seen(seen_by_imap(maildrop, "Sent")) == before, at
        assert set(maildrop.subjects()) | set(maildrop.subjects("Trash")) == \
            {*names(1, 2, 3, 4, 5), "older"}, at
        with maildrop.pop3() as pop:
            found = uids(pop)
        # nothing comes back from below the newest, and nothing by another ID
        assert found == {subject: ids[subject] for subject in found}, at
        assert others <= set(found), at
        if calls < at:
            break
        if action == KILL:
            # what was downloaded leaves after all that is to be done about the others
            assert retrieved <= set(found) or not deleted & set(found), at
            assert reply == b"" or set(found) == others, at
        elif reply.startswith(b"-ERR"):
            assert retrieved <= set(found) or not deleted & set(found), at
        template.restore()
    assert reply.startswith(b"+OK")
    assert set(listed(maildrop)) == others
    assert at > 20
