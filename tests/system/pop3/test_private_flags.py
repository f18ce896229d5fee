# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several users share INBOX, and each has \\Seen of his own (INDEXPVT on 2.3,
mail_index_private_path on 2.4): what is read is what is read to the session's user.
"""

import json
import shutil

import pytest

import journal
from instance import config
from team import Team, impersonal, mark, seen, settings
from server import AT_ONCE
from test_delete_without_rights import ACL, unmarked

POLICIES = ("stock", "complete", "quit", "never")
TARGETS = {"hide": "INBOX", "trash": "Trash", "archive": "Public/Archive",
           "plain": "Plain/Archive"}


@pytest.fixture(scope="module", params=[
    ("maildir", "private"), ("maildir", "public"),
    pytest.param(("maildir", "shared"), marks=pytest.mark.night),
    pytest.param(("sdbox", "private"), marks=pytest.mark.night),
    pytest.param(("mdbox", "private"), marks=pytest.mark.night)],
    ids=" in a namespace that is ".join)
def server(request, start, clock):
    storage, inbox_type = request.param
    return start(
        **settings(storage, inbox_type), wrap={"pop3": clock.wrapper},
        coexist={**AT_ONCE, "pop3_keep_days": "30", "archive_mailbox": "Public/Archive"},
        groups={"impersonal": impersonal(storage),
                **{policy: {"coexist_pop3_mark_read": policy} for policy in POLICIES},
                **{action: {"coexist_pop3_delete": action}
                   for action in ("hide", "trash", "archive")},
                "plain": {"coexist_pop3_delete": "archive",
                          "coexist_archive_mailbox": "Plain/Archive"}})


def last_line(team):
    return journal.without_what_varies(journal.read(team.reader)[-1])


def undo(maildrop, session):
    """Undo the session; return what is not 0."""
    done = maildrop.server.doveadm("-f", "json", "coexist", "undo", "-u", maildrop.user,
                                   session, check=False)
    assert done.returncode == 0, done
    row, = json.loads(done.stdout)
    return {name: int(value) for name, value in row.items()
            if name != "session" and int(value)}


def undo_last(team):
    return undo(team.reader, journal.read(team.reader)[-1]["session"])


# Downloads

@pytest.mark.parametrize("policy, read", [
    ("stock", ["number 1"]), ("complete", ["number 1"]), ("quit", ["number 1"]),
    ("never", [])])
def test_a_download_is_read_to_the_reader_alone(server, policy, read):
    team = Team(server, policy)
    team.reader.deliver(3)
    mark(team.reader, "2")
    mark(team.other, "3")
    with team.reader.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.retr(3) if policy == "never" else pop.noop()
        if policy == "complete":
            server.wait_for(lambda: "number 1" in seen(team.reader), 20)
        pop.quit()
    assert team.seen() == (sorted([*read, "number 2"]), ["number 3"], [])
    if not read:
        assert journal.read(team.reader) == []
        return
    assert last_line(team)["read"] == "1"
    assert undo_last(team) == {"unread": 1}
    assert team.seen() == (["number 2"], ["number 3"], [])


def test_a_download_that_quit_confirms_is_read_to_the_reader_alone(server):
    team = Team(server, "complete")
    team.reader.deliver(1)
    with team.reader.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert team.seen() == (["number 1"], [], [])
    assert last_line(team)["read"] == "1"


# Deletions

def test_what_is_hidden_is_read_to_the_reader_alone(server):
    team = Team(server, "hide")
    team.reader.deliver(3)
    mark(team.reader, "3")
    mark(team.other, "2")
    assert team.reader.delete(1, 3).startswith("+OK")
    assert team.seen() == (["number 1", "number 3"], ["number 2"], [])
    line = last_line(team)
    assert (line["hidden"], line["unseen"], line["marked"]) == ("1,3", "1", "1")
    assert undo_last(team) == {"shown": 2}
    assert team.seen() == (["number 3"], ["number 2"], [])
    assert team.reader.having("$POP3Hidden") == []


@pytest.mark.parametrize("group", ["trash", "archive", "plain"])
def test_what_is_moved_is_read_to_the_reader_alone(server, group):
    team = Team(server, group)
    team.reader.deliver(3)
    mark(team.reader, "3")
    mark(team.other, "1")
    target = TARGETS[group]
    assert team.reader.delete(1, 3).startswith("+OK")
    moved = ["number 1", "number 3"]
    # where \Seen is everybody's, it has to be
    assert (seen(team.reader, target), seen(team.other, target)) == \
        (moved, moved if group == "plain" else [])
    line = last_line(team)
    assert [move["moved"] for move in line["moves"]] == ["1,3"]
    assert (line["unseen"], line["marked"]) == ("1", "1")
    assert undo_last(team) == {"returned": 2}
    assert team.seen() == (["number 3"], [], [])
    assert team.reader.subjects() == ["number 2", "number 1", "number 3"]


# Retention

@pytest.fixture
def expire(clock):
    """expire(maildrop) has a session 40 days after those of today."""
    def visit(maildrop):
        with clock.days_from_now(40), maildrop.pop3() as pop:
            pop.quit()
    return visit


def download(maildrop, *numbers):
    with maildrop.pop3() as pop:
        for number in numbers:
            pop.retr(number)
        pop.quit()


def test_retention_removes_what_the_reader_has_read(server, expire):
    team = Team(server, "never")
    team.reader.deliver(4)
    download(team.reader, 1, 2, 3)
    mark(team.reader, "1,4")
    mark(team.other, "2")
    mark(team.reader, "3", flag="(\\Seen \\Flagged)")
    expire(team.reader)
    assert team.reader.subjects() == ["number 2", "number 3", "number 4"]
    assert last_line(team)["expunged"] == "1"


def test_what_was_read_to_everybody_before_is_unread_to_the_reader(server, expire):
    team = Team(server, "never")
    team.nobody.deliver(2)
    mark(team.nobody, "1,2")
    download(team.reader, 1, 2)
    unread = seen(team.reader) == []
    expire(team.reader)
    # a public namespace begins with the shared flags
    assert team.reader.subjects() == (["number 1", "number 2"] if unread else [])


@pytest.mark.parametrize("group", ["trash", "archive"])
def test_what_retention_moves_stays_as_read_as_it_was(server, expire, group):
    team = Team(server, group)
    team.reader.deliver(2)
    download(team.reader, 1)
    expire(team.reader)
    target = TARGETS[group]
    assert (seen(team.reader, target), seen(team.other, target)) == (["number 1"], [])
    assert undo_last(team) == {"returned": 1}
    assert team.seen() == (["number 1"], [], [])


# IMAP

def test_the_journal_knows_what_the_reader_had_not_read_when_imap_moved_it(server):
    team = Team(server, "trash")
    team.reader.deliver(3)
    mark(team.reader, "1")
    mark(team.other, "2")
    with team.reader.imap() as imap:
        imap.create("Elsewhere")
        imap.select()
        imap.uid("MOVE", "1:2", "Elsewhere")
    server.wait_for(lambda: journal.logged(team.reader), 20)
    assert (last_line(team)["unseen"], "marked" in last_line(team)) == ("2", False)
    assert (seen(team.reader, "Elsewhere"), seen(team.other, "Elsewhere")) == \
        (["number 1"], [])


# A private index that can't be used

def spoil(maildrop):
    """Put something in the place of the private index's folder."""
    pvt = maildrop.folder.with_name("pvt")
    if pvt.exists():
        shutil.rmtree(pvt)
    pvt.write_text("no folder")


