# SPDX-License-Identifier: LGPL-2.1-or-later
"""INBOX is on another IMAP server, which Dovecot's imapc storage makes look like a local one.

The other server is a Dovecot of the test, without any of our modules.
"""

import poplib
import subprocess

import pytest

import journal
from instance import Dovecot, config, message
from maildrop import Maildrop
from names import NOTICE_TEXTS
from server import AT_ONCE

POLICIES = {
    "hide": {"coexist_pop3_delete": "hide"},
    "trash": {"coexist_pop3_delete": "trash"},
    "archive": {"coexist_pop3_delete": "archive"},
    "held": {"coexist_pop3_delete": "trash", "coexist_pop3_delete_limit": "1"},
    "read": {"coexist_pop3_mark_read": "complete", "coexist_pop3_mark_downloaded": "yes"},
    "quit": {"coexist_pop3_mark_read": "quit"},
    "kept": {"coexist_pop3_keep_days": "30"},
    "kept-trash": {"coexist_pop3_keep_days": "30", "coexist_pop3_delete": "trash"},
}
REMOTE = """imapc_host = 127.0.0.1
imapc_port = %(port)d
imapc_password = pass
"""
REMOTE23 = REMOTE + "imapc_user = %%u\n"
REMOTE24 = REMOTE + "imapc_user = %%{user}\n"
INBOX23 = REMOTE23 + "mail_location = imapc:~/mail\n"
INBOX24 = REMOTE24 + "mail_driver = imapc\n"
ARCHIVE = """namespace archive {
  prefix = Archive/
  separator = /
  %s
}
"""
ARCHIVE23 = REMOTE23 + ARCHIVE % "location = imapc:~/archive"
ARCHIVE24 = REMOTE24 + ARCHIVE % "mail_driver = imapc\n  mail_path = ~/archive"


# How many messages the other server lets a mailbox have
SMALL = {"small": 4, "archive-small": 4, "many": 1560}


def limited(count):
    """Return the userdb fields of a quota of so many messages."""
    return {23: {"quota_rule": f"*:messages={count}"},
            24: {"quota_message_count": str(count)}}[Dovecot.installed().generation]


@pytest.fixture(scope="module")
def remote(start):
    """Where the mails are."""
    return start(modules=None, quota=True,
                 groups={**POLICIES, **{f"pop3c-{name}": {} for name in POLICIES},
                         **{name: limited(n) for name, n in SMALL.items()}})


@pytest.fixture(scope="module")
def server(start, remote, clock):
    """Where POP3 clients log in."""
    port = {"port": remote.port("imap")}
    return start(groups={**POLICIES, **{name: POLICIES["trash"] for name in SMALL}},
                 coexist={**AT_ONCE, "template_dir": str(NOTICE_TEXTS)},
                 conf23=INBOX23 % port, conf24=INBOX24 % port,
                 wrap={"pop3": clock.wrapper})


@pytest.fixture
def mailbox(server, remote):
    """mailbox(group) returns an INBOX of three messages, and it as the other server sees it."""
    def make(group="user"):
        maildrop = server.maildrop(group)
        there = Maildrop(remote, maildrop.user)
        there.deliver(3)
        return maildrop, there
    return make


def undo_the_only_session(maildrop):
    """Undo what the journal has; return the subjects of INBOX then."""
    [session] = {line["session"] for line in journal.read(maildrop)}
    maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user, session)
    return sorted(maildrop.subjects())


@pytest.mark.parametrize("action, target", [("trash", "Trash"), ("archive", "Archive")])
def test_where_messages_are_moved_is_created_over_there(mailbox, action, target):
    maildrop, there = mailbox(action)
    assert maildrop.delete(1, 3) == "+OK Logging out, messages deleted."
    assert there.subjects() == ["number 2"]
    assert there.subjects(target) == ["number 1", "number 3"]
    with there.imap() as imap:
        assert target.encode() in b" ".join(imap.lsub()[1])
    assert maildrop.delete(1) == "+OK Logging out, messages deleted."
    assert there.subjects(target) == ["number 1", "number 3", "number 2"]
    assert maildrop.log_problems() == []


def test_a_trash_that_is_there_is_used(mailbox):
    maildrop, there = mailbox("trash")
    with there.imap() as imap:
        imap.create("Trash")
    assert maildrop.delete(2) == "+OK Logging out, messages deleted."
    assert there.subjects("Trash") == ["number 2"]
    assert maildrop.log_problems() == []


