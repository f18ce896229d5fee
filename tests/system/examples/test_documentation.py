# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dovecot accepts each configuration that the documentation shows.

They are the code blocks of the kind dovecot-2.3 and dovecot-2.4.
"""

import re
from pathlib import Path

import pytest

from instance import Dovecot

pytestmark = pytest.mark.differs("how settings are read")
TOP = Path(__file__).parents[3]
VERSION = Dovecot.installed().version
GENERATION = Dovecot.installed().generation
FIRST_LINES = "" if GENERATION == 23 else """\
dovecot_config_version = {0}
dovecot_storage_version = {0}
""".format(".".join(map(str, VERSION)))


def blocks(kind):
    """Yield each code block of that kind with its page and line."""
    for page in (TOP / "README.md", *sorted((TOP / "doc").glob("*.md"))):
        text = page.read_text()
        for block in re.finditer(rf"^```{re.escape(kind)}\n(.*?)^```$", text, re.M | re.S):
            line = text.count("\n", 0, block.start(1)) + 1
            yield pytest.param(block[1], id=f"{page.name}:{line}")


@pytest.fixture(scope="module")
def server(start):
    return start()


@pytest.mark.parametrize(
    "block", list(blocks(f"dovecot-{GENERATION // 10}.{GENERATION % 10}")))
def test_configuration(server, tmp_path, block):
    name = f"{tmp_path.name}.conf"
    (server.folder / "etc" / name).write_text(FIRST_LINES + block)
    done = server.inside("doveconf", "-n", "-c", f"/mnt/etc/{name}", check=False)
    assert done.stderr == ""
    assert done.returncode == 0
