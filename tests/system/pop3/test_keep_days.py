# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days: what was downloaded so many days ago leaves the mailbox.

The clock of POP3 sessions is put back for a download in the past, and ahead for
a session in the future.
"""

from datetime import datetime, timezone

import pytest

import journal
import leaving
import wire
from instance import message
from keep_days import keeps
from maildrop import large_message
from server import AT_ONCE

DAYS = 30
A_MINUTE = 1 / 24 / 60
POLICIES = ("stock", "complete", "quit", "never")
FETCHER = "192.0.2.1"


@pytest.fixture(scope="module")
def server(start, clock):
    return start(
        coexist={**AT_ONCE, "pop3_fetcher_networks": "192.0.2.0/24"}, wrap={"pop3": clock.wrapper},
        conf="login_trusted_networks = 127.0.0.1\n",
        groups={"keep": keeps(DAYS), "keyword": keeps(DAYS, pop3_mark_downloaded="yes"),
                **{policy: keeps(DAYS, pop3_mark_read=policy) for policy in POLICIES},
                **{f"to_{action}": keeps(DAYS, pop3_delete=action)
                   for action in ("hide", "trash", "archive")}})


@pytest.fixture
def maildrop(server):
    return server.maildrop("keep")


def store(maildrop, numbers, *change):
    """Change flags by IMAP."""
    with maildrop.imap() as imap:
        imap.select()
        imap.store(numbers, *change)


# When

def test_a_message_leaves_after_so_many_days(maildrop, download, visit):
    maildrop.deliver(3)
    download(maildrop, 2, days_ago=DAYS)
    assert len(maildrop.subjects()) == 3
    visit(maildrop)
    assert maildrop.subjects() == ["number 1", "number 3"]
    # others wonder about the clock
    assert [line for line in maildrop.log_problems() if "coexist: " in line] == []


def test_it_stays_until_then(maildrop, download, visit):
    maildrop.deliver(1)
    download(maildrop, 1, days_ago=DAYS - A_MINUTE)
    visit(maildrop)
    assert maildrop.subjects() == ["number 1"]
    visit(maildrop, in_days=A_MINUTE)
    assert maildrop.subjects() == []


def test_the_first_download_counts(maildrop, download, visit):
    maildrop.deliver(1)
    for days_ago in (40, 20, 1):
        with_flag = "+FLAGS", "(\\Flagged)"
        download(maildrop, 1, days_ago=days_ago)
        store(maildrop, "1", *with_flag)
    store(maildrop, "1", "-FLAGS", "(\\Flagged)")
    visit(maildrop)
    assert maildrop.subjects() == []


def test_a_download_that_a_wrong_clock_put_into_the_future_is_not_over_early(
        maildrop, download, visit):
    maildrop.deliver(1)
    download(maildrop, 1, days_ago=-10)
    for in_days in (0, 9, 39.9):
        visit(maildrop, in_days)
        assert maildrop.subjects() == ["number 1"]
    visit(maildrop, in_days=40.1)
    assert maildrop.subjects() == []


def test_another_download_puts_a_time_of_a_wrong_clock_right(maildrop, download, visit):
    maildrop.deliver(1)
    download(maildrop, 1, days_ago=-1000)
    download(maildrop, 1, days_ago=0)
    visit(maildrop, in_days=29.9)
    assert maildrop.subjects() == ["number 1"]
    visit(maildrop, in_days=30.1)
    assert maildrop.subjects() == []


def test_the_session_that_downloads_may_be_the_one_that_expires(maildrop, download, clock):
    maildrop.deliver(2)
    download(maildrop, 1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.quit()
    assert maildrop.subjects() == ["number 2"]


def test_a_session_without_quit_does_it_too(maildrop, download):
    maildrop.deliver(1)
    download(maildrop, 1)
    with maildrop.pop3() as pop:
        pop.noop()
    assert maildrop.subjects() == []


def test_the_log_has_a_line(maildrop, download, visit):
    maildrop.deliver(3)
    download(maildrop, 1, 2)
    visit(maildrop)
    maildrop.server.wait_log(
        rf"Info: .*pop3\({maildrop.user}\).*coexist: expired 2 messages downloaded by "
        rf"POP3 more than 30 days ago$|pop3\({maildrop.user}\).*Info: coexist: expired 2 "
        r"messages downloaded by POP3 more than 30 days ago$")


# What is never removed

@pytest.mark.parametrize("flag, undo", [
    ("\\Flagged", "-FLAGS"), ("\\Answered", "-FLAGS"), ("\\Draft", "-FLAGS"),
    ("\\Seen", "+FLAGS")])
def test_a_guarded_message_stays_until_it_is_not_guarded(maildrop, download, visit,
                                                         flag, undo):
    maildrop.deliver(2)
    download(maildrop, 1, 2)
    store(maildrop, "1", "+FLAGS" if undo == "-FLAGS" else "-FLAGS", f"({flag})")
    visit(maildrop)
    assert maildrop.subjects() == ["number 1"]
    store(maildrop, "1", undo, f"({flag})")
    visit(maildrop)
    assert maildrop.subjects() == []


def test_what_was_not_downloaded_stays_however_old_and_read(maildrop, visit):
    maildrop.append(message("old", date=datetime(2001, 1, 1, tzinfo=timezone.utc)),
                    received=datetime(2001, 1, 1, tzinfo=timezone.utc))
    store(maildrop, "1", "+FLAGS", "(\\Seen)")
    visit(maildrop, in_days=1000)
    assert maildrop.subjects() == ["old"]


def test_top_is_no_download(maildrop, clock, visit):
    maildrop.deliver(1)
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        pop.top(1, 1000)
        pop.quit()
    store(maildrop, "1", "+FLAGS", "(\\Seen)")
    visit(maildrop)
    assert maildrop.subjects() == ["number 1"]


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_an_unconfirmed_download_is_none(maildrop, clock, visit, leave):
    maildrop.deliver(large_message())
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        leave(pop, 1)
    store(maildrop, "1", "+FLAGS", "(\\Seen)")
    visit(maildrop)
    assert maildrop.subjects() == ["large"]


def test_other_mailboxes_keep_everything(maildrop, download, visit):
    maildrop.deliver(2)
    download(maildrop, 1, 2)
    with maildrop.imap() as imap:
        imap.create("Work")
        imap.select()
        imap.copy("1:2", "Work")
    visit(maildrop)
    assert maildrop.subjects() == []
    assert maildrop.subjects("Work") == ["number 1", "number 2"]


# What is remembered

@pytest.mark.parametrize("policy", POLICIES)
def test_the_time_is_noted_whatever_becomes_read(server, policy, download, visit):
    maildrop = server.maildrop(policy)
    maildrop.deliver(1)
    download(maildrop, 1)
    if policy == "never":
        visit(maildrop)
        assert maildrop.seen() == []
        store(maildrop, "1", "+FLAGS", "(\\Seen)")
    assert maildrop.seen() == [1]
    visit(maildrop)
    assert maildrop.subjects() == []


@pytest.mark.parametrize("policy, left", [
    ("stock", []), ("complete", []), ("never", []), ("quit", ["number 1"])])
def test_a_download_counts_without_quit_unless_reads_need_quit(server, clock, visit,
                                                               policy, left):
    maildrop = server.maildrop(policy)
    maildrop.deliver(1)
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
    store(maildrop, "1", "+FLAGS", "(\\Seen)")
    visit(maildrop)
    assert maildrop.subjects() == left


def test_other_changes_of_the_message_change_nothing_about_it(maildrop, download, visit):
    maildrop.deliver(2)
    download(maildrop, 1, days_ago=40)
    for change in ("+FLAGS", "-FLAGS"):
        store(maildrop, "1:2", change, "(\\Flagged \\Answered $Label1)")
    maildrop.deliver(1)
    download(maildrop, 2, days_ago=1)
    visit(maildrop)
    assert maildrop.subjects() == ["number 2", "number 1"]


def test_a_fetcher_notes_nothing_and_expires_nothing(maildrop, download, clock, visit):
    def claim(client):
        wire.send(client, f"XCLIENT ADDR={FETCHER}")
        assert wire.read_line(client) == b"+OK Updated"
    maildrop.deliver(2)
    with clock.days_from_now(-40), maildrop.pop3(before_login=claim) as pop:
        pop.retr(1)
        pop.quit()
    store(maildrop, "1:2", "+FLAGS", "(\\Seen)")
    download(maildrop, 2)
    with maildrop.pop3(before_login=claim) as pop:
        pop.quit()
    assert maildrop.subjects() == ["number 1", "number 2"]
    visit(maildrop)
    assert maildrop.subjects() == ["number 1"]


def lose_index(maildrop):
    """Remove the indexes of a maildir."""
    for path in maildrop.folder.glob("dovecot.index*"):
        path.unlink()


def test_without_index_the_keyword_and_the_save_date_count(server, download, visit):
    maildrop = server.maildrop("keyword")
    maildrop.deliver(2)
    download(maildrop, 1, days_ago=20)
    store(maildrop, "2", "+FLAGS", "(\\Seen)")
    lose_index(maildrop)
    for in_days in (0, 29.9):
        visit(maildrop, in_days)
        assert maildrop.subjects() == ["number 1", "number 2"]
    visit(maildrop, in_days=30.1)
    assert maildrop.subjects() == ["number 2"]


def test_without_index_and_keyword_nothing_is_known_to_be_downloaded(maildrop, download,
                                                                     visit):
    maildrop.deliver(1)
    download(maildrop, 1)
    lose_index(maildrop)
    visit(maildrop, in_days=1000)
    assert maildrop.subjects() == ["number 1"]


def test_dates_that_a_client_can_choose_count_for_nothing(maildrop, visit):
    old = datetime(2001, 1, 1, tzinfo=timezone.utc)
    with maildrop.imap() as imap:
        imap.append("INBOX", "(\\Seen $POP3Downloaded)", '"01-Jan-2001 00:00:00 +0000"',
                    message("forged", date=old))
    visit(maildrop)
    assert maildrop.subjects() == ["forged"]


# Where it goes

@pytest.mark.parametrize("action, target", [("trash", "Trash"), ("archive", "Archive")])
def test_messages_go_where_deleted_ones_go(server, download, visit, action, target):
    maildrop = server.maildrop(f"to_{action}")
    maildrop.deliver(3)
    download(maildrop, 1, 3)
    store(maildrop, "1", "+FLAGS", "($Label1)")
    visit(maildrop)
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects(target) == ["number 1", "number 3"]
    assert [flags - {"\\Recent", "$HasNoAttachment", "$HasAttachment"}
            for flags in maildrop.flags(target).values()] == [
        {"\\Seen", "$Label1"}, {"\\Seen"}]
    server.wait_log(rf"{maildrop.user}.*expired 2 messages downloaded by POP3 more than 30 "
                    rf"days ago, moved to {target}$")


def test_the_journal_has_a_line_by_which_it_can_be_undone(server, download, visit):
    maildrop = server.maildrop("to_trash")
    maildrop.deliver(3)
    download(maildrop, 1, 3)
    visit(maildrop)
    [line] = [line for line in journal.read(maildrop) if line["protocol"] == "expire"]
    assert [(move["moved"], move["target"]) for move in line["moves"]] == [("1,3", "Trash")]
    server.doveadm("coexist", "undo", "-u", maildrop.user, line["session"])
    assert sorted(maildrop.subjects()) == ["number 1", "number 2", "number 3"]
    # what came back is not known to be downloaded
    visit(maildrop)
    assert len(maildrop.subjects()) == 3


def test_hidden_ones_are_expunged(server, download, visit):
    maildrop = server.maildrop("to_hide")
    maildrop.deliver(2)
    download(maildrop, 1, 2)
    maildrop.delete(1)
    assert maildrop.subjects() == []
    assert maildrop.subjects("Trash") == []


def test_hidden_ones_that_nobody_downloaded_stay(server, download, visit):
    """Deleted by what TOP showed: nobody has the message."""
    maildrop = server.maildrop("to_hide")
    maildrop.deliver(2)
    download(maildrop, 1)
    maildrop.delete(1, 2)
    assert maildrop.subjects() == ["number 2"]


def test_a_target_that_takes_nothing_leaves_everything(server, download, visit):
    maildrop = server.maildrop("to_trash")
    maildrop.deliver(3)
    download(maildrop, 1, 3)
    with maildrop.imap() as imap:
        imap.create("Trash")
    trash = maildrop.folder / ".Trash"
    for path in (trash / "cur", trash / "new", trash / "tmp", trash):
        path.chmod(0o500)
    visit(maildrop)
    assert len(maildrop.subjects()) == 3
    assert [line for line in maildrop.log_problems() if "Warning" in line and
            "Can't move messages that expired to Trash, so they stay: " in line]
    for path in (trash, trash / "cur", trash / "new", trash / "tmp"):
        path.chmod(0o700)
    visit(maildrop)
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Trash") == ["number 1", "number 3"]


@pytest.mark.parametrize("settings, conf, remedy", [
    ({"pop3_delete": "trash"},
     "namespace inbox {\n  mailbox INBOX {\n    special_use = \\Trash\n  }\n}\n",
     "give special_use = \\Trash to another one"),
    ({"pop3_delete": "archive", "archive_mailbox": "INBOX"}, "",
     "let archive_mailbox name another one")], ids=["trash", "archive"])
def test_inbox_being_where_messages_go_keeps_everything(start, clock, download, visit, settings,
                                                        conf, remedy):
    server = start(coexist={**AT_ONCE, "pop3_keep_days": "30", **settings},
                   wrap={"pop3": clock.wrapper}, conf=conf)
    maildrop = server.maildrop()
    maildrop.deliver(1)
    download(maildrop, 1)
    visit(maildrop)
    assert maildrop.subjects() == ["number 1"]
    line, = [line for line in maildrop.log_problems()
             if "Can't move messages that expired to INBOX, so they stay: " in line]
    assert remedy in line


def test_a_mailbox_that_is_read_only_keeps_everything(start, clock, download, visit):
    server = start(coexist={**AT_ONCE, "pop3_keep_days": "30"}, wrap={"pop3": clock.wrapper},
                   plugins={"all": ["coexist", "acl"]},
                   conf23="plugin {\n  acl = vfile\n}\n", conf24="acl_driver = vfile\n")
    maildrop = server.maildrop()
    maildrop.deliver(2)
    download(maildrop, 1, 2)
    acl = maildrop.folder / "dovecot-acl"
    acl.write_text("owner lr\n")
    visit(maildrop)
    assert maildrop.subjects() == ["number 1", "number 2"]
    assert [line for line in maildrop.log_problems() if "coexist: " in line] == []
    acl.unlink()
    visit(maildrop)
    assert maildrop.subjects() == []
