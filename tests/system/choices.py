# SPDX-License-Identifier: LGPL-2.1-or-later
"""The owner of a mailbox at the IMAP side of choices: GETMETADATA and SETMETADATA (RFC 5464)."""

import imaplib
import os
import re
import shutil
from contextlib import contextmanager

from instance import config

ENTRIES = "/private/vendor/vendor.dovecot-coexist/"
FILE = "dovecot-coexist.choices"
# Where doveadm and the sessions of 2.3 find the store.
COEXIST_CONFIG = "plugin {\n  coexist_config = /mnt/etc/coexist.conf.ext\n}\n"
# What a site opens to everybody.
OPENED = {"owner_may_change": "pop3_mark_read pop3_delete pop3_keep_days pop3_show language "
          "quota_warn", "owner_bounds": "pop3_delete=hide,trash pop3_keep_days=0,7..90"}

imaplib.Commands.setdefault("GETMETADATA", ("AUTH", "SELECTED"))
imaplib.Commands.setdefault("SETMETADATA", ("AUTH", "SELECTED"))


def quoted(value):
    """Return a value as SETMETADATA takes it; None is NIL."""
    if value is None:
        return "NIL"
    return '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))


class Metadata:
    """An IMAP client that is logged in."""

    def __init__(self, client):
        self.client = client

    def get(self, *names, depth=None):
        """Return {name: value or None} of the entries that the server lists."""
        options = f"(DEPTH {depth}) " if depth else ""
        entries = " ".join(ENTRIES + name if name else ENTRIES[:-1] for name in names)
        typ, data = self.client._simple_command("GETMETADATA", options + '""', f"({entries})")
        assert typ == "OK", data
        lines = self.client._untagged_response(typ, data, "METADATA")[1]
        return _values(lines)

    def set(self, mailbox='""', entries=None, **values):
        """Set them in one command; return the tagged reply."""
        pairs = entries or {ENTRIES + name: value for name, value in values.items()}
        text = " ".join(f"{name} {quoted(value)}" for name, value in pairs.items())
        try:
            typ, data = self.client._simple_command("SETMETADATA", mailbox, f"({text})")
        except imaplib.IMAP4.error as error:
            return str(error)
        return without_time(f"{typ} {data[0].decode()}")


def without_time(reply):
    """Return a tagged reply without the time that Dovecot says it took."""
    return re.sub(r" \([\d. +]+ secs\)\.$", ".", reply)


def _values(lines):
    """Return the values of untagged METADATA replies, be they strings or literals."""
    found, text = {}, ""
    for line in lines:
        if isinstance(line, tuple):
            text += line[0].decode() + "\n" + line[1].decode()
        elif line is not None:
            text += line.decode()
    pattern = r'(/\S+) (?:NIL|"((?:[^"\\]|\\.)*)"|\{(\d+)\}\n)'
    at = 0
    while match := re.compile(pattern).search(text, at):
        name, value, size = match.groups()
        at = match.end()
        if size is not None:
            value = text[at:at + int(size)]
            at += int(size)
        assert name.startswith(ENTRIES), name
        found[name[len(ENTRIES):]] = value
    return found


def file_lines(path):
    """Return the lines of a file of choices, without those of what is not chosen any more."""
    text = path.read_text() if path.exists() else ""
    lines = [re.sub(r"=@\d+ ", "=", line) for line in text.splitlines()]
    return sorted(line for line in lines if not line.endswith("="))


class Owner:
    """The owner of a Maildrop."""

    def __init__(self, maildrop):
        self.maildrop = maildrop

    @contextmanager
    def session(self):
        """A session of IMAP."""
        with self.maildrop.imap() as client:
            yield Metadata(client)

    def choose(self, **values):
        """Choose in a session of its own; return the reply."""
        with self.session() as metadata:
            return metadata.set(**values)

    def chooses(self, **values):
        """The same, which must succeed."""
        reply = self.choose(**values)
        assert reply.startswith("OK "), reply

    def chosen(self, *names):
        """Return {name: value} of what is in a session of its own."""
        with self.session() as metadata:
            return metadata.get(*names)

    def capabilities(self):
        with self.maildrop.imap() as client:
            return client.capability()[1][0].decode().split()

    @property
    def path(self):
        """The file of the choices."""
        return self.maildrop.folder / FILE

    def lines(self):
        """Return what the file has, in order and without the times."""
        return file_lines(self.path)

    def write(self, content):
        """Put a file into its place, as somebody with a shell can."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for path in (self.path.parent, self.path):
            shutil.chown(path, *config.owner())

    def replace(self, make):
        """Have make(path) put something else there."""
        if os.path.lexists(self.path):
            self.path.unlink()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        make(self.path)
