# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes of a known content, written without a server."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from instance.config import owner

LINE = b"The quick brown fox jumps over the lazy dog, and then it does so again.\n"
BEGIN = 1700000000


def _message(number, size):
    """Return a message of about that many bytes."""
    head = (f"From: Sender {number} <sender{number}@example.org>\n"
            f"To: owner@example.org\nSubject: Message {number}\n"
            f"Date: Mon, 1 Jan 2024 00:00:00 +0000\n"
            f"Message-ID: <{number}@bench.example.org>\n"
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n")
    return head.encode() + LINE * max((size - len(head)) // len(LINE), 1)


def _name(number, text):
    """Return a file name that tells the sizes, as Dovecot makes them."""
    return (f"{BEGIN + number}.M{number}P1.bench,S={len(text)},"
            f"W={len(text) + text.count(10)}")


def _give(path):
    """Make the mailbox's owner the owner of a file or folder."""
    shutil.chown(path, *owner())
    os.chmod(path, 0o700 if path.is_dir() else 0o600)


def maildir(folder, count, size):
    """Write `count` unread messages of `size` bytes."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    for number in range(1, count + 1):
        text = _message(number, size)
        (folder / "cur" / f"{_name(number, text)}:2,").write_bytes(text)
    for path in (folder.parent, folder, *folder.glob("**/*")):
        _give(path)


def copy(folder, target):
    """Make target a copy of a mailbox, with the times that the index knows."""
    subprocess.run(["rm", "-rf", target], check=True)
    subprocess.run(["cp", "-a", folder, target], check=True)


def set_aside(folder):
    """Make room for another mailbox without deleting this one, before the end.

    After many files were deleted, ext4 without a journal takes much longer for each
    new one, for some minutes.
    """
    if folder.exists():
        folder.rename(Path(tempfile.mkdtemp(dir=folder.parents[1], prefix="aside.")) / "mailbox")


def arrive(folder, number):
    """Write a small message that no session has seen, as message `number`."""
    text = _message(number, 1000)
    path = folder / "new" / _name(number, text)
    path.write_bytes(text)
    _give(path)
