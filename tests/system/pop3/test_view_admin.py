# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an administrator asks about what POP3 is shown, and the way back."""

import json
from datetime import datetime, timedelta, timezone

import pytest

import journal
from instance import message
from names import NOTICE_TEXTS
from view_listing import days_ago, listed, names, reads, store, unreads

TODAY = datetime.now(timezone.utc).strftime("%Y-%m-%d")


@pytest.fixture(scope="module")
def server(start):
    return start(gate={}, coexist={"template_dir": str(NOTICE_TEXTS)},
                 groups={"lone": {"coexist_pop3_show": "unread"}})


def explain(maildrop, *command):
    """Return the rows as dicts, by the command or by its other name."""
    rows = json.loads(maildrop.server.doveadm("-f", "json", "coexist", *command, "-u",
                                              maildrop.user))
    assert [int(row["uid"]) for row in rows] == sorted(int(row["uid"]) for row in rows)
    return rows


def whys(maildrop, *command):
    return [(row["shown"], row["why"], row["since"])
            for row in explain(maildrop, *(command or ("explain", "--pop3-view")))]


def reset(maildrop, *options):
    """Return how many messages returned and how many are due."""
    [row] = json.loads(maildrop.server.doveadm("-f", "json", "coexist", "view", "--reset",
                                               *options, "-u", maildrop.user))
    return int(row["returned"]), int(row["due"])


def test_a_reset_brings_all_back_that_the_keys_let_through(maildrop, show):
    show(pop3_show="unread", pop3_max_messages="3")
    maildrop.deliver(4)
    reads(maildrop, 3)
    assert listed(maildrop) == names(1, 2, 4)
    reads(maildrop, 1)
    unreads(maildrop, 3)
    assert listed(maildrop) == names(2, 4)
    assert reset(maildrop, "--dry-run") == (2, 0)
    assert listed(maildrop) == names(2, 4)
    assert reset(maildrop) == (2, 0)
    assert listed(maildrop) == names(2, 3, 4)


def test_a_reset_without_a_policy_brings_all_back(maildrop, show):
    show(pop3_max_messages="1")
    maildrop.deliver(3)
    assert listed(maildrop) == names(3)
    show()
    assert listed(maildrop) == names(3)
    reset(maildrop)
    assert listed(maildrop) == names(1, 2, 3)


def test_messages_since_a_date_fill_a_new_computer(maildrop, show):
    show(pop3_show="unread")
    days_ago(maildrop, 40, 20, 10)
    reads(maildrop, 1, 2, 3)
    assert listed(maildrop) == []
    date = (datetime.now(timezone.utc) - timedelta(days=30)).strftime("%Y-%m-%d")
    assert reset(maildrop, "--since", date, "--dry-run") == (2, 2)
    assert listed(maildrop) == []
    assert reset(maildrop, "--since", date) == (2, 2)
    assert listed(maildrop) == ["20 days", "10 days"]
    with maildrop.pop3() as pop:        # it dies, and then comes again
        pop.retr(1)
    assert listed(maildrop) == ["20 days", "10 days"]
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert listed(maildrop) == ["10 days"]


def test_options_that_do_not_fit(server, maildrop):
    for options in (("--since", TODAY), ("--dry-run",), ("--reset", "--since", "yesterday")):
        done = server.doveadm("coexist", "view", *options, "-u", maildrop.user, check=False)
        assert done.returncode == 64 and "--since" in done.stderr


def test_why_a_message_is_not_shown(maildrop, show):
    show(pop3_show="unread", pop3_show_days="7", pop3_show_deleted="no",
         pop3_max_messages="2")
    days_ago(maildrop, 9, 6, 0, 0, 0, 0)
    assert whys(maildrop) == [("no", "old", ""), ("no", "surplus", ""),
                              ("no", "surplus", ""), ("no", "surplus", ""), ("yes", "", ""),
                              ("yes", "", "")]
    assert listed(maildrop) == ["0 days", "0 days"]
    reads(maildrop, 5)
    store(maildrop, "6", "+FLAGS", "\\Deleted")
    assert whys(maildrop)[4:] == [("no", "read", ""), ("no", "deleted", "")]
    assert listed(maildrop) == []
    assert whys(maildrop) == [("no", "old", TODAY)] + [("no", "surplus", TODAY)] * 3 + \
        [("no", "read", TODAY), ("no", "deleted", TODAY)]
    assert whys(maildrop, "view") == whys(maildrop)


def test_what_pop3_deleted_is_hidden(maildrop, show):
    show(pop3_delete="hide")
    maildrop.deliver(2)
    maildrop.delete(1)
    assert whys(maildrop) == [("no", "hidden", ""), ("yes", "", "")]


