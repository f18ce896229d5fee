# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes in which each file of ours is there: the frozen ones (tests/system/migration).
Stores on servers of their own, and clients that log in (tests/system/auth)."""

import sys
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parents[1] / folder)
             for folder in ("migration", "sent", "doveadm", "auth", "panels")]


@pytest.fixture(scope="module", params=["maildir", *(
    pytest.param(storage, marks=pytest.mark.night) for storage in ("mdbox", "sdbox"))])
def storage(request):
    """The storage format, of which a commit tries one."""
    return request.param
