# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an administrator sees of an owner's choices, and chooses in the owner's place."""

import json

import pytest


@pytest.fixture
def run(server, maildrop):
    """run(command, ...) runs `doveadm coexist policy` for the mailbox."""
    def policy(command, *arguments):
        return server.doveadm("-f", "json", "coexist", "policy", command, "-u", maildrop.user,
                              *arguments, check=False)
    return policy


def effective(run, key):
    """Return the value that holds and where it comes from."""
    done = run("get", "--effective", key)
    assert done.returncode == 0, done
    [row] = json.loads(done.stdout)
    return row["value"], row["origin"]


def test_effective_names_the_owner(owner, run, server, maildrop):
    assert effective(run, "pop3_delete") == ("expunge", "built-in")
    owner.chooses(pop3_delete="hide")
    assert effective(run, "pop3_delete") == ("hide", "owner")
    server.store.put(f"mailbox/{maildrop.user}", pop3_delete="trash")
    assert effective(run, "pop3_delete") == ("trash", "mailbox")
    server.store.put(f"mailbox/{maildrop.user}", preset="safe")
    assert effective(run, "pop3_delete") == ("hide", "owner")
    server.store.put(f"mailbox/{maildrop.user}", preset="safe",
                     owner_bounds="pop3_delete=archive")
    assert effective(run, "pop3_delete") == ("trash", "mailbox, preset safe")


def test_set_get_and_unset_for_the_owner(owner, run):
    assert run("set", "--owner", "pop3_delete=hide", "pop3_keep_days=30").returncode == 0
    assert owner.chosen("pop3_delete", "pop3_keep_days") == {
        "pop3_delete": "hide", "pop3_keep_days": "30"}
    assert json.loads(run("get", "--owner").stdout) == [
        {"key": "pop3_delete", "value": "hide"}, {"key": "pop3_keep_days", "value": "30"}]
    assert run("unset", "--owner", "pop3_delete").returncode == 0
    assert json.loads(run("get", "--owner").stdout) == [
        {"key": "pop3_keep_days", "value": "30"}]


def test_set_for_the_owner_keeps_to_the_bounds(owner, run):
    done = run("set", "--owner", "pop3_delete=hide", "pop3_keep_days=3")
    assert done.returncode == 65
    assert "pop3_keep_days: pop3_keep_days can be: 0,7..90." in done.stderr
    done = run("set", "--owner", "pop3_show_days=3")
    assert done.returncode == 65 and "has fixed pop3_show_days." in done.stderr
    done = run("set", "--owner", "nosuch=3")
    assert done.returncode == 65 and "no such setting" in done.stderr
    assert owner.lines() == []


@pytest.mark.parametrize("arguments", [
    ["set", "--default", "--owner", "pop3_delete=hide"], ["unset", "-d", "x", "--owner", "preset"],
    ["set", "-u", "user1", "--owner", "--dry-run", "pop3_delete=hide"],
    ["set", "-u", "user1", "--owner"], ["unset", "-u", "user1", "--owner", "--all"]])
def test_only_a_mailbox_has_an_owner(server, arguments):
    assert server.doveadm("coexist", "policy", *arguments, check=False).returncode == 64


@pytest.mark.parametrize("text, complaint", [
    ("owner_may_change=pop3_access", "pop3_access"), ("owner_may_change=nosuch", "nosuch"),
    ("owner_bounds=pop3_delete=expunge", "pop3_delete=expunge"),
    ("owner_bounds=pop3_keep_days=9..1", "9..1")])
def test_what_can_not_be_opened_is_refused(run, text, complaint):
    done = run("set", text)
    assert done.returncode == 65 and complaint in done.stderr, done
