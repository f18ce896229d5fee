# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors in a maildrop of several mailboxes: those that may pass fail the login, as they do in
INBOX, and nothing leaves the view by them. A message that can't be read locks nobody out."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from folders import PLUGINS, broken, fill, uids
from instance import config, message
from login_delay import refusal
from view_listing import listed, names

FEW_OPEN = {"conf23": "plugin {\n  virtual_max_open_mailboxes = 1\n}\n",
            "conf24": "virtual_max_open_mailboxes = 1\n"}
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


def test_an_error_that_may_pass_fails_the_login_and_nothing_has_left(filled):
    """Others are in test_folders_left_out.py."""
    with filled.pop3() as pop:
        before = uids(pop)
    assert before.keys() == ALL
    # else Dovecot has no reason to look
    fill(filled, "Sent", "sent 3")
    with broken(filled, "Sent"):
        assert "[SYS/TEMP]" in refusal(filled)
    problems = [line for line in filled.log_problems() if "coexist: " in line]
    assert len(problems) == 1 and "POP3 is shown nothing, because of Sent: " in problems[0]
    with filled.pop3() as pop:
        after = uids(pop)
    assert {one: after[one] for one in before} == before
    assert after.keys() == ALL | {"sent 3"}


@pytest.mark.parametrize("name", ["dovecot-coexist.folders", "dovecot-coexist.view",
                                  "dovecot-coexist.view.*"])
def test_a_memory_that_can_not_be_read_fails_the_login_and_stays(filled, show, name):
    """Without it, all that has left would be listed again."""
    show(pop3_folders="Sent Other", pop3_max_messages="1")
    filled.deliver(message("newer"))
    shown = {"newer", "sent 2", "other"}
    assert set(listed(filled)) == shown
    show(pop3_folders="Sent Other")
    for path in filled.folder.glob(name):
        before = path.read_bytes()
        with NoAccess(path):
            assert "[SYS/TEMP]" in refusal(filled)
        assert path.read_bytes() == before
        assert set(listed(filled)) == shown


def test_a_memory_of_copies_that_can_not_be_read_fails_the_login_and_stays(filled):
    """Without it, a copy would get another unique ID, and be downloaded again."""
    with filled.imap() as client:
        client.select("Sent")
        client.copy("1", "Other")
    with filled.pop3() as pop:
        before = {number: pop.uidl(number) for number in range(1, pop.stat()[0] + 1)}
        pop.quit()
    memory = filled.folder / "dovecot-coexist.copies"
    text = memory.read_bytes()
    with NoAccess(memory):
        assert "[SYS/TEMP]" in refusal(filled)
    assert memory.read_bytes() == text
    with filled.pop3() as pop:
        assert {number: pop.uidl(number) for number in before} == before


def test_a_memory_of_copies_that_is_lost_during_a_session(filled):
    with filled.imap() as client:
        client.select("Sent")
        client.copy("1", "Other")
    with filled.pop3() as pop:
        before = [line.split()[1] for line in pop.uidl()[1]]
        pop.quit()
    # the one with the GUID goes, and its copy is to keep its ID
    with filled.imap() as client:
        client.select("Sent")
        client.store("1", "+FLAGS", "\\Deleted")
        client.expunge()
    memory = filled.folder / "dovecot-coexist.copies"
    text = memory.read_bytes()
    with filled.pop3() as pop:
        assert pop.stat()[0] == len(before) - 1
        with NoAccess(memory):
            during = [line.split()[1] for line in pop.uidl()[1]]
        pop.quit()
    assert set(during) < set(before)
    assert memory.read_bytes() == text
    with filled.pop3() as pop:
        assert [line.split()[1] for line in pop.uidl()[1]] == during


def test_an_administrator_hears_of_an_error_too(filled):
    """What POP3 is shown is not told, and not reset, without one of the mailboxes."""
    assert set(listed(filled)) == ALL
    fill(filled, "Sent", "sent 3")
    with broken(filled, "Sent"):
        for command in (("explain", "--pop3-view"), ("view", "--reset")):
            done = filled.server.doveadm("coexist", *command, "-u", filled.user, check=False)
            assert done.returncode != 0 and "Can't open Sent" in done.stderr
    assert set(listed(filled)) == ALL | {"sent 3"}


def is_made_anew(maildrop):
    """Each session has made an index of its own, and says so."""
    problems = maildrop.log_problems()
    return problems != [] and all(
        "Warning: coexist: The index of pop3_folders is made anew for each session: " in line
        for line in problems)


