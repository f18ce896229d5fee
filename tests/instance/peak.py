# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run a command; print the most memory (kB) that it had, its seconds, its lines.

    python3 peak.py COMMAND [ARGUMENT...]

The memory of a process that has ended can't be asked for. Its output goes through
a small pipe, so that it waits for us until it has written all but the last 4 kB:
what is printed is true of a command that writes more than twice that.
"""

import fcntl
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

SIZE = 4096


def peak(pid):
    """Return the most memory that a process had so far, 0 if it has ended."""
    found = re.search(r"^VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
    return int(found[1]) if found else 0


def main(*command):
    """Return the command's exit code."""
    start = time.monotonic()
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, SIZE)
    process = subprocess.Popen(command, stdout=writer)
    os.close(writer)
    memory = lines = 0
    while True:
        select.select([reader], [], [])
        memory = max(memory, peak(process.pid))
        data = os.read(reader, SIZE)
        if not data:
            break
        lines += data.count(b"\n")
    print(memory, time.monotonic() - start, lines)
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
