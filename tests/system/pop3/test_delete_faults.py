# SPDX-License-Identifier: LGPL-2.1-or-later
"""No message is lost, whatever goes wrong between QUIT and its reply.

Every system call in between, by which the session changes the storage, fails in
turn: the process is killed there, the disk is full from there on, or the one call
fails with an I/O error; so does each one that reads. Afterwards every message is in
INBOX or in the target, with its flags, and the reply has told which. The client, which
was told that it has to, deletes again what is left: then each message is in the target,
once.
"""

import re

import pytest

import wire
from faults import (CHANGES, COUNT, FULL_DISK, FULL_QUOTA, IO_ERROR, KILL, READ_ONLY, READS,
                    Faults, Template)
from server import Server

MESSAGES = 20
TARGETS = {"trash": "Trash", "archive": "Archive"}
# by what a session that nothing happens to changes and reads the storage, at least
CALLS = {CHANGES: {"maildir": 40, "mdbox": 15, "sdbox": 40},
         READS: {"maildir": 5, "mdbox": 5, "sdbox": 5}}
# flags that Dovecot gives to what it stores
DOVECOT_S = {"\\Recent", "$HasAttachment", "$HasNoAttachment"}
FAULTS = {"killed": (KILL, CHANGES), "full_disk": (FULL_DISK, CHANGES),
          "io_error": (IO_ERROR, CHANGES), "unreadable": (IO_ERROR, READS)}
# in a maildir a file that can't be removed is no error to Dovecot
MAY_STAY = {("maildir", "io_error"): 1, ("maildir", "read_only"): MESSAGES}
NIGHTS = {"full_quota": (FULL_QUOTA, CHANGES), "read_only": (READ_ONLY, CHANGES)}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


# What Dovecot does, without modules too, after the index of a mailbox could not be
# written: the client has got its reply by then (doc/dovecot-notes.md, Storage).
LEAKED_VIEW = "Panic: Leaked view for index"


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def storage(request):
    """The format of the mailboxes."""
    return request.param


@pytest.fixture(scope="module")
def server(storage, tmp_path_factory, faults):
    with Server(tmp_path_factory.mktemp("dovecot"), storage=storage,
                wrap={"pop3": faults.wrapper},
                groups={action: {"coexist_pop3_delete": action}
                        for action in TARGETS}) as server:
        yield server
        assert [line for line in server.log_text().splitlines()
                if "Panic: " in line and LEAKED_VIEW not in line] == []


@pytest.fixture(params=TARGETS)
def maildrop(request, server):
    """A mailbox with messages, and with another one in the target already."""
    maildrop = server.maildrop(request.param)
    maildrop.target = TARGETS[request.param]
    maildrop.deliver(MESSAGES)
    with maildrop.imap() as imap:
        imap.create(maildrop.target)
        imap.append(maildrop.target, None, None, b"Subject: older\r\n\r\n")
        imap.select()
        imap.store("2:20", "+FLAGS", "(\\Flagged $Label1)")
        imap.store("11:20", "+FLAGS", "(\\Seen)")
    with maildrop.pop3() as pop:
        pop.quit()
    return maildrop


def delete_all(maildrop, count=MESSAGES):
    """Delete everything; return the reply to QUIT, b"" if there is none."""
    with maildrop.pop3() as pop:
        wire.dele(pop, range(1, count + 1))
        return wire.quit_reply(pop)


def flags_at_first(subject):
    """Return the flags of a message before the session."""
    number = int(subject.split()[1])
    return ({"\\Flagged", "$Label1"} if number >= 2 else set()) | \
        ({"\\Seen"} if number >= 11 else set())


def contents(maildrop, mailbox, twice=0):
    """Return {subject: flags} of a mailbox, where no more messages than these are twice."""
    with maildrop.imap() as imap:
        count = int(imap.select(mailbox, readonly=True)[1][0])
        lines = imap.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1] \
            if count else []
    found = {re.match(rb"Subject: (.*?)\r\n", line[1])[1].decode():
             set(re.search(rb"FLAGS \((.*?)\)", line[0])[1].decode().split()) - DOVECOT_S
             for line in lines if isinstance(line, tuple)}
    assert count - twice <= len(found) <= count
    return found


def look(maildrop, twice=0):
    """See that nothing is lost; return (INBOX, target) as contents() has them.

    twice  how many messages may be in the target twice
    """
    # locks of the dead are overridden after a while, for which nobody waits here
    for lock in maildrop.folder.rglob("*.lock"):
        lock.unlink()
    inbox = contents(maildrop, "INBOX")
    target = contents(maildrop, maildrop.target, twice)
    assert target.pop("older") == set()
    assert inbox.keys() | target.keys() == \
        {f"number {number}" for number in range(1, MESSAGES + 1)}
    return inbox, target


