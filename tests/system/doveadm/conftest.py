# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server with a store of policies, and its administrator."""

import pytest

from administrator import CONF23, CONF24, Administrator


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24)


@pytest.fixture(scope="module")
def admin(server):
    return Administrator(server)
