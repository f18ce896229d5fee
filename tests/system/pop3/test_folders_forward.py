# SPDX-License-Identifier: LGPL-2.1-or-later
"""A view only moves forward: mailboxes that leave the maildrop and come back, and filters of
each mailbox by itself."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from folders import PLUGINS, fill, uids
from instance import message
from view_listing import listed, names, reads, store, subjects
from view_model import Program


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS)


@pytest.fixture
def filled(maildrop):
    """A message in INBOX, two in Sent."""
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent 1", "sent 2")
    return maildrop


WITH = {"pop3_folders": "INBOX Sent Work/*"}


def put(maildrop, mailbox, numbers, flags):
    """Set flags by IMAP."""
    with maildrop.imap() as imap:
        imap.select(mailbox)
        assert imap.store(numbers, "+FLAGS", f"({flags})")[0] == "OK"


# Out of the list and back

@pytest.mark.parametrize("between", [{"pop3_folders": "INBOX"}, {}, {"pop3_folders": "Other"}],
                         ids=["inbox", "nothing", "another"])
def test_what_was_listed_does_not_come_back(filled, show, between):
    fill(filled, "Other")
    show(**WITH)
    assert set(listed(filled)) == {*names(1), "sent 1", "sent 2"}
    show(**between)
    assert listed(filled) == names(1)
    fill(filled, "Sent", "sent 3")
    show(**WITH)
    for _ in range(2):
        assert set(listed(filled)) == {*names(1), "sent 3"}


def test_what_came_before_the_mailbox_left_and_was_never_listed_is_listed(filled, show):
    show(**WITH)
    assert len(listed(filled)) == 3
    fill(filled, "Sent", "unlisted")
    show()
    assert listed(filled) == names(1)
    show(**WITH)
    assert set(listed(filled)) == {*names(1), "unlisted"}


def test_no_session_saw_it_out(filled, show):
    show(**WITH)
    before = set(listed(filled))
    show()
    show(**WITH)
    assert set(listed(filled)) == before


# Renamed, removed, made

def test_a_mailbox_that_is_renamed_keeps_its_ids(filled, show):
    fill(filled, "Work/a", "a 1", "a 2")
    show(**WITH)
    program = Program()
    with filled.pop3() as pop:
        before = uids(pop)
        program.session(pop)
    with filled.imap() as imap:
        assert imap.rename("Work/a", "Work/b")[0] == "OK"
    with filled.pop3() as pop:
        assert uids(pop) == before
        assert program.session(pop) == []


def test_renamed_out_of_the_pattern_and_back(filled, show):
    fill(filled, "Work/a", "a 1")
    show(**WITH)
    assert "a 1" in listed(filled)
    with filled.imap() as imap:
        imap.rename("Work/a", "Elsewhere")
    assert "a 1" not in listed(filled)
    fill(filled, "Elsewhere", "a 2")
    with filled.imap() as imap:
        imap.rename("Elsewhere", "Work/c")
    found = listed(filled)
    assert "a 1" not in found and "a 2" in found


def test_a_mailbox_that_was_made_anew_is_new(filled, show):
    show(**WITH)
    listed(filled)
    with filled.imap() as imap:
        assert imap.delete("Sent")[0] == "OK"
    assert listed(filled) == names(1)
    fill(filled, "Sent", "sent again")
    assert set(listed(filled)) == {*names(1), "sent again"}


def test_changes_of_mailboxes_while_a_session_is_open(filled, show):
    fill(filled, "Work/a", "a 1")
    fill(filled, "Work/b", "b 1")
    show(**WITH)
    with filled.pop3() as pop:
        found = subjects(pop)
        with filled.imap() as imap:
            assert imap.delete("Work/a")[0] == "OK"
            assert imap.rename("Work/b", "Work/c")[0] == "OK"
        fill(filled, "Work/new", "new 1")
        assert pop.stat()[0] == len(found) == 5
        assert len(pop.uidl()[1]) == 5
        at = {subject: number for number, subject in enumerate(found, 1)}
        assert b"Subject: sent 1" in pop.retr(at["sent 1"])[1]
        pop.dele(at["sent 1"])
        pop.dele(at["number 1"])
        assert pop.quit().startswith(b"+OK")
    assert set(listed(filled)) == {"sent 2", "b 1", "new 1"}
    assert filled.subjects("Sent") == ["sent 1", "sent 2"]


def test_numbers_stay_while_messages_of_other_mailboxes_become_hidden(filled, show):
    show(**WITH, pop3_show="unread", pop3_show_deleted="no", pop3_max_messages="2")
    with filled.pop3() as pop:
        found = subjects(pop)
        assert set(found) == {*names(1), "sent 1", "sent 2"}
        put(filled, "Sent", "1", "\\Seen $POP3Hidden")
        put(filled, "Sent", "2", "\\Deleted")
        reads(filled, 1)
        fill(filled, "Sent", "late 1", "late 2")
        filled.deliver(message("late 3"))
        assert subjects(pop) == found
        at = {subject: number for number, subject in enumerate(found, 1)}
        pop.dele(at["number 1"])
        pop.dele(at["sent 2"])
        pop.rset()
        assert subjects(pop) == found
        for subject in ("sent 2", "number 1"):
            assert f"Subject: {subject}".encode() in pop.retr(at[subject])[1]
        pop.dele(at["sent 1"])
        assert pop.quit().startswith(b"+OK")
    assert set(listed(filled)) == {"late 1", "late 2", "late 3"}
    assert filled.subjects() == [*names(1), "late 3"]
    assert filled.subjects("Sent") == ["sent 1", "sent 2", "late 1", "late 2"]


def test_two_sessions_with_other_mailboxes_at_once(filled, show):
    fill(filled, "Work/a", "a 1")
    show(pop3_folders="Sent")
    with filled.pop3() as first:
        before = subjects(first)
        show(pop3_folders="Work/a")
        assert set(listed(filled)) == {*names(1), "a 1"}
        assert subjects(first) == before
        at = {subject: number for number, subject in enumerate(before, 1)}
        first.dele(at["sent 1"])
        first.dele(at["number 1"])
        assert first.quit().startswith(b"+OK")
    assert filled.subjects() == []
    assert "$POP3Hidden" in filled.flags("Sent")[1]


# Moved

def test_a_message_that_imap_moves_to_another_mailbox_keeps_its_id(filled, show):
    fill(filled, "Work/a")
    show(**WITH)
    with filled.pop3() as pop:
        before = uids(pop)
    with filled.imap() as imap:
        imap.select("Sent")
        assert imap.copy("1", "Work/a")[0] == "OK"
        imap.store("1", "+FLAGS", "(\\Deleted)")
        imap.expunge()
    with filled.pop3() as pop:
        assert uids(pop) == before


def test_copies_have_ids_of_their_own(filled, show):
    fill(filled, "Work/a")
    show(**WITH)
    with filled.imap() as imap:
        imap.select("Sent")
        for mailbox in ("Work/a", "Work/a", "Sent"):
            assert imap.copy("1", mailbox)[0] == "OK"
    for _ in range(2):
        with filled.pop3() as pop:
            found = [line.split()[1] for line in pop.uidl()[1]]
            assert [pop.uidl(number).split()[2] for number in range(1, 7)] == found
        assert len(set(found)) == len(found) == 6


# Filters

def test_each_mailbox_is_filtered_by_itself(filled, show):
    fill(filled, "Sent", "sent 3")
    filled.deliver(2)
    show(**WITH, pop3_max_messages="2")
    assert sorted(listed(filled)) == sorted(names(1, 2) + ["sent 2", "sent 3"])
    show(**WITH)
    assert sorted(listed(filled)) == sorted(names(1, 2) + ["sent 2", "sent 3"])


def test_unread(filled, show):
    show(**WITH, pop3_show="unread")
    assert set(listed(filled)) == {*names(1), "sent 1", "sent 2"}
    put(filled, "Sent", "1", "\\Seen")
    reads(filled, 1)
    assert listed(filled) == ["sent 2"]
    show()
    assert listed(filled) == []


def test_what_waited_in_a_mailbox_is_listed_when_it_is_unread(filled, show):
    put(filled, "Sent", "1", "\\Seen")
    show(**WITH, pop3_show="unread")
    assert set(listed(filled)) == {*names(1), "sent 2"}
    with filled.imap() as imap:
        imap.select("Sent")
        imap.store("1", "-FLAGS", "(\\Seen)")
    assert set(listed(filled)) == {*names(1), "sent 1", "sent 2"}


def test_what_waited_waits_also_while_the_mailbox_is_out(filled, show):
    put(filled, "Sent", "1", "\\Seen")
    show(**WITH, pop3_show="unread")
    assert set(listed(filled)) == {*names(1), "sent 2"}
    show(pop3_show="unread")
    assert listed(filled) == names(1)
    show(**WITH)
    assert set(listed(filled)) == {*names(1), "sent 1"}


@pytest.mark.parametrize("mark_read", ["stock", "complete", "quit"])
def test_a_client_that_dies_after_a_download_finds_the_message_again(filled, show, mark_read):
    show(**WITH, pop3_show="unread", pop3_mark_read=mark_read)
    for _ in range(2):
        with filled.pop3() as pop:
            found = subjects(pop)
            assert set(found) == {*names(1), "sent 1", "sent 2"}
            pop.retr(found.index("sent 2") + 1)
            pop.noop()
            if mark_read == "complete":
                filled.server.wait_for(lambda: "\\Seen" in filled.flags("Sent")[2])
    with filled.pop3() as pop:
        pop.retr(subjects(pop).index("sent 2") + 1)
        pop.quit()
    assert set(listed(filled)) == {*names(1), "sent 1"}


def test_deleted_by_imap(filled, show):
    show(**WITH, pop3_show_deleted="no")
    put(filled, "Sent", "2", "\\Deleted")
    assert set(listed(filled)) == {*names(1), "sent 1"}
    store(filled, "1", "+FLAGS", "\\Deleted")
    assert listed(filled) == ["sent 1"]


def test_hidden_in_inbox_means_what_it_means_without_folders(filled, show):
    show(pop3_delete="hide")
    filled.delete(1)
    show(**WITH)
    assert set(listed(filled)) == {*names(1), "sent 1", "sent 2"}
    show(**WITH, pop3_delete="hide")
    assert set(listed(filled)) == {"sent 1", "sent 2"}


# The administrator

def explained(maildrop):
    """Return {(mailbox, uid): (shown, why)}."""
    rows = json.loads(maildrop.server.doveadm("-f", "json", "coexist", "explain", "--pop3-view",
                                              "-u", maildrop.user))
    return {(row["mailbox"], int(row["uid"])): (row["shown"], row["why"]) for row in rows}


def reset(maildrop, *options):
    [row] = json.loads(maildrop.server.doveadm("-f", "json", "coexist", "view", "--reset",
                                               *options, "-u", maildrop.user))
    return int(row["returned"]), int(row["due"])


def test_explain_says_why_of_each_mailbox(filled, show):
    fill(filled, "Other", "other")
    show(**WITH, pop3_show="unread")
    listed(filled)
    put(filled, "Sent", "1", "\\Seen")
    put(filled, "Sent", "2", "$POP3Hidden")
    assert listed(filled) == names(1)
    assert explained(filled) == {("INBOX", 1): ("yes", ""), ("Sent", 1): ("no", "read"),
                                 ("Sent", 2): ("no", "hidden")}
    show()
    assert explained(filled) == {("INBOX", 1): ("yes", "")}


def day(days):
    """Return the date in so many days."""
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%d")


def test_explain_says_since_when_of_each_mailbox(start, clock):
    """What left with its mailbox has done so on the day on which that came back."""
    server = start(gate={}, plugins=PLUGINS, wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop()
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent 1", "sent 2", "sent 3")
    fill(maildrop, "Work/a", "a 1")
    document = "mailbox/" + maildrop.user

    def visit(days, **keys):
        server.store.put(document, pop3_show="unread", **keys)
        with clock.days_from_now(days):
            return set(listed(maildrop))

    assert len(visit(-9, **WITH)) == 6
    put(maildrop, "Sent", "1", "\\Seen")
    put(maildrop, "INBOX", "2", "\\Seen")
    assert visit(-7, **WITH) == {*names(1), "sent 2", "sent 3", "a 1"}
    assert visit(-5) == set(names(1))
    assert visit(-3, **WITH) == set(names(1))
    fill(maildrop, "Sent", "sent 4")
    put(maildrop, "Sent", "4", "\\Seen")
    rows = json.loads(server.doveadm("-f", "json", "coexist", "explain", "--pop3-view", "-u",
                                     maildrop.user))
    assert [(row["mailbox"], int(row["uid"]), row["why"], row["since"]) for row in rows
            if row["shown"] == "no"] == [
        ("INBOX", 2, "read", day(-7)), ("Sent", 1, "read", day(-7)),
        ("Sent", 2, "folder", day(-3)), ("Sent", 3, "folder", day(-3)),
        # it was never listed
        ("Sent", 4, "read", ""), ("Work/a", 1, "folder", day(-3))]


def test_what_left_with_its_mailbox_returns_when_the_administrator_asks(filled, show):
    show(**WITH)
    before = set(listed(filled))
    show()
    listed(filled)
    show(**WITH)
    assert explained(filled)["Sent", 1] == ("no", "folder")
    assert reset(filled, "--dry-run") == (2, 0)
    assert explained(filled)["Sent", 1] == ("no", "folder")
    assert listed(filled) == names(1)
    assert explained(filled)["Sent", 1] == ("no", "folder")
    assert reset(filled) == (2, 0)
    for _ in range(2):
        assert set(listed(filled)) == before


def test_a_reset_before_the_mailbox_was_listed_again(filled, show):
    fill(filled, "Work/a", "a 1")
    show(**WITH)
    before = set(listed(filled))
    show()
    listed(filled)
    show(pop3_folders="Sent")
    assert reset(filled) == (2, 0)
    show(**WITH)
    # of the mailbox that was not named nothing returns
    assert set(listed(filled)) == before - {"a 1"}


def test_a_reset_since_a_day(filled, show):
    show(**WITH, pop3_show="unread")
    listed(filled)
    put(filled, "Sent", "1:2", "\\Seen")
    assert listed(filled) == names(1)
    assert reset(filled, "--since", "2026-01-01") == (2, 3)
    assert set(listed(filled)) == {*names(1), "sent 1", "sent 2"}
    with filled.pop3() as pop:
        for number in range(1, 4):
            pop.retr(number)
        pop.quit()
    assert listed(filled) == []


# Mailboxes that are removed

def views(maildrop):
    """Return the GUIDs of the mailboxes that have a file of their view."""
    return {path.name.rpartition(".")[2] for path in
            maildrop.folder.rglob("dovecot-coexist.view.*")}


def known(maildrop):
    """Return the GUIDs of the mailboxes that the maildrop had."""
    [path] = maildrop.folder.rglob("dovecot-coexist.folders")
    return {entry.split("/")[0] for entry in path.read_text().partition("=")[2].split()}


def test_a_reset_forgets_what_was_removed(filled, show):
    fill(filled, "Work/a", "a 1", "a 2")
    fill(filled, "Work/b", "b 1", "b 2")
    show(**WITH, pop3_max_messages="1")
    assert set(listed(filled)) == {*names(1), "sent 2", "a 2", "b 2"}
    assert views(filled) == known(filled) and len(known(filled)) == 3
    before = known(filled)
    with filled.imap() as imap:
        assert imap.delete("Work/a")[0] == "OK"
    show(pop3_folders="Sent", pop3_max_messages="1")
    assert set(listed(filled)) == {*names(1), "sent 2"}
    # of what is there, and out, it stays known what was listed
    assert reset(filled, "--dry-run") == (1, 0)
    assert views(filled) == known(filled) == before
    assert reset(filled) == (1, 0)
    assert views(filled) == known(filled) and len(known(filled)) == 2 and known(filled) < before
    show(**WITH)
    assert set(listed(filled)) == {*names(1), "sent 1", "sent 2"}


def test_of_very_many_that_are_out_the_first_are_forgotten(filled, show):
    show(**WITH, pop3_max_messages="1")
    assert set(listed(filled)) == {*names(1), "sent 2"}
    [there] = known(filled)
    [path] = filled.folder.rglob("dovecot-coexist.folders")
    text = path.read_text().rstrip("\n")
    out = [f"{number:032x}" for number in range(1, 651)]
    path.write_text(text.replace("folders=", "folders=" + "".join(
        f"{guid}/7/1/out " for guid in out)) + "\n")
    for guid in (out[0], out[-1]):
        path.with_name(f"dovecot-coexist.view.{guid}").write_text("uidvalidity=7\n")
    fill(filled, "Work/a", "a 1")
    assert set(listed(filled)) == {*names(1), "sent 2", "a 1"}
    assert len(known(filled)) == 600
    assert there in known(filled) and out[-1] in known(filled) and out[0] not in known(filled)
    assert there in views(filled) and out[-1] in views(filled) and out[0] not in views(filled)
