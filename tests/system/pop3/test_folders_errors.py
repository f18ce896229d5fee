# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors in a maildrop of several mailboxes: those that pass fail the login, as they do in
INBOX, and nothing leaves the view by them. A message that can't be read locks nobody out."""

import shutil

import pytest

from folders import PLUGINS, fill, uids
from login_delay import refusal
from view_listing import listed, names

IN_MEMORY = {"conf23": "mail_location = maildir:~/mail:INDEX=MEMORY\n",
             "conf24": "mail_index_path = MEMORY\n"}


@pytest.fixture(scope="module")
def server(start):
    return start(gate={}, plugins=PLUGINS)


@pytest.fixture
def filled(maildrop, show):
    """A message in INBOX, two in Sent, one in Other."""
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent 1", "sent 2")
    fill(maildrop, "Other", "other")
    show(pop3_folders="Sent Other")
    return maildrop


ALL = {*names(1), "sent 1", "sent 2", "other"}


class NoAccess:
    """A path that nobody may use."""

    def __init__(self, path):
        self._path = path
        self._mode = path.stat().st_mode

    def __enter__(self):
        self._path.chmod(0)

    def __exit__(self, *_):
        self._path.chmod(self._mode)


@pytest.mark.parametrize("path", [".Sent", ".Sent/cur", ".Sent/dovecot-uidlist",
                                  "dovecot-coexist.maildrop/INBOX"])
def test_an_error_that_passes_fails_the_login_and_nothing_has_left(filled, path):
    with filled.pop3() as pop:
        before = uids(pop)
    assert before.keys() == ALL
    # else Dovecot has no reason to look
    fill(filled, "Sent", "sent 3")
    with NoAccess(filled.folder / path):
        assert "[SYS/TEMP]" in refusal(filled)
    with filled.pop3() as pop:
        after = uids(pop)
    assert {one: after[one] for one in before} == before
    assert after.keys() == ALL | {"sent 3"}


def test_a_place_that_can_not_be_made_fails_the_login(filled):
    assert set(listed(filled)) == ALL
    place = filled.folder / "dovecot-coexist.maildrop"
    shutil.rmtree(place)
    place.write_text("in the way")
    assert "[SYS/TEMP]" in refusal(filled)
    place.unlink()
    assert set(listed(filled)) == ALL


def unsized(maildrop, mailbox, number):
    """Take the sizes out of the name of the message's file, and nobody may read it."""
    path = sorted((maildrop.folder / mailbox).glob("*/*,S=*"))[number]
    new = path.with_name(path.name.split(",S=")[0] + ":2,")
    new = path.parents[1] / "cur" / new.name
    path.rename(new)
    new.chmod(0)
    return new


def test_a_message_that_can_not_be_read_locks_nobody_out(filled):
    unreadable = unsized(filled, ".Sent", 0)
    for _ in range(2):
        assert set(listed(filled)) == ALL - {"sent 1"}
    unreadable.chmod(0o600)
    assert set(listed(filled)) == ALL


def test_no_temporary_folder_is_left_by_a_session_that_does_not_begin(start):
    conf = {which: text + "mail_temp_dir = /mnt/home/temporary\npop3_lock_session = yes\n"
            for which, text in IN_MEMORY.items()}
    server = start(gate={}, plugins=PLUGINS, **conf)
    temporary = server.folder / "home/temporary"
    temporary.mkdir()
    temporary.chmod(0o777)
    maildrop = server.maildrop()
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    lock = maildrop.folder / "dovecot-pop3-session.lock"
    lock.write_text("1:nobody")
    lock.chmod(0o666)
    assert "IN-USE" in refusal(maildrop)
    server.wait_for(lambda: not list(temporary.glob("*")))
    lock.unlink()
    assert set(listed(maildrop)) == {*names(1), "sent"}