@pytest.mark.parametrize("action", ["hide", "trash", "archive"])
def test_it_is_undone(mailbox, action):
    maildrop, there = mailbox(action)
    assert maildrop.delete(1, 2).startswith("+OK")
    assert undo_the_only_session(maildrop) == ["number 1", "number 2", "number 3"]
    assert len(there.subjects()) == 3
    assert there.seen() == []
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 3


def test_what_is_hidden_stays_there(mailbox):
    maildrop, there = mailbox("hide")
    assert maildrop.delete(2).startswith("+OK")
    assert len(there.subjects()) == 3
    assert there.having("$POP3Hidden") == there.seen() == [2]
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 2
        pop.quit()
    assert maildrop.log_problems() == []


def test_stock_expunges(mailbox):
    maildrop, there = mailbox()
    assert maildrop.delete(2).startswith("+OK")
    assert there.subjects() == ["number 1", "number 3"]


@pytest.mark.parametrize("policy", ["read", "quit"])
def test_downloads_are_marked(mailbox, policy):
    maildrop, there = mailbox(policy)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.quit()
    assert there.seen() == [1, 3]
    assert there.having("$POP3Downloaded") == ([1, 3] if policy == "read" else [])
    assert maildrop.log_problems() == []


def test_a_held_session_leaves_all_and_tells_the_owner(mailbox):
    maildrop, there = mailbox("held")
    assert maildrop.delete(1, 2).startswith("+OK")
    assert there.subjects() == ["number 1", "number 2", "number 3",
                                "2 deleted messages were kept"]
    assert there.having("$POP3Hidden") == [1, 2]
    assert there.seen() == []
    assert maildrop.log_problems() == []


@pytest.mark.parametrize("policy", ["kept", "kept-trash"])
def test_retention_removes_old_downloads(mailbox, clock, policy):
    maildrop, there = mailbox(policy)
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    with maildrop.pop3() as pop:
        pop.quit()
    assert there.subjects() == ["number 2", "number 3"]
    assert there.subjects("Trash") == (["number 1"] if policy == "kept-trash" else [])


# What the other server refuses

def test_what_does_not_fit_over_there_stays(mailbox):
    maildrop, there = mailbox("small")
    reply = maildrop.delete(1, 2)
    assert reply.startswith("-ERR [SYS/TEMP] 2 of 2 deleted messages could not be moved "
                            "and stay: Quota exceeded"), reply
    assert len(there.subjects()) == 3
    assert there.subjects("Trash") == []
    assert there.seen() == []
    assert maildrop.delete(3).startswith("+OK")
    assert there.subjects("Trash") == ["number 3"]


FIRST_UID = 4_000_000_000
# more UIDs of ten digits than a command has room for
MANY = 800


def fill(there):
    """Give the other server MANY messages, each second UID, and a Trash whose UIDs are the same."""
    there.deliver(1)
    there.server.doveadm("mailbox", "create", "-u", there.user, "Trash")
    there.server.doveadm("mailbox", "update", "-u", there.user, "--min-next-uid",
                         str(FIRST_UID), "Trash")
    names = [f"{number}.coexist" for number in range(MANY)]
    for name in names:
        (there.folder / "cur" / f"{name}:2,").write_bytes(message(name))
    uidlist = there.folder / "dovecot-uidlist"
    head = uidlist.read_text().splitlines()[0].split()
    head = [f"N{FIRST_UID + 2 * MANY}" if field[0] == "N" else field for field in head]
    uidlist.write_text("\n".join([" ".join(head), *(
        f"{FIRST_UID + 2 * number} :{name}" for number, name in enumerate(names)), ""]))
    for path in (there.folder / "new").iterdir():
        path.unlink()
    for path in there.folder.glob("dovecot.index*"):
        path.unlink()
    subprocess.run(["chown", "-R", ":".join(config.owner()), there.folder], check=True)
    return names


def test_none_is_lost_if_the_second_of_two_commands_is_refused(server, remote):
    """Else imapc takes the first one back: by the copies' UIDs, in INBOX."""
    maildrop = server.maildrop("many")
    there = Maildrop(remote, maildrop.user)
    names = fill(there)
    reply = maildrop.delete(*range(2, MANY + 1))
    assert reply.startswith("-ERR [SYS/TEMP] "), reply
    inbox, trash = there.subjects(), there.subjects("Trash")
    assert names[0] in inbox
    assert sorted(inbox + trash) == sorted(names)
    assert len(trash) > MANY / 2


