# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a POP3 client is shown: the filters, and that a view only moves forward."""

import poplib
from datetime import datetime, timedelta, timezone

import pytest

from instance import message
from names import HIDDEN
from view_listing import days_ago, listed, names, reads, store, subjects, unreads
from view_model import Program

STOCK = {"pop3_show": "all"}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    """With a gate, so that a document is obeyed at the next login."""
    return start(storage=request.param, gate={}, conf23="mail_max_userip_connections = 50\n",
                 conf24="mail_max_userip_connections = 50\n")


# Unread

def test_what_imap_has_read_is_not_shown(maildrop, show):
    maildrop.deliver(4)
    show(pop3_show="unread")
    reads(maildrop, 1, 3)
    assert listed(maildrop) == names(2, 4)


def test_what_left_does_not_come_back_when_it_is_unread_again(maildrop, show):
    show(pop3_show="unread")
    maildrop.deliver(3)
    assert listed(maildrop) == names(1, 2, 3)
    reads(maildrop, 2)
    assert listed(maildrop) == names(1, 3)
    unreads(maildrop, 2)
    assert listed(maildrop) == names(1, 3)


def test_what_left_does_not_come_back_without_the_filter(maildrop, show):
    show(pop3_show="unread")
    maildrop.deliver(3)
    reads(maildrop, 2)
    assert listed(maildrop) == names(1, 3)
    show(**STOCK)
    maildrop.deliver(message("new"))
    assert listed(maildrop) == names(1, 3) + ["new"]


def test_what_left_does_not_come_back_in_a_session_without_a_policy(server, maildrop, show):
    show(pop3_show="unread")
    maildrop.deliver(3)
    reads(maildrop, 1)
    assert listed(maildrop) == names(2, 3)
    show()
    assert listed(maildrop) == names(2, 3)


def test_what_was_never_listed_is_shown_when_it_is_unread_again(maildrop, show):
    show(pop3_show="unread")
    assert listed(maildrop) == []
    maildrop.deliver(2)
    reads(maildrop, 1)
    assert listed(maildrop) == names(2)
    unreads(maildrop, 1)
    assert listed(maildrop) == names(1, 2)


def test_a_download_hides_after_quit(maildrop, show):
    show(pop3_show="unread")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(2)
        pop.quit()
    assert maildrop.seen() == [2]
    assert listed(maildrop) == names(1, 3)


@pytest.mark.parametrize("mark_read", ["stock", "complete", "quit", "never"])
def test_a_client_that_dies_after_a_download_finds_the_message_again(maildrop, show,
                                                                      mark_read):
    show(pop3_show="unread", pop3_mark_read=mark_read)
    maildrop.deliver(2)
    for _ in range(2):
        with maildrop.pop3() as pop:
            assert subjects(pop) == names(1, 2)
            pop.retr(1)
            pop.noop()
            if mark_read == "complete":
                maildrop.server.wait_for(lambda: maildrop.seen() == [1])
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert listed(maildrop) == names(*([1, 2] if mark_read == "never" else [2]))


def test_numbers_stay_while_messages_become_hidden(maildrop, show):
    show(pop3_show="unread", pop3_show_deleted="no")
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        assert subjects(pop) == names(1, 2, 3, 4)
        reads(maildrop, 1)
        store(maildrop, "2", "+FLAGS", "\\Deleted")
        assert subjects(pop) == names(1, 2, 3, 4)
        pop.dele(1)
        pop.rset()
        assert b"Subject: number 3" in pop.retr(3)[1]
        pop.dele(2)
        pop.quit()
    assert listed(maildrop) == names(4)
    assert maildrop.subjects() == names(1, 3, 4)


# Days

def test_old_messages_are_not_shown(maildrop, show):
    show(pop3_show_days="7")
    days_ago(maildrop, 10, 6, 9, 0)
    assert listed(maildrop) == ["6 days", "0 days"]


def test_more_days_bring_back_only_what_was_never_listed(maildrop, show):
    show(pop3_show_days="7")
    assert listed(maildrop) == []
    days_ago(maildrop, 20, 3)
    assert listed(maildrop) == ["3 days"]
    show(pop3_show_days="2")
    assert listed(maildrop) == []
    show(pop3_show_days="30")
    assert listed(maildrop) == ["20 days"]


def test_messages_before_a_date_are_not_shown(maildrop, show):
    date = datetime.now(timezone.utc) - timedelta(days=5)
    show(pop3_show_since=date.strftime("%Y-%m-%d"))
    days_ago(maildrop, 7, 1)
    assert listed(maildrop) == ["1 days"]
    show(pop3_show_since="none")
    assert listed(maildrop) == ["1 days"]


# \Deleted

