# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mailbox of the maildrop is replaced by another one of the same name while a POP3 session
is open: nothing of the session is for that one."""

import poplib
import time

import pytest

import journal
from folders import PLUGINS, fill, folder_of
from names import HIDDEN
from view_listing import listed, names, subjects


FEW_OPEN = {"conf23": "plugin {\n  virtual_max_open_mailboxes = 1\n}\n",
            "conf24": "virtual_max_open_mailboxes = 1\n"}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox", "sdbox, few open"])
def server(request, start):
    storage, _, few = request.param.partition(", ")
    return start(storage=storage, gate={}, plugins=PLUGINS, **(FEW_OPEN if few else {}))


@pytest.fixture
def filled(maildrop):
    """Two messages in INBOX, two in A, one in B."""
    maildrop.deliver(2)
    fill(maildrop, "A", "old 1", "old 2")
    fill(maildrop, "B", "b 1")
    return maildrop


def replace(maildrop, how, wait):
    """Put another mailbox with two messages in the place of A."""
    with maildrop.imap() as imap:
        assert (imap.delete("A") if how == "delete" else imap.rename("A", "Z"))[0] == "OK"
    # Dovecot makes the index' own number, and the UIDVALIDITY, of the second
    time.sleep(wait)
    fill(maildrop, "A", "new 1", "new 2")


@pytest.mark.parametrize("wait", [0, 1.1], ids=["at once", "later"])
@pytest.mark.parametrize("how", ["delete", "rename"])
@pytest.mark.parametrize("command, mark_read", [
    ("retr", "stock"), ("retr", "complete"), ("retr, then replaced", "stock"),
    ("retr, then replaced", "complete"), ("retr, then replaced", "quit"),
    ("dele", "stock"), ("rset", "stock")])
def test_the_other_mailbox_is_left_alone(filled, show, command, mark_read, how, wait):
    show(pop3_folders="A B", pop3_mark_read=mark_read, pop3_mark_downloaded="yes")
    with filled.pop3() as pop:
        found = subjects(pop)
        at = {subject: number for number, subject in enumerate(found, 1)}
        if command == "retr, then replaced":
            pop.retr(at["old 1"])
        replace(filled, how, wait)
        if command == "retr":
            with pytest.raises(poplib.error_proto):
                pop.retr(at["old 1"])
            with pytest.raises(poplib.error_proto):
                pop.top(at["old 2"], 0)
        elif command == "dele":
            pop.dele(at["old 1"])
        elif command == "rset":
            pop.dele(at["old 2"])
            pop.rset()
        pop.retr(at["b 1"])
        pop.dele(at["number 1"])
        assert pop.quit().startswith(b"+OK")
    assert filled.subjects("A") == ["new 1", "new 2"]
    assert not any({"\\Seen", HIDDEN, "$POP3Downloaded"} & flags
                   for flags in filled.flags("A").values())
    if how == "rename":
        assert filled.subjects("Z") == ["old 1", "old 2"]
    assert filled.subjects() == names(2)
    assert "\\Seen" in filled.flags("B")[1]
    assert set(listed(filled)) == {*names(2), "new 1", "new 2", "b 1"}
    assert filled.log_problems() == []


# What QUIT confirms

@pytest.fixture
def renamed(maildrop, show):
    """Two messages in INBOX, three in Work/a."""
    maildrop.deliver(2)
    fill(maildrop, "Work/a", "a 1", "a 2", "a 3")
    show(pop3_folders="Work/*")
    return maildrop


def rename(maildrop, before, after):
    with maildrop.imap() as imap:
        assert imap.rename(before, after)[0] == "OK"


def delete_in_the_renamed(maildrop, after, *more):
    """Download and delete while the mailbox gets another name; return what QUIT said."""
    with maildrop.pop3() as pop:
        at = {subject: number for number, subject in enumerate(subjects(pop), 1)}
        pop.retr(at["a 3"])
        pop.dele(at["a 1"])
        rename(maildrop, "Work/a", after)
        for mailbox in more:
            fill(maildrop, mailbox, f"{mailbox} 1", f"{mailbox} 2")
        pop.dele(at["a 2"])
        pop.dele(at["number 1"])
        return pop.quit()


@pytest.mark.parametrize("more", [(), ("Work/a",)], ids=["gone", "replaced"])
@pytest.mark.parametrize("after", ["Work/b", "Elsewhere"])
def test_what_was_deleted_in_a_mailbox_that_is_renamed_is_not_shown_again(renamed, after, more):
    """QUIT says so."""
    assert delete_in_the_renamed(renamed, after, *more).startswith(b"+OK")
    assert renamed.subjects(after) == ["a 1", "a 2", "a 3"]
    flags = renamed.flags(after)
    assert [HIDDEN in flags[number] for number in (1, 2, 3)] == [True, True, False]
    assert ["\\Seen" in flags[number] for number in (1, 2, 3)] == [False, False, True]
    new = {f"{mailbox} {number}" for mailbox in more for number in (1, 2)}
    assert not any(HIDDEN in flags for mailbox in more for flags in renamed.flags(mailbox).values())
    shown = {*names(2), *new, *(["a 3"] if after == "Work/b" else [])}
    assert set(listed(renamed)) == shown
    assert renamed.log_problems() == []
    line, = [line for line in journal.read(renamed) if line.get("mailbox") == after]
    renamed.server.doveadm("coexist", "undo", "-u", renamed.user, line["session"])
    assert not any(HIDDEN in flags for flags in renamed.flags(after).values())


def test_what_was_deleted_with_its_mailbox_is_gone(renamed):
    with renamed.pop3() as pop:
        at = {subject: number for number, subject in enumerate(subjects(pop), 1)}
        pop.dele(at["a 1"])
        with renamed.imap() as imap:
            assert imap.delete("Work/a")[0] == "OK"
        assert pop.quit().startswith(b"+OK")
    assert set(listed(renamed)) == set(names(1, 2))


def test_nothing_is_confirmed_if_nobody_can_say_where_the_mailbox_is(renamed):
    """One that can't be read may be it."""
    with renamed.pop3() as pop:
        at = {subject: number for number, subject in enumerate(subjects(pop), 1)}
        pop.dele(at["a 1"])
        rename(renamed, "Work/a", "Elsewhere")
        for path in renamed.folder.rglob("dovecot.list.index*"):
            path.unlink()
        folder = folder_of(renamed, "Elsewhere")
        mode = folder.stat().st_mode
        folder.chmod(0)
        try:
            with pytest.raises(poplib.error_proto, match="Deleted messages stay"):
                pop.quit()
        finally:
            folder.chmod(mode)
    assert not any(HIDDEN in flags for flags in renamed.flags("Elsewhere").values())
