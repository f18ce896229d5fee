# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist status --protocol: who uses what, and since when that is known."""

import json

import pytest

from instance import Instance
from mailboxes import date, used

DAILY, RARE, NEVER, NEW, OTHER = (
    "daily@one.example", "rare@one.example", "never@one.example", "new@one.example",
    "other@two.example")
EX_USAGE = 64       # sysexits


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Instance(tmp_path_factory.mktemp("use"), coexist={"note_last_use": "time"},
                  users={user: {} for user in (DAILY, RARE, NEVER, NEW, OTHER)}) as server:
        used(server, DAILY, since=90, pop3=(0, "192.0.2.1"), imap=2)
        used(server, RARE, since=60, pop3=40)
        used(server, NEVER, since=5, imap=5)
        used(server, NEW)
        used(server, OTHER, since=50, pop3=10, webmail=50)
        yield server


def said(server, *options):
    """Return what the command prints besides the rows."""
    return server.doveadm("coexist", "status", *options, check=False).stderr


def rows(server, *options):
    """Return the rows of the command as tuples, sorted."""
    output = server.doveadm("-f", "json", "coexist", "status", *options)
    return sorted(tuple(row.values()) for row in json.loads(output))


def test_one_mailbox(server):
    assert rows(server, "-u", DAILY, "--protocol", "pop3") == \
        [("pop3", date(0), "192.0.2.1", date(90))]


def test_all_protocols_of_one_mailbox(server):
    assert rows(server, "-u", OTHER, "--protocol", "all") == \
        [("pop3", date(10), "", date(50)), ("webmail", date(50), "", date(50))]


@pytest.mark.differs("which users doveadm goes through")
def test_who_has_ever_used_it(server):
    assert rows(server, "-A", "--protocol", "pop3") == [
        (DAILY, "pop3", date(0), "192.0.2.1", date(90)), (OTHER, "pop3", date(10), "", date(50)),
        (RARE, "pop3", date(40), "", date(60))]


def test_a_spreadsheet_reads_tab(server):
    """Of Dovecot's formatters none is csv (doc/end-pop3.md)."""
    done = server.doveadm("-f", "csv", "coexist", "status", "-A", "--protocol", "pop3", check=False)
    assert done.returncode != 0 and "formatter: csv" in done.stderr
    head, *lines = server.doveadm("-f", "tab", "coexist", "status", "-A", "--protocol",
                                  "pop3").splitlines()
    assert head.split("\t") == ["Username", "protocol", "last_use", "address", "known_since"]
    assert sorted(line.split("\t")[0] for line in lines) == [DAILY, OTHER, RARE]
    assert {line.count("\t") for line in lines} == {head.count("\t")}


def test_who_has_used_it_lately(server):
    assert [row[0] for row in rows(server, "-A", "--protocol", "pop3", "--since", "30d")] == \
        [DAILY, OTHER]
    assert [row[0] for row in rows(server, "-A", "--protocol", "pop3", "--since", date(40))] == \
        [DAILY, OTHER, RARE]


def test_who_has_not_and_since_when_that_is_known(server):
    assert rows(server, "-A", "--protocol", "pop3", "--since", "30d", "--unused") == [
        (NEVER, "pop3", "", "", date(5)), (NEW, "pop3", "", "", ""),
        (RARE, "pop3", date(40), "", date(60))]
    assert [row[0] for row in rows(server, "-A", "--protocol", "pop3", "--unused")] == [NEVER, NEW]


@pytest.mark.differs("which users doveadm goes through")
@pytest.mark.parametrize("domain", ["two.example", "TWO.example"])
def test_of_one_domain(server, domain):
    assert rows(server, "-d", domain, "--protocol", "pop3") == \
        [(OTHER, "pop3", date(10), "", date(50))]


def test_a_domain_without_users(server):
    assert rows(server, "-d", "three.example", "--protocol", "pop3") == []


def test_of_a_list_of_users(server, tmp_path):
    names = server.folder / "names"
    names.write_text(f"{RARE}\n{OTHER}\n")
    options = ("-F", "/mnt/names", "--protocol", "pop3")
    assert [row[0] for row in rows(server, *options)] == [OTHER, RARE]
    assert [row[0] for row in rows(server, *options, "-d", "two.example")] == [OTHER]


def test_counts_of_a_domain(server):
    """What the command says without a protocol."""
    [row] = json.loads(server.doveadm("-f", "json", "coexist", "status", "-d", "two.example"))
    assert (row["username"], row["messages"]) == (OTHER, 1)


def test_since_when_all_of_it_is_known(server):
    assert f"The first note in these mailboxes is of {date(90)}" in \
        said(server, "-A", "--protocol", "imap")
    assert said(server, "-u", DAILY, "--protocol", "imap") == ""
    assert "Nothing is noted" in said(server, "-d", "three.example", "--protocol", "imap")


def test_formats(server):
    options = ("coexist", "status", "-u", DAILY, "--protocol", "pop3")
    assert server.doveadm("-f", "tab", *options) == \
        f"protocol\tlast_use\taddress\tknown_since\npop3\t{date(0)}\t192.0.2.1\t{date(90)}\n"
    assert server.doveadm(*options).split() == \
        ["protocol", "last_use", "address", "known_since", "pop3", date(0), "192.0.2.1", date(90)]


@pytest.mark.parametrize("options, error", [
    (("--protocol", "pop"), "--protocol pop: Expected imap, pop3"),
    (("--protocol", "pop3", "--since", "never"), "--since never: Expected a date"),
    (("--since", "30d"), "need a --protocol"), (("--unused",), "need a --protocol")])
def test_options_that_are_wrong(server, options, error):
    done = server.doveadm("coexist", "status", "-u", DAILY, *options, check=False)
    assert (done.returncode, error in done.stderr) == (EX_USAGE, True), done.stderr


def test_a_site_that_notes_nothing_says_so(tmp_path):
    with Instance(tmp_path, users={DAILY: {}, OTHER: {}}) as server:
        used(server, DAILY, since=90, pop3=3)
        assert said(server, "-A", "--protocol", "pop3").count("note_last_use is off") == 1
        assert rows(server, "-u", DAILY, "--protocol", "pop3")[0][1] == date(3)
