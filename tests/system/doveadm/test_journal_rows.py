# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist journal: who removed what, from where and when."""

import json
import re

import pytest

import journal
from administrator import EX_CONFIG, EX_NOUSER, EX_USAGE, Administrator
from instance import Dovecot

LINE = "time={time}\tsession={session}\tprotocol={protocol}\taddress={address}\t" \
    "uidvalidity={uidvalidity}\t{fields}\tend\n"


def line(fields, time="2026-01-02T03:04:05Z", session="s", protocol="pop3",
         address="192.0.2.1", uidvalidity="1"):
    return LINE.format(**locals())


@pytest.fixture(scope="module")
def server(start):
    return start(groups={"trash": {"coexist_pop3_delete": "trash"},
                         "hide": {"coexist_pop3_delete": "hide"}})


@pytest.fixture
def maildrop(server):
    return server.maildrop("trash")


def run(maildrop, *arguments, output="json", user=None):
    return maildrop.server.doveadm("-f", output, "coexist", "journal", "-u",
                                   user or maildrop.user, *arguments, check=False)


def rows(maildrop, *arguments, **how):
    done = run(maildrop, *arguments, **how)
    assert (done.returncode, done.stderr) == (0, "")
    return [{name: str(value) for name, value in row.items()}
            for row in json.loads(done.stdout)]


def test_who_deleted_my_mail(maildrop):
    maildrop.deliver(4)
    maildrop.delete(1, 3)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Deleted")
        imap.expunge()
    maildrop.server.wait_for(lambda: len(journal.read(maildrop)) == 2, 20)
    first, second = rows(maildrop)
    assert (first["protocol"], first["address"], first["what"], first["uids"]) == \
        ("pop3", "127.0.0.1", "2 moved to Trash", "moved=1,3 Trash=1:2")
    assert (first["read"], first["hidden"], first["moved"], first["expunged"]) == \
        ("0", "0", "2", "0")
    assert (second["protocol"], second["what"], second["uids"]) == \
        ("imap", "1 expunged", "expunged=2")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["time"])
    assert [row["session"] for row in rows(maildrop, "--uid", "2")] == [second["session"]]
    assert rows(maildrop, "--session", first["session"]) == [first]


def test_since(maildrop):
    maildrop.deliver(1)
    journal.write(maildrop, (line("read=1", time="2020-01-01T00:00:00Z") +
                             line("read=2", time="2020-01-03T00:00:00Z")).encode())
    assert [row["uids"] for row in rows(maildrop, "--since", "2020-01-02")] == ["read=2"]
    assert rows(maildrop, "--since", "7d") == []
    assert len(rows(maildrop, "--since", "2019-12-01")) == 2


def test_a_uid_is_of_the_mailbox_as_it_is(maildrop):
    maildrop.deliver(1)
    journal.write(maildrop, line("expunged=1", uidvalidity="7").encode())
    assert rows(maildrop, "--uid", "1") == []
    assert len(rows(maildrop)) == 1


@pytest.mark.parametrize("option, value", [
    ("--uid", "x"), ("--uid", "0"), ("--uid", "-1"), ("--uid", "4294967296"),
    ("--since", "yesterday")])
def test_a_wrong_filter(maildrop, option, value):
    done = run(maildrop, option, value)
    assert done.returncode == EX_USAGE
    assert f"{option} {value}: Expected " in done.stderr


@pytest.mark.parametrize("output", ["table", "flow", "tab", "pager"])
def test_every_format(maildrop, output):
    maildrop.deliver(1)
    maildrop.delete(1)
    done = run(maildrop, output=output)
    assert done.returncode == 0
    assert "1 moved to Trash" in done.stdout


def test_all_users(server):
    drops = [server.maildrop("hide") for _ in range(2)]
    for maildrop in drops:
        maildrop.deliver(1)
        maildrop.delete(1)
    done = server.doveadm("-f", "json", "coexist", "journal", "-A", check=False)
    assert done.returncode == 0
    found = {row["username"]: row["what"] for row in json.loads(done.stdout)}
    assert {maildrop.user: found[maildrop.user] for maildrop in drops} == \
        {maildrop.user: "1 hidden" for maildrop in drops}


def test_over_the_http_api(maildrop):
    maildrop.deliver(2)
    maildrop.delete(1)
    maildrop.delete(1)
    kind, answer, _ = Administrator(maildrop.server, key_file=None).http(
        "coexistJournal", user=maildrop.user, uid="2")
    assert kind == "doveadmResponse"
    assert [row["what"] for row in answer] == ["1 moved to Trash"]


def test_a_mailbox_without_a_journal(server):
    maildrop = server.maildrop()
    assert rows(maildrop) == []


def test_an_unknown_user(maildrop):
    assert run(maildrop, user="nobody").returncode == EX_NOUSER


def test_what_is_broken_is_passed_over_and_told_once(maildrop):
    maildrop.deliver(1)
    file = journal.write(maildrop, b"".join([
        line("read=1").encode(), b"\xff\xfe\x00\n", b"x" * 300_000 + b"\n",
        line("read=1").encode()[:-20] + b"\n", b"\n\n",
        line("read=2", session="\x1b[31mred").encode(), line("hidden=3").encode()[:-5]]))
    done = run(maildrop)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert [row["uids"] for row in found] == ["read=1", "read=2"]
    assert found[1]["session"] == "\ufffd[31mred" or "\x1b" not in found[1]["session"]
    warning, = done.stderr.strip().splitlines()
    assert f"{file.name}: 4 lines are broken and passed over, the first: line 2 has a NUL" \
        in warning


@pytest.mark.parametrize("control", ["\x1b", "\x7f", "\u0080", "\u009b", "\u009f"], ids=ascii)
def test_a_terminal_is_told_nothing(maildrop, control):
    """A journal is in its owner's home, who may write there what an administrator reads."""
    maildrop.deliver(1)
    text = f"a{control}[31mred"
    journal.write(maildrop, line(f"chose={text}\tuser={text}", session=text, protocol=text,
                                 address=text).encode()
                  + line(f"moved=1\ttarget={text}\ttarget_uidvalidity=1\ttarget_uids=1",
                        session=text).encode())
    found = rows(maildrop)
    assert found and all(row["session"] == "a\ufffd[31mred" for row in found)
    assert control not in "".join(value for row in found for value in row.values())


def test_a_journal_that_is_no_file(maildrop):
    maildrop.deliver(1)
    journal.place(maildrop).mkdir()
    done = run(maildrop)
    assert done.returncode == 75
    assert journal.NAME in done.stderr


def test_without_the_module_of_sessions(start):
    server = start(plugins={})
    maildrop = server.maildrop()
    for command in (["journal"], ["status"], ["undo", "x"]):
        done = server.doveadm("coexist", command[0], "-u", maildrop.user, *command[1:],
                              check=False)
        assert done.returncode == EX_CONFIG
        assert "mail_plugins does not have coexist" in done.stderr


def test_beside_a_module_of_sessions_that_is_older(server):
    """It has not all that doveadm's module needs; which one to replace is said."""
    module = Dovecot.installed().moduledir / "lib20_coexist_plugin.so"
    server.inside("sed", "-i.away", "s/coexist_undo_run/coexist_undo_nun/", module)
    try:
        for command in (["journal"], ["status"], ["undo", "x"], ["expire"]):
            done = server.doveadm("coexist", command[0], "-u", "user0", *command[1:], check=False)
            assert done.returncode == EX_CONFIG
            assert "The module coexist is older than doveadm's and lacks coexist_undo_run: " \
                "install all modules" in done.stderr
    finally:
        server.inside("mv", f"{module}.away", module)
