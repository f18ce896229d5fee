# SPDX-License-Identifier: LGPL-2.1-or-later
"""The journal: a line of the mailbox's file says what a POP3 session did there."""

import re
import signal
import threading
from datetime import datetime, timezone

import pytest

import journal
from faults import Faults
from leaving import in_the_middle
from maildrop import large_message


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """What goes wrong in POP3 processes, which is nothing: it counts what they write."""
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start, faults):
    return start(storage=request.param, wrap={"pop3": faults.wrapper}, groups={
        "trash": {"coexist_pop3_delete": "trash"},
        "hide": {"coexist_pop3_delete": "hide"},
        "complete": {"coexist_pop3_mark_read": "complete"},
        "quit": {"coexist_pop3_mark_read": "quit"},
        "never": {"coexist_pop3_mark_read": "never"},
        "fetched": {"coexist_pop3_delete": "trash",
                    "coexist_pop3_fetcher_networks": "127.0.0.0/8"},
        "own": {"coexist_pop3_delete": "hide", "pop3_deleted_flag": "$GoneByPop"},
        "limit": {"coexist_pop3_delete_limit": "100"}})


def line(moves=(), **fields):
    """A line of a POP3 session of a test."""
    return {"protocol": "pop3", "address": "127.0.0.1", "moves": list(moves), **fields}


def moved(uids, target, target_uids):
    return {"moved": uids, "target": target, "target_uids": target_uids}


