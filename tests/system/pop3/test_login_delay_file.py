# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_login_delay: the file in which the last login is remembered."""

import os
import time

import pytest

from login_delay import GROUPS, HOUR, is_early, last_login_was, state, visit, write_state
from names import STATE


@pytest.fixture(scope="module", params=[("maildir", "no"), ("maildir", "yes"),
                                        ("mdbox", "yes"), ("sdbox", "no")],
                ids=lambda storage_lock: "-".join(storage_lock))
def server(start, request):
    """pop3_lock_session changes when Dovecot says +OK."""
    storage, lock = request.param
    return start(storage=storage, groups=GROUPS,
                 conf=f"protocol pop3 {{\n  pop3_lock_session = {lock}\n}}\n")


@pytest.fixture
def maildrop(server):
    """A mailbox that may be visited once an hour."""
    return server.maildrop("hour")


@pytest.mark.parametrize("text", [
    b"\0\1\2 garbage", b"pop3_login=yesterday\n", b"pop3_login=-5\n", b"pop3_login=9" * 99,
    b"pop3_login=\n", b"x" * 70000], ids=["NUL", "word", "negative", "long", "empty", "large"])
def test_garbage_is_no_delay_and_one_warning(maildrop, text):
    visit(maildrop)
    write_state(maildrop, text)
    visit(maildrop)
    assert len(maildrop.log_problems()) == 1
    assert STATE in maildrop.log_problems()[0] and "Warning" in maildrop.log_problems()[0]
    assert is_early(maildrop)       # what was written then is right again


def test_what_others_keep_there_stays(maildrop):
    visit(maildrop)
    write_state(maildrop, b"quota_told=80\nnot ours at all\npop3_login=1\n")
    visit(maildrop)
    text = (maildrop.folder / STATE).read_text()
    assert text.startswith("quota_told=80\nnot ours at all\npop3_login=")
    assert text.count("\n") == 3


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "FIFO"])
def test_something_else_of_that_name(maildrop, make):
    visit(maildrop)
    (maildrop.folder / STATE).unlink()
    make(maildrop.folder / STATE)
    visit(maildrop)
    assert "is not a small file" in maildrop.log_problems()[0]


INDEX23 = "mail_location = %s:~/mail:INDEX=~/index\n"
INDEX24 = "mail_index_path = ~/index\n"


@pytest.mark.parametrize("storage", ["maildir", "mdbox", "sdbox"])
def test_an_index_folder_of_its_own(start, storage):
    """It is made for the state if need be."""
    server = start(storage=storage, groups=GROUPS, conf23=INDEX23 % storage, conf24=INDEX24)
    maildrop = server.maildrop("hour")
    visit(maildrop)
    assert is_early(maildrop)
    assert (maildrop.folder.with_name("index") / STATE).exists()


def test_indexes_in_memory(start):
    """The state is with the mails then."""
    server = start(groups=GROUPS, conf23=INDEX23.replace("~/index", "MEMORY") % "maildir",
                   conf24=INDEX24.replace("~/index", "MEMORY"))
    maildrop = server.maildrop("hour")
    visit(maildrop)
    assert is_early(maildrop)
    assert (maildrop.folder / STATE).exists()


def test_a_folder_that_cannot_be_written(start):
    """No delay, and each session warns once."""
    server = start(groups=GROUPS, conf23=INDEX23 % "maildir", conf24=INDEX24)
    maildrop = server.maildrop("hour")
    visit(maildrop)
    index = maildrop.folder.with_name("index")
    (index / STATE).unlink()
    os.chown(index, 0, 0)
    index.chmod(0o555)
    visit(maildrop)
    visit(maildrop)
    assert len([line for line in maildrop.log_problems() if STATE in line]) == 2


def test_a_lock_that_a_dead_process_left_is_taken_over(start):
    server = start(groups=GROUPS)
    maildrop = server.maildrop("hour")
    visit(maildrop)
    last_login_was(maildrop, 2 * HOUR)
    (maildrop.folder / f"{STATE}.lock").touch()

    def is_noted():
        visit(maildrop)
        return int(state(maildrop)["pop3_login"]) > time.time() - HOUR
    server.wait_for(is_noted, 60, "the end of the lock")
    assert is_early(maildrop)
