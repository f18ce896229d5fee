# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mailbox whose file system becomes read-only, at a login, in a session or between: nothing is
lost, nothing is there twice when it can be written again, clients are told the truth, and where
Dovecot alone does without, so does Dovecot with our modules."""

import imaplib
import os
import poplib
import smtplib

import pytest

import choices
from choices import COEXIST_CONFIG
from instance import message
from names import HIDDEN, NOTICE_TEXTS
from outbox import Outbox, letter
from read_only import read_only
from relay import relay_of
from server import AT_ONCE

MESSAGES = [f"number {number}" for number in range(1, 5)]
# what a QUIT does, and where it puts messages
POLICIES = {
    "expunge": ({"pop3_mark_read": "complete"}, None),
    "quit": ({"pop3_mark_read": "quit"}, None),
    "keep": ({"pop3_keep_days": "30", "pop3_mark_downloaded": "yes"}, None),
    "view": ({"pop3_show": "unread", "pop3_mark_read": "complete"}, None),
    "hide": ({"pop3_delete": "hide"}, "INBOX"),
    "limit": ({"pop3_delete_limit": "1"}, "INBOX"),
    "trash": ({"pop3_delete": "trash"}, "Trash"),
    "archive": ({"pop3_delete": "archive"}, "Archive"),
}
BOXES = ("INBOX", "Trash", "Archive")
# what is written of a mailbox besides mails
FILES = {"choices", "journal", "sent", "view"}
SITE = {"template_dir": str(NOTICE_TEXTS), "note_last_use": "address", **AT_ONCE}


@pytest.fixture(scope="module")
def server(start, storage):
    return start(storage=storage, gate={}, coexist=SITE, conf23=COEXIST_CONFIG)


@pytest.fixture(scope="module")
def bare(start, storage):
    """The same without our modules."""
    return start(storage=storage, modules=None)


@pytest.fixture(scope="module")
def relay(server):
    with relay_of(server) as relay:
        yield relay


def filled(server, **policy):
    """Return a mailbox with the messages, which POP3 has looked at once."""
    maildrop = server.maildrop()
    if policy:
        server.store.put(f"mailbox/{maildrop.user}", **policy)
    maildrop.deliver(len(MESSAGES))
    with maildrop.imap() as imap:
        for box in BOXES[1:]:
            imap.create(box)
    with maildrop.pop3() as pop:
        pop.quit()
    return maildrop


def everything(maildrop):
    """Return {mailbox: subjects}, of what is not hidden and what is."""
    return {box: [f"{subject}{' hidden' if HIDDEN in flags else ''}" for subject, flags in
                  zip(maildrop.subjects(box), maildrop.flags(box).values())] for box in BOXES}


def subjects(found):
    return sorted(subject.removesuffix(" hidden") for there in found.values() for subject in there
                  if subject.startswith("number "))


def quits(maildrop, deleted, before_quit=lambda: None):
    """Delete these messages in a session in which the file system becomes read-only; return the
    reply to QUIT."""
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        with read_only(maildrop):
            for number in deleted:
                pop.dele(number)
            before_quit()
            try:
                return pop.quit().decode()
            except poplib.error_proto as error:
                return error.args[0].decode()


def deletes_again(maildrop, wanted):
    """Delete those that are shown still."""
    with maildrop.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            if any(f"Subject: {one}".encode() in pop.top(number, 0)[1] for one in wanted):
                pop.dele(number)
        assert pop.quit().startswith(b"+OK")


@pytest.mark.parametrize("name", POLICIES)
def test_quit_tells_the_truth(server, bare, name):
    policy, target = POLICIES[name]
    maildrop = filled(server, **policy)
    reply = quits(maildrop, (2, 3))
    found = everything(maildrop)
    if target is None:
        beside = filled(bare)
        assert reply == quits(beside, (2, 3))
        assert found == everything(beside)
    else:
        assert subjects(found) == MESSAGES
        assert reply.startswith("-ERR [SYS/TEMP] ") or \
            all(f"number {number}" not in found["INBOX"] for number in (2, 3)), (reply, found)
    deletes_again(maildrop, ("number 2", "number 3"))
    found = everything(maildrop)
    assert subjects(found) == (MESSAGES if target else [MESSAGES[0], MESSAGES[3]])
    assert not {"number 2", "number 3"} & set(found["INBOX"]), found
    assert target in (None, "INBOX") or found[target] == ["number 2", "number 3"]


def test_a_session_that_is_held_hides_all_or_nothing(server):
    """A maildir that has changed is read again: of a file that can't be renamed the index is
    believed, and of one whose name stays it is not. The rest alone would not be more than the
    limit."""
    maildrop = filled(server, **POLICIES["limit"][0])
    folder = maildrop.folder / "cur"
    reply = quits(maildrop, (2, 3), lambda: folder.is_dir() and os.utime(folder))
    found = everything(maildrop)["INBOX"]
    assert subjects({"INBOX": found}) == MESSAGES
    assert (reply.split()[0], sum(subject.endswith(" hidden") for subject in found)) in \
        {("+OK", 2), ("-ERR", 0)}, (reply, found)
    deletes_again(maildrop, ("number 2", "number 3"))
    found = everything(maildrop)["INBOX"]
    assert [subject for subject in found if subject.startswith("number ")] == \
        ["number 1", "number 2 hidden", "number 3 hidden", "number 4"]


def logs_in(maildrop):
    """Return what becomes of a POP3 session that looks at a message."""
    try:
        pop = maildrop.server.pop3(maildrop.user)
        count, first = pop.stat()[0], pop.retr(1)[0].split()[0]
        return count, first, pop.quit()
    except poplib.error_proto as error:
        return error.args[0].split(b" ")[:2]


@pytest.mark.parametrize("name", POLICIES)
def test_a_login_is_let_in_as_without_our_modules(server, bare, name):
    found = []
    for maildrop in (filled(server, **POLICIES[name][0]), filled(bare)):
        with read_only(maildrop):
            found.append(logs_in(maildrop))
        with maildrop.pop3() as pop:
            assert pop.stat()[0] == len(MESSAGES)
    assert found[0] == found[1]


def delivers(maildrop):
    """Return the reply's code to a message by LMTP."""
    try:
        maildrop.deliver(message("number 5"))
        return 250
    except smtplib.SMTPDataError as error:
        return error.smtp_code
    except smtplib.SMTPRecipientsRefused as error:
        return [code for code, _ in error.recipients.values()]


