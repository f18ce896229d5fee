# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a POP3 session of several mailboxes leaves in the real ones: what is read, the journal
and its undo, the lock, the limits."""

import pytest

import journal
from folders import PLUGINS, fill, quoted, seen_by_imap
from login_delay import refusal
from names import HIDDEN
from server import AT_ONCE
from view_listing import listed, names

LOCK = "dovecot-pop3-session.lock"


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS, conf="pop3_lock_session = yes\n")


@pytest.fixture
def filled(maildrop):
    """Two messages each in INBOX and Sent."""
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent 1", "sent 2")
    return maildrop


def numbers(pop):
    """Return {subject: message number}."""
    found = {}
    for number in range(1, pop.stat()[0] + 1):
        for line in pop.top(number, 0)[1]:
            if line.startswith(b"Subject: "):
                found[line[9:].decode()] = number
    return found


# Read

@pytest.mark.parametrize("mark_read, seen", [("stock", True), ("complete", True), ("quit", True),
                                             ("never", False)])
def test_what_is_downloaded_is_read_in_its_mailbox(filled, show, mark_read, seen):
    show(pop3_folders="Sent", pop3_mark_read=mark_read, pop3_mark_downloaded="yes")
    with filled.pop3() as pop:
        at = numbers(pop)
        pop.retr(at["sent 2"])
        pop.retr(at["number 1"])
        pop.quit()
    for mailbox, number in (("Sent", 2), ("INBOX", 1)):
        flags = filled.flags(mailbox)
        assert ("\\Seen" in flags[number]) == seen
        assert "$POP3Downloaded" in flags[number]
        assert not {"\\Seen", "$POP3Downloaded"} & flags[3 - number]


def test_imap_sees_it_while_the_session_goes_on(filled, show):
    show(pop3_folders="Sent", pop3_mark_read="complete")
    with filled.pop3() as pop:
        at = numbers(pop)
        pop.retr(at["sent 1"])
        pop.retr(at["number 2"])
        pop.noop()
        filled.server.wait_for(lambda: "\\Seen" in filled.flags("Sent")[1] and
                               filled.seen() == [2])
        assert pop.uidl()[1] and pop.stat()[0] == 4
        pop.dele(at["sent 1"])
        pop.quit()
    assert filled.flags("Sent")[1] >= {"\\Seen", HIDDEN}


@pytest.mark.parametrize("mark_read", ["complete", "quit"])
def test_without_quit_only_what_was_confirmed_is_read(filled, show, mark_read):
    show(pop3_folders="Sent", pop3_mark_read=mark_read)
    with filled.pop3() as pop:
        at = numbers(pop)
        pop.retr(at["sent 1"])
        pop.noop()
        pop.retr(at["sent 2"])
    assert ["\\Seen" in flags for flags in filled.flags("Sent").values()] == \
        [mark_read == "complete", False]


def test_recent_is_left_to_imap_outside_inbox(filled, show):
    show(pop3_folders="Sent")
    with filled.pop3() as pop:
        pop.retr(1)
        pop.quit()
    with filled.imap() as imap:
        assert int(imap.select("Sent", readonly=True)[1][0]) == 2
        assert imap.recent()[1] == [b"2"]


# The journal

def lines(maildrop):
    """Return {mailbox: line}, of sessions of POP3."""
    return {line.get("mailbox", "INBOX"): line for line in journal.read(maildrop)
            if line["protocol"] == "pop3"}


def test_a_line_for_each_mailbox_and_undo(filled, show):
    show(pop3_folders="Sent", pop3_delete="hide")
    before = seen_by_imap(filled, "Sent")
    with filled.pop3() as pop:
        at = numbers(pop)
        for subject in ("number 1", "sent 2"):
            pop.dele(at[subject])
        pop.retr(at["sent 1"])
        pop.quit()
    found = lines(filled)
    assert found.keys() == {"INBOX", "Sent"}
    assert found["INBOX"]["hidden"] == "1" and "mailbox_uidvalidity" not in found["INBOX"]
    assert (found["Sent"]["hidden"], found["Sent"]["read"]) == ("2", "1")
    assert "uidvalidity" not in found["Sent"]
    text = filled.server.doveadm("coexist", "journal", "-u", filled.user)
    assert "1 read, 1 hidden in Sent" in text
    assert set(listed(filled)) == {"number 2", "sent 1"}
    filled.server.doveadm("coexist", "undo", "-u", filled.user, found["Sent"]["session"])
    assert set(listed(filled)) == {"number 1", "number 2", "sent 1", "sent 2"}
    assert seen_by_imap(filled, "Sent") == before


def test_undo_tells_of_a_mailbox_that_pop3_is_not_shown_any_more(filled, show):
    show(pop3_folders="Sent")
    with filled.pop3() as pop:
        pop.dele(numbers(pop)["sent 2"])
        pop.quit()
    show()
    done = filled.server.doveadm("coexist", "undo", "-u", filled.user,
                                 lines(filled)["Sent"]["session"], check=False)
    assert done.returncode == 0
    assert "1 of the messages that are back in Sent (folder, by pop3_folders), with the UIDs 2:" \
        in done.stderr
    assert listed(filled) == names(1, 2)


def test_undo_of_a_mailbox_that_is_gone(filled, show):
    show(pop3_folders="Sent")
    with filled.pop3() as pop:
        pop.dele(numbers(pop)["sent 2"])
        pop.quit()
    session = lines(filled)["Sent"]["session"]
    with filled.imap() as imap:
        assert imap.delete("Sent")[0] == "OK"
    done = filled.server.doveadm("-f", "flow", "coexist", "undo", "-u", filled.user, session)
    assert "gone=1" in done


def test_nothing_is_in_the_journal_of_a_session_that_changed_nothing(filled, show):
    show(pop3_folders="Sent")
    listed(filled)
    assert lines(filled) == {}


# The lock, limits

def locks(maildrop):
    return sorted(maildrop.folder.rglob(LOCK))


def test_the_lock_is_that_of_a_session_without_folders(filled, show):
    with filled.pop3():
        before = locks(filled)
    show(pop3_folders="Sent")
    with filled.pop3() as pop:
        assert pop.stat()[0] == 4
        assert locks(filled) == before != []
    assert locks(filled) == []


@pytest.mark.parametrize("first, second", [({}, {"pop3_folders": "Sent"}),
                                           ({"pop3_folders": "Sent"}, {})],
                         ids=["plain, then folders", "folders, then plain"])
def test_a_second_session_is_refused_with_folders_and_without(filled, show, first, second):
    show(**first)
    with filled.pop3() as pop:
        count = pop.stat()[0]
        assert count == (4 if first else 2)
        show(**second)
        assert "[IN-USE]" in refusal(filled)
        # the first goes on
        pop.retr(count)
        pop.quit()
    assert len(listed(filled)) == (4 if second else 2)


def test_the_limit_counts_what_is_deleted_in_inbox(filled, show):
    show(pop3_folders="Sent", pop3_delete_limit="1")
    with filled.pop3() as pop:
        at = numbers(pop)
        for subject in ("number 1", "sent 1", "sent 2"):
            pop.dele(at[subject])
        pop.quit()
    assert filled.subjects() == names(2)
    assert [HIDDEN in flags for flags in filled.flags("Sent").values()] == [True, True]


def test_a_held_session_keeps_all(filled, show):
    show(pop3_folders="Sent", pop3_delete_limit="1")
    with filled.pop3() as pop:
        for number in range(1, 5):
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")
    assert filled.subjects()[:2] == names(1, 2)
    assert not any("\\Seen" in flags for flags in filled.flags("Sent").values())
    assert listed(filled) == ["2 deleted messages were kept"]


# Retention

@pytest.fixture(scope="module")
def aging(start, clock):
    """A server with a clock for POP3 sessions, where what is due goes at once."""
    return start(gate={}, plugins=PLUGINS, coexist=AT_ONCE, wrap={"pop3": clock.wrapper})


def expires_by_command(maildrop, clock):
    maildrop.server.doveadm("coexist", "expire", "-u", maildrop.user, "--now",
                            env=clock.environment)


def expires_by_session(maildrop, _):
    """A session of all mailboxes that does nothing."""
    with maildrop.pop3() as pop:
        assert pop.stat()[0] > 2
        pop.quit()


@pytest.mark.parametrize("action, target", [("expunge", None), ("trash", "Trash")])
@pytest.mark.parametrize("expires", [expires_by_command, expires_by_session])
def test_retention_is_for_inbox(aging, clock, expires, action, target):
    maildrop = aging.maildrop()
    aging.store.put("mailbox/" + maildrop.user, pop3_folders="Sent Projects/*",
                    pop3_keep_days="30", pop3_delete=action, pop3_mark_downloaded="yes")
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent")
    fill(maildrop, "Projects/x", "x 1", "x 2")
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.retr(number)
        pop.quit()
    others = ("Sent", "Projects/x")
    before = seen_by_imap(maildrop, *others)
    # read and downloaded, so that nothing but their mailbox keeps them
    assert all({"\\Seen", "$POP3Downloaded"} <= flags
               for _, found in before.values() for flags in found)
    # also to a rule that knows no more than the save date
    with clock.days_from_now(40):
        expires(maildrop, clock)
    assert maildrop.subjects() == []
    assert seen_by_imap(maildrop, *others) == before
    if target:
        assert maildrop.subjects(target) == names(1, 2)
    assert set(listed(maildrop)) == {"sent", "x 1", "x 2"}
    # others wonder about the clock
    assert [line for line in maildrop.log_problems() if "coexist: " in line] == []


def test_names_that_look_alike(filled, show):
    """A mailbox is named as IMAP has it, whatever its case."""
    fill(filled, "sent", "another")
    show(pop3_folders="sent")
    assert set(listed(filled)) == {*names(1, 2), "another"}
    assert filled.subjects(quoted("Sent")) == ["sent 1", "sent 2"]


def test_the_log_says_once_that_other_mailboxes_begin(filled, show):
    fill(filled, "Work/a", "a")
    show(pop3_folders="Sent Nowhere Work/*")
    for _ in range(2):
        assert len(listed(filled)) == 5
    show()
    listed(filled)
    show(pop3_folders="Sent")
    listed(filled)
    line, = [line for line in filled.server.log_text().splitlines()
             if f"({filled.user})" in line and "POP3 is shown" in line]
    assert "Info: coexist: POP3 is shown INBOX and 2 other mailboxes from now on, by " \
        "pop3_folders=Sent Nowhere Work/* (a policy document: mailbox)" in line


# LAST (pop3_enable_last), which is of RFC 1460

def test_rset_makes_nothing_unread_outside_inbox(start):
    server = start(gate={}, plugins=PLUGINS, conf="pop3_enable_last = yes\n")
    maildrop = server.maildrop()
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent", pop3_max_messages="2")
    maildrop.deliver(3)
    fill(maildrop, "Sent", "sent 1", "sent 2", "sent 3")
    for mailbox in ("INBOX", "Sent"):
        with maildrop.imap() as imap:
            imap.select(mailbox)
            imap.store("1,2", "+FLAGS", "(\\Seen \\Flagged)")
    with maildrop.pop3() as pop:
        at = numbers(pop)
        assert set(at) == {*names(2, 3), "sent 2", "sent 3"}
        last = max(at["sent 2"], at["number 2"])
        assert pop._shortcmd("LAST") == b"+OK %d" % last
        for subject in ("sent 3", "number 3"):
            pop.retr(at[subject])
            pop.dele(at[subject])
        assert pop._shortcmd("LAST") == b"+OK %d" % max(at[one] for one in ("sent 3", "number 3"))
        pop.rset()
        assert pop._shortcmd("LAST") == b"+OK 0"
        assert numbers(pop) == at
        pop.quit()
    # what POP3 is not shown stays as it is in INBOX, too
    assert maildrop.seen() == [1]
    assert maildrop.flags("Sent")[1] == {"\\Seen", "\\Flagged"}
    assert "\\Seen" in maildrop.flags("Sent")[2]
    assert maildrop.having("\\Flagged") == [1, 2]
    assert set(listed(maildrop)) == set(at)
    assert maildrop.log_problems() == []
