# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session that does something to very many messages, and every second one of the mailbox: all
of it is in the journal, and all of it is undone."""

import json

import pytest

import journal
from instance import message
from names import NOTICE_TEXTS

EX_DATAERR = 65
# more than a journal of small sessions has room for, if nobody sees to it
COUNT = 2 ** 17
CHUNK = 1000

GROUPS = {
    "hide": {"coexist_pop3_delete": "hide"},
    "trash": {"coexist_pop3_delete": "trash"},
    "held": {"coexist_pop3_delete": "expunge", "coexist_pop3_delete_limit": "1000"},
    "read": {"coexist_pop3_mark_read": "quit"},
}


@pytest.fixture(scope="module")
def server(start):
    # where a copy costs nothing
    return start(storage="mdbox", groups=GROUPS, coexist={"template_dir": str(NOTICE_TEXTS)})


def fill(maildrop, count=COUNT):
    """Make a mailbox of so many messages, a power of two."""
    # mdbox has no more than 32767 copies of one
    maildrop.append(*[message("one of many")] * 32)
    with maildrop.imap() as imap:
        imap.select()
        have = 32
        while have < count:
            assert imap.copy("1:*", "INBOX")[0] == "OK"
            have *= 2
            assert int(imap.select()[1][0]) == have
    return maildrop


def in_chunks(session, commands):
    """Send commands, many in one write, and hear the answers."""
    for begin in range(0, len(commands), CHUNK):
        chunk = commands[begin:begin + CHUNK]
        session.send(*chunk)
        session.hear(*chunk)


def every_second(maildrop, command, count=COUNT):
    """Say the command of every second message, and QUIT. Return how many there were."""
    numbers = range(1, count + 1, 2)
    with maildrop.transcript() as session:
        in_chunks(session, [f"{command} {number}" for number in numbers])
        session.say("QUIT")
        assert b"-ERR" not in session.text
    return len(numbers)


def session_of(maildrop):
    """Return the id of the only session in the journal."""
    id_, = {line["session"] for line in journal.read(maildrop)}
    return id_


def undo(maildrop, session, status=0):
    """Undo a session; return what is not 0."""
    done = maildrop.server.doveadm("-f", "json", "coexist", "undo", "-u", maildrop.user,
                                   session, check=False)
    assert done.returncode == status, done
    row, = json.loads(done.stdout)
    return {name: int(value) for name, value in row.items()
            if name != "session" and int(value)}


def journal_sum(maildrop, what, *arguments):
    """Return how many messages all lines of `doveadm coexist journal` have."""
    rows = json.loads(maildrop.server.doveadm("-f", "json", "coexist", "journal", "-u",
                                              maildrop.user, *arguments))
    return sum(int(row[what]) for row in rows)


def check(maildrop, command, noted, put_back, count=COUNT):
    """Let a session do it, and the next one some more; then undo the first."""
    done = every_second(fill(maildrop, count), command, count)
    session = session_of(maildrop)
    with maildrop.pop3() as pop:
        pop.dele(pop.stat()[0])
        pop.quit()
    assert journal_sum(maildrop, noted, "--session", session) == done
    assert undo(maildrop, session) == {put_back: done}
    assert journal_sum(maildrop, noted, "--session", session) == done
    assert maildrop.log_problems() == []


def test_all_that_was_hidden_is_shown_again(server):
    maildrop = server.maildrop("hide")
    check(maildrop, "DELE", "hidden", "shown")
    assert maildrop.search("KEYWORD", "$POP3Hidden") == maildrop.seen() == [COUNT]


@pytest.mark.night
def test_all_of_twice_as_many(server):
    check(server.maildrop("hide"), "DELE", "hidden", "shown", 2 * COUNT)


@pytest.mark.night
def test_all_that_was_moved_comes_back(server):
    maildrop = server.maildrop("trash")
    check(maildrop, "DELE", "moved", "returned")
    assert maildrop.seen() == []


@pytest.mark.night
def test_all_that_was_moved_in_a_maildir_comes_back(start):
    maildrop = start(groups=GROUPS).maildrop("trash")
    check(maildrop, "DELE", "moved", "returned")
    assert maildrop.seen() == []


@pytest.mark.night
def test_all_that_imap_moved_comes_back(server):
    maildrop = fill(server.maildrop("trash"))
    uids = range(1, COUNT + 1, 2)
    with maildrop.imap() as imap:
        imap.create("Trash")
        imap.select()
        for begin in range(0, len(uids), CHUNK):
            moved = ",".join(map(str, uids[begin:begin + CHUNK]))
            assert imap.uid("MOVE", moved, "Trash")[0] == "OK"
    server.wait_for(lambda: journal.logged(maildrop), what="the end of the session")
    session = session_of(maildrop)
    assert journal_sum(maildrop, "moved") == len(uids)
    assert undo(maildrop, session) == {"returned": len(uids)}


@pytest.mark.night
def test_all_that_was_held_is_shown_again(server):
    check(server.maildrop("held"), "DELE", "hidden", "shown")


@pytest.mark.night
def test_all_that_was_read_is_unread_again(server):
    check(server.maildrop("read"), "RETR", "read", "unread")


@pytest.mark.night
def test_of_a_write_that_was_cut_off_undo_tells_what_is_missing(server):
    """As of a process that was killed, or a machine that stopped."""
    maildrop = server.maildrop("hide")
    done = every_second(fill(maildrop), "DELE")
    file = journal.path(maildrop)
    text = file.read_bytes()
    file.write_bytes(text[:len(text) * 2 // 3])
    session = text.split(b"session=")[1].split(b"\t")[0].decode()
    result = undo(maildrop, session, EX_DATAERR)
    assert result["shown"] + result["missing"] == done
    assert 0 < result["missing"] < done / 2
    assert len(maildrop.search("KEYWORD", "$POP3Hidden")) == result["missing"]