def test_deliveries_are_put_off_as_without_our_modules(server, bare):
    found = []
    for maildrop in (filled(server, junk_notice="1d"), filled(bare)):
        with read_only(maildrop):
            found.append(delivers(maildrop))
        maildrop.deliver(message("number 5"))
        assert subjects(everything(maildrop)).count("number 5") == (2 if found[0] == 250 else 1)
    assert found[0] == found[1]


def changes_by_imap(maildrop):
    """Return the replies to APPEND, MOVE and an expunge in a session that was there before."""
    found = []
    with maildrop.imap() as imap:
        imap.select()
        with read_only(maildrop):
            for command in (lambda: imap.append("Sent", None, None, message("number 6")),
                            lambda: imap._simple_command("MOVE", "1", "Trash"),
                            lambda: imap.store("2", "+FLAGS", "\\Deleted"),
                            lambda: imap.expunge()):
                try:
                    found.append(command()[0])
                except imaplib.IMAP4.error as error:
                    found.append(str(error).split()[0])
    return found


def test_imap_says_what_it_says_without_our_modules(server, bare):
    found = []
    for maildrop in (filled(server, pop3_delete="trash", sent_copy="always"), filled(bare)):
        replies = changes_by_imap(maildrop)
        found.append((replies, subjects(everything(maildrop))))
    assert found[0] == found[1]


def test_a_choice_that_cannot_be_stored_is_refused(server):
    maildrop = filled(server, owner_may_change="pop3_delete undo")
    owner = choices.Owner(maildrop)
    owner.chooses(pop3_delete="hide")
    with read_only(maildrop):
        assert owner.choose(pop3_delete="trash").startswith("NO ")
    assert owner.chosen("pop3_delete") == {"pop3_delete": "hide"}
    owner.chooses(pop3_delete="trash")
    said = maildrop.log_problems()
    assert any("Read-only file system" in line for line in said), said


def test_what_cannot_be_copied_is_sent(server, relay):
    maildrop = filled(server, sent_copy="always")
    outbox = Outbox(server, maildrop.user, relay)
    outbox.send(letter("first"))
    assert len(outbox.listed()) == 1
    with read_only(maildrop):
        outbox.send(letter("second"))
    assert len(relay.messages) == 2
    assert len(outbox.listed()) == 1
    assert any("coexist: " in line for line in maildrop.log_problems())
    outbox.send(letter("third"))
    assert len(outbox.listed()) == 2


COMMANDS = (["undo"], ["expire", "--now"], ["view", "--reset"], ["status"], ["journal"],
            ["quota"], ["explain", "--pop3-view"])


def test_commands_change_nothing_and_say_so(server):
    maildrop = filled(server, pop3_delete="trash", pop3_show="unread", pop3_keep_days="1")
    assert maildrop.delete(1, 2).startswith("+OK")
    [row] = [line for line in server.doveadm("-f", "tab", "coexist", "journal", "-u",
                                             maildrop.user).splitlines() if "moved" in line][-1:]
    session = next(word for word in row.split("\t") if "/" in word)
    before = everything(maildrop)
    with read_only(maildrop):
        for words in COMMANDS:
            more = [session] if words == ["undo"] else []
            done = server.doveadm("coexist", *words, "-u", maildrop.user, *more, check=False)
            assert 0 <= done.returncode < 128, done
            if words[0] in ("undo", "view"):
                assert done.returncode != 0 and "Read-only file system" in done.stderr, done
    assert everything(maildrop) == before
    server.doveadm("coexist", "undo", "-u", maildrop.user, session)
    found = everything(maildrop)
    assert sorted(found["INBOX"]) == MESSAGES and found["Trash"] == []


def test_mail_flows_where_only_our_files_cannot_be_written(server, relay):
    """The log names each of them."""
    maildrop = filled(server, pop3_delete="trash", pop3_show="unread", pop3_mark_read="complete",
                      sent_copy="always", pop3_keep_days="30", owner_may_change="pop3_delete")
    outbox = Outbox(server, maildrop.user, relay)
    outbox.send(letter("first"))
    choices.Owner(maildrop).chooses(pop3_delete="trash")
    assert maildrop.delete(1).startswith("+OK")
    ours = sorted(maildrop.folder.rglob("dovecot-coexist.*"))
    assert {path.name.split(".")[1] for path in ours} >= FILES
    with read_only(maildrop, *ours):
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.dele(2)
            assert pop.quit().startswith(b"+OK")
        maildrop.deliver(message("number 5"))
        outbox.send(letter("second"))
        with maildrop.imap() as imap:
            assert imap.append("Sent", None, None, message("number 6"))[0] == "OK"
        assert choices.Owner(maildrop).choose(pop3_delete=None).startswith("NO ")
    assert subjects(everything(maildrop)) == [*MESSAGES, "number 5"]
    said = "\n".join(maildrop.log_problems())
    assert [name for name in FILES if f"dovecot-coexist.{name}" not in said] == []
    assert maildrop.delete(1).startswith("+OK")
