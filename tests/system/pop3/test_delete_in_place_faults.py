# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is deleted in its place, by `expunge` or `hide`, whatever goes wrong between QUIT and its
reply.

Every system call in between, by which the session changes the storage, fails in turn: the
process is killed there, the disk is full, the quota of the home used up or the file system
read-only from there on, or the one call fails with an I/O error; so does each one that reads.
What the client did not delete stays as it was, nothing is there twice, what `hide` was to hide is
in INBOX still, and `+OK` is true. The client deletes again what it is shown still, and then is
shown what it never deleted. With `expunge` nothing becomes of a call that fails that does not
without our modules.
"""

import re

import pytest

import wire
from faults import (CHANGES, COUNT, FULL_DISK, FULL_QUOTA, IO_ERROR, KILL, READ_ONLY, READS, Faults,
                    Template)
from server import Server

MESSAGES = 8
SUBJECTS = [f"number {number}" for number in range(1, MESSAGES + 1)]
# what the client leaves: the first one and the last one
LEFT = [SUBJECTS[0], SUBJECTS[-1]]
DELETED = len(SUBJECTS) - len(LEFT)
HIDDEN = "$POP3Hidden"
FAULTS = {"killed": (KILL, CHANGES), "full_disk": (FULL_DISK, CHANGES),
          "full_quota": (FULL_QUOTA, CHANGES), "read_only": (READ_ONLY, CHANGES),
          "io_error": (IO_ERROR, CHANGES), "unreadable": (IO_ERROR, READS)}
# what a commit tries
AT_COMMIT = {("maildir", "full_disk"), ("mdbox", "killed"), ("sdbox", "read_only")}
# by what a session that nothing happens to changes and reads the storage, at least
CALLS = {CHANGES: 5, READS: 1}
HELD_CALLS = {**CALLS, CHANGES: 4}
# What Dovecot does, without modules too, after the index of a mailbox could not be
# written: the client has got its reply by then (doc/dovecot-notes.md, Storage).
LEAKED_VIEW = "Panic: Leaked view for index"
DONE = b"+OK Logging out, messages deleted."


def cases():
    return [pytest.param((storage, fault), id=f"{storage}-{fault}",
                         marks=[] if (storage, fault) in AT_COMMIT else pytest.mark.night)
            for storage in ("maildir", "mdbox", "sdbox") for fault in FAULTS]


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module", params=cases())
def case(request):
    """(format of the mailboxes, what fails)."""
    return request.param


def serve(folder, case, faults, **settings):
    return Server(folder, storage=case[0], wrap={"pop3": faults.wrapper}, **settings)


def panics(server):
    return [line for line in server.log_text().splitlines()
            if "Panic: " in line and LEAKED_VIEW not in line]


@pytest.fixture(scope="module")
def server(tmp_path_factory, case, faults):
    with serve(tmp_path_factory.mktemp("dovecot"), case, faults,
               coexist={"pop3_mark_read": "complete"},
               groups={"hide": {"coexist_pop3_delete": "hide"},
                       "held": {"coexist_pop3_delete_limit": str(DELETED - 1)}}) as server:
        yield server
        assert panics(server) == []


@pytest.fixture(scope="module")
def bare(tmp_path_factory, case, faults):
    """The same without our modules."""
    with serve(tmp_path_factory.mktemp("bare"), case, faults, modules=None) as server:
        yield server


def filled(maildrop):
    maildrop.deliver(MESSAGES)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:3", "+FLAGS", "(\\Flagged $Label1)")
    with maildrop.pop3() as pop:
        pop.quit()
    return maildrop


def listed(maildrop):
    """Return {subject: number} of what POP3 is shown."""
    found = {}
    with maildrop.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            text = b"\n".join(pop.top(number, 0)[1])
            found[re.search(rb"^Subject: (.*?)\r?$", text, re.M)[1].decode()] = number
    return {subject: number for subject, number in found.items() if subject in SUBJECTS}


def delete(maildrop):
    """Delete all but what is LEFT; return the reply to QUIT, b"" if there is none."""
    numbers = [number for subject, number in listed(maildrop).items() if subject not in LEFT]
    with maildrop.pop3() as pop:
        wire.dele(pop, numbers)
        return wire.quit_reply(pop)


def inbox(maildrop):
    """Return {subject: flags} as IMAP sees it; nothing is there twice, and what was not deleted is
    as it was."""
    maildrop.unlock()
    subjects, flags = maildrop.subjects(), maildrop.flags()
    found = dict(zip(subjects, flags.values()))
    assert len(found) == len(subjects)
    # the owner's notice
    found = {subject: flags for subject, flags in found.items() if subject in SUBJECTS}
    for subject in LEFT:
        assert found[subject] & {"\\Flagged", "$Label1", "\\Seen", HIDDEN} == \
            ({"\\Flagged", "$Label1"} if subject == SUBJECTS[0] else set())
    return found


def staying(maildrop, action):
    """Return how many of the messages that were deleted are there as if they were not."""
    found = inbox(maildrop)
    if action != "expunge":
        assert list(found) == SUBJECTS
    return len([subject for subject, flags in found.items()
                if subject not in LEFT and HIDDEN not in flags])


def outcome(reply, stay):
    """Return what has become of the session: its reply's kind, and whether all stays, or some."""
    return reply.split()[0].decode() if reply else "", \
        "none" if stay == 0 else "all" if stay == DELETED else "some"


