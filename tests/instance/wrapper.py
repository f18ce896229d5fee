# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scripts that start a service of Dovecot through another command, such as valgrind."""

import shutil
from pathlib import Path

SUPPRESSIONS = Path(__file__).with_name("valgrind.supp")
# The memory checker of a whole run ends no process by what it sees.
LOOKS_ON = ("/usr/bin/valgrind --quiet --vgdb=no --leak-check=full --num-callers=40"
            " --suppressions=/mnt/bin/valgrind.supp"
            " --log-file=/mnt/log/valgrind.{service}.%p.log")
# A command of doveadm becomes doveconf, and doveadm again.
FOLLOWS = " --trace-children=yes"
VALGRIND = LOOKS_ON + " --error-exitcode=99"
# What a service runs where that has another name.
PROGRAMS = {"doveadm": "doveadm-server"}


def write(folder, program, prefix):
    """Write the script for a program; the prefix "valgrind" reports to log/.

    GDB in the environment keeps modules loaded, and so their symbols known, also when
    the program becomes another one.
    """
    shutil.copy(SUPPRESSIONS, folder)
    if prefix == "valgrind":
        prefix = VALGRIND.format(service=program.name)
    script = folder / program.name
    script.write_text('#!/bin/sh\nexport GDB=1 DOVECOT_PRESERVE_ENVS="GDB $DOVECOT_PRESERVE_ENVS"\n'
                      f'exec {prefix} {program} "$@"\n')
    script.chmod(0o755)
