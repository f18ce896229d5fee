# SPDX-License-Identifier: LGPL-2.1-or-later
"""Owners who may choose."""

import pytest

from choices import COEXIST_CONFIG, OPENED, Owner
from names import NOTICE_TEXTS

PLUGINS = {"all": ["coexist", "quota"], "pop3": ["virtual"]}


@pytest.fixture(scope="module")
def server(start):
    """A site that opens some keys to everybody, within bounds."""
    server = start(gate={}, quota="100k", conf23=COEXIST_CONFIG,
                   coexist={"template_dir": str(NOTICE_TEXTS)}, plugins=PLUGINS)
    server.store.mark()
    server.store.put("default", **OPENED)
    return server


@pytest.fixture
def owner(maildrop):
    return Owner(maildrop)