def each_fault(maildrop, action, faults, case, folder):
    """Let the first call fail in a session, then the second one and so on, until there are no
    more; yield the call, the reply and how many messages stay, each time."""
    folder.mkdir(exist_ok=True)
    template = Template(maildrop, folder)
    what, kind = FAULTS[case[1]]
    for at in range(1, 1000):
        faults.plan(what, kind, at)
        reply = delete(maildrop)
        calls = faults.seen(kind)
        faults.plan(COUNT)
        stay = staying(maildrop, action)
        if calls < at:
            break
        yield at, reply, stay
        template.restore()
    assert (reply, stay) == (DONE, 0)
    assert at > (HELD_CALLS if action == "held" else CALLS)[kind]


def deleted_again(maildrop, action, stay):
    """The client deletes again what it is shown; return the outcomes.

    With `expunge` that does nothing, and says +OK, in an mdbox whose counts of references are too
    low, until it is resynced (doc/dovecot-notes.md, Storage).
    """
    outcomes = []
    while stay:
        assert len(outcomes) < 3
        if len(outcomes) == 2:
            maildrop.server.wait_log("refcount too low")
            maildrop.server.doveadm("force-resync", "-u", maildrop.user, "INBOX")
        reply = delete(maildrop)
        stay = staying(maildrop, action)
        outcomes.append(("again", *outcome(reply, stay)))
    return outcomes


def sees(maildrop, action, faults, case, folder):
    """Return the outcomes of all calls that fail, and of what the client does then."""
    outcomes = set()
    for at, reply, stay in each_fault(maildrop, action, faults, case, folder):
        outcomes.add(outcome(reply, stay))
        outcomes.update(deleted_again(maildrop, action, stay))
        assert list(listed(maildrop)) == LEFT, at
    return outcomes


def test_hide(server, faults, case, tmp_path):
    outcomes = sees(filled(server.maildrop("hide")), "hide", faults, case, tmp_path)
    print(case, sorted(outcomes))
    assert outcomes & {("+OK", "all"), ("+OK", "some")} == set()
    assert {one for one in outcomes if one[0] == "again"} <= {("again", "+OK", "none")}


def test_held(server, faults, case, tmp_path):
    """All is hidden, or nothing: what is shown alone would be no more than the limit."""
    outcomes = sees(filled(server.maildrop("held")), "held", faults, case, tmp_path)
    print(case, sorted(outcomes))
    assert [one for one in outcomes if one[-1] == "some"] == []
    assert outcomes & {("+OK", "all")} == set()


def test_expunge(server, bare, faults, case, tmp_path):
    ours = sees(filled(server.maildrop()), "expunge", faults, case, tmp_path / "ours")
    stock = sees(filled(bare.maildrop()), "expunge", faults, case, tmp_path / "bare")
    print(case, sorted(ours), sorted(stock))
    assert {one for one in ours if "-ERR" not in one} <= stock