# INBOX is on another POP3 server, which can save nothing

POP3C = "pop3c_host = 127.0.0.1\npop3c_port = %(port)d\npop3c_password = pass\n"
POP3C23 = POP3C + "pop3c_user = %%u\nmail_location = pop3c:~/mail\n"
POP3C24 = POP3C + "pop3c_user = %%{user}\nmail_driver = pop3c\n"


@pytest.fixture(scope="module")
def pop3c_server(start, remote):
    port = {"port": remote.port("pop3")}
    return start(groups={f"pop3c-{name}": fields for name, fields in POLICIES.items()},
                 coexist={"template_dir": str(NOTICE_TEXTS)}, conf23=POP3C23 % port,
                 conf24=POP3C24 % port)


@pytest.mark.parametrize("policy, reply", [
    ("hide", "+OK Logging out, messages deleted."),
    ("trash", "-ERR [SYS/PERM] 2 of 2 deleted messages could not be moved and stay: "
              "POP3 mailbox creation isn't supported"),
    ("held", "+OK Logging out, messages deleted.")])
def test_nothing_is_lost_on_another_pop3_server(pop3c_server, remote, policy, reply):
    maildrop = pop3c_server.maildrop(f"pop3c-{policy}")
    there = Maildrop(remote, maildrop.user)
    there.deliver(3)
    assert maildrop.delete(1, 2) == reply
    assert there.subjects() == ["number 1", "number 2", "number 3"]
    if policy == "held":
        [problem] = maildrop.log_problems()
        assert "Can't put the notice pop3-delete-limit into INBOX" in problem


# Only the archive is over there

@pytest.fixture(scope="module")
def archive_server(start, remote):
    port = {"port": remote.port("imap")}
    return start(groups={"archive-small": {"coexist_pop3_delete": "archive"}},
                 coexist={"archive_mailbox": "Archive/POP"},
                 conf23=ARCHIVE23 % port, conf24=ARCHIVE24 % port)


def test_an_archive_over_there_takes_what_it_has_room_for(archive_server, remote):
    """Dovecot itself panics when it takes back one APPEND because another one failed."""
    maildrop = archive_server.maildrop("archive-small")
    there = Maildrop(remote, maildrop.user)
    there.deliver(2)    # it has room for two more
    maildrop.deliver(4)
    reply = maildrop.delete(1, 2, 3)
    assert reply.startswith("-ERR [SYS/TEMP] 1 of 3 deleted messages could not be moved "
                            "and stay: Quota exceeded"), reply
    assert there.subjects("POP") == ["number 1", "number 2"]
    assert maildrop.subjects() == ["number 3", "number 4"]


@pytest.fixture(scope="module")
def failing_pair(start):
    """A server, and the one where its archive is and that can write no large file."""
    remote = start(modules=None, wrap={
        "imap": "env --ignore-signal=XFSZ prlimit --fsize=40000:40000"})
    port = {"port": remote.port("imap")}
    return start(coexist={"pop3_delete": "archive", "archive_mailbox": "Archive/POP"},
                 conf23=ARCHIVE23 % port, conf24=ARCHIVE24 % port), remote


def test_one_that_fails_over_there_keeps_no_other_from_it(failing_pair):
    server, remote = failing_pair
    maildrop = server.maildrop()
    large = message("large", "A line of text.\n" * 4000)
    maildrop.deliver(message("one"), large, message("two"), message("three"))
    reply = maildrop.delete(1, 2, 3, 4)
    assert reply.startswith("-ERR [SYS/TEMP] 1 of 4 deleted messages"), reply
    assert Maildrop(remote, maildrop.user).subjects("POP") == ["one", "two", "three"]
    assert maildrop.subjects() == ["large"]


def test_if_it_is_gone_at_quit_all_stay(failing_pair):
    server, remote = failing_pair
    maildrop = server.maildrop()
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        for number in (1, 2, 4):
            pop.dele(number)
        remote.stop()
        with pytest.raises(poplib.error_proto) as error:
            pop.quit()
    reply = error.value.args[0].decode()
    assert "3 of 3 deleted messages could not be moved and stay: " in reply
    assert "BUG" not in reply
    assert len([*maildrop.folder.glob("new/*"), *maildrop.folder.glob("cur/*")]) == 4
