# SPDX-License-Identifier: LGPL-2.1-or-later
"""Databases for the tests of this folder. The ways to log in are those of the gate's tests."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "auth"))


@pytest.fixture(scope="module")
def databases():
    """databases(kind) returns the server of that kind, started once."""
    running = {}

    def get(kind):
        if kind not in running:
            running[kind] = kind()
            running[kind].set_up()
        return running[kind]
    yield get
    for server in running.values():
        server.close()
