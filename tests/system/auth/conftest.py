# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers with the gate for the tests of this folder."""

import re
from contextlib import ExitStack

import pytest

from instance import Instance
from wiring import CLIENTS, NO_PENALTY

# Signal 9 is what tests send themselves.
CRASH = re.compile(r"^.*(?:Panic:|killed with signal (?!9\b)).*$", re.M)


@pytest.fixture(scope="module")
def gated(tmp_path_factory):
    """gated(users, **settings) returns an Instance with the gate, until the module ends.

    users is {name: userdb fields}. Clients are who they say they are, and there
    is no penalty for failures unless penalty=True. With no_gate=True the gate is in
    conf, or nowhere. No process may have crashed.
    """
    servers = []
    with ExitStack() as running:
        def start(users, *, gate=None, no_gate=False, conf="", penalty=False, **settings):
            folder = tmp_path_factory.mktemp("gated")
            text = CLIENTS + conf if penalty else CLIENTS + NO_PENALTY + conf
            servers.append(running.enter_context(Instance(
                folder, users=users, gate=None if no_gate else gate or {}, conf=text, sieve=True,
                high_performance=True, **settings)))
            return servers[-1]
        yield start
        for server in servers:
            assert CRASH.findall(server.log_text()) == []
