# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files of ours that are damaged, or that something else lies in the place of: each session and
each command comes to its end, says which file it is, and no message is lost."""

import os
import poplib
import shutil

import pytest

from choices import COEXIST_CONFIG
from frozen import NAMES, VERSIONS, Frozen
from instance import config, message
from names import NOTICE_TEXTS
from told import VIEW

POLICY = {**VIEW, "pop3_delete": "trash", "pop3_keep_days": "365", "pop3_login_delay": "1min",
          "sent_copy": "always", "junk_notice": "1d", "quota_warn": "80 95",
          "owner_may_change": "pop3_delete pop3_show quota_warn language undo"}
PLUGINS = {"all": ["coexist", "quota"], "imap": ["imap_quota"], "pop3": ["virtual"]}
SITE = {"template_dir": str(NOTICE_TEXTS), "note_last_use": "address"}
# what a session writes while messages are moved, and removes again
MOVES = "moves"
FILES = (*NAMES, MOVES)
# without which POP3 would be shown again what has left its view
VIEWS = ("view", "folders", "copies")
COMMANDS = (("status",), ("journal",), ("expire", "--dry-run"), ("expire",),
            ("explain", "--pop3-view"), ("quota",), ("policy", "get", "--owner"))


def in_place(make):
    """Return what puts something else in the place of a file."""
    def put(path):
        path.unlink(missing_ok=True)
        make(path)
    return put


def halved(path):
    os.truncate(path, path.stat().st_size // 2)


def zeroed(path):
    """As file systems leave what was not on the disk yet when the power went off."""
    path.write_bytes(bytes(path.stat().st_size))


def garbled(path):
    path.write_bytes(bytes(range(256)) * 40)


def grown(path):
    os.truncate(path, 100_000_000)


def repeated(path):
    """Good lines, too many of them."""
    text = path.read_bytes()
    path.write_bytes(text * (3_000_000 // max(len(text), 1)))


def root_alone(path):
    """As a backup that was unpacked by root leaves it."""
    os.chown(path, 0, 0)
    path.chmod(0o600)


DAMAGE = {
    "empty": lambda path: os.truncate(path, 0), "halved": halved, "zeroed": zeroed,
    "garbled": garbled, "grown": grown, "repeated": repeated, "root's": root_alone,
    "folder": in_place(os.mkdir), "FIFO": in_place(os.mkfifo),
    "link to nowhere": in_place(lambda path: path.symlink_to("nowhere")),
    "link to another file": in_place(lambda path: path.symlink_to("/etc/passwd")),
}
# What befalls a file without anybody's will, more often than the rest.
USUAL = ("empty", "zeroed", "repeated", "root's")
# What is said, of which file it is. What a crash leaves, such as an empty one, is not.
CONTENT = ("zeroed", "garbled", "grown")
SAID = (*CONTENT, "folder", "FIFO", "root's")
# Whatever is in these can have something looked for in vain, and no more.
HINTS = ("sent", MOVES)


@pytest.fixture(scope="module")
def server(start, storage):
    return start(storage=storage, groups={"more": {}, "most": {}}, gate={}, coexist=SITE,
                 plugins=PLUGINS, quota="100M", conf23=COEXIST_CONFIG)


@pytest.fixture(scope="module")
def names():
    return iter([f"{group}{number}" for group in ("user", "more", "most")
                 for number in range(60)])


@pytest.fixture
def maildrop(server, storage, names):
    """A mailbox that has each file of ours."""
    maildrop = Frozen(VERSIONS[-1], storage).thaw(server, next(names))
    server.store.put(f"mailbox/{maildrop.user}", **POLICY)
    return maildrop


def files_of(maildrop, name):
    """Return where the file is, or in whose place it is to be."""
    found = sorted(maildrop.folder.rglob(f"dovecot-coexist.{name}"))
    if name == MOVES:
        choices, = maildrop.folder.rglob("dovecot-coexist.choices")
        moves = choices.with_name(f"dovecot-coexist.{MOVES}")
        moves.write_text("")
        shutil.chown(moves, *config.owner())
        return [moves]
    if name == "view":
        found += sorted(maildrop.folder.rglob("dovecot-coexist.view.*"))
    return found


def everything(maildrop):
    """Return the subjects of all messages in all mailboxes, each once."""
    with maildrop.imap() as imap:
        mailboxes = [line.decode().split('" ', 1)[1] for line in imap.list()[1]]
    return {subject for mailbox in mailboxes for subject in maildrop.subjects(mailbox)}


def is_used_by_pop3(maildrop):
    with maildrop.pop3() as pop:
        assert pop.stat()[0] > 1
        pop.retr(1)
        for number in range(1, pop.stat()[0] + 1):
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")


def is_used_otherwise(server, maildrop):
    """Use the mailbox by IMAP and each command; return what commands said."""
    with maildrop.imap() as imap:
        imap.select("INBOX")
        assert imap.fetch("1:*", "(FLAGS)")[0] == "OK"
        assert imap.store("1", "+FLAGS", "(\\Flagged)")[0] == "OK"
        assert imap.append("Sent", "(\\Seen)", None, message("appended"))[0] == "OK"
    said = ""
    for command in COMMANDS:
        done = server.doveadm("coexist", *command, "-u", maildrop.user, check=False, timeout=60)
        # what can't be read is an error, and a signal is none
        assert 0 <= done.returncode < 128, (command, done)
        said += done.stderr
    return said


def check(server, maildrop, kind, paths, is_refused):
    before = everything(maildrop)
    assert len(before) > 5 and paths
    for path in paths:
        DAMAGE[kind](path)
    server.deliver(maildrop.user, message("delivered"))
    if is_refused:
        # what has left POP3's view would be shown again (doc/pop3-view.md)
        with pytest.raises(poplib.error_proto, match="SYS/TEMP"):
            server.pop3(maildrop.user).stat()
    else:
        is_used_by_pop3(maildrop)
    said = is_used_otherwise(server, maildrop) + "\n".join(
        line for line in server.log_problems() if maildrop.user in line)
    assert everything(maildrop) >= before | {"delivered", "appended"}
    return said


@pytest.mark.parametrize("kind", [kind if kind in USUAL else pytest.param(
    kind, marks=pytest.mark.night) for kind in DAMAGE])
@pytest.mark.parametrize("name", FILES)
def test_nothing_is_lost(server, maildrop, kind, name):
    said = check(server, maildrop, kind, files_of(maildrop, name),
                 kind == "root's" and name in VIEWS)
    if kind in SAID and (name not in HINTS or kind not in CONTENT):
        assert f"dovecot-coexist.{name}" in said


@pytest.mark.parametrize("kind", DAMAGE)
def test_all_at_once(server, maildrop, kind):
    paths = [path for name in FILES for path in files_of(maildrop, name)]
    check(server, maildrop, kind, paths, kind == "root's")
