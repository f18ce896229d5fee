# SPDX-License-Identifier: LGPL-2.1-or-later
"""The folder of a store of files: doveadm makes it so that auth can read it, or says what to
do, and never lets a policy count for nothing in silence."""

import re
import stat

import pytest

import logins
import texts
from logins import Client, pop3_auth_plain
from wiring import DOVEADM

STORE = "/mnt/policy"
EX_CONFIG = 78
COMMANDS = re.compile(r"Run: (.*)$", re.M)


@pytest.fixture
def server(gated):
    """A server that has never had a store."""
    server = gated({"alice": {}}, conf=DOVEADM)
    server.inside("rm", "-rf", STORE)
    return server


def coexist(server, *arguments):
    return server.doveadm("coexist", *arguments, check=False)


def deny(server):
    return coexist(server, "policy", "set", "-u", "alice", "pop3_access=deny")


def is_refused(server):
    return texts.sentence("deny", "pop3") in pop3_auth_plain(server, Client("alice"))


def owner(server):
    path = server.folder / "policy"
    return path.owner(), path.group(), stat.filemode(path.stat().st_mode)


@pytest.mark.parametrize("first", [("policy", "set", "-u", "alice", "imap_access=deny"),
                                   ("policy", "init")], ids=" ".join)
def test_a_missing_folder_is_made_for_auth_to_read(server, first):
    coexist(server, *first)
    assert owner(server) == ("root", "dovecot", "drwxr-s---")
    done = deny(server)
    assert (done.returncode, done.stderr) == (0, "")
    assert is_refused(server)


@pytest.mark.parametrize("mode", ["0700", "0755"])
def test_a_folder_in_which_auth_reads_nothing_comes_with_the_commands_that_mend_it(server, mode):
    server.inside("install", "-d", "-m", mode, STORE)
    done = deny(server)
    assert done.returncode == EX_CONFIG
    assert "as the user dovecot" in done.stderr and "Permission denied" in done.stderr
    assert not is_refused(server)
    explained = coexist(server, "explain", "-u", "alice")
    assert explained.returncode == 0 and "refused" in explained.stdout
    assert re.search("Warning: .*The auth process can't read what is stored", explained.stderr)
    [commands] = COMMANDS.findall(done.stderr)
    assert [commands] == COMMANDS.findall(explained.stderr)
    server.inside("sh", "-c", commands)
    assert is_refused(server)
    assert coexist(server, "explain", "-u", "alice").stderr == ""
    assert owner(server) == ("root", "dovecot", "drwxr-s---")
    done = deny(server)
    assert (done.returncode, done.stderr) == (0, "")


def test_preflight_has_the_commands_too(server):
    server.inside("install", "-d", "-m", "0700", STORE)
    done = server.doveadm("-f", "tab", "coexist", "preflight", check=False)
    [row] = [line.split("\t") for line in done.stdout.splitlines()
             if line.startswith("store, read by dovecot\t")]
    assert row[1] == "fail"
    [commands] = COMMANDS.findall(row[2])
    server.inside("sh", "-c", commands)
    assert deny(server).returncode == 0
    assert is_refused(server)


def test_where_the_folder_cannot_be_made_that_is_said(server):
    server.inside("ln", "-s", "/proc/nothing/here", STORE)
    done = deny(server)
    assert done.returncode != 0
    assert STORE in done.stderr
    assert logins.passes("pop3", pop3_auth_plain(server, Client("alice")))


def test_the_folder_of_a_store_that_was_there_is_not_made_again(server):
    """It is not mounted: a new one would be empty, and lift every policy."""
    deny(server)
    server.inside("mv", STORE, STORE + ".away")
    done = deny(server)
    assert done.returncode != 0 and "not mounted" in done.stderr
    assert not (server.folder / "policy").exists()
    server.inside("mv", STORE + ".away", STORE)
    assert is_refused(server)
