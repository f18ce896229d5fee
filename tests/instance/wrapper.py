# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scripts that start a service of Dovecot through another command, such as valgrind."""

import shutil
from pathlib import Path

SUPPRESSIONS = Path(__file__).with_name("valgrind.supp")
VALGRIND = ("/usr/bin/valgrind --quiet --vgdb=no --leak-check=full --num-callers=40"
            " --suppressions=/mnt/bin/valgrind.supp --error-exitcode=99"
            " --log-file=/mnt/log/valgrind.{service}.%p.log")


def write(folder, program, prefix):
    """Write the script for a service's program; the prefix "valgrind" reports to log/.

    GDB in the environment keeps modules loaded, and so their symbols known.
    """
    if prefix == "valgrind":
        shutil.copy(SUPPRESSIONS, folder)
        prefix = VALGRIND.format(service=program.name)
    script = folder / program.name
    script.write_text(f'#!/bin/sh\nexport GDB=1\nexec {prefix} {program} "$@"\n')
    script.chmod(0o755)
