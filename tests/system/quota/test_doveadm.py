# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist quota: how full mailboxes are, and who is at a level."""

import json
import re
import subprocess
import sys
import urllib.request

import pytest

from owner import KB, known, unreadable

EX_CONFIG = 78
# The root of another Debian has no terminals; only the server's processes see these.
TERMINAL = """import ctypes, pty, sys
ctypes.CDLL(None).mount(b"devpts", b"/dev/pts", b"devpts", 0, b"ptmxmode=666")
sys.exit(pty.spawn(sys.argv[1:]) != 0)
"""


def rows(server, *arguments):
    """Return what doveadm prints as JSON."""
    return json.loads(server.doveadm("-f", "json", "coexist", "quota", *arguments))


def on_a_terminal(server, *arguments):
    """Return what doveadm shows to somebody who waits for it."""
    return server.inside(sys.executable, "-I", "-c", TERMINAL, "doveadm", "-c",
                         "/mnt/etc/dovecot.conf", *arguments,
                         stdin=subprocess.DEVNULL).stdout


def test_one_mailbox(server, owner):
    owner.fill(82)
    owner.expect("80%")
    [row] = rows(server, "-u", owner.user)
    assert 82 * 1000 * KB // 100 <= row["used"] < 83 * 1000 * KB // 100 + 2 * KB
    assert (row["resource"], row["limit"], row["percent"], row["level"], row["remembered"]) \
        == ("storage", 1000 * KB, 82, "80%", "80%")
    assert row["told"].startswith("20")


def test_a_mailbox_below_every_level(server, owner):
    [row] = rows(server, "-u", owner.user)
    assert (row["percent"], row["level"], row["remembered"], row["told"]) \
        == (0, "none", "none", "")


def test_looking_tells_nobody(server, owner):
    owner.forget()
    owner.fill_silently(82)
    [row] = rows(server, "-u", owner.user)
    assert (row["level"], row["remembered"]) == ("80%", "")
    assert owner.state() == {}
    assert owner.notices() == []


def test_notify_tells(server, owner):
    owner.fill_silently(82)
    [row] = rows(server, "-u", owner.user, "--notify")
    assert (row["level"], row["remembered"]) == ("80%", "80%")
    assert rows(server, "-u", owner.user, "--notify") == [row]


def test_notify_tells_by_the_channels(server, owner):
    owner.fill_silently(82)
    done = server.doveadm("coexist", "quota", "-u", owner.user, "--notify", check=False)
    assert done.stderr.count("Quota notice") == 1
    assert f"user=<{owner.user}> level=80%" in done.stderr


def test_notify_tells_all_who_are_at_a_level_once(start):
    """The others, and who was told already, hear nothing."""
    server = start(quota="1000K", coexist={"quota_warn": "80 90",
                                           "quota_warn_channels": "mail event"})
    below, told, *due = (known(server) for _ in range(5))
    told.fill(82)
    told.expect("80%", channel="mail")
    below.fill_silently(79)
    for owner, percent in zip(due, (82, 95, 82)):
        owner.fill_silently(percent)

    def notices(owner):
        return sum(b"\nX-Coexist-Notice: quota-" in path.read_bytes()
                   for path in owner.folder.glob("[nc]*/*"))
    done = server.doveadm("coexist", "quota", "-A", "--notify", check=False)
    assert done.returncode == 0
    logged = re.findall(r"user=<(\w+)> level=(\d+%) .* channel=event", done.stderr)
    assert logged == [(owner.user, level) for owner, level in zip(due, ("80%", "90%", "80%"))]
    assert [notices(owner) for owner in (below, told, *due)] == [0, 1, 1, 1, 1]
    shown = on_a_terminal(server, "coexist", "quota", "-A", "--notify")
    assert re.search(r"\b60 mailboxes", shown)
    assert "Quota notice" not in shown
    assert [notices(owner) for owner in (below, told, *due)] == [0, 1, 1, 1, 1]


