# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes with a limit of 1000 kB."""

import pytest

from owner import known

POLICY = {"quota_warn": "80 90", "quota_warn_channels": "event"}


@pytest.fixture(scope="module")
def server(start):
    """A server that tells the owner at 80 and 90 percent, by an event."""
    return start(quota="1000K", coexist=POLICY, conf="lmtp_user_concurrency_limit = 30\n")


@pytest.fixture
def owner(server):
    """The owner of a mailbox that no other test uses, which is known and empty."""
    return known(server)
