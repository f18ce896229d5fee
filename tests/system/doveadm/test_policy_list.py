# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy list and check: all documents."""

import itertools
import os
import shutil

import pytest

from administrator import CONF23, CONF24, EX_DATAERR, Administrator
from instance.peak import peak

# What is held for each document would be seen, were it but a third of its name. (The
# kernel is only about right when it says what a process has: doc/dovecot-notes.md.)
FEW, MANY, GROWTH_KB = 100, 100_000, 2_000
LONG = "somebody-with-a-rather-long-name@a-long-domain-name.example.org"
# A file system may allow no more than 65,000 names of a file.
NAMES_PER_FILE = 50_000


@pytest.fixture
def empty(start):
    """An administrator of a store without any document."""
    # the HTTP API's process stays after a request
    return Administrator(start(
        conf23=CONF23 + "service doveadm {\n  service_count = 0\n}\n",
        conf24=CONF24 + "service doveadm {\n  restart_request_count = unlimited\n}\n"))


@pytest.fixture
def filled(empty):
    empty.put("default", "[policy]\nimap_access=allow\n")
    empty.put("domain/example.org", "[policy]\npop3_access=deny\n")
    empty.put("mailbox/user1", "[policy]\npop3_access=allow\nimap_tls=required\n")
    empty.put("mailbox/back\\\\slash\\|er@example.org", "[policy]\npop3_access=allow\n")
    return empty


def names(rows):
    return sorted((row["scope"], row["name"]) for row in rows)


def test_an_empty_store_is_an_empty_list(empty):
    assert empty.rows("policy", "list") == []
    assert empty.rows("policy", "check") == []


def test_an_emptied_store_is_an_empty_list(empty):
    empty.ok("policy", "set", "-u", "user1", "pop3_access=deny")
    empty.ok("policy", "unset", "-u", "user1", "--all")
    assert empty.rows("policy", "list") == []


def test_each_document_is_listed_once(filled):
    assert names(filled.rows("policy", "list")) == [
        ("default", ""), ("domain", "example.org"),
        ("mailbox", "back\\slash/er@example.org"), ("mailbox", "user1")]


def test_what_is_listed_is_what_set_wrote(empty):
    for user in ("a/b@example.org", "a\\b@example.org", "ä@example.org", "..@example.org",
                 "a b@example.org"):
        empty.ok("policy", "set", "-u", user, "--force", "pop3_access=deny")
        assert names(empty.rows("policy", "list")) == [("mailbox", user)]
        assert empty.get("-u", user, "--force") == {"pop3_access": "deny"}
        empty.ok("policy", "unset", "-u", user, "--force", "--all")


def test_mask(filled):
    assert names(filled.rows("policy", "list", "*example.org")) == [
        ("domain", "example.org"), ("mailbox", "back\\slash/er@example.org")]


def test_values(filled):
    rows = filled.rows("policy", "list", "--values", "user?")
    assert rows == [
        {"scope": "mailbox", "name": "user1", "key": "imap_tls", "value": "required"},
        {"scope": "mailbox", "name": "user1", "key": "pop3_access", "value": "allow"}]


@pytest.fixture
def fill(empty):
    """fill(count) adds so many mailbox documents, which are gone after the test."""
    folder = empty.documents / "mailbox"
    numbers = itertools.count()

    def add(count):
        for number in itertools.islice(numbers, count):
            first = number - number % NAMES_PER_FILE
            if number == first:
                empty.put(f"mailbox/{number}{LONG}", "[policy]\npop3_access=deny\n")
            else:
                os.link(folder / f"{first}{LONG}", folder / f"{number}{LONG}")
    yield add
    shutil.rmtree(folder)


@pytest.mark.measures
def test_many_documents_are_listed_and_not_held(empty, fill):
    ways = [("tab", ()), ("flow", ()), ("pager", ()), ("table", ()), ("json", ()),
            ("tab", ("--values",))]

    def peaks():
        return {(output, more): empty.server.doveadm_peak(
            "-f", output, "coexist", "policy", "list", *more) for output, more in ways}

    fill(FEW)
    few = peaks()
    fill(MANY - FEW)
    for way, (memory, _, lines) in peaks().items():
        assert way[0] == "json" or lines >= MANY
        assert memory - few[way][0] < GROWTH_KB, way


@pytest.mark.measures
def test_nor_are_they_over_http(empty, fill):
    def listed():
        _, rows, _ = empty.http("coexistPolicyList")
        [pid] = empty.server.pids("doveadm-server")
        return len(rows), peak(pid)

    fill(FEW)
    few = listed()
    fill(MANY - FEW)
    many = listed()
    assert (few[0], many[0]) == (FEW, MANY)
    assert many[1] - few[1] < GROWTH_KB


def test_good_documents_pass(filled):
    assert filled.rows("policy", "check") == []


def test_each_problem_is_found(filled):
    filled.put("domain/garbage", b"\xff\xfe")
    filled.put("mailbox/half", "[policy]\npop3_access=de\n[meta")
    filled.put("mailbox/typo", "[policy]\npop3_access=denied\npop3_acces=deny\n"
               "imap_networks=192.0.2.0/33\nsieve_access=yes\nimap_access=\n")
    done = filled.run("policy", "check", output="tab")
    assert (done.returncode, done.stderr) == (EX_DATAERR, "")
    found = [line.split("\t") for line in done.stdout.splitlines()[1:]]
    assert sorted(row[:4] for row in found) == [
        ["domain", "garbage", "", ""],
        ["mailbox", "half", "", ""],
        ["mailbox", "typo", "imap_networks", "192.0.2.0/33"],
        ["mailbox", "typo", "pop3_acces", ""],
        ["mailbox", "typo", "pop3_access", "denied"],
        ["mailbox", "typo", "sieve_access", "yes"]]
    problem = {(row[1], row[2]): row[4] for row in found}
    assert "line 3" in problem["half", ""]
    assert "allow deny suspend" in problem["typo", "pop3_access"]


def test_check_of_one_scope(filled):
    filled.put("mailbox/user2", "[policy]\npop3_access=denied\n")
    assert filled.rows("policy", "check", "-u", "user1") == []
    assert filled.run("policy", "check", "-u", "user2").returncode == EX_DATAERR
    assert filled.rows("policy", "check", "--default") == []
