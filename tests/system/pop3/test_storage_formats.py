# SPDX-License-Identifier: LGPL-2.1-or-later
"""The policies on each storage format, and beside sessions that delete the same mail."""

from concurrent.futures import ThreadPoolExecutor
from statistics import median

import pytest

import leaving
from instance import message
from maildrop import large_message

MESSAGE = message()
KEYWORD = "$POP3Downloaded"
POLICIES = {policy: {"coexist_pop3_mark_read": policy,
                     "coexist_pop3_mark_downloaded": "yes"}
            for policy in ("complete", "quit", "never")}
DELETES = {"stock": {}, "hide": {"coexist_pop3_delete": "hide"},
           "trash": {"coexist_pop3_delete": "trash"},
           "expunge": {"coexist_pop3_delete_limit": "100"}}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def storage(request):
    """The format of the mailboxes."""
    return request.param


@pytest.fixture(scope="module")
def server(start, storage):
    return start(storage=storage, groups={**POLICIES, **DELETES})


@pytest.fixture(scope="module")
def locking_server(start, storage):
    return start(storage=storage, groups=POLICIES,
                 conf="protocol pop3 {\n  pop3_lock_session = yes\n}\n")


@pytest.fixture(params=POLICIES)
def policy(request):
    """The mailbox's pop3_mark_read."""
    return request.param


@pytest.fixture
def maildrop(server, policy):
    return server.maildrop(policy)


# Formats

@pytest.mark.parametrize("policy", ["complete"], indirect=True)
def test_a_confirmed_download_is_told_to_an_idling_imap_session(maildrop):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")
        assert maildrop.having(KEYWORD) == [1]


@pytest.mark.parametrize("policy", ["complete"], indirect=True)
def test_an_idling_imap_session_is_told_within_two_seconds(maildrop):
    maildrop.deliver(5)
    seconds = []
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.retr(number)
            pop.noop()
            seconds.append(idle.expect(number, "\\Seen"))
    assert median(seconds) < 2  # one may have met with a machine that stood still


def test_a_session_that_locks_the_mailbox_is_marked_just_so(locking_server):
    maildrop = locking_server.maildrop("complete")
    maildrop.deliver(3)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")
        pop.dele(2)
        pop.retr(3)
        pop.quit()
    assert maildrop.seen() == maildrop.having(KEYWORD) == [1, 2]
    assert maildrop.log_problems() == []


def test_downloads_are_marked_as_the_policy_says(maildrop, policy):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.quit()
    assert maildrop.seen() == ([] if policy == "never" else [1, 3])
    assert maildrop.having(KEYWORD) == [1, 3]


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_an_unconfirmed_download_is_unmarked(maildrop, leave):
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leave(pop, 1)
    assert maildrop.flags()[1] & {"\\Seen", KEYWORD} == set()


def test_the_rest_is_marked_after_a_deletion(maildrop, policy):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.retr(3)
        pop.quit()
    assert maildrop.seen() == ([] if policy == "never" else [2])
    assert maildrop.having(KEYWORD) == [2]
    assert maildrop.log_problems() == []


# In an mbox, Debian's default

@pytest.fixture(scope="module")
def mbox_server(start):
    return start(storage="mbox", conf24="mail_inbox_path = ~/mail/inbox\n", groups=POLICIES)


def download_from_an_mbox(mbox_server, maildrop, policy, delete=()):
    """Download two of four messages; return which are read once that is to be seen."""
    maildrop.deliver(4)
    read = [] if policy == "never" else [1, 3]
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.noop()
        if policy == "complete":
            mbox_server.wait_for(lambda: maildrop.seen() == read)
        else:
            assert maildrop.seen() == []
        for number in delete:
            pop.dele(number)
        pop.quit()
    return read


@pytest.mark.parametrize("policy", POLICIES)
def test_downloads_from_an_mbox_are_marked_as_the_policy_says(mbox_server, policy):
    maildrop = mbox_server.maildrop(policy)
    read = download_from_an_mbox(mbox_server, maildrop, policy)
    assert (maildrop.seen(), maildrop.having(KEYWORD)) == (read, [1, 3])
    assert maildrop.log_problems() == []


@pytest.mark.parametrize("policy", POLICIES)
def test_downloads_and_a_deletion_from_an_mbox(mbox_server, policy):
    """Marks that share a sync with the deletion may get lost, see below."""
    maildrop = mbox_server.maildrop(policy)
    read = download_from_an_mbox(mbox_server, maildrop, policy, delete=[4])
    assert set(maildrop.seen()) <= set(read) and set(maildrop.having(KEYWORD)) <= {1, 3}
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 3
    assert maildrop.log_problems() == []