def assert_flags(inbox, target, half_written):
    """See that each message has its flags, also one that is in both mailboxes.

    half_written  that one may not have the names of its keywords in the target yet
    """
    for subject, flags in inbox.items():
        assert flags == flags_at_first(subject)
    for subject, flags in target.items():
        moved = flags_at_first(subject) | {"\\Seen"}
        if subject in inbox and half_written:
            assert moved - {"$Label1"} <= flags <= moved | {"unknown-0"}
        else:
            assert flags == moved


def assert_reply(reply, inbox, target, may_stay):
    """See that the reply is true.

    may_stay  so many messages may be there although the reply is +OK
    """
    stay = re.match(rb"-ERR \[SYS/(?:TEMP|PERM)\] (\d+) of 20 deleted messages could not "
                    rb"be moved and stay: ", reply)
    if stay:
        assert int(stay[1]) == len(inbox)
    elif reply.startswith(b"-ERR "):
        # all were copied, and Dovecot could not expunge them, or not finish that; then
        # the copies are taken back if that can be done
        assert len(inbox) in (0, MESSAGES)
        assert len(target) in (0, MESSAGES)
    else:
        assert reply == b"+OK Logging out, messages deleted."
        assert len(inbox) <= may_stay


def assert_finished(maildrop, reply, left):
    """Let the client delete what it sees still; see that each message is in the target,
    once, with its flags.

    reply  the one to the QUIT before
    left   what is in INBOX
    """
    if left:
        assert delete_all(maildrop, len(left)) == \
            b"+OK Logging out, messages deleted."
    # a file that could not be removed after a successful QUIT is a new message
    inbox, target = look(maildrop, 0)
    assert inbox == {}
    assert_flags(inbox, target, half_written=False)


def each_fault(maildrop, faults, action, kind, tmp_path):
    """Let the first call fail in a session, then the second one and so on, until there
    are no more; yield the reply and (INBOX, target) afterwards, each time."""
    template = Template(maildrop, tmp_path)
    for at in range(1, 1000):
        faults.plan(action, kind, at)
        reply = delete_all(maildrop)
        calls = faults.seen(kind)
        faults.plan(COUNT)
        inbox, target = look(maildrop)
        if calls < at:
            break
        yield reply, inbox, target
        assert_finished(maildrop, reply, inbox)
        template.restore()
    assert reply == b"+OK Logging out, messages deleted."
    assert inbox == {}
    assert_flags(inbox, target, half_written=False)


@pytest.mark.parametrize("fault", [*FAULTS, *(
    pytest.param(fault, marks=pytest.mark.night) for fault in NIGHTS)])
def test_nothing_is_lost(maildrop, storage, faults, fault, tmp_path, record_property):
    action, kind = {**FAULTS, **NIGHTS}[fault]
    twice = []
    for reply, inbox, target in each_fault(maildrop, faults, action, kind, tmp_path):
        # Maildir stores the names of keywords behind the messages.
        assert_flags(inbox, target, half_written=storage == "maildir" and
                     fault not in ("io_error", "unreadable"))
        if fault == "killed":
            assert reply == b""
            assert len(inbox) in (0, MESSAGES)
        else:
            assert_reply(reply, inbox, target, MAY_STAY.get((storage, fault), 0))
        twice.append(len(inbox.keys() & target.keys()))
    assert len(twice) >= CALLS[kind][storage]
    assert_twice(twice, storage, fault)
    record_property("calls", len(twice))
    record_property("at_most_twice", max(twice))
    print(f"{len(twice)} calls, messages that were there twice: {twice}")


def assert_twice(twice, storage, fault):
    """See that no more messages are in both mailboxes than doc/pop3-delete.md says.

    twice  how many were, for each call
    """
    if fault == "unreadable" or (fault == "io_error" and storage != "maildir"):
        assert set(twice) == {0}
    elif fault == "io_error":
        # Maildir leaves copies that it could not commit, and a file it could not remove.
        assert len([count for count in twice if count > 1]) <= 1
    else:
        # from the first copy that is there until all originals are expunged
        stretch = "".join("x" if count else "." for count in twice)
        assert re.fullmatch(r"\.+x+\.+" if fault == "killed" else r"\.+x*\.*x*\.*", stretch)
    if storage != "maildir":
        assert set(twice) <= {0, MESSAGES}
