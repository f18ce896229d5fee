# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who can write to the store can't stop the logins and the mail of others."""

import os
import re
import socket
from contextlib import contextmanager

import pytest

import logins
import texts
from logins import Client, pop3_auth_plain
from wiring import DOVEADM, userdb

EX_DATAERR = 65     # sysexits

HUGE = 600 * 1024 * 1024    # with no block on the disk


def make_huge(path):
    with open(path, "wb") as file:
        file.truncate(HUGE)


def make_socket(path):
    """Bind relative to the folder: a socket's path has to be short."""
    here = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


def make_link(path):
    """To a document, which is nobody's: it could be to any file."""
    path.symlink_to("/mnt/etc/dovecot.conf")


# What is in a document's place: (how it comes there, how the log calls it)
KINDS = {
    "fifo": (os.mkfifo, "a FIFO"),
    "directory": (os.mkdir, "a directory"),
    "device": (lambda path: os.mknod(path, 0o20666, os.makedev(1, 5)), "a device"),
    "socket": (make_socket, "a socket"),
    "link": (make_link, "a symbolic link"),
    "huge": (make_huge, "has more than"),
}
USERS = [f"{name}@{kind}{number}.example" for kind in KINDS for number in range(2)
         for name in ("a", "b")]


@pytest.fixture(scope="module", params=["last-known", "tempfail"])
def action(request):
    return request.param


@pytest.fixture(scope="module")
def server(gated, action):
    users = [*USERS, "other", "denied", "person"]
    names = "alias:::::/mnt/home/person::userdb_user=person\n" + "".join(
        f"{name}:::::::\n" for name in users)
    return gated(dict.fromkeys(["alias", *users], {}), gate={"on_store_error": action},
                 conf=DOVEADM, chain=userdb("names", "/mnt/etc/names"), files={"names": names})


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(autouse=True)
def auth_lives_on(server):
    """The auth process is the same before and after."""
    before = logins.auth_pids(server)
    yield
    assert set(before) <= set(server.pids("auth"))


@contextmanager
def in_place_of(server, scope, kind):
    """Put it where the document of the scope is."""
    path = server.store.folder / scope
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    KINDS[kind][0](path)
    try:
        yield KINDS[kind][1]
    finally:
        path.rmdir() if kind == "directory" else path.unlink()


def outcome(server, user):
    """Return "passes", "deny" or "store", else the reply."""
    reply = pop3_auth_plain(server, Client(user))
    if logins.passes("pop3", reply):
        return "passes"
    for kind in ("deny", "store"):
        if texts.sentence(kind, "pop3") in reply:
            return kind
    return reply


def test_in_place_of_a_mailboxes_document(server, action, kind):
    """The others log in, its mail comes in, what was known holds, and it mends."""
    user = f"a@{kind}0.example"
    server.store.put(f"mailbox/{user}", pop3_access="deny")
    assert outcome(server, user) == "deny"
    with in_place_of(server, f"mailbox/{user}", kind) as called:
        assert outcome(server, user) == {"last-known": "deny", "tempfail": "store"}[action]
        assert outcome(server, "other") == "passes"
        server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
        server.wait_log(rf"Can't look up shared/coexist/mailbox/{user}: .*/mailbox/{user} "
                        rf".*{called}.* Remove it")
    server.store.put(f"mailbox/{user}", pop3_access="allow")
    assert outcome(server, user) == "passes"


def is_put_off(server, user):
    """True if the login has to come back; Dovecot may hang up before it can say so."""
    try:
        return pop3_auth_plain(server, Client(user)).startswith("-ERR [SYS/TEMP]")
    except AssertionError as error:
        return "hung up" in str(error)


def test_in_place_of_the_document_of_the_mailbox_that_the_userdb_names(server, action):
    """The login was let pass by another name, and the mailbox is this one's."""
    assert outcome(server, "alias") == "passes"
    with in_place_of(server, "mailbox/person", "fifo"):
        if action == "tempfail":
            assert is_put_off(server, "alias")
            server.wait_log("coexist: refused user=<person> protocol=pop3 .* "
                            "on_store_error=tempfail$")
        else:
            assert outcome(server, "alias") == "passes"
        server.deliver("person", b"Subject: hello\r\n\r\nhello\r\n")
    assert outcome(server, "alias") == "passes"


def test_in_place_of_a_domains_document(server, action, kind):
    domain = f"{kind}1.example"
    with in_place_of(server, f"domain/{domain}", kind):
        assert outcome(server, f"a@{domain}") == {
            "last-known": "passes", "tempfail": "store"}[action]
        assert outcome(server, "other") == "passes"
        server.deliver(f"b@{domain}", b"Subject: hello\r\n\r\nhello\r\n")


def test_in_place_of_the_default_document(server, action, kind):
    """The mailboxes' own documents count, where the site wants what is known."""
    server.store.put("mailbox/denied", pop3_access="deny")
    wanted = {"last-known": ("passes", "deny"), "tempfail": ("store", "store")}[action]
    before = len(server.log_text())
    with in_place_of(server, "default", kind) as called:
        # the answer that there is none may be a few seconds old
        server.wait_for(lambda: outcome(server, "other") == wanted[0] and re.search(
            f"Can't look up shared/coexist/default: .*{called}", server.log_text()[before:]))
        assert outcome(server, "denied") == wanted[1]
        server.deliver("other", b"Subject: hello\r\n\r\nhello\r\n")
    server.wait_for(lambda: outcome(server, "other") == "passes")


def test_in_place_of_the_marker(server, action, kind):
    """It says that there is a store, but nobody has put it there."""
    marker = "mailbox/coexist-store@invalid"
    wanted = {"last-known": "passes", "tempfail": "store"}[action]
    with in_place_of(server, marker, kind):
        server.wait_for(lambda: outcome(server, "other") == wanted)
    server.store.mark()
    server.wait_for(lambda: outcome(server, "other") == "passes")


# doveadm

def doveadm(server, *arguments):
    return server.doveadm("coexist", "policy", *arguments, check=False)


def test_doveadm_names_it_and_goes_on(server, kind):
    scope, called = f"domain/{kind}0.example", KINDS[kind][1]
    server.store.put("domain/good.example", pop3_access="deny", no_such_key="1")
    with in_place_of(server, scope, kind):
        for command in (("get",), ("set", "pop3_access=deny"), ("unset", "pop3_access"),
                        ("sign", "--sign-key", "/mnt/etc/none")):
            done = doveadm(server, *command, "-d", f"{kind}0.example")
            assert (done.returncode, called in done.stderr) == (EX_DATAERR, True), done
        done = doveadm(server, "check")
        assert done.returncode == EX_DATAERR
        assert f"{kind}0.example" in done.stdout and "no_such_key" in done.stdout
        assert f"{kind}0.example" in doveadm(server, "list").stdout
        assert "good.example" in doveadm(server, "list", "--values").stdout
        if kind != "directory":
            assert doveadm(server, "unset", "--all", "-d", f"{kind}0.example").returncode == 0
            assert not os.path.lexists(server.store.folder / scope)
            server.store.put(scope)
    server.store.remove("domain/good.example")
