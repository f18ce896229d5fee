# SPDX-License-Identifier: LGPL-2.1-or-later
"""The journal of a mailbox, read from its file as anybody could."""

import re
import shutil

from instance import config

NAME = "dovecot-coexist.journal"


def path(maildrop):
    """Where it is, on every storage of the test instance, or None."""
    found = sorted(maildrop.folder.rglob(NAME))
    return found[0] if found else None


def place(maildrop):
    """Where it is or will be; its folder is made if need be."""
    folder = maildrop.folder
    folder.mkdir(exist_ok=True, parents=True)
    return path(maildrop) or folder / NAME


def read(maildrop):
    """Return a dict of each line's fields; moves are in a list of their own."""
    file = path(maildrop)
    return [_fields(line) for line in file.read_text().splitlines()] if file else []


def _fields(line):
    *fields, end = line.split("\t")
    assert end == "end"
    found = {"moves": []}
    for field in fields:
        name, value = field.split("=", 1)
        if name == "moved":
            found["moves"].append({})
        belongs = found["moves"][-1] if name == "moved" or name.startswith("target") else found
        belongs[name] = value
    return found


VARY = ("time", "session", "uidvalidity", "target_uidvalidity")


def without_what_varies(line):
    """Return a line's fields without those that are never the same."""
    moves = [{name: value for name, value in move.items() if name not in VARY}
             for move in line["moves"]]
    return {**{name: value for name, value in line.items() if name not in VARY},
            "moves": moves}


def only(maildrop):
    """Return the fields of the only line, without those that vary."""
    line, = read(maildrop)
    return without_what_varies(line)


def write(maildrop, data):
    """Put bytes in the place of the journal."""
    file = place(maildrop)
    file.write_bytes(data)
    shutil.chown(file, *config.owner())
    return file


def logged(maildrop):
    """Return what the log says that this user's sessions did."""
    return re.findall(rf"\({re.escape(maildrop.user)}\).*Info: coexist: (.*)",
                      maildrop.server.log_text())
