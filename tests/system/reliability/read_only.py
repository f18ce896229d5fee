# SPDX-License-Identifier: LGPL-2.1-or-later
"""A folder, or a file, of a server that is on a read-only file system for a while.

A mount over itself in the server's own mount namespace: what was opened before can still be
written, as on a file system of its own for indexes; faults.py's READ_ONLY has nothing written.
"""

from contextlib import contextmanager

PYTHON = ("/usr/bin/python3", "-I", "-c")
# mount(8) is not everywhere
MOUNT = """import ctypes, os, sys
BIND, REMOUNT, READ_ONLY = 0x1000, 0x20, 1
libc = ctypes.CDLL(None, use_errno=True)
for path in map(os.fsencode, sys.argv[1:]):
    for flags in (BIND, BIND | REMOUNT | READ_ONLY):
        if libc.mount(path, path, None, flags, None) != 0:
            sys.exit(os.strerror(ctypes.get_errno()))
"""
UNMOUNT = """import ctypes, os, sys
DETACH = 2
for path in map(os.fsencode, sys.argv[1:]):
    assert ctypes.CDLL(None).umount2(path, DETACH) == 0
"""


@contextmanager
def read_only(maildrop, *paths):
    """Nothing can be written in the paths, or in the mailbox's home if there are none."""
    server = maildrop.server
    inside = [f"/mnt/{path.relative_to(server.folder)}" for path in
              paths or [maildrop.folder.parent]]
    server.inside(*PYTHON, MOUNT, *inside)
    try:
        yield
    finally:
        server.inside(*PYTHON, UNMOUNT, *inside)
