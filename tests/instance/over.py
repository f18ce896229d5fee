# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lay files and folders over others in this mount namespace, and become a command.

    python3 over.py SOURCE=TARGET... -- COMMAND [ARGUMENT...]

For a namespace of one's own, as namespace.py makes it.
"""

import os
import sys

import namespace


def main(*arguments):
    """Does not return."""
    end = arguments.index("--")
    for pair in arguments[:end]:
        namespace.mount(*pair.split("="), "", namespace.MS_BIND)
    command = arguments[end + 1:]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