def test_the_report_of_all_users(start):
    server = start(quota="1000K", coexist={"quota_warn": "80 90",
                                           "quota_warn_channels": "event"})
    owners = [known(server) for _ in range(4)]
    owners[1].fill(82)
    owners[3].fill(95)
    report = rows(server, "-A", "--report")
    assert [(row["username"], row["level"]) for row in report] \
        == [(owners[1].user, "80%"), (owners[3].user, "90%")]
    table = server.doveadm("-f", "table", "coexist", "quota", "-A", "--report").splitlines()
    assert table[0].split()[:4] == ["Username", "resource", "used", "limit"] or \
        table[0].split()[:4] == ["username", "resource", "used", "limit"]
    assert [line.split()[0] for line in table[1:]] == [owners[1].user, owners[3].user]


def test_the_report_goes_on_after_a_look_up_that_fails(start):
    """Who can't be looked at is named, and everybody else is reported."""
    server = start(quota="1000K", coexist={"quota_warn": "80"})
    before, broken, after = (known(server) for _ in range(3))
    for owner in (before, broken, after):
        with owner.imap() as client:
            client.create("Folder")
        owner.fill_silently(82)
    with unreadable(broken.folder / ".Folder"):
        done = server.doveadm("-f", "json", "coexist", "quota", "-A", "--report", check=False)
    assert [row["username"] for row in json.loads(done.stdout)] == [before.user, after.user]
    assert re.search(rf"{broken.user}\b.*Can't say how full the mailbox is", done.stderr)
    assert done.returncode != 0


def test_the_report_mails_nobody(start):
    server = start(quota="1000K", coexist={"quota_warn": "80", "quota_warn_first": "yes",
                                           "quota_warn_channels": "mail alert"})
    owners = [known(server) for _ in range(2)]
    for owner in owners:
        owner.fill_silently(82)
    states = [owner.state() for owner in owners]
    assert len(rows(server, "-A", "--report")) == 2
    assert [owner.state() for owner in owners] == states
    for owner in owners:
        assert len(server.doveadm("search", "-u", owner.user, "all").splitlines()) == 2


def test_the_report_shows_its_progress_to_a_person(start):
    """On a terminal, however many are below every level."""
    server = start(quota="1000K", coexist={"quota_warn": "80"})
    known(server)
    shown = on_a_terminal(server, "coexist", "quota", "-A", "--report")
    assert re.search(r"\d+ mailboxes", shown)


def test_the_http_api(server, owner):
    owner.fill(82)
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port('http')}/doveadm/v1",
        json.dumps([["coexistQuota", {"user": owner.user, "report": True}, "tag"]]).encode(),
        {"Content-Type": "application/json", "Authorization": "X-Dovecot-API dGVzdGtleQ=="})
    with urllib.request.urlopen(request, timeout=60) as reply:
        [[kind, [row], tag]] = json.load(reply)
    assert (kind, tag) == ("doveadmResponse", "tag")
    assert (row["level"], row["percent"]) == ("80%", 82)


def test_a_mailbox_without_a_limit(start):
    server = start(quota="0", coexist={"quota_warn": "80"})
    maildrop = server.maildrop()
    maildrop.deliver(1)
    assert rows(server, "-u", maildrop.user) == []


def test_without_levels_nothing_is_told(start):
    server = start(quota="1000K")
    maildrop = server.maildrop()
    maildrop.deliver(1)
    [row] = rows(server, "-u", maildrop.user, "--notify")
    assert (row["level"], row["remembered"]) == ("none", "")
    assert rows(server, "-u", maildrop.user, "--report") == []


@pytest.mark.parametrize("plugins", [["coexist"], ["quota"], []])
def test_without_the_modules_it_says_what_to_load(start, plugins):
    server = start(quota="1000K", plugins={"all": plugins})
    done = server.doveadm("coexist", "quota", "-u", "user0", check=False)
    assert "mail_plugins does not have quota and coexist" in done.stderr
    assert done.returncode == EX_CONFIG
