# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a mailbox's IMAP programs stored, as they sent it and as they were told: from the files
into which Dovecot writes what its sessions read and say (rawlog_dir)."""

import re
import shutil

from instance import config

SETTINGS = {"conf23": "rawlog_dir = /mnt/home/%u/rawlog\n",
            "conf24": "rawlog_dir = /mnt/home/%{user}/rawlog\n"}
APPEND = re.compile(rb'^(\S+) APPEND ("[^"]*"|\S+) .*\{(\d+)\+?\}\r\n', re.M | re.I)


def watch(server, user):
    """Note from now on what the sessions of the user read and say."""
    folder = server.folder / "home" / user / "rawlog"
    folder.mkdir(parents=True)
    for path in (folder.parent, folder):
        shutil.chown(path, *config.owner())


def appended(server, user):
    """Return [(mailbox, UID, bytes)] of the messages that were stored, by APPEND."""
    found = []
    for path in sorted((server.folder / "home" / user / "rawlog").glob("*.in")):
        read, said = _lines(path), _lines(path.with_suffix(".out"))
        for match in APPEND.finditer(read):
            tag, mailbox, size = match.groups()
            uid = re.search(rb"^%s OK \[APPENDUID \d+ (\d+)\]" % re.escape(tag), said, re.M)
            if uid:
                found.append((mailbox.strip(b'"').decode(), int(uid[1]),
                              read[match.end():match.end() + int(size)]))
    return found


def _lines(path):
    """Return the bytes without the time before each line."""
    return re.sub(rb"^\d+\.\d{6} ", b"", path.read_bytes(), flags=re.M)
