# SPDX-License-Identifier: LGPL-2.1-or-later
"""The accounts: a passwd-file, one line per user, extra fields as given."""

import os
import re

from .wait import wait_for_next_second

PASSWORD = "pass"


def _line(name, fields):
    """Return the passwd-file line of a user."""
    extra = []
    for key, value in fields.items():
        if re.search(r"[\s\0]", f"{key}{value}"):
            raise ValueError(f"passwd-file cannot hold white space: {key}={value}")
        extra.append(f"userdb_{key}" if value is None else f"userdb_{key}={value}")
    return f"{name}:{{PLAIN}}{PASSWORD}::::::{' '.join(extra)}\n"


class Users:
    """The passwd-file at `path`. A field value None is written without "="."""

    def __init__(self, path, users):
        self._path = path
        self._users = {name: dict(fields) for name, fields in users.items()}
        self._write()

    def __iter__(self):
        return iter(self._users)

    def set(self, name, fields):
        """Replace all fields of a user, or add the user; obeyed on return.

        Dovecot looks at the file again only when the whole second is another
        one than at its last look, and only if size or mtime changed.
        """
        self._users[name] = dict(fields)
        stamp = int(os.stat(self._path).st_mtime) + 1
        self._write()
        os.utime(self._path, (stamp, stamp))
        wait_for_next_second()

    def _write(self):
        new = self._path.with_suffix(".new")
        new.write_text("".join(_line(*user) for user in self._users.items()))
        new.rename(self._path)
