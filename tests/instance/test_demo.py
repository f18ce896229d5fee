# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/demo --once, without its building: what it shows, and that it ends."""

import os
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).with_name("demo.py")
TABLE = """\
                                    IMAP      IMAP after, with pop3_mark_read =
The POP3 client ...                 before    stock    complete  quit     never
----------------------------------  ------    -----    --------  ----     -----
downloads it, then says QUIT        unread    read     read      read     unread
only looks at its head (TOP)        unread    unread   unread    unread   unread
downloads it, goes on, is cut off   unread    read     read      unread   unread
is cut off while downloading it     unread    read     unread    unread   unread
leaves it alone                     unread    unread   unread    unread   unread
"""


def test_the_demonstration_shows_its_table_and_ends(tmp_path):
    done = subprocess.run([sys.executable, "-B", DEMO, "--once"], timeout=120, text=True,
                          capture_output=True, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n\n" + TABLE)
    assert list(tmp_path.iterdir()) == []


def test_the_readme_shows_the_same_table():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert f"```text\n{TABLE}```\n" in readme
