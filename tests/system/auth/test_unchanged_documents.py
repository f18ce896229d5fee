# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents in files, which are read again only when they have changed."""

import ctypes
import os
import select
import time
from contextlib import contextmanager

import pytest

import logins
import texts
from logins import Client, pop3_auth_plain

IN_OPEN = 0x20
# The gate looks again at what changed so lately, and a little longer.
SETTLED = 4
DENY, ALLOW = "[policy]\npop3_access=deny\n \n", "[policy]\npop3_access=allow\n\n"


@pytest.fixture(scope="module")
def server(gated):
    return gated({f"user{number}": {} for number in range(8)})


@pytest.fixture(scope="module")
def unused():
    return iter(f"user{number}" for number in range(8))


@pytest.fixture
def user(unused):
    return next(unused)


@pytest.fixture
def path(server, user):
    return server.store.folder / f"mailbox/{user}"


def settle(server, path):
    """Wait until the file has not changed for a while."""
    changed = path.stat().st_ctime
    server.wait_for(lambda: time.time() > changed + SETTLED)


def is_refused(server, user):
    """Log in, and return whether the policy forbids it."""
    reply = pop3_auth_plain(server, Client(user))
    assert logins.passes("pop3", reply) or texts.sentence("deny", "pop3") in reply
    return not logins.passes("pop3", reply)


@contextmanager
def watched(path):
    """Return what returns whether the file was opened since it was asked last."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init()

    def opened():
        return bool(select.select([watch], [], [], 0)[0] and os.read(watch, 4096))
    try:
        assert libc.inotify_add_watch(watch, bytes(path), IN_OPEN) >= 0
        yield opened
    finally:
        os.close(watch)


def test_a_file_that_did_not_change_is_not_read_again(server, user, path):
    """Else an untouched mailbox would cost as much at its second login."""
    server.store.put(f"mailbox/{user}", DENY)
    with watched(path) as opened:
        assert is_refused(server, user) and opened()
        settle(server, path)
        assert is_refused(server, user) and opened()
        assert is_refused(server, user) and not opened()


@pytest.mark.parametrize("age", [0, SETTLED])
def test_a_file_that_is_written_over_counts(server, user, path, age):
    """Not replaced, as doveadm does, but by an editor that leaves no other trace."""
    server.store.put(f"mailbox/{user}", DENY)
    settle(server, path)
    assert is_refused(server, user) and is_refused(server, user)
    was = path.stat()
    path.write_text(ALLOW)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    now = path.stat()
    assert (now.st_ino, now.st_size) == (was.st_ino, was.st_size)
    server.wait_for(lambda: time.time() > now.st_ctime + age)
    assert not is_refused(server, user)


def test_a_file_that_may_not_be_read_any_more_is_a_store_error(server, user, path):
    """What it said was for those who may read it; by default it still holds."""
    server.store.put(f"mailbox/{user}", DENY)
    settle(server, path)
    assert is_refused(server, user) and is_refused(server, user)
    path.chmod(0)
    assert is_refused(server, user)
    server.wait_log(f"Can't look up shared/coexist/mailbox/{user}: .*Permission denied")