def repair(maildrop):
    maildrop.folder.with_name("pvt").unlink()


def test_a_download_is_read_to_nobody_without_it(server):
    team = Team(server, "complete")
    team.reader.deliver(1)
    spoil(team.reader)
    with team.reader.pop3() as pop:
        pop.retr(1)
        pop.noop()
        server.wait_log(rf"{team.reader.user}.*Can't mark 1 messages that were "
                        "downloaded: Can't open the private index", 20)
        assert pop.quit() == b"+OK Logging out."
    repair(team.reader)
    assert team.seen() == ([], [], [])


def test_what_is_hidden_is_read_to_nobody_without_it(server):
    team = Team(server, "hide")
    team.reader.deliver(1)
    spoil(team.reader)
    assert team.reader.delete(1).startswith("+OK")
    repair(team.reader)
    assert team.seen() == ([], [], [])
    assert team.reader.having("$POP3Hidden") == [1]


def test_nothing_is_moved_without_it(server):
    team = Team(server, "trash")
    team.reader.deliver(2)
    with team.reader.imap() as imap:
        imap.create("Trash")
    spoil(team.reader)
    for _ in range(2):
        assert team.reader.delete(1) == (
            "-ERR [SYS/TEMP] 1 of 1 deleted messages could not be moved and stay: "
            "Can't open the private index")
    repair(team.reader)
    assert team.reader.subjects() == ["number 1", "number 2"]
    assert team.reader.subjects("Trash") == []
    assert team.reader.delete(1).startswith("+OK")
    assert seen(team.reader, "Trash") == ["number 1"]


