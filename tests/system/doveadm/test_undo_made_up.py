# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist undo of a session that somebody wrote into his own journal."""

import json

import pytest

import journal
from administrator import EX_USAGE

HEAD = "time=2026-01-01T00:00:00Z\tsession=x\tprotocol=pop3\taddress=\tuidvalidity={inbox}\t"
EX_NOHOST = 68      # Dovecot's "not found"
EX_TEMPFAIL = 75

NAMES = [name.encode() for name in (
    "/", "//", "Trash/", "/Trash", "Trash//x", ".", "..", "../../etc", "~root", "~/x", "inbox/x",
    "INBOX/", "*", "%", "&", "&AAA-", "a b", " ", "\x7f", "\x1b[31m", "\ufffe", "e\u0301",
    "\U0001f4e7", "\u202e", "a" * 300, "a/" * 400, "a" * 200_000)] + [b"a\001nb", b"a\001rb", b"a\0010b"]
NO_NAMES = [b"\xff", b"Trash\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"]


@pytest.fixture(scope="module")
def server(start):
    return start(groups={"trash": {"coexist_pop3_delete": "trash"}})


@pytest.fixture
def maildrop(server):
    """A mailbox with two messages in INBOX and three in Trash."""
    maildrop = server.maildrop("trash")
    maildrop.deliver(5)
    maildrop.delete(1, 2, 3)
    line, = journal.read(maildrop)
    maildrop.uidvalidity = {"inbox": line["uidvalidity"],
                            "trash": line["moves"][0]["target_uidvalidity"]}
    return maildrop


def write(maildrop, *lines):
    """Write lines, bytes or with the UIDVALIDITY to be filled in, into the journal."""
    head = HEAD.format(**maildrop.uidvalidity).encode()
    journal.write(maildrop, b"".join(
        head + (line if isinstance(line, bytes) else line.format(**maildrop.uidvalidity).encode())
        + b"\tend\n" for line in lines))


def undo(maildrop):
    done = maildrop.server.doveadm("-f", "json", "coexist", "undo", "-u", maildrop.user, "x",
                                   check=False)
    assert "Panic" not in done.stderr
    return done


def undone(maildrop):
    """Return what undo counts and is not 0."""
    row, = json.loads(undo(maildrop).stdout)
    return {name: int(value) for name, value in row.items() if name != "session" and int(value)}


def moved_to(name):
    return b"moved=1\ttarget=%s\ttarget_uidvalidity=1\ttarget_uids=1" % name


def test_names_that_no_mailbox_has(maildrop):
    write(maildrop, *map(moved_to, NAMES))
    done = undo(maildrop)
    assert done.returncode in (EX_USAGE, EX_TEMPFAIL)
    row, = json.loads(done.stdout)
    assert int(row["returned"]) == 0
    assert int(row["gone"]) + int(row["failed"]) == len(NAMES)


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_is_not_utf8_is_no_line(maildrop, name):
    write(maildrop, moved_to(name))
    done = undo(maildrop)
    assert done.returncode == EX_NOHOST
    assert "1 lines are broken and passed over, the first: line 1 says wrongly where" \
        in done.stderr


@pytest.mark.parametrize("moved, target_uids", [
    ("1:6", "1:3,1:3"), ("1:4", "1:3,2"), ("1:2", "1,1"), ("1:3999,4000:7998", "1:3999,1:3999")])
def test_a_message_moved_to_itself_twice_is_no_line(maildrop, moved, target_uids):
    write(maildrop, f"moved={moved}\ttarget=Trash\ttarget_uidvalidity={{trash}}"
                    f"\ttarget_uids={target_uids}")
    assert undo(maildrop).returncode == EX_NOHOST
    assert len(maildrop.subjects()) == 2
    assert len(maildrop.subjects("Trash")) == 3


def test_a_message_that_is_named_in_many_moves_comes_back_once(maildrop):
    move = "moved=1:3\ttarget=Trash\ttarget_uidvalidity={trash}\ttarget_uids=1:3"
    write(maildrop, *["\t".join([move] * 8)] * 3)
    assert undone(maildrop) == {"returned": 3, "gone": 69}
    assert len(maildrop.subjects()) == 5
    assert maildrop.subjects("Trash") == []


@pytest.mark.parametrize("what, keyword, count", [
    ("hidden", "$POP3Hidden", "shown"), ("read", "\\Seen", "unread")])
def test_a_message_that_is_named_often_counts_once(maildrop, what, keyword, count):
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:2", "+FLAGS", keyword)
    write(maildrop, f"{what}=" + ",".join(["4:5,1:5"] * 1000))
    assert undone(maildrop) == {count: 2, "gone": 3}
    assert maildrop.having(keyword) == []
