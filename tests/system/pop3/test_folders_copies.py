# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in several mailboxes of a maildrop, or in one of several names: no message is listed
again because POP3 deleted it, and each keeps its unique ID."""

import pytest

from folders import PLUGINS, fill, uids
from folders_model import explained
from view_listing import listed, names

LAZY = {"conf23": "plugin {\n  lazy_expunge = Expunged\n}\n",
        "conf24": "lazy_expunge_mailbox = Expunged\n"}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS)


@pytest.fixture
def filled(maildrop):
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent")
    return maildrop


def download_and_delete(maildrop):
    """Return the subjects of what is listed, all of which is deleted."""
    with maildrop.pop3() as pop:
        found = uids(pop)
        for number in range(1, pop.stat()[0] + 1):
            pop.retr(number)
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")
    return set(found)


# Where deleted messages go

@pytest.mark.parametrize("action, folders", [
    ("archive", "*"), ("archive", "Archive Sent"), ("trash", "Trash Sent"), ("trash", "*")])
def test_what_is_moved_by_dele_is_not_listed_again(filled, show, action, folders):
    target = {"archive": "Archive", "trash": "Trash"}[action]
    show(pop3_folders=folders, pop3_delete=action)
    assert download_and_delete(filled) == {*names(1, 2), "sent"}
    assert set(filled.subjects(target)) == set(names(1, 2))
    for _ in range(2):
        assert listed(filled) == []
    assert filled.log_problems() == []


def test_the_archive_is_listed_where_nothing_is_moved_there(filled, show):
    fill(filled, "Archive", "archived")
    show(pop3_folders="*")
    assert set(listed(filled)) == {*names(1, 2), "sent", "archived"}


@pytest.mark.parametrize("folders", ["*", "Sent Expunged"])
def test_what_lazy_expunge_keeps_is_not_listed_again(start, folders):
    server = start(gate={}, plugins={"all": ["lazy_expunge", "coexist"], "pop3": ["virtual"]},
                   **LAZY)
    maildrop = server.maildrop()
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent")
    server.store.put("mailbox/" + maildrop.user, pop3_folders=folders)
    assert download_and_delete(maildrop) == {*names(1, 2), "sent"}
    assert set(maildrop.subjects("Expunged")) == set(names(1, 2))
    assert listed(maildrop) == []
    assert maildrop.log_problems() == []


# One mailbox, several names

def test_names_of_an_alias_are_not_listed_twice(start):
    alias = ("namespace old {\n  prefix = INBOX/\n  separator = /\n  hidden = yes\n  list = no\n"
             "  alias_for = \n}\nnamespace inbox {\n  separator = /\n}\n")
    server = start(gate={}, plugins=PLUGINS, conf23=alias,
                   conf24=alias.replace("alias_for = \n", "alias_for = inbox\n"))
    maildrop = server.maildrop()
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent")
    for folders in ("Sent INBOX/Sent", "INBOX/Sent", "INBOX/*"):
        server.store.put("mailbox/" + maildrop.user, pop3_folders=folders)
        assert sorted(listed(maildrop)) == [*names(1), "sent"]


def test_a_symbolic_link_is_not_listed_twice(start):
    server = start(gate={}, plugins=PLUGINS)
    maildrop = server.maildrop()
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent")
    (maildrop.folder / ".Link").symlink_to(".Sent")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent Link")
    for _ in range(2):
        assert explained(maildrop) == {"INBOX": 1, "Sent": 1}
        assert sorted(listed(maildrop)) == [*names(1), "sent"]


# Copies

def places(pop):
    """Return the unique IDs in the order of the list."""
    return [line.split()[1].decode() for line in pop.uidl()[1]]


@pytest.mark.parametrize("deleted", [0, 1])
def test_the_id_of_a_copy_is_the_same_when_the_other_is_deleted(maildrop, show, deleted):
    fill(maildrop, "Sent", "twin")
    fill(maildrop, "Work")
    with maildrop.imap() as imap:
        imap.select("Sent")
        assert imap.copy("1", "Work")[0] == "OK"
    show(pop3_folders="Sent Work")
    with maildrop.pop3() as pop:
        before = places(pop)
        assert len(set(before)) == 2
        pop.dele(deleted + 1)
        pop.quit()
    with maildrop.pop3() as pop:
        assert places(pop) == [before[1 - deleted]]


def test_the_ids_of_copies_are_the_same_in_another_order(maildrop, show):
    fill(maildrop, "Sent", "twin")
    fill(maildrop, "Work", "work")
    with maildrop.imap() as imap:
        imap.select("Sent")
        assert imap.copy("1", "Work")[0] == "OK"
    found = []
    for folders in ("Sent Work", "Work Sent"):
        show(pop3_folders=folders)
        with maildrop.pop3() as pop:
            of = {}
            for number, one in enumerate(places(pop), 1):
                lines = b"\n".join(pop.top(number, 0)[1])
                of.setdefault(lines, []).append(one)
            found.append(({key: sorted(ids) for key, ids in of.items()},
                          pop.list()[1]))
    assert found[0][0] == found[1][0]


def hidden_in(maildrop, *mailboxes):
    """Return the mailboxes in which POP3 has hidden a message."""
    return [mailbox for mailbox in mailboxes
            if any("$POP3Hidden" in flags for flags in maildrop.flags(mailbox).values())]


def expunge_all(maildrop, mailbox):
    with maildrop.imap() as imap:
        imap.select(mailbox)
        imap.store("1:*", "+FLAGS", "(\\Deleted)")
        assert imap.expunge()[0] == "OK"


def copy_all(maildrop, source, *mailboxes):
    with maildrop.imap() as imap:
        imap.select(source)
        for mailbox in mailboxes:
            imap.create(mailbox)
            assert imap.copy("1:*", mailbox)[0] == "OK"


def listed_ids(maildrop):
    with maildrop.pop3() as pop:
        found = places(pop)
        pop.quit()
    assert len(set(found)) == len(found)
    return found


@pytest.mark.parametrize("deleted", [0, 1])
def test_the_id_of_a_copy_is_the_same_when_the_other_was_deleted_and_is_gone(
        maildrop, show, deleted):
    """A program has forgotten the ID of what it deleted: it would download the copy again."""
    fill(maildrop, "Sent", "twin")
    copy_all(maildrop, "Sent", "Work")
    show(pop3_folders="Sent Work")
    with maildrop.pop3() as pop:
        before = places(pop)
        pop.dele(deleted + 1)
        pop.quit()
    [gone] = hidden_in(maildrop, "Sent", "Work")
    expunge_all(maildrop, gone)
    assert listed_ids(maildrop) == [before[1 - deleted]]


@pytest.mark.parametrize("gone", ["Sent", "Work"])
def test_the_id_of_a_copy_is_the_same_when_the_other_has_left_and_is_gone(maildrop, show, gone):
    fill(maildrop, "Sent", "twin")
    copy_all(maildrop, "Sent", "Work")
    show(pop3_folders="Sent Work")
    before = set(listed_ids(maildrop))
    with maildrop.imap() as imap:
        imap.select(gone)
        imap.store("1", "+FLAGS", "(\\Seen)")
    show(pop3_folders="Sent Work", pop3_show="unread")
    [kept] = listed_ids(maildrop)
    assert kept in before
    expunge_all(maildrop, gone)
    assert listed_ids(maildrop) == [kept]


@pytest.fixture
def ordered(maildrop):
    """Three mailboxes in the order of their GUIDs, by which the first of new ones is found."""
    made = [f"W{number}" for number in range(3)]
    with maildrop.imap() as imap:
        for mailbox in made:
            imap.create(mailbox)
    guids = {}
    for mailbox in made:
        text = maildrop.server.doveadm("-f", "tab", "mailbox", "status", "-u", maildrop.user,
                                       "guid", mailbox)
        guids[text.split()[-1]] = mailbox
    return [guids[guid] for guid in sorted(guids)]


def test_a_message_keeps_its_id_when_copies_of_it_come(maildrop, show, ordered):
    fill(maildrop, ordered[-1], "twin")
    show(pop3_folders="*")
    [before] = listed_ids(maildrop)
    copy_all(maildrop, ordered[-1], *ordered[:-1])
    assert len(listed_ids(maildrop)) == 3
    with maildrop.pop3() as pop:
        pop.dele(places(pop).index(before) + 1)
        pop.quit()
    assert hidden_in(maildrop, *ordered) == [ordered[-1]]


def test_ids_are_the_same_when_the_mailbox_of_the_other_has_been_out(maildrop, show, ordered):
    fill(maildrop, ordered[0], "twin")
    show(pop3_folders=ordered[0])
    listed_ids(maildrop)
    show(pop3_folders=" ".join(ordered[1:]))
    copy_all(maildrop, ordered[0], *ordered[1:])
    before = listed_ids(maildrop)
    assert len(before) == 2
    show(pop3_folders="*")
    # what is in the first has left
    assert sorted(listed_ids(maildrop)) == sorted(before)


def test_a_copy_that_is_moved_away_and_the_message_keep_apart(maildrop, show):
    """The only one that is left with the GUID of what is gone keeps its own ID; a new one has
    the GUID, as what is moved has."""
    fill(maildrop, "Sent", "twin")
    show(pop3_folders="*")
    [guid] = listed_ids(maildrop)
    copy_all(maildrop, "Sent", "Work")
    both = set(listed_ids(maildrop))
    with maildrop.imap() as imap:
        imap.select("Sent")
        imap.create("Other")
        assert imap.uid("MOVE", "1:*", "Other")[0] == "OK"
    assert guid in both
    assert set(listed_ids(maildrop)) == both


def test_a_memory_of_copies_that_is_not_ours_harms_nobody(maildrop, show):
    fill(maildrop, "Sent", "twin", "alone")
    copy_all(maildrop, "Sent", "Work")
    show(pop3_folders="*")
    before = listed_ids(maildrop)
    path = maildrop.folder / "dovecot-coexist.copies"
    written = path.read_text()
    for text in ("copies=../7/9/1", "copies=", "x" * 100, "", written[:len(written) // 2]):
        path.write_text(text)
        assert sorted(listed_ids(maildrop)) == sorted(before)
        assert written in path.read_text()


# INBOX alone

def test_inbox_alone_for_now_lists_what_it_lists_with_others(maildrop, show):
    maildrop.deliver(3)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("2", "+FLAGS", "($POP3Hidden)")
    assert listed(maildrop) == names(1, 2, 3)
    show(pop3_folders="Work/*")
    assert listed(maildrop) == names(1, 2, 3)
    fill(maildrop, "Work/a", "a")
    assert set(listed(maildrop)) == {*names(1, 2, 3), "a"}


# Mailboxes that are removed

def remembered(maildrop):
    """Return {GUID: the rest} of the mailboxes whose copies are remembered."""
    path = maildrop.folder / "dovecot-coexist.copies"
    return dict(entry.split("/", 1) for entry in path.read_text().partition("=")[2].split())


def reset(maildrop, *options):
    maildrop.server.doveadm("coexist", "view", "--reset", *options, "-u", maildrop.user)


def test_a_reset_forgets_the_copies_of_what_was_removed(maildrop, show):
    fill(maildrop, "Sent", "twin")
    for mailbox in ("Work/a", "Work/b"):
        fill(maildrop, mailbox)
        copy_all(maildrop, "Sent", mailbox)
    show(pop3_folders="Sent Work/*")
    assert len(listed_ids(maildrop)) == 3
    before = remembered(maildrop)
    assert len(before) >= 3
    with maildrop.imap() as imap:
        assert imap.delete("Work/a")[0] == "OK"
    show(pop3_folders="Sent")
    ids = listed_ids(maildrop)
    out = remembered(maildrop)
    assert out.keys() == before.keys()
    reset(maildrop, "--dry-run")
    reset(maildrop, "--since", "2026-01-01")
    assert remembered(maildrop) == out
    reset(maildrop)
    # of what is there, be it out, it stays known
    after = remembered(maildrop)
    assert len(after) == len(before) - 1 and after.items() < out.items()
    assert listed_ids(maildrop) == ids
    assert maildrop.log_problems() == []


def test_a_reset_forgets_copies_also_if_no_mailbox_is_out(maildrop, show):
    """An older version has forgotten the mailbox, and not its copies."""
    fill(maildrop, "Sent", "twin")
    show(pop3_folders="Sent")
    ids = listed_ids(maildrop)
    before = remembered(maildrop)
    path = maildrop.folder / "dovecot-coexist.copies"
    path.write_text(path.read_text().rstrip("\n") + " " + "0a" * 16 + "/7/9/1:9\n")
    assert len(remembered(maildrop)) == len(before) + 1
    reset(maildrop)
    assert remembered(maildrop) == before
    assert listed_ids(maildrop) == ids