def test_nothing_expires_without_it(server, expire):
    team = Team(server, "complete")
    team.reader.deliver(2)
    download(team.reader, 1)
    spoil(team.reader)
    mark(team.nobody, "1,2")
    expire(team.reader)
    assert team.nobody.subjects() == ["number 1", "number 2"]


# With an ACL

@pytest.fixture(scope="module")
def by_rights(start):
    """by_rights(rights, count) returns a Team with so many messages, in whose INBOX all
    have these rights only."""
    conf = settings("maildir")
    server = start(**{**conf, **{version: ACL[version] + conf[version] for version in ACL}},
                   plugins={"all": ["acl", "coexist"]},
                   coexist={**AT_ONCE, "pop3_mark_read": "complete"},
                   groups={"impersonal": impersonal("maildir")})

    def make(rights, count):
        team = Team(server, "user")
        team.reader.deliver(count)
        team.limit(rights)
        return team
    return make


def test_without_the_right_a_download_is_read_to_nobody(by_rights):
    team = by_rights("lrwte", 2)
    with team.reader.pop3() as pop:
        pop.retr(1)
        pop.noop()
        pop.retr(2)
        assert pop.quit() == b"+OK Logging out."
    assert team.seen() == ([], [], [])
    [why] = unmarked(team.reader)
    assert why.startswith("Permission denied (the ACL rights are s for \\Seen")
    assert [line for line in journal.read(team.reader) if "read" in line] == []
    assert team.reader.log_problems() == []


def test_with_the_right_a_download_is_read_to_the_reader_alone(by_rights):
    team = by_rights("lrwste", 2)
    download(team.reader, 1, 2)
    assert team.seen() == (["number 1", "number 2"], [], [])
    assert unmarked(team.reader) == []
    assert last_line(team)["read"] == "1:2"
    assert undo_last(team) == {"unread": 2}
    assert team.seen() == ([], [], [])


# Whose they are

def test_a_session_is_undone_by_its_user_only(server):
    team = Team(server, "complete")
    team.reader.deliver(2)
    mark(team.other, "1,2")
    download(team.reader, 1, 2)
    journal.path(team.reader).write_text(journal.path(team.reader).read_text() * 2)
    session = journal.read(team.reader)[-1]["session"]
    done = server.doveadm("coexist", "undo", "-u", team.other.user, session, check=False)
    assert done.returncode == 68
    assert done.stderr.count(f"is one of {team.reader.user}, whose \\Seen") == 1
    assert "has no session" not in done.stderr
    assert team.seen() == (["number 1", "number 2"],) * 2 + ([],)
    assert f"2 read by {team.reader.user}" in \
        server.doveadm("coexist", "journal", "-u", team.other.user)
    assert undo(team.reader, session) == {"unread": 2, "gone": 2}
    assert team.seen() == ([], ["number 1", "number 2"], [])


def test_among_several_users_a_session_is_undone_for_its_own(server):
    team = Team(server, "complete")
    team.reader.deliver(1)
    download(team.reader, 1)
    session = journal.read(team.reader)[-1]["session"]
    (server.folder / "two").write_text(f"{team.other.user}\n{team.reader.user}\n")
    done = server.doveadm("coexist", "undo", "-F", "/mnt/two", session, check=False)
    assert done.returncode == 0, done
    assert f"is one of {team.reader.user}, whose \\Seen" in done.stderr
    assert "Error" not in done.stderr
    assert team.seen() == ([], [], [])


def test_who_has_an_index_of_his_own_has_all_flags_there(start, clock):
    """Not a private index beside the shared one: a maildir that has dovecot-shared and
    keeps \\Seen out of the names of its files."""
    server = start(conf23="mail_location = maildir:~/mail:INDEX=~/index\n",
                   conf24="mail_index_path = ~/index\n", wrap={"pop3": clock.wrapper},
                   coexist={**AT_ONCE, "pop3_keep_days": "30", "pop3_mark_read": "complete"},
                   groups={"impersonal": {}})
    team = Team(server, "user")
    marker = team.reader.folder / "dovecot-shared"
    marker.touch()
    shutil.chown(marker, *config.owner())
    team.reader.deliver(2)
    download(team.reader, 1)
    assert team.seen() == (["number 1"], [], [])
    with clock.days_from_now(40):
        for maildrop in (team.other, team.reader):
            assert len(maildrop.subjects()) == 2
            with maildrop.pop3() as pop:
                pop.quit()
    assert team.reader.subjects() == ["number 2"]
