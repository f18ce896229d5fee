"""No message is lost, whatever goes wrong between QUIT and its reply.

Every system call in between, by which the session changes the storage, fails in
turn: the process is killed there, the disk is full from there on, or the one call
fails with an I/O error; so does each one that reads. Afterwards every message is in
INBOX or in the target, with its flags.
"""

import re
import shutil
import subprocess

import pytest

import wire
from faults import CHANGES, COUNT, FULL_DISK, IO_ERROR, KILL, READS, Faults
from server import Server

MESSAGES = 20
TARGETS = {"trash": "Trash", "archive": "Archive"}
FAULTS = {"killed": (KILL, CHANGES), "full_disk": (FULL_DISK, CHANGES),
          "io_error": (IO_ERROR, CHANGES), "unreadable": (IO_ERROR, READS)}


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


# What Dovecot does, without modules too, after the index of a mailbox could not be
# written: the client has got its reply by then (doc/dovecot-notes.md, Storage).
LEAKED_VIEW = "Panic: Leaked view for index"


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, tmp_path_factory, faults):
    with Server(tmp_path_factory.mktemp("dovecot"), storage=request.param,
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
    with maildrop.pop3() as pop:
        pop.quit()
    return maildrop


class Template:
    """The files of a mailbox, to begin anew with."""

    def __init__(self, maildrop, folder):
        self._folder, self._kept = maildrop.folder, folder / "mail"
        copy(self._folder, self._kept)

    def restore(self):
        shutil.rmtree(self._folder)
        copy(self._kept, self._folder)


def copy(source, target):
    """Copy a folder with its owners and times."""
    subprocess.run(["cp", "-a", source, target], check=True)


def delete_all(maildrop):
    """Delete everything; return the reply to QUIT, b"" if there is none."""
    with maildrop.pop3() as pop:
        wire.send(pop, *(f"DELE {number}" for number in range(1, MESSAGES + 1)))
        for _ in range(MESSAGES):
            assert wire.read_line(pop).startswith(b"+OK")
        wire.send(pop, "QUIT")
        try:
            return wire.read_line(pop)
        except OSError:
            return b""


def contents(maildrop):
    """Return [(subject, flags)] of INBOX and of the target."""
    both = []
    with maildrop.imap() as imap:
        for mailbox in ("INBOX", maildrop.target):
            count = int(imap.select(mailbox, readonly=True)[1][0])
            lines = imap.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1] \
                if count else []
            both.append([(re.match(rb"Subject: (.*?)\r\n", line[1])[1].decode(),
                          set(re.search(rb"FLAGS \((.*?)\)", line[0])[1].decode().split()))
                         for line in lines if isinstance(line, tuple)])
    return both


def check(maildrop, reply):
    """See that nothing is lost; return how many messages are there twice."""
    # locks of the dead are overridden after a while, for which nobody waits here
    for lock in maildrop.folder.rglob("*.lock"):
        lock.unlink()
    inbox, target = contents(maildrop)
    assert target.pop(0)[0] == "older"
    subjects = [subject for subject, _ in inbox + target]
    assert set(subjects) == {f"number {number}" for number in range(1, MESSAGES + 1)}
    assert {subject for subject, flags in inbox + target
            if {"\\Flagged", "$Label1"} <= flags} == set(subjects) - {"number 1"}
    if reply.startswith(b"+OK"):
        # as in Dovecot, a file that can't be removed is no error
        assert len(inbox) <= 1
    return len(subjects) - MESSAGES


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_lost(maildrop, faults, fault, tmp_path, record_property):
    action, kind = FAULTS[fault]
    template = Template(maildrop, tmp_path)
    faults.plan(COUNT)
    assert delete_all(maildrop).startswith(b"+OK")
    count = faults.seen(kind)
    assert check(maildrop, b"+OK") == 0
    twice = {}
    for at in range(1, count + 1):
        template.restore()
        faults.plan(action, kind, at)
        reply = delete_all(maildrop)
        faults.plan(COUNT)
        twice[at] = check(maildrop, reply)
    record_property("calls", count)
    record_property("at_most_twice", max(twice.values(), default=0))
    print(f"{count} calls, messages that were there twice: {twice}")