def test_an_undo_shows_what_pop3_hid_again(maildrop, show):
    show(pop3_delete="hide", pop3_show="unread")
    maildrop.deliver(3)
    assert listed(maildrop) == names(1, 2, 3)
    maildrop.delete(1, 3)
    assert maildrop.seen() == [1, 3]
    assert listed(maildrop) == names(2)
    maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user,
                            journal.read(maildrop)[-1]["session"])
    assert listed(maildrop) == names(1, 2, 3)


# What an undo gives back need not be shown to POP3

def undo(maildrop):
    """Undo the last session; return what is told besides."""
    done = maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user,
                                   journal.read(maildrop)[-1]["session"], check=False)
    assert done.returncode == 0, done
    return done.stderr


def test_an_undo_tells_what_is_too_old_to_be_shown(maildrop, show):
    show(pop3_delete="hide")
    days_ago(maildrop, 10, 12, 0)
    maildrop.delete(1, 2, 3)
    show(pop3_delete="hide", pop3_show_days="7")
    told = undo(maildrop)
    assert "Warning: coexist: POP3 is not shown 2 of the messages that are back in INBOX " \
        "(old, by pop3_show_days or pop3_show_since), with the UIDs 1:2: doveadm coexist " \
        "explain --pop3-view tells of each\n" in told
    assert listed(maildrop) == ["0 days"]


def test_an_undo_tells_what_came_back_from_the_trash_and_is_too_old(maildrop, show):
    show(pop3_delete="trash", pop3_show_since=TODAY)
    days_ago(maildrop, 0, 0)
    maildrop.delete(1)
    days_ago(maildrop, 9)
    assert undo(maildrop) == ""
    show(pop3_delete="trash")
    # the one that was there all the time, and the two that have come
    assert listed(maildrop) == ["0 days", "9 days", "0 days"]
    maildrop.delete(2)
    show(pop3_delete="trash", pop3_show_since=TODAY)
    assert "1 of the messages that are back in INBOX (old, by pop3_show_days or " \
        "pop3_show_since), with the UIDs 5:" in undo(maildrop)
    assert listed(maildrop) == ["0 days", "0 days"]


def test_an_undo_tells_what_is_below_the_newest(maildrop, show):
    show(pop3_delete="hide")
    maildrop.deliver(5)
    maildrop.delete(1, 5)
    show(pop3_delete="hide", pop3_max_messages="2")
    assert listed(maildrop) == names(3, 4)
    assert "1 of the messages that are back in INBOX (surplus, by pop3_max_messages), with the " \
        "UIDs 1:" in undo(maildrop)
    assert listed(maildrop) == names(4, 5)


def test_an_undo_tells_nothing_where_all_is_shown(maildrop, show):
    show(pop3_delete="hide")
    maildrop.deliver(3)
    maildrop.delete(1, 3)
    assert undo(maildrop) == ""
    show(pop3_delete="hide", pop3_max_messages="3")
    maildrop.delete(2)
    assert undo(maildrop) == ""
    assert listed(maildrop) == names(1, 2, 3)


def test_an_undo_that_can_not_tell_says_so(maildrop, show):
    show(pop3_delete="hide", pop3_max_messages="3")
    maildrop.deliver(1)
    maildrop.delete(1)
    path = maildrop.folder / "dovecot-coexist.view"
    path.chmod(0)
    assert "Which of these messages POP3 is shown can't be found out" in undo(maildrop)
    path.chmod(0o600)
    assert listed(maildrop) == names(1)


def test_asking_changes_nothing(maildrop, show):
    show(pop3_max_messages="1")
    maildrop.deliver(3)
    explain(maildrop, "explain", "--pop3-view")
    assert not (maildrop.folder / "dovecot-coexist.view").exists()
    show(pop3_max_messages="3")
    assert listed(maildrop) == names(1, 2, 3)


