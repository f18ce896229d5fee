# SPDX-License-Identifier: LGPL-2.1-or-later
"""POP3 sessions at other times, for the tests of pop3_keep_days."""

import pytest

from keep_days import Download, Visit


@pytest.fixture
def download(clock):
    """A session at that time."""
    return Download(clock)


@pytest.fixture
def visit(clock):
    """A session that does nothing, in so many days."""
    return Visit(clock, in_days=0)


@pytest.fixture
def show(server, maildrop):
    """show(key=value, ...) makes a document for the mailbox with these keys alone, at a
    server that has a gate."""
    def put(**keys):
        server.store.put("mailbox/" + maildrop.user, **keys)
    return put
