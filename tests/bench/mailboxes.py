# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes of a known content, written without a server."""

import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

from instance.config import owner

LINE = b"The quick brown fox jumps over the lazy dog, and then it does so again.\n"
# When the first message came, and seconds until the next.
BEGIN, MAX_PAUSE = 1700000000, 600


def _message(number, size):
    """Return a message of about that many bytes."""
    head = (f"From: Sender {number} <sender{number}@example.org>\n"
            f"To: owner@example.org\nSubject: Message {number}\n"
            f"Date: Mon, 1 Jan 2024 00:00:00 +0000\n"
            f"Message-ID: <{number}@bench.example.org>\n"
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n")
    lines, rest = divmod(max(size - len(head), len(LINE)), len(LINE))
    return head.encode() + LINE * lines + (b"." * (rest - 1) + b"\n" if rest else b"")


def sizes(count, size, chance):
    """Return the sizes of so many messages, which differ as those of mail do.

    Half of them are at most a quarter away from the size, and it is their mean.
    Sizes are in the names of a maildir's files: were they all the same, as names
    were that differ in few characters, Dovecot's hash of names would find most of
    them in the same place, and all that is compared here would be small beside it.
    """
    if count == 1:
        return [size]
    return [round(size * chance.uniform(0.5, 1.5)) for _ in range(count)]


def _name(when, text, chance):
    """Return a file name as Dovecot makes them: it tells the sizes, too."""
    return (f"{when}.M{chance.randrange(1_000_000)}P{chance.randrange(1000, 4_000_000)}"
            f".mail.example.org,S={len(text)},W={len(text) + text.count(10)}")


def give(path):
    """Make the mailbox's owner the owner of a file or folder."""
    shutil.chown(path, *owner())
    os.chmod(path, 0o700 if path.is_dir() else 0o600)


def maildir(folder, count, size):
    """Write `count` unread messages of `size` bytes."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    chance = random.Random(count)
    when = BEGIN
    for number, length in enumerate(sizes(count, size, chance), 1):
        text = _message(number, length)
        when += chance.randrange(1, MAX_PAUSE)
        (folder / "cur" / f"{_name(when, text, chance)}:2,").write_bytes(text)
    for path in (folder.parent, folder, *folder.glob("**/*")):
        give(path)


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
    path = folder / "new" / _name(BEGIN + number * MAX_PAUSE, text, random.Random(number))
    path.write_bytes(text)
    give(path)
