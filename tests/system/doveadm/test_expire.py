# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist expire: what pop3_keep_days is about leaves mailboxes."""

import json
import os
import re
import subprocess

import pytest

from administrator import CONF23, CONF24, EX_CONFIG, EX_NOUSER, EX_TEMPFAIL, Administrator
from expiry import COLUMNS, GROUPS, counts, expire, row
from names import STATE


@pytest.fixture(scope="module")
def server(start, clock):
    """Owners of the group "user" have no policy."""
    return start(wrap={"pop3": clock.wrapper}, conf23=CONF23, conf24=CONF24, groups=GROUPS)


@pytest.fixture
def maildrop(server):
    return server.maildrop("keep")


# One mailbox

def test_it_expires_and_says_what(maildrop, downloaded):
    downloaded(maildrop, 3, 2)
    size = sum(path.stat().st_size for path in maildrop.folder.glob("cur/*:2,S*"))
    done = expire(maildrop, "--now")
    assert done.returncode == 0
    assert (counts(done), row(done)["size"]) == ((2, 0, 0), size)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row(done)["oldest"])
    assert "coexist: expired 2 messages downloaded by POP3 more than 30 days ago" \
        in done.stderr
    assert maildrop.subjects() == ["number 3"]
    again = expire(maildrop)
    assert (again.returncode, again.stderr, counts(again)) == (0, "", (0, 0, 0))
    assert row(again)["oldest"] == ""


def test_dry_run_says_the_same_and_changes_nothing(maildrop, downloaded):
    downloaded(maildrop, 3, 2)
    maildrop.settle()
    before = maildrop.snapshot()
    would = expire(maildrop, "--dry-run", "--now")
    assert (would.returncode, would.stderr, counts(would)) == (0, "", (2, 0, 0))
    assert maildrop.snapshot() == before
    did = expire(maildrop, "--now")
    assert row(did) == row(would)


def test_dry_run_by_save_dates_changes_nothing(maildrop, clock):
    def contents():
        # by the other clock it is time for Dovecot to tidy these up
        return {name: content for name, content in maildrop.snapshot().items()
                if not name.startswith("dovecot.index")}, maildrop.flags()
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "(\\Seen $POP3Downloaded)")
    with clock.days_from_now(40):
        before = contents()
        done = expire(maildrop, "-n", "--now", env=clock.environment)
    assert (done.returncode, counts(done)) == (0, (1, 0, 0))
    assert contents() == before


def test_uids(maildrop, downloaded):
    downloaded(maildrop, 6, 5)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("3", "+FLAGS", "(\\Flagged)")
    for options in (["--dry-run", "--now", "--uids"], ["--now", "--uids"]):
        assert row(expire(maildrop, *options))["uids"] == "1:2,4:5"
    assert row(expire(maildrop, "-n", "-i"))["uids"] == ""


def test_moving(server, downloaded):
    maildrop = server.maildrop("trash")
    downloaded(maildrop, 3, 2)
    assert counts(expire(maildrop, "--dry-run", "--now")) == (2, 2, 0)
    assert maildrop.subjects("Trash") == []
    done = expire(maildrop, "--now")
    assert counts(done) == (2, 2, 0)
    assert done.stderr.rstrip().endswith("30 days ago, moved to Trash")
    assert maildrop.subjects("Trash") == ["number 1", "number 2"]


def test_without_policy_there_is_no_row(server):
    done = expire(server.maildrop())
    assert (done.returncode, done.stderr, json.loads(done.stdout)) == (0, "", [])


def test_a_mailbox_that_was_never_used_is_not_made(maildrop):
    for options in (["--dry-run"], []):
        assert counts(expire(maildrop, *options)) == (0, 0, 0)
        assert list(maildrop.folder.glob("cur")) == []


def test_table_and_tab(maildrop, downloaded):
    downloaded(maildrop, 1, 1)
    for output, separator in (("table", " +"), ("tab", "\t")):
        lines = maildrop.server.doveadm("-f", output, "coexist", "expire", "-u",
                                        maildrop.user, "-n", "--now").splitlines()
        assert [re.split(separator, line)[0] for line in lines] == ["expired", "1"]
        assert re.split(separator, lines[0].strip()) == COLUMNS


