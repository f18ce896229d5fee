# SPDX-License-Identifier: LGPL-2.1-or-later
"""People who send, each with a mailbox of their own."""

import pytest

from outbox import Outbox
from relay import relay_of


@pytest.fixture(scope="module")
def relay(server):
    with relay_of(server) as relay:
        yield relay


@pytest.fixture
def outbox(server, relay):
    """One whose copies are kept, with what the module's server is configured for."""
    relay.answer = "250 2.0.0 Queued"
    relay.messages.clear()
    return Outbox(server, server.maildrop().user, relay)