def test_stock_loses_flags_that_share_a_sync_with_an_expunge_in_an_mbox(start):
    """Two commands of IMAP in one write are one sync. The test fails once that is mended."""
    server = start(storage="mbox", conf24="mail_inbox_path = ~/mail/inbox\n", modules=None)
    maildrop = server.maildrop()
    maildrop.deliver(4)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("4", "+FLAGS", "\\Deleted")
    with maildrop.imap() as imap:
        imap.select()
        imap.send(b"X1 UID STORE 1,3 +FLAGS.SILENT (\\Flagged)\r\nX2 UID EXPUNGE 4\r\n")
        lines = []
        while not lines or not lines[-1].startswith(b"X2 "):
            lines.append(imap.readline())
            assert lines[-1]
    flags = maildrop.flags()
    assert flags.keys() == {1, 2, 3} and not any("\\Flagged" in some for some in flags.values())


@pytest.mark.parametrize("leave", leaving.UNCONFIRMED, ids=leaving.name)
def test_an_unconfirmed_download_from_an_mbox_is_unmarked(mbox_server, leave):
    maildrop = mbox_server.maildrop("complete")
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leave(pop, 1)
    assert maildrop.flags()[1] & {"\\Seen", KEYWORD} == set()


# Changed by IMAP meanwhile

def expunge_by_imap(maildrop, number):
    """Delete a message as a mail program does."""
    with maildrop.imap() as imap:
        imap.select()
        imap.store(str(number), "+FLAGS", "\\Deleted")
        imap.expunge()


def test_a_message_is_expunged_before_quit(maildrop, policy):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        expunge_by_imap(maildrop, 1)
        pop.quit()
    assert maildrop.flags().keys() == {1, 2}
    assert maildrop.seen() == ([] if policy == "never" else [1])
    assert maildrop.having(KEYWORD) == [1]
    assert maildrop.log_problems() == []


@pytest.mark.parametrize("policy", ["complete", "never"], indirect=True)
def test_a_message_is_expunged_before_its_mark_is_applied(maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        expunge_by_imap(maildrop, 1)
        pop.retr(2)
        pop.noop()
        maildrop.server.wait_for(lambda: maildrop.having(KEYWORD) == [1])
        pop.quit()
    assert maildrop.having(KEYWORD) == [1]
    assert maildrop.log_problems() == []


def session_with_an_expunge(maildrop):
    """Return what the client is sent when IMAP expunges what it asks for."""
    maildrop.append(MESSAGE, MESSAGE)
    with maildrop.transcript() as pop:
        pop.say("LIST")
        expunge_by_imap(maildrop, 1)
        pop.say("RETR 1", "STAT", "RETR 2", "DELE 1", "QUIT")
    return pop.text


def test_retr_of_an_expunged_message_is_answered_as_in_stock(server, maildrop):
    ours = session_with_an_expunge(maildrop)
    assert ours == session_with_an_expunge(server.maildrop())


# Deleted by three sessions at once

@pytest.mark.parametrize("delete", DELETES)
def test_three_sessions_delete_the_same_messages_at_once(server, delete):
    """A client is told no error that stock Dovecot does not tell, which is none."""
    maildrop = server.maildrop(delete)
    maildrop.deliver(12)
    everything = set(maildrop.subjects())
    with maildrop.pop3() as first, maildrop.pop3() as second, maildrop.imap() as imap:
        imap.select()
        imap.store("1:4,9", "+FLAGS", "\\Deleted")
        for number in range(1, 9):
            first.dele(number)
            second.dele(number + 2)
        with ThreadPoolExecutor(3) as threads:
            ends = [threads.submit(end) for end in (first.quit, second.quit, imap.expunge)]
        replies = [end.result() for end in ends]
    assert replies[:2] == [b"+OK Logging out, messages deleted."] * 2
    assert replies[2][0] == "OK"
    inbox, trash = maildrop.subjects(), maildrop.subjects("Trash")
    by_imap = {f"number {number}" for number in (1, 2, 3, 4, 9)}
    by_pop3 = {f"number {number}" for number in range(1, 11)}
    assert len(inbox) == len(set(inbox))
    assert set(inbox) == everything - (by_imap if delete == "hide" else by_imap | by_pop3)
    if delete == "hide":
        assert maildrop.having("$POP3Hidden") == [1, 2, 3, 4, 5]
    # what IMAP expunges may have been moved just before, and both sessions may move
    moved = by_pop3 if delete == "trash" else set()
    assert moved - by_imap <= set(trash) <= moved
    assert all(trash.count(subject) <= 2 for subject in moved)
    assert maildrop.log_problems() == []
