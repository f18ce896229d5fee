# SPDX-License-Identifier: LGPL-2.1-or-later
"""Let a system call of a session fail, between a command and the reply to it."""

import mmap
import os
import shlex
import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("fail_at.c")
# struct control of fail_at.c
CONTROL = struct.Struct("=3i2ii")

CHANGES, READS = range(2)
# FULL_DISK, FULL_QUOTA and READ_ONLY last from the call on: ENOSPC, EDQUOT, EROFS
COUNT, KILL, FULL_DISK, IO_ERROR, FULL_QUOTA, READ_ONLY, STOP = range(7)


class Faults:
    """What goes wrong in the wrapped processes of a server, one at a time.

    begin  what is in the client's command; None is POP3's QUIT, "" when a process starts
    end    what is in the reply
    """

    def __init__(self, folder, begin=None, end=None):
        self._begin, self._end = begin, end
        self._library = folder / "fail_at.so"
        self._file = folder / "fail_at"
        subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", self._library, SOURCE,
                        "-ldl"], check=True)
        self._file.write_bytes(bytes(CONTROL.size))
        with open(self._file, "r+b") as file:
            self._control = mmap.mmap(file.fileno(), CONTROL.size)

    @property
    def wrapper(self):
        """The command that runs a program with them."""
        words = "" if self._begin is None else \
            f" FAIL_FROM={shlex.quote(self._begin)} FAIL_UNTIL={shlex.quote(self._end)}"
        return f"env LD_PRELOAD={self._library} FAIL_AT={self._file}{words}"

    @property
    def environment(self):
        """The environment in which a program has them, one of Dovecot's too."""
        variables = {"LD_PRELOAD": str(self._library), "FAIL_AT": str(self._file),
                     "FAIL_FROM": self._begin, "FAIL_UNTIL": self._end}
        return {**os.environ, **variables, "DOVECOT_PRESERVE_ENVS": " ".join(variables)}

    def plan(self, action=COUNT, kind=CHANGES, at=0):
        """Choose what is to go wrong from now on."""
        self._control[:] = CONTROL.pack(action, kind, at, 0, 0, 0)

    def seen(self, kind):
        """Return how many calls there were since the plan."""
        return CONTROL.unpack(self._control[:])[3 + kind]

    def journal_writes(self):
        """Return how many calls wrote to a journal since the plan."""
        return CONTROL.unpack(self._control[:])[5]


class Template:
    """The files of a mailbox, to begin anew with."""

    def __init__(self, maildrop, folder):
        self._folder, self._kept = maildrop.folder, folder / "mail"
        copy(self._folder, self._kept)

    def restore(self):
        shutil.rmtree(self._folder)
        copy(self._kept, self._folder)


def copy(source, target):
    """Copy a folder with its owners and times."""
    subprocess.run(["cp", "-a", source, target], check=True)