def test_http(server, maildrop, downloaded):
    admin = Administrator(server)
    downloaded(maildrop, 2, 1)
    for parameters in ({"dryRun": True, "now": True}, {"now": True}, {}):
        kind, [found], _ = admin.http("coexistExpire", user=maildrop.user, **parameters)
        expected = 0 if not parameters else 1
        assert (kind, found["expired"]) == ("doveadmResponse", expected)
    assert maildrop.subjects() == ["number 2"]


# Waiting

@pytest.fixture
def told(maildrop, clock):
    """A mailbox of which nothing is known yet, with one message that is due in 40 days."""
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "(\\Seen $POP3Downloaded)")
    return maildrop


def waiting(done):
    """Return (expired, waiting, has a time) of the one row."""
    return row(done)["expired"], row(done)["waiting"], bool(row(done)["until"])


def said(done):
    """Return what we said on standard error; others wonder about the clock."""
    return [line.split("coexist: ")[1] for line in done.stderr.splitlines()
            if "coexist: " in line]


def notices(maildrop):
    """Return how many notices there are."""
    return sum("will leave your inbox" in subject for subject in maildrop.subjects())


def test_a_run_tells_the_owner_and_waits(told, clock):
    with clock.days_from_now(40):
        before = told.snapshot().keys()
        would = expire(told, "--dry-run", env=clock.environment)
        assert (would.returncode, said(would), waiting(would)) == (0, [], (0, 1, True))
        assert (told.snapshot().keys(), notices(told)) == (before, 0)
        did = expire(told, env=clock.environment)
        assert (did.returncode, waiting(did), notices(told)) == (0, (0, 1, True), 1)
        assert any(line.startswith("1 messages downloaded by POP3 more than 30 days ago "
                                   "wait until ") for line in said(did))
        again = expire(told, env=clock.environment)
        assert (again.returncode, said(again), row(again)) == (0, [], row(did))
    with clock.days_from_now(46):
        for options in (["--dry-run"], []):
            assert row(expire(told, *options, env=clock.environment)) == row(did)
    with clock.days_from_now(47.1):
        for options in (["--dry-run"], []):
            done = expire(told, *options, env=clock.environment)
            assert waiting(done) == (1, 0, False)
        assert waiting(expire(told, env=clock.environment)) == (0, 0, False)
    assert (len(told.subjects()), notices(told)) == (2, 1)


def test_now_does_not_wait(told, clock):
    with clock.days_from_now(40):
        expire(told, env=clock.environment)
        for options in (["--dry-run", "--now"], ["--now"]):
            done = expire(told, *options, env=clock.environment)
            assert waiting(done) == (1, 0, False)
    assert "number 1" not in told.subjects()


def test_now_tells_nobody_and_is_remembered(told, clock):
    with clock.days_from_now(40):
        assert waiting(expire(told, "--now", env=clock.environment)) == (1, 0, False)
        assert notices(told) == 0
        with told.imap() as imap:
            imap.select()
            imap.store("1", "+FLAGS", "(\\Seen $POP3Downloaded)")
        # it has been in force before
        assert waiting(expire(told, env=clock.environment)) == (1, 0, False)
    assert notices(told) == 0


def test_now_needs_no_memory(told, clock):
    (told.folder / STATE).mkdir()
    with clock.days_from_now(40):
        stays = expire(told, env=clock.environment)
        assert (stays.returncode, waiting(stays)) == (EX_TEMPFAIL, (0, 1, False))
        assert "doveadm coexist expire --now" in stays.stderr
        assert waiting(expire(told, "--now", env=clock.environment)) == (1, 0, False)
    (told.folder / STATE).rmdir()


