# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mailbox of the maildrop that is of no use locks nobody out: POP3 is shown the others, and
the log says which is left out, why, and what to do."""

import os
import poplib
import shutil
from contextlib import suppress

import pytest

from folders import PLUGINS, broken, fill, folder_of, uids
from login_delay import refusal, state
from view_listing import listed, names

HOUR = 1 / 24


def mbox(in_23, in_24, **more):
    """Return the settings of a site with mboxes."""
    return {"storage": "mbox", "conf23": f"mail_location = mbox:~/mail{in_23}\n",
            "conf24": "mail_inbox_path = ~/mail/inbox\n" + in_24, "gate": {},
            "plugins": PLUGINS, **more}


def left_out(maildrop):
    """Return the warnings of what is left out, without the reasons."""
    found = [line.split("POP3 is not shown ")[1] for line in maildrop.log_problems()
             if "Warning: coexist: POP3 is not shown " in line]
    assert all(line.endswith(". Mend that, or take it out of pop3_folders") for line in found)
    return [line.split(": ")[0] for line in found]


# No GUID

@pytest.mark.parametrize("settings", [mbox(":INDEX=MEMORY", "mail_index_path = MEMORY\n"),
                                      mbox("", "", conf="mbox_min_index_size = 100k\n")],
                         ids=["memory", "small"])
def test_mboxes_without_an_index_have_no_guid(start, settings):
    """INBOX is shown as without other folders."""
    server = start(**settings)
    maildrop = server.maildrop()
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        before = uids(pop)
    for mailbox in ("Sent", *(f"Work{number}" for number in range(7))):
        fill(maildrop, mailbox, mailbox)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent Work*")
    with maildrop.pop3() as pop:
        assert uids(pop) == before
        pop.dele(1)
        assert pop.retr(2)
        assert pop.quit().startswith(b"+OK")
    warning, = left_out(maildrop)
    assert warning.startswith("Sent, Work") and warning.endswith(" and 3 more")
    assert maildrop.subjects() == listed(maildrop) == names(2, 3)
    assert maildrop.subjects("Sent") == ["Sent"]
    for command in (("explain", "--pop3-view"), ("view", "--reset")):
        done = server.doveadm("coexist", *command, "-u", maildrop.user, check=False)
        assert done.returncode == 0 and "POP3 is not shown Sent: " in done.stderr


ARCHIVE = {"conf23": """namespace archive {
  prefix = Archive/
  separator = /
  location = mbox:/mnt/home/archive/%u
}
""", "conf24": """namespace archive {
  prefix = Archive/
  separator = /
  mail_driver = mbox
  mail_path = /mnt/home/archive/%{user}
  mail_inbox_path =
}
"""}


class Archive:
    """The mailbox Archive/old, with one message."""

    def __init__(self, maildrop):
        folder = maildrop.folder.parents[1] / "archive"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        fill(maildrop, "Archive/old", "archived")
        self._top = folder / maildrop.user
        self._owner = self._top.stat()
        self._indexes = self._top / ".imap"

    def _own(self, uid, gid):
        for path in [self._top, *self._top.rglob("*")]:
            os.chown(path, uid, gid)
            path.chmod(0o755 if path.is_dir() else 0o644)

    def close(self, has_index_folder):
        """Let it be root's, without an index."""
        shutil.rmtree(self._indexes)
        if has_index_folder:
            (self._indexes / "old").mkdir(parents=True)
        self._own(0, 0)

    def open(self):
        self._own(self._owner.st_uid, self._owner.st_gid)


