# SPDX-License-Identifier: LGPL-2.1-or-later
"""A POP3 maildrop of INBOX and other mailboxes: what each command says, and what IMAP sees."""

import poplib

import pytest

from folders import PLUGINS, fill, seen_by_imap, uids
from names import HIDDEN
from view_listing import listed, names, subjects

FOLDERS = 'INBOX Sent Projects/*'


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS)


@pytest.fixture
def filled(server, maildrop, show):
    """Two messages each in INBOX, Sent and below Projects; one in Trash and one elsewhere."""
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent 1", "sent 2")
    fill(maildrop, "Projects/a", "a 1")
    fill(maildrop, "Projects/b", "b 1")
    fill(maildrop, "Trash", "trash")
    fill(maildrop, "Other", "other")
    return maildrop


ALL = {"number 1", "number 2", "sent 1", "sent 2", "a 1", "b 1"}


def others(maildrop):
    return "Sent", "Projects/a", "Projects/b", "Trash", "Other"


def test_messages_of_all_mailboxes_are_listed(filled, show):
    assert listed(filled) == names(1, 2)
    show(pop3_folders=FOLDERS)
    assert set(listed(filled)) == ALL
    assert filled.log_problems() == []


def test_each_message_can_be_retrieved(filled, show):
    show(pop3_folders=FOLDERS)
    found = set()
    with filled.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            size = int(pop.list(number).split()[2])
            _, lines, _ = pop.retr(number)
            assert sum(len(line) + 2 for line in lines) == size
            found |= {line[9:].decode() for line in lines if line.startswith(b"Subject: ")}
        pop.quit()
    assert found == ALL
    assert filled.seen() == [1, 2]
    for mailbox in others(filled)[:3]:
        assert filled.flags(mailbox) == {
            number: {"\\Seen"} | flags & {"\\Recent", "$HasNoAttachment"}
            for number, flags in filled.flags(mailbox).items()}


def test_unique_ids_of_inbox_are_those_without_folders(filled, show):
    with filled.pop3() as pop:
        before = uids(pop)
    show(pop3_folders=FOLDERS)
    for _ in range(2):
        with filled.pop3() as pop:
            after = uids(pop)
            one = pop.uidl(1).split()[2].decode()
        assert {subject: after[subject] for subject in before} == before
        assert len(set(after.values())) == len(after) == len(ALL)
        assert one in after.values()
    show()
    with filled.pop3() as pop:
        assert uids(pop) == before


def test_what_is_deleted_in_other_mailboxes_is_hidden(filled, show):
    show(pop3_folders=FOLDERS)
    before = seen_by_imap(filled, *others(filled))
    with filled.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            pop.dele(number)
        with pytest.raises(poplib.error_proto):
            pop.retr(1)
        assert pop.quit().startswith(b"+OK")
    assert filled.subjects() == []
    assert seen_by_imap(filled, *others(filled)) == before
    assert [HIDDEN in flags for flags in filled.flags("Sent").values()] == [True, True]
    assert listed(filled) == []
    show()
    assert listed(filled) == []
    assert filled.log_problems() == []


def test_rset_and_a_session_without_quit_delete_nothing(filled, show):
    show(pop3_folders=FOLDERS)
    with filled.pop3() as pop:
        pop.dele(1)
        pop.rset()
        assert pop.stat()[0] == len(ALL)
        for number in range(1, len(ALL) + 1):
            pop.dele(number)
    assert set(listed(filled)) == ALL


@pytest.mark.parametrize("action", ["expunge", "hide", "trash", "archive"])
def test_downloading_and_deleting_all_changes_nothing_outside_inbox(filled, show, action):
    show(pop3_folders=FOLDERS, pop3_delete=action, pop3_mark_read="never")
    before = seen_by_imap(filled, *others(filled)[:3])
    with filled.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            pop.retr(number)
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")
    assert seen_by_imap(filled, *others(filled)[:3]) == before
    assert filled.subjects() == (names(1, 2) if action == "hide" else [])
    target = {"trash": "Trash", "archive": "Archive"}.get(action)
    if target:
        assert set(names(1, 2)) <= set(filled.subjects(target))
    assert listed(filled) == []


def test_new_mail_is_listed_wherever_it_comes(filled, show):
    show(pop3_folders=FOLDERS)
    assert set(listed(filled)) == ALL
    fill(filled, "Projects/new", "new project")
    fill(filled, "Sent", "sent 3")
    with filled.pop3() as pop:
        assert set(subjects(pop)) == ALL | {"new project", "sent 3"}