def test_what_was_moved(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(4)
    maildrop.delete(1, 2, 4)
    assert journal.only(maildrop) == line(
        [moved("1:2,4", "Trash", "1:3")], unseen="1:2,4", marked="1:2,4")
    assert journal.logged(maildrop) == ["3 moved to Trash"]


def test_what_was_read_before_is_no_news(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Seen")
    maildrop.delete(1, 2)
    assert journal.only(maildrop) == line(
        [moved("1:2", "Trash", "1:2")], unseen="2", marked="2")


def test_a_fetcher_marks_nothing(server):
    maildrop = server.maildrop("fetched")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert journal.only(maildrop) == line([moved("1", "Trash", "1")], unseen="1")


def test_what_was_hidden(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(3)
    maildrop.delete(2, 3)
    assert journal.only(maildrop) == line(hidden="2:3", unseen="2:3", marked="2:3")
    assert journal.logged(maildrop) == ["2 hidden"]


def test_a_keyword_of_the_site(server):
    maildrop = server.maildrop("own")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert journal.only(maildrop) == line(
        hidden_keyword="$GoneByPop", hidden="1", unseen="1", marked="1")


def test_what_was_expunged(server):
    maildrop = server.maildrop("limit")
    maildrop.deliver(3)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("3", "+FLAGS", "\\Seen")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(2)
        pop.dele(3)
        pop.quit()
    assert journal.only(maildrop) == line(read="1", expunged="2:3", unseen="2")
    assert journal.logged(maildrop) == ["1 read, 2 expunged"]


@pytest.mark.parametrize("policy", ["complete", "quit"])
def test_what_was_marked_read(server, policy):
    maildrop = server.maildrop(policy)
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.quit()
    assert journal.only(maildrop) == line(read="1,3")
    assert journal.logged(maildrop) == ["2 read"]


def test_the_time_and_the_session(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    maildrop.delete(1)
    only, = journal.read(maildrop)
    when = datetime.strptime(only["time"], "%Y-%m-%dT%H:%M:%SZ")
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    assert abs((now - when).total_seconds()) < 60
    session = re.search(rf"pop3-login: .*user=<{maildrop.user}>.* session=<(.*)>",
                        server.log_text())[1]
    assert only["session"] == session


def test_no_subject_and_no_sender(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    maildrop.delete(1)
    text = journal.path(maildrop).read_text()
    assert "number" not in text and "sender" not in text


@pytest.mark.parametrize("group", ["trash", "hide", "limit"])
def test_a_session_writes_its_line_at_once_however_much_it_deletes(server, faults, group):
    maildrop = server.maildrop(group)
    maildrop.deliver(40)
    maildrop.delete(1)
    faults.plan()
    maildrop.delete(*range(1, 40, 2))
    assert faults.journal_writes() == 1
    first, second = journal.read(maildrop)
    assert second["unseen"] == ",".join(map(str, range(2, 41, 2)))


def test_each_session_has_a_line(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    maildrop.delete(1)
    maildrop.delete(1)
    first, second = journal.read(maildrop)
    assert (first["moves"][0]["moved"], second["moves"][0]["moved"]) == ("1", "2")
    assert first["session"] != second["session"]


@pytest.mark.parametrize("policy", ["trash", "never"])
def test_a_session_that_changes_nothing_is_in_no_journal(server, policy):
    maildrop = server.maildrop(policy)
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.top(1, 1)
        if policy == "never":
            pop.retr(1)
        pop.dele(2)
        pop.rset()
        pop.quit()
    assert journal.path(maildrop) is None
    assert journal.logged(maildrop) == []


def test_no_journal_where_nothing_is_configured(server):
    maildrop = server.maildrop()
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(2)
        pop.quit()
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Deleted")
        imap.expunge()
    assert journal.path(maildrop) is None
    assert journal.logged(maildrop) == []


def test_without_quit_nothing_was_deleted(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.dele(1)
    assert journal.path(maildrop) is None


def test_a_client_that_vanishes_has_marked_what_it_confirmed(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(2, large_message())
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        in_the_middle(pop, 3)
    assert journal.only(maildrop) == line(read="1:2")


def test_who_is_kicked_has_marked_what_it_confirmed(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.noop()
        server.kick(maildrop.user)
    assert journal.only(maildrop) == line(read="1")


def test_after_the_death_of_a_process_the_journal_goes_on(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    with maildrop.pop3() as pop:
        pop.retr(2)
        pop.noop()
        server.wait_for(lambda: maildrop.seen() == [1, 2], 20)
        server.kill(maildrop.pop3_pid(), signal.SIGKILL)
    with maildrop.pop3() as pop:
        pop.retr(3)
        pop.quit()
    assert [one["read"] for one in journal.read(maildrop)] == ["1", "3"]


def test_sessions_at_once_lose_no_line(server):
    maildrop = server.maildrop("complete")
    count = 12
    maildrop.deliver(count)
    sessions = [server.pop3(maildrop.user) for _ in range(count)]
    for number, session in enumerate(sessions, 1):
        session.retr(number)
    threads = [threading.Thread(target=session.quit) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.wait_for(lambda: len(journal.read(maildrop)) == count, 20,
                    "a line of each session")
    assert sorted(int(one["read"]) for one in journal.read(maildrop)) == \
        list(range(1, count + 1))


def test_half_a_line_at_the_end_keeps_to_itself(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    file = journal.write(maildrop, b"time=2026-01-01T00:00:00Z\tsession=killed\tread=1:")
    maildrop.delete(1)
    half, whole = file.read_text().splitlines()
    assert half.endswith("read=1:")
    assert "moved=1\ttarget=Trash" in whole


def test_the_newer_half_of_a_large_journal_is_kept(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    old = [b"time=2026-01-01T00:00:00Z\tsession=s%d\tprotocol=pop3\taddress=\t"
           b"uidvalidity=1\texpunged=%d\tend\n" % (n, n) for n in range(1, 20000)]
    file = journal.write(maildrop, b"".join(old))
    assert file.stat().st_size > 1024 * 1024
    maildrop.delete(1)
    lines = journal.read(maildrop)
    assert 400_000 < file.stat().st_size < 600_000
    assert lines[-1]["moves"][0]["target"] == "Trash"
    kept = [int(one["expunged"]) for one in lines[:-1]]
    assert kept == list(range(kept[0], 20000))
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_journal_that_cannot_be_written_is_a_warning(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    journal.place(maildrop).mkdir()
    assert maildrop.delete(1) == "+OK Logging out, messages deleted."
    assert maildrop.subjects("Trash") == ["number 1"]
    problem, = maildrop.log_problems()
    assert "Warning: coexist: Not in the journal: " in problem and journal.NAME in problem
    assert journal.logged(maildrop) == ["1 moved to Trash"]
