# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers and mailboxes for the tests of this folder."""

from contextlib import ExitStack

import pytest

from clock import Clock
from server import CRASH, Server


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """start(**settings) returns a running Server, which ends with the module.

    None of its processes may have crashed by then.
    """
    servers = []
    with ExitStack() as running:
        def start_one(**settings):
            folder = tmp_path_factory.mktemp("dovecot")
            servers.append(running.enter_context(Server(folder, **settings)))
            return servers[-1]
        yield start_one
        for server in servers:
            assert CRASH.findall(server.whole_log()) == []


@pytest.fixture
def maildrop(server):
    """A mailbox that no other test uses, at the module's `server`."""
    return server.maildrop()


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """Another time for the processes that the module wraps or starts with it."""
    return Clock(tmp_path_factory.mktemp("clock"))
