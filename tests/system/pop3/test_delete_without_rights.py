# SPDX-License-Identifier: LGPL-2.1-or-later
"""An ACL on INBOX: what may not be done is not done, and QUIT says so."""

import json
import poplib
import re

import pytest

import journal
from test_mark_read_recreated import renumber
from server import AT_ONCE

EX_NOPERM = 77
STAY = "-ERR [SYS/PERM] {} deleted messages stay: Permission denied"
ACL = {"conf23": "plugin {\n  acl = vfile\n  acl_ignore_namespace = Kept/\n}\n",
       "conf24": "acl_driver = vfile\n"}
# rights here are nobody's business
KEPT = """namespace kept {
  prefix = Kept/
  separator = /
  %s
}
"""


@pytest.fixture(scope="module")
def server(start, clock):
    return start(plugins={"all": ["acl", "coexist"]},
                 conf23=ACL["conf23"] + KEPT % "location = maildir:~/kept",
                 conf24=ACL["conf24"] + KEPT % "mail_path = ~/kept\n  acl_ignore = yes",
                 coexist={**AT_ONCE, "archive_mailbox": "Kept/Archive"},
                 wrap={"pop3": clock.wrapper},
                 groups={**{action: {"coexist_pop3_delete": action}
                            for action in ("hide", "trash", "archive")},
                         "limit": {"coexist_pop3_delete_limit": "2"},
                         "complete": {"coexist_pop3_mark_read": "complete",
                                      "coexist_pop3_mark_downloaded": "yes"},
                         "quit": {"coexist_pop3_mark_read": "quit"},
                         "keep": {"coexist_pop3_delete": "archive",
                                  "coexist_pop3_keep_days": "30"}})


@pytest.fixture
def limited(server):
    """limited(group, rights, count) returns a mailbox with so many messages, in which
    its owner has these rights only."""
    def make(group, rights, count=3):
        maildrop = server.maildrop(group)
        maildrop.deliver(count)
        limit(maildrop, rights)
        return maildrop
    return make


def limit(maildrop, rights):
    (maildrop.folder / "dovecot-acl").write_text(f"owner {rights}\n")


# Without the right to expunge

@pytest.mark.parametrize("rights", ["lrwst", "lrst"])
def test_copies_of_what_can_not_be_expunged_do_not_stay(limited, rights):
    maildrop = limited("archive", rights)
    for _ in range(3):
        assert maildrop.delete(1, 3).startswith("-ERR [SYS/PERM]")
        assert len(maildrop.subjects()) == 3
        assert maildrop.subjects("Kept/Archive") == []
    (maildrop.folder / "dovecot-acl").unlink()
    assert maildrop.delete(1, 3).startswith("+OK")
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Kept/Archive") == ["number 1", "number 3"]


def test_a_move_within_the_namespace_is_not_begun(limited):
    maildrop = limited("trash", "lrwst")
    for _ in range(2):
        assert maildrop.delete(1).startswith(
            "-ERR [SYS/PERM] 1 of 1 deleted messages could not be moved and stay")
    assert len(maildrop.subjects()) == 3
    assert maildrop.subjects("Trash") == []


def test_retention_leaves_no_copies(limited, clock):
    maildrop = limited("keep", "lrwstipekxa")
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.quit()
    limit(maildrop, "lrwst")
    for _ in range(3):
        with maildrop.pop3() as pop:
            pop.quit()
        assert len(maildrop.subjects()) == 3
        assert maildrop.subjects("Kept/Archive") == []
    assert sum("Can't expire messages: Permission denied" in line
               for line in maildrop.log_problems()) == 3
    (maildrop.folder / "dovecot-acl").unlink()
    with maildrop.pop3() as pop:
        pop.quit()
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Kept/Archive") == ["number 1", "number 3"]


def test_copies_stay_if_inbox_is_another_mailbox_by_then(start):
    """The messages that they were made of may not be there any more, but others in
    their place."""
    server = start(plugins={"all": ["acl", "coexist"]},
                   storage="sdbox",
                   conf23=ACL["conf23"] + KEPT % "location = sdbox:~/kept",
                   conf24=ACL["conf24"] + KEPT % "mail_path = ~/kept\n  acl_ignore = yes",
                   coexist={"archive_mailbox": "Kept/Archive", "pop3_delete": "archive"})
    maildrop = server.maildrop()
    maildrop.deliver(2)
    (maildrop.folder / "mailboxes/INBOX/dbox-Mails/dovecot-acl").write_text("owner lrwsta\n")
    with maildrop.pop3() as pop:
        pop.dele(1)
        renumber(maildrop)
        with pytest.raises(poplib.error_proto):
            pop.quit()
    assert maildrop.subjects() == ["number 1", "number 2"]
    assert maildrop.subjects("Kept/Archive") == ["number 1"]


# Without the right to set keywords

@pytest.mark.parametrize("rights", ["lrs", "lrse"])
def test_what_can_not_be_hidden_is_reported(limited, rights):
    maildrop = limited("hide", rights)
    for _ in range(2):
        assert maildrop.delete(1, 2) == STAY.format(2)
    assert len(maildrop.subjects()) == 3
    assert maildrop.seen() == []
    assert [line for line in maildrop.log_problems() if STAY.format(2)[16:] in line]