def test_status_counts_what_imap_has(server, maildrop, show):
    """Whatever POP3 is shown of it; what POP3 has hidden is counted beside."""
    show(pop3_show="unread", pop3_max_messages="2", pop3_delete="hide", pop3_mark_downloaded="yes")
    maildrop.deliver(4)
    reads(maildrop, 4)
    assert listed(maildrop) == names(2, 3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(2)
        pop.quit()
    [row] = json.loads(server.doveadm("-f", "json", "coexist", "status", "-u", maildrop.user))
    assert [int(row[name]) for name in ("messages", "hidden", "downloaded")] == [4, 1, 1]


def test_all_users_at_once(server, maildrop, show):
    """As over the HTTP API, a command for mailboxes takes a mask."""
    show(pop3_max_messages="1")
    maildrop.deliver(2)
    rows = json.loads(server.doveadm("-f", "json", "coexist", "view", "-u",
                                     maildrop.user[:-1] + "?"))
    assert {("no", "surplus"), ("yes", "")} <= {(row["shown"], row["why"]) for row in rows}


def test_a_field_of_the_userdb_is_told_too(server):
    maildrop = server.maildrop("lone")
    maildrop.deliver(2)
    reads(maildrop, 1)
    assert whys(maildrop) == [("no", "read", ""), ("yes", "", "")]


def test_notices_are_outside_of_every_filter_and_count(maildrop, show):
    show(pop3_delete_limit="1")
    maildrop.deliver(3)
    maildrop.delete(1, 2)       # held, of which the owner is told
    maildrop.server.wait_for(lambda: len(maildrop.subjects()) == 4)
    notice = maildrop.subjects()[3]
    show(pop3_delete_limit="1", pop3_max_messages="1", pop3_show="unread",
         pop3_show_deleted="no")
    maildrop.deliver(message("new"))
    store(maildrop, "4", "+FLAGS", "\\Seen \\Deleted")
    assert listed(maildrop) == [notice, "new"]
    assert whys(maildrop)[3:] == [("yes", "notice", ""), ("yes", "", "")]


def test_a_state_that_is_not_ours_begins_anew(maildrop, show):
    show(pop3_max_messages="1")
    maildrop.deliver(2)
    assert listed(maildrop) == names(2)
    path = maildrop.folder / "dovecot-coexist.view"
    for text in ("left=read/x/1:2\n", "uidvalidity=1\nleft=read/1/9:1\n", "known=x\n", "due=0\n"):
        path.write_text(text)
        assert listed(maildrop) == names(2)
        assert path.read_text() != text
    path.write_bytes(b"left=read/20000/1:2\0")
    assert listed(maildrop) == names(2)
    problems = [line for line in maildrop.log_problems() if "coexist: " in line]
    assert len(problems) == 9 and "begins anew" in problems[0]


@pytest.mark.parametrize("keys, line", [
    ({"pop3_keep_days": "30"}, "EXPIRE 30"),
    ({"pop3_keep_days": "30", "pop3_show_days": "7"}, "EXPIRE 7"),
    ({"pop3_keep_days": "3", "pop3_show_days": "7"}, "EXPIRE 3"),
    ({"pop3_show_days": "7"}, "EXPIRE 7"),
    ({"pop3_keep_days": "30", "pop3_show": "unread"}, "EXPIRE 0"),
    ({"pop3_keep_days": "30", "pop3_show": "unread", "pop3_mark_read": "never"}, "EXPIRE 30"),
    ({"pop3_keep_days": "30", "pop3_max_messages": "1000"}, None),
    ({"pop3_show_since": "2020-01-01", "pop3_show_deleted": "no"}, None)])
def test_capa_says_for_how_many_days_a_message_is_shown(maildrop, show, keys, line):
    show(**keys)
    with maildrop.pop3() as pop:
        found = pop.capa().get("EXPIRE")
        assert found == (line and [line.split()[1]])
        pop.quit()


def test_what_is_not_shown_is_no_new_mail_to_the_login_delay(maildrop, show):
    """A session that was shown new mail does not count."""
    show(pop3_show="unread", pop3_login_delay="1 hours")
    maildrop.deliver(2)
    for _ in range(2):
        with maildrop.pop3() as pop:
            if _ == 0:
                assert len(pop.list()[1]) == 2
            pop.quit()
        maildrop.deliver(1)
        reads(maildrop, 3)
    with pytest.raises(Exception, match="LOGIN-DELAY"):
        listed(maildrop)


def test_the_log_says_once_what_begins(maildrop, show):
    show(pop3_show="unread")
    maildrop.deliver(3)
    reads(maildrop, 1)
    for _ in range(2):
        listed(maildrop)
    lines = [line for line in maildrop.server.log_text().splitlines()
             if f"({maildrop.user})" in line and "POP3 is shown" in line]
    assert len(lines) == 1
    assert "shown 2 of 3 messages from now on, by pop3_show=unread (a policy document: mailbox)" \
        in lines[0]


def test_the_log_says_whose_document_each_key_is_of(start):
    server = start(gate={}, coexist={"pop3_show_deleted": "no"})
    maildrop = server.maildrop()
    server.store.put("default", pop3_show="unread", pop3_max_messages="2")
    server.store.put("mailbox/" + maildrop.user, pop3_show="all", pop3_show_days="30")
    maildrop.deliver(3)
    assert listed(maildrop) == names(2, 3)
    server.wait_log(r"shown 2 of 3 messages from now on, by pop3_show=all \(a policy document: "
                    r"mailbox\), pop3_show_days=30 \(a policy document: mailbox\), "
                    r"pop3_show_deleted=no \(dovecot.conf\), pop3_max_messages=2 "
                    r"\(a policy document: default\): doveadm coexist explain")
