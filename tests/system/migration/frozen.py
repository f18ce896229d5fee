# SPDX-License-Identifier: LGPL-2.1-or-later
"""Frozen files: what a released version has written, which every later one has to read.

The folder of a version has

  maildir, mdbox, sdbox   a mailbox in each format: `mail.tar.xz` as Dovecot has it, beside
                          that, at the same places, the small files of ours; `made`, when (Unix
                          time) and with which Dovecot; `told.json`, what was told of it then
  documents               a store of policies, `panel.pub`, the key by which one is signed, and
                          `told.json`

`make` has made them, once.
"""

import os
import shutil
import tarfile
import time
from pathlib import Path

from instance import config
from maildrop import Maildrop

HERE = Path(__file__).resolve().parent
FORMATS = ("maildir", "mdbox", "sdbox")
VERSIONS = sorted(path.name for path in HERE.glob("[0-9]*.[0-9]*"))
NAMES = ("state", "journal", "choices", "view", "folders", "copies", "sent")
ARCHIVE = "mail.tar.xz"


def is_ours(path):
    """True if we have written the file, and not Dovecot."""
    return path.is_file() and path.name.startswith("dovecot-coexist.")


def own(folder):
    """Give all below the folder to who owns mails."""
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, *config.owner())


class Frozen:
    """What the version has left of a mailbox in this format."""

    def __init__(self, version, storage):
        self.folder = HERE / version / storage
        self.made = int((self.folder / "made").read_text().split()[0])

    def just_after(self, clock, seconds=60):
        """Inside, processes with the clock begin so long after it was made."""
        return clock.seconds_from_now(self.made + seconds - time.time())

    def thaw(self, server, user):
        """Make it the mailbox of the user, who has none yet; return that as a Maildrop."""
        home = server.folder / "home" / user
        mail = home / "mail"
        with tarfile.open(self.folder / ARCHIVE) as archive:
            archive.extractall(mail)
        for path in filter(is_ours, self.folder.rglob("*")):
            place = mail / path.relative_to(self.folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        own(home)
        return Maildrop(server, user)


def find(maildrop, name):
    """Return where the file of ours is, in whichever format."""
    found = sorted(maildrop.folder.rglob(f"dovecot-coexist.{name}"))
    assert len(found) == 1, (name, found)
    return found[0]


def freeze(mail, folder):
    """Write what is in a mailbox' folder to one for frozen files."""
    folder.mkdir(parents=True)
    for path in filter(is_ours, mail.rglob("*")):
        place = folder / path.relative_to(mail)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)

    def keep(member):
        path = mail / os.path.relpath(member.name, ".")
        skipped = is_ours(path) or path.name.endswith(".lock") or \
            path.name == "dovecot-coexist.maildrop"     # a cache
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return None if skipped else member
    with tarfile.open(folder / ARCHIVE, "w:xz") as archive:
        archive.add(mail, ".", filter=keep)
