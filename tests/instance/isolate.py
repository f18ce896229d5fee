# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run a command in mount and process namespaces of its own.

    python3 isolate.py [--tmpfs FOLDER] ROOT COMMAND [ARGUMENT...]

The command sees ROOT as its root, with terminals of its own, and an empty file system in
memory on FOLDER.
Whatever it starts ends with it, and its mounts are never seen outside.
"""

import os
import sys

import namespace


def main(*arguments):
    """Return the command's exit status."""
    namespace.enter()
    if arguments[0] == "--tmpfs":
        namespace.mount("isolated", arguments[1], "tmpfs")
        arguments = arguments[2:]
    root, *command = arguments
    terminals = os.path.join(root, "dev/pts")
    if root != "/" and os.path.isdir(terminals):
        namespace.mount("terminals", terminals, "devpts")
    pid = namespace.start(command, root)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