@pytest.mark.parametrize("has_index_folder", [True, False], ids=["index", "no index"])
def test_an_mbox_that_is_read_only(start, has_index_folder):
    server = start(gate={}, plugins=PLUGINS, **ARCHIVE)
    maildrop = server.maildrop()
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent")
    archive = Archive(maildrop)
    archive.close(has_index_folder)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent Archive/*")
    for visit in (1, 2):
        assert set(listed(maildrop)) == {*names(1, 2), "sent"}
        assert left_out(maildrop) == ["Archive/old"] * visit
    archive.open()
    assert set(listed(maildrop)) == {*names(1, 2), "sent", "archived"}
    assert len(left_out(maildrop)) == 2


# Rights

@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, gate={}, plugins=PLUGINS)


@pytest.fixture
def filled(maildrop, show):
    """A message in INBOX, two in Sent, one in Other."""
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent 1", "sent 2")
    fill(maildrop, "Other", "other")
    show(pop3_folders="Sent Other")
    return maildrop


ALL = {*names(1), "sent 1", "sent 2", "other"}


def take(path):
    """Let it be root's, as after a restored backup."""
    before = path.stat()
    os.chown(path, 0, 0)
    path.chmod(0o700 if path.is_dir() else 0o600)
    return before


def give_back(path, before):
    os.chown(path, before.st_uid, before.st_gid)
    path.chmod(before.st_mode)


@pytest.mark.parametrize("name", [".", "dovecot.index.log", "cur", "dovecot-uidlist"])
def test_a_mailbox_of_root_s_is_left_out_and_comes_back_with_what_is_new(filled, name):
    path = folder_of(filled, "Sent") / name
    if not path.exists():
        pytest.skip("this format has none")
    if name == "dovecot.index.log" and (path.parent / "cur").exists():
        pytest.skip("a maildir does without")
    with filled.pop3() as pop:
        before = uids(pop)
        pop.quit()
    assert before.keys() == ALL
    # else Dovecot has no reason to look
    fill(filled, "Sent", "sent 3")
    owner = take(path)
    with filled.pop3() as pop:
        assert uids(pop) == {one: before[one] for one in (*names(1), "other")}
        pop.dele(1)
        assert pop.quit().startswith(b"+OK")
    assert left_out(filled) == ["Sent"]
    give_back(path, owner)
    # what was listed has left, so that no program downloads it again
    found = set(listed(filled))
    assert found & {"sent 1", "sent 2", "sent 3"} == {"sent 3"}
    assert filled.subjects("Sent") == ["sent 1", "sent 2", "sent 3"]
    filled.server.doveadm("coexist", "view", "--reset", "-u", filled.user)
    assert set(listed(filled)) == found | {"sent 1", "sent 2"}


def test_an_administrator_is_told_what_is_left_out(filled):
    assert set(listed(filled)) == ALL
    path = folder_of(filled, "Sent")
    fill(filled, "Sent", "sent 3")
    owner = take(path)
    for command in (("explain", "--pop3-view"), ("view", "--reset")):
        done = filled.server.doveadm("coexist", *command, "-u", filled.user, check=False)
        assert done.returncode == 0 and "POP3 is not shown Sent: " in done.stderr
    assert set(listed(filled)) == {*names(1), "other"}
    give_back(path, owner)
    # the reset was of the others
    assert set(listed(filled)) == {*names(1), "other", "sent 3"}


# What may pass

@pytest.fixture(scope="module")
def clock_server(start, clock):
    return start(gate={}, plugins=PLUGINS, wrap={"pop3": clock.wrapper})


def test_an_error_that_does_not_pass_locks_nobody_out_for_ever(clock_server, clock):
    """Half an hour of logins that fail is enough."""
    maildrop = clock_server.maildrop()
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent 1")
    clock_server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    everything = {*names(1, 2), "sent 1"}
    assert set(listed(maildrop)) == everything
    assert "pop3_folders_failed" not in state(maildrop)
    fill(maildrop, "Sent", "later 1")
    with broken(maildrop, "Sent"):
        assert "[SYS/TEMP]" in refusal(maildrop)
        with clock.days_from_now(0.4 * HOUR):
            assert "[SYS/TEMP]" in refusal(maildrop)
    assert left_out(maildrop) == []
    # nothing has left
    assert set(listed(maildrop)) == everything | {"later 1"}
    assert state(maildrop)["pop3_folders_failed"] == ""
    fill(maildrop, "Sent", "later 2")
    with broken(maildrop, "Sent"):
        with clock.days_from_now(0.6 * HOUR):
            assert "[SYS/TEMP]" in refusal(maildrop)
        with clock.days_from_now(1.2 * HOUR):
            for _ in range(2):
                assert listed(maildrop) == names(1, 2)
    assert left_out(maildrop) == ["Sent"] * 2
    with clock.days_from_now(1.3 * HOUR):
        assert set(listed(maildrop)) == {*names(1, 2), "later 2"}
    assert state(maildrop)["pop3_folders_failed"] == ""


# A message

def readable(maildrop):
    """Return the subjects that a session can read: an sdbox of Dovecot 2.4 knows all that
    has to be known of a message for its being listed."""
    found = []
    with maildrop.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            with suppress(poplib.error_proto):
                lines = pop.top(number, 0)[1]
                found += [line[9:].decode() for line in lines if line.startswith(b"Subject: ")]
    return found


@pytest.mark.parametrize("storage", ["maildir", "sdbox"])
def test_a_message_that_nobody_has_looked_at_and_that_can_not_be_read(start, storage):
    """The virtual plugin asks for its date, and would show nothing without an answer."""
    server = start(storage=storage, gate={}, plugins=PLUGINS)
    maildrop = server.maildrop()
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent 1", "sent 2")
    folder = folder_of(maildrop, "Sent")
    (folder / "dovecot.index.cache").unlink()
    path, = (path for path in (*folder.glob("u.*"), *folder.glob("new/*"), *folder.glob("cur/*"))
             if b"sent 1" in path.read_bytes())
    if storage == "maildir":
        # without the size in its name
        path = path.rename(folder / "cur" / (path.name.split(",S=")[0] + ":2,"))
    owner = take(path)
    server.store.put("mailbox/" + maildrop.user, pop3_folders="Sent")
    for _ in range(2):
        assert set(readable(maildrop)) == {*names(1), "sent 2"}
    give_back(path, owner)
    assert set(listed(maildrop)) == {*names(1), "sent 1", "sent 2"}