def test_a_move_needs_no_right_to_keywords(limited):
    maildrop = limited("trash", "lrse")
    assert maildrop.delete(1, 3) == "+OK Logging out, messages deleted."
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Trash") == ["number 1", "number 3"]
    assert maildrop.log_problems() == []


def test_below_the_limit_the_right_to_expunge_is_enough(limited):
    maildrop = limited("limit", "lrse")
    assert maildrop.delete(1, 3) == "+OK Logging out, messages deleted."
    assert maildrop.subjects() == ["number 2"]


def test_below_the_limit_it_is_needed(limited):
    maildrop = limited("limit", "lrsw")
    assert maildrop.delete(1).startswith("-ERR [SYS/PERM]")
    assert len(maildrop.subjects()) == 3


def test_above_the_limit_nothing_can_be_hidden(limited):
    maildrop = limited("limit", "lrse")
    assert maildrop.delete(1, 2, 3) == STAY.format(3)
    assert maildrop.subjects() == ["number 1", "number 2", "number 3"]
    assert "the owner was told" not in maildrop.server.log_text()


def test_what_is_gone_already_is_no_failure(limited):
    maildrop = limited("hide", "lrset")
    with maildrop.pop3() as pop:
        pop.dele(1)
        with maildrop.imap() as imap:
            imap.select()
            imap.store("1", "+FLAGS", "\\Deleted")
            imap.expunge()
        assert pop.quit().startswith(b"+OK")
    assert maildrop.subjects() == ["number 2", "number 3"]


# Without a right to mark

def unmarked(maildrop):
    """Return why messages were not marked, a text for each time that the log has it."""
    return re.findall(rf"\({maildrop.user}\).*Info: .*coexist: Can't mark messages as the "
                      "policy says: (.*)", maildrop.server.log_text())


@pytest.mark.parametrize("rights, flags", [
    ("lrwe", {"$POP3Downloaded"}), ("lrse", {"\\Seen"}), ("lre", set())])
def test_what_can_not_be_marked_is_logged_once(limited, rights, flags):
    maildrop = limited("complete", rights)
    with maildrop.pop3() as pop:
        for number in (1, 2, 3):
            pop.retr(number)
            pop.noop()
            if number == 1 and flags:
                maildrop.server.wait_for(lambda: flags <= maildrop.flags()[1], 20)
        assert pop.quit() == b"+OK Logging out."
    assert [found - {"\\Recent"} for found in maildrop.flags().values()] == [flags] * 3
    [why] = unmarked(maildrop)
    assert why.startswith("Permission denied (the ACL rights are s for \\Seen")


@pytest.mark.parametrize("rights, seen", [("lrwe", []), ("lrswe", [1])])
def test_what_quit_can_not_mark_is_logged_once(limited, rights, seen):
    maildrop = limited("quit", rights)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.dele(1)
        assert pop.quit() == b"+OK Logging out, messages deleted."
    assert maildrop.seen() == seen
    assert len(unmarked(maildrop)) == (0 if seen else 1)


@pytest.mark.parametrize("group", ["complete", "quit"])
def test_a_mailbox_that_is_only_read_is_logged_once(limited, group):
    maildrop = limited(group, "lr")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        assert pop.quit() == b"+OK Logging out."
    assert unmarked(maildrop) == ["The mailbox is read-only"]
    assert journal.read(maildrop) == []


def test_what_is_hidden_without_a_right_to_reads_stays_unread(limited):
    maildrop = limited("hide", "lrwte")
    assert maildrop.delete(1, 2) == "+OK Logging out, messages deleted."
    assert maildrop.having("$POP3Hidden") == [1, 2]
    assert maildrop.seen() == []
    assert len(unmarked(maildrop)) == 1
    assert "marked" not in journal.only(maildrop)


# Undo

@pytest.mark.parametrize("group, rights, done", [
    ("hide", "lrwst", {"shown": 2}), ("hide", "lrst", {"failed": 2}),
    ("complete", "lrwst", {"unread": 2}), ("complete", "lrwt", {"failed": 2})])
def test_undo_counts_what_it_had_the_right_to(limited, group, rights, done):
    maildrop = limited(group, "lrwstipekxa")
    if group == "hide":
        maildrop.delete(1, 2)
    else:
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.retr(2)
            pop.quit()
    before = maildrop.flags()
    limit(maildrop, rights)
    command = maildrop.server.doveadm(
        "-f", "json", "coexist", "undo", "-u", maildrop.user,
        journal.read(maildrop)[-1]["session"], check=False)
    row, = json.loads(command.stdout)
    assert {name: int(value) for name, value in row.items()
            if name != "session" and int(value)} == done
    if "failed" in done:
        assert command.returncode == EX_NOPERM
        assert command.stderr.count("2 messages can't be put back: Permission denied") == 1
        assert maildrop.flags() == before