@pytest.mark.parametrize("name", [".", "INBOX", "INBOX/dovecot-virtual"])
def test_a_place_that_can_not_be_used_slows_logins_down(filled, name):
    with filled.pop3() as pop:
        before = uids(pop)
    assert before.keys() == ALL
    place = filled.folder / "dovecot-coexist.maildrop"
    with NoAccess(place / name):
        for _ in range(2):
            with filled.pop3() as pop:
                assert uids(pop) == before
                pop.quit()
    # a file is written anew
    assert is_made_anew(filled) == (name != "INBOX/dovecot-virtual")
    assert set(listed(filled)) == ALL


@pytest.mark.parametrize("name", [".", "INBOX"])
def test_a_place_that_can_not_be_made_slows_logins_down(filled, name):
    with filled.pop3() as pop:
        before = uids(pop)
    place = filled.folder / "dovecot-coexist.maildrop"
    shutil.rmtree(place)
    if name != ".":
        place.mkdir()
    (place / name).write_text("in the way")
    for _ in range(2):
        with filled.pop3() as pop:
            assert uids(pop) == before
            pop.quit()
    assert is_made_anew(filled)


def test_another_session_defines_the_maildrop_at_the_same_moment(start, tmp_path_factory):
    """A part of the list would let the rest leave the view."""
    folder = tmp_path_factory.mktemp("preload")
    folder.chmod(0o755)
    library = folder / "other_definition.so"
    subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", library,
                    Path(__file__).with_name("other_definition.c"), "-ldl"], check=True)
    server = start(gate={}, plugins=PLUGINS, wrap={"pop3": f"env LD_PRELOAD={library}"})
    maildrop = server.maildrop()
    maildrop.deliver(1)
    for mailbox in ("Sent", "Other"):
        fill(maildrop, mailbox, mailbox)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent Other")
    everything = {*names(1), "Sent", "Other"}
    assert set(listed(maildrop)) == everything
    definition = maildrop.folder / "dovecot-coexist.maildrop/INBOX/dovecot-virtual"
    other = definition.with_name("dovecot-virtual.other")
    other.write_text(definition.read_text().replace("+Other\n", ""))
    shutil.chown(other, *config.owner())
    assert "[SYS/TEMP]" in refusal(maildrop)
    assert not other.exists()
    assert set(listed(maildrop)) == everything


def written(path):
    """Return the seconds and the microseconds that the name of a maildir's file has."""
    return [int(number) for number in re.findall(r"\d+", path.name)[:2]]


def unsized(maildrop, mailbox, number):
    """Take the sizes out of the name of the message's file, and nobody may read it."""
    path = sorted((maildrop.folder / mailbox).glob("*/*,S=*"), key=written)[number]
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


def test_a_message_of_inbox_that_can_not_be_read_fails_the_login(filled):
    """Dovecot lists three times, and then it says so; nothing has left by that."""
    with filled.pop3() as pop:
        before = uids(pop)
        pop.quit()
    assert before.keys() == ALL
    filled.deliver(message("newer"))
    unreadable = unsized(filled, ".", 1)
    for _ in range(2):
        assert "[SYS/TEMP]" in refusal(filled)
    unreadable.chmod(0o600)
    with filled.pop3() as pop:
        after = uids(pop)
    assert after.keys() == ALL | {"newer"}
    assert {one: after[one] for one in before} == before


def test_a_filter_shows_what_it_did_after_an_inbox_that_can_not_be_read(maildrop, show):
    show(pop3_max_messages="2")
    maildrop.deliver(3)
    assert listed(maildrop) == names(2, 3)
    maildrop.deliver(message("newer"))
    unreadable = unsized(maildrop, ".", 3)
    assert "[SYS/TEMP]" in refusal(maildrop)
    unreadable.chmod(0o600)
    assert listed(maildrop) == [*names(3), "newer"]


def test_a_second_listing_with_few_mailboxes_open(start):
    """It looks for each message, and opens the mailboxes again for that."""
    server = start(gate={}, plugins=PLUGINS, **FEW_OPEN)
    maildrop = server.maildrop()
    maildrop.deliver(2)
    for mailbox in ("Sent", "Other", "Work"):
        fill(maildrop, mailbox, f"{mailbox} 1", f"{mailbox} 2")
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent Other Work")
    with maildrop.pop3() as pop:
        before = uids(pop)
        pop.quit()
    assert len(before) == 8
    unreadable = [unsized(maildrop, mailbox, 0) for mailbox in (".Sent", ".Work")]
    gone = {"Sent 1", "Work 1"}
    for _ in range(2):
        with maildrop.pop3() as pop:
            after = uids(pop)
            assert after == {one: before[one] for one in before if one not in gone}
            for number in range(1, len(after) + 1):
                pop.retr(number)
            pop.quit()
    for path in unreadable:
        path.chmod(0o600)
    # the files have other names now, and a maildir's GUIDs are of these
    assert set(listed(maildrop)) == before.keys()


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