def test_what_imap_flagged_deleted_is_not_shown(maildrop, show):
    show(pop3_show_deleted="no")
    maildrop.deliver(3)
    store(maildrop, "2", "+FLAGS", "\\Deleted")
    assert listed(maildrop) == names(1, 3)
    store(maildrop, "3", "+FLAGS", "\\Deleted")
    assert listed(maildrop) == names(1)
    store(maildrop, "3", "-FLAGS", "\\Deleted")
    assert listed(maildrop) == names(1)


# The newest

def test_only_the_newest_are_shown(maildrop, show):
    show(pop3_max_messages="2")
    maildrop.deliver(4)
    assert listed(maildrop) == names(3, 4)


def test_a_deletion_brings_no_older_message_back(maildrop, show):
    show(pop3_max_messages="2")
    maildrop.deliver(5)
    assert listed(maildrop) == names(4, 5)
    store(maildrop, "5", "+FLAGS", "\\Deleted")
    with maildrop.imap() as imap:
        imap.select()
        imap.expunge()
    assert listed(maildrop) == names(4)
    show(pop3_max_messages="100")
    assert listed(maildrop) == names(4)


def test_the_floor_rises_with_new_messages(maildrop, show):
    show(pop3_max_messages="2")
    maildrop.deliver(2)
    assert listed(maildrop) == names(1, 2)
    maildrop.deliver(message("3rd"))
    assert listed(maildrop) == names(2) + ["3rd"]


def test_the_newest_are_counted_among_those_that_are_shown(maildrop, show):
    show(pop3_max_messages="2", pop3_show="unread", pop3_delete="hide")
    maildrop.deliver(6)
    reads(maildrop, 5)
    maildrop.delete(2)      # number 6, which is hidden now
    assert HIDDEN in maildrop.flags()[6]
    assert listed(maildrop) == names(4)
    maildrop.deliver(message("new"))
    assert listed(maildrop) == names(4) + ["new"]


def test_hidden_messages_are_none_of_the_newest(maildrop, show):
    show(pop3_delete="hide")
    maildrop.deliver(6)
    maildrop.delete(4, 6)
    show(pop3_delete="hide", pop3_max_messages="3")
    assert listed(maildrop) == names(2, 3, 5)


def test_hidden_messages_between_those_that_left_stay_hidden(maildrop, show):
    show(pop3_delete="hide")
    maildrop.deliver(5)
    maildrop.delete(2, 4, 5)
    reads(maildrop, 1, 3)
    show(pop3_delete="hide", pop3_show="unread")
    for _ in range(2):
        assert listed(maildrop) == []


def test_unique_ids_and_sizes_are_those_without_a_filter(maildrop, show):
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        uids = [line.split()[1] for line in pop.uidl()[1]]
        sizes = [line.split()[1] for line in pop.list()[1]]
    show(pop3_max_messages="2")
    with maildrop.pop3() as pop:
        assert [line.split()[1] for line in pop.uidl()[1]] == uids[3:]
        assert [line.split()[1] for line in pop.list()[1]] == sizes[3:]
        assert pop.uidl(2).split()[2] == uids[4]
        assert b"Subject: number 5" in pop.retr(2)[1]
        pop.dele(1)
        pop.quit()
    assert maildrop.subjects() == names(1, 2, 3, 5)


def test_what_is_not_listed_can_not_be_named(maildrop, show):
    show(pop3_max_messages="1")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        for command in (pop.list, pop.uidl, pop.retr, pop.dele, lambda n: pop.top(n, 0)):
            with pytest.raises(poplib.error_proto):
                command(2)


def test_nothing_that_imap_lists_changes(maildrop, show):
    show(pop3_show="unread", pop3_max_messages="2", pop3_show_deleted="no",
         pop3_show_days="30")
    maildrop.deliver(5)
    reads(maildrop, 1, 4)
    before = maildrop.flags()
    assert listed(maildrop) == names(3, 5)
    after = maildrop.flags()
    assert {number: flags - {"\\Recent"} for number, flags in before.items()} == \
        {number: flags - {"\\Recent"} for number, flags in after.items()}


def test_a_mailbox_that_was_renumbered_has_a_view_of_its_own(server, maildrop, show):
    show(pop3_max_messages="1")
    maildrop.deliver(2)
    assert listed(maildrop) == names(2)
    server.doveadm("mailbox", "update", "--uid-validity", "1234567", "-u", maildrop.user,
                   "INBOX")
    show(pop3_max_messages="2")
    assert listed(maildrop) == names(1, 2)


def test_a_program_that_keeps_mail_on_the_server_fetches_each_message_once(maildrop, show):
    program = Program()
    maildrop.deliver(4)
    for keys in (STOCK, {"pop3_max_messages": "2"}, STOCK, {"pop3_show": "unread"},
                 {"pop3_show_days": "3"}, STOCK):
        show(**keys)
        with maildrop.pop3() as pop:
            program.session(pop)
    assert program.stored == names(1, 2, 3, 4)