def test_waiting_over_http(server, maildrop, downloaded):
    admin = Administrator(server)
    downloaded(maildrop, 2, 1)
    for parameters, expected in (({"dryRun": True}, (0, 1, True)), ({}, (0, 1, True)),
                                 ({"now": False}, (0, 1, True)), ({"now": True}, (1, 0, False))):
        kind, [found], _ = admin.http("coexistExpire", user=maildrop.user, **parameters)
        assert kind == "doveadmResponse"
        assert (int(found["expired"]), int(found["waiting"]), bool(found["until"])) == expected


# Errors

def test_debugging_says_why_nothing_expires(server):
    done = server.doveadm("-D", "coexist", "expire", "-u", server.maildrop().user, check=False)
    assert (done.returncode, done.stdout.strip().splitlines()[1:]) == (0, [])
    assert "coexist: Nothing expires, pop3_keep_days is 0\n" in done.stderr


def test_an_unknown_user(server):
    done = server.doveadm("coexist", "expire", "-u", "nobody@here", check=False)
    assert done.returncode == EX_NOUSER


def test_what_can_not_be_moved_stays(server, downloaded):
    maildrop = server.maildrop("trash")
    downloaded(maildrop, 3, 2)
    (maildrop.folder / ".Trash").write_text("in the way")
    done = expire(maildrop, "--now")
    assert done.returncode not in (0, EX_CONFIG)
    assert counts(done) == (0, 0, 2)
    assert done.stderr.count("Can't move messages that expired to Trash, so they stay") == 1
    assert len(maildrop.subjects()) == 3
    (maildrop.folder / ".Trash").unlink()
    assert counts(expire(maildrop, "--now")) == (2, 2, 0)


def test_doveadm_without_our_mail_plugin_says_so(start):
    server = start(plugins={"pop3": []}, conf23=CONF23, conf24=CONF24)
    done = server.doveadm("coexist", "expire", "-u", "user1", check=False)
    assert done.returncode == EX_CONFIG
    assert "mail_plugins does not have coexist" in done.stderr


# Several mailboxes

def test_all_users(start, clock, downloaded):
    server = start(wrap={"pop3": clock.wrapper}, groups={
        "keep": GROUPS["keep"]})
    first, second = server.maildrop("keep"), server.maildrop("keep")
    downloaded(first, 2, 1)
    downloaded(second, 3, 3)
    done = server.doveadm("-f", "json", "coexist", "expire", "-A", "--dry-run", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {found["username"]: (found["expired"], found["waiting"], bool(found["until"]))
            for found in json.loads(done.stdout) if found["waiting"]} == {
        first.user: (0, 1, True), second.user: (0, 3, True)}
    for options in (["--dry-run"], []):
        done = server.doveadm("-f", "json", "coexist", "expire", "-A", "--now", *options,
                              check=False)
        assert done.returncode == 0
        rows = {found["username"]: found["expired"] for found in json.loads(done.stdout)}
        # user0 and so on have no policy
        assert len(rows) == 60 and all(name.startswith("keep") for name in rows)
        assert {name: count for name, count in rows.items() if count} == {
            first.user: 1, second.user: 3}
    assert (first.subjects(), second.subjects()) == (["number 2"], [])
    done = server.doveadm("-f", "tab", "coexist", "expire", "-u", "keep1*")
    assert len(done.splitlines()) == 12


def test_a_terminal_is_told_how_far_it_is(server, tmp_path):
    """By a library that takes everything for a terminal."""
    tmp_path.chmod(0o755)
    library = tmp_path / "terminal.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], check=True,
                   text=True, input="int isatty(int fd) { return fd >= 0; }")
    terminal = {"LD_PRELOAD": str(library), "DOVECOT_PRESERVE_ENVS": "LD_PRELOAD"}
    for variables, users, said in (
            (terminal, "-A", r"(\s\d+ mailboxes)+\n"), ({}, "-A", ""),
            (terminal, "-ukeep0", "")):
        done = server.doveadm("-f", "json", "coexist", "expire", users, "--dry-run",
                              check=False, env={**os.environ, **variables})
        assert done.returncode == 0
        assert re.fullmatch(said, done.stderr)
        json.loads(done.stdout)
