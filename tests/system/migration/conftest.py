# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers at which frozen mailboxes are thawed, and processes that have the time of then."""

import sys
from pathlib import Path

import pytest

from frozen import FORMATS, VERSIONS, Frozen
from names import NOTICE_TEXTS
from server import PLENTY

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("auth", "doveadm", "sent")]

SITE = {"template_dir": str(NOTICE_TEXTS), "note_last_use": "address"}
PLUGINS = {"all": ["coexist", "quota"], "imap": ["imap_quota"], "pop3": ["virtual"]}


@pytest.fixture(scope="module", params=FORMATS)
def storage(request):
    return request.param


@pytest.fixture(scope="module", params=VERSIONS)
def version(request):
    """The version that has written the files."""
    return request.param


@pytest.fixture(scope="module")
def frozen(version, storage):
    return Frozen(version, storage)


# Each test thaws some mailboxes, and a group has so many.
GROUPS = ("user", "more", "most", "rest")


@pytest.fixture(scope="module")
def server(start, clock, storage):
    return start(storage=storage, groups={group: {} for group in GROUPS}, gate={}, coexist=SITE, plugins=PLUGINS, quota="100K",
                 wrap={service: clock.wrapper for service in ("pop3", "imap", "lmtp")})


@pytest.fixture(scope="module")
def names():
    """Names of users whom nobody has used."""
    return (f"{group}{number}" for group in GROUPS for number in range(PLENTY))


@pytest.fixture
def thaw(server, frozen, names):
    """thaw(**policy) returns the frozen mailbox as one of a user whom nobody has used, with such
    a document."""
    def one(**policy):
        maildrop = frozen.thaw(server, next(names))
        if policy:
            server.store.put(f"mailbox/{maildrop.user}", **policy)
        return maildrop
    return one
