# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever a client sends, and whatever lies in the place of the choices: nothing else than a
choice becomes one, and the session goes on as if nobody had chosen."""

import os
import re

import pytest

from choices import ENTRIES, without_time


def warnings(maildrop):
    return [line for line in maildrop.log_problems() if "coexist" in line]


def big(path):
    path.write_bytes(b"pop3_delete=hide\n" * 100_000)


FILES = {
    "fifo": lambda path: os.mkfifo(path, 0o666),
    "link": lambda path: path.symlink_to("/etc/passwd"),
    "link to nowhere": lambda path: path.symlink_to("nowhere"),
    "folder": lambda path: path.mkdir(),
    "huge": big,
    "nul": lambda path: path.write_bytes(b"pop3_delete=hide\0\n"),
    "unreadable": lambda path: (path.write_text("pop3_delete=hide\n"), path.chmod(0)),
    "garbage": lambda path: path.write_bytes(bytes(range(1, 256)) * 20),
    "control": lambda path: path.write_bytes(b"pop3_delete=hide\x01\n"),
    "no utf-8": lambda path: path.write_bytes(b"pop3_delete=hide\xff\n"),
    "long line": lambda path: path.write_bytes(b"pop3_delete=" + b"x" * 1025 + b"\n"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_session_goes_on_as_if_nobody_chose(owner, maildrop, kind):
    maildrop.deliver(2)
    owner.replace(FILES[kind])
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects() == ["number 2"]
    with owner.session() as metadata:
        metadata.client.noop()
    lines = warnings(maildrop)
    sessions = [line for line in lines if "pop3(" in line]
    assert len(sessions) == 1, lines
    assert re.search("Nothing that the owner chose counts|Ignoring .* lines", sessions[0])


@pytest.mark.parametrize("kind", ["fifo", "link", "link to nowhere", "huge", "nul", "garbage"])
def test_the_next_choice_makes_a_file_of_it(owner, maildrop, kind):
    maildrop.deliver(1)
    owner.replace(FILES[kind])
    owner.chooses(pop3_delete="hide")
    assert owner.chosen("pop3_delete") == {"pop3_delete": "hide"}
    assert not owner.path.is_symlink() and owner.path.is_file()
    assert "root" not in owner.path.read_text(errors="replace")
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 1"]


@pytest.mark.parametrize("wanted, said", [
    ({"quota_warn": "80"}, "quota_warn"),
    ({"quota_warn": "80", "pop3_delete": "hide"}, "pop3_delete, quota_warn"),
    ({"language": None}, "language")], ids=["one", "two", "none"])
def test_what_can_not_be_stored_is_named(owner, maildrop, wanted, said):
    maildrop.deliver(1)
    owner.replace(FILES["folder"])
    reply = owner.choose(**wanted)
    assert reply == f"NO [SERVERBUG] {said} could not be stored. Please try again later."


def test_a_line_that_nobody_knows_is_passed_over_and_kept(owner, maildrop):
    owner.write("pop3_of_tomorrow=7\npop3_access=deny\npreset=archive\npop3_delete=hide\n")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 1"]
    assert warnings(maildrop) == []
    owner.chooses(pop3_delete="trash")
    assert "pop3_of_tomorrow=7\n" in owner.path.read_text()


def literal(metadata, name, content):
    """Send SETMETADATA with a literal; return the tagged reply."""
    client = metadata.client
    tag = client._new_tag()
    client.send(tag + f' SETMETADATA "" ({ENTRIES}{name} {{{len(content)}}}\r\n'.encode())
    assert client.readline().startswith(b"+ ")
    client.send(content + b")\r\n")
    while not (line := client.readline()).startswith(tag):
        assert line
    return without_time(line.decode().strip().partition(" ")[2])


@pytest.mark.parametrize("size", [1025, 100_000, 200_000])
def test_a_long_literal_is_refused(owner, size):
    with owner.session() as metadata:
        assert literal(metadata, "pop3_delete", b"x" * size) == \
            "NO [LIMIT] The value of pop3_delete is too long."
        assert metadata.set(pop3_delete="hide").startswith("OK ")


@pytest.mark.parametrize("content", [b"hi\0de", b"hide\xff", b"hide\r\npop3_access=deny", b"\xc3",
                                     b"hide\npop3_show=unread"])
def test_no_line_of_the_file_can_be_forged(owner, content):
    with owner.session() as metadata:
        reply = literal(metadata, "pop3_delete", content)
        assert not reply.startswith("OK "), reply
        assert metadata.get("pop3_delete") == {"pop3_delete": None}
        assert metadata.set(pop3_delete="hide").startswith("OK ")


def test_ten_thousand_entries_end_in_one_value_each(owner):
    with owner.session() as metadata:
        pairs = " ".join(f'{ENTRIES}pop3_keep_days "{7 + number % 80}"'
                         for number in range(10_000))
        client = metadata.client
        tag = client._new_tag()
        client.send(tag + f' SETMETADATA "" ({pairs})\r\n'.encode())
        while not (line := client.readline()).startswith(tag):
            assert line
    if b" OK " in line:     # a line may be too long for Dovecot
        assert owner.lines() == ["pop3_keep_days=86"]
    else:
        assert not owner.path.exists()


@pytest.mark.parametrize("commands", [600, pytest.param(10_000, marks=pytest.mark.night)])
def test_many_commands_leave_small_files(owner, maildrop, commands):
    with owner.session() as metadata:
        for number in range(commands // 2):
            metadata.set(pop3_keep_days=str(7 + number % 80), quota_warn=str(1 + number % 100))
            metadata.set(**{f"made_up_{number}": "x" * 900})
    assert owner.path.stat().st_size < 100
    # the journal drops the oldest: no change is a large session, which it would keep
    journal = next(maildrop.folder.rglob("dovecot-coexist.journal"))
    assert journal.stat().st_size < 1_100_000


def test_two_sessions_at_once_lose_nothing(owner):
    with owner.session() as one, owner.session() as two:
        for number in range(7, 40):
            assert one.set(pop3_keep_days=str(number)).startswith("OK ")
            assert two.set(quota_warn=str(number)).startswith("OK ")
            assert one.get("quota_warn") == {"quota_warn": str(number)}
            assert two.get("pop3_keep_days") == {"pop3_keep_days": str(number)}
    assert owner.lines() == ["pop3_keep_days=39", "quota_warn=39"]


@pytest.mark.parametrize("mailbox", ["INBOX", "Drafts"])
def test_the_wrong_place_does_nothing(owner, maildrop, mailbox):
    with owner.session() as metadata:
        metadata.client.create("Drafts")
        reply = metadata.set(mailbox=mailbox, pop3_delete="hide")
        assert reply.startswith('NO [CANNOT] This belongs to the server, not to a mailbox: '
                                'SETMETADATA "" (/private/vendor/vendor.dovecot-coexist/'), reply
        reply = metadata.set(entries={ENTRIES.replace("private", "shared") + "pop3_delete": "hide"})
        assert reply.startswith("NO [CANNOT] This belongs to the server"), reply
        assert metadata.get("pop3_delete") == {"pop3_delete": None}
