# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of this folder rely on: no notice too many goes unseen."""

import threading

import pytest

from owner import known

TOLD = "imap({0}): Info: coexist: Quota notice: user=<{0}> level=80% (reached) used=0 channel=event\n"


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", coexist={"quota_warn": "80"})


@pytest.fixture
def told_late(server):
    """told_late(owner) lets a notice come a little later, as a session's own would."""
    timers = []

    def tell(owner):
        def write():
            with open(server.folder / "log/dovecot.log", "a") as log:
                log.write(TOLD.format(owner.user))
        timers.append(threading.Timer(0.5, write))
        timers[0].start()
    yield tell
    timers[0].join()


def test_an_open_session_that_tells_too_much_is_seen(server, told_late):
    owner = known(server)
    with owner.imap():
        server.session_pid("imap", owner.user)
        told_late(owner)
        with pytest.raises(AssertionError):
            owner.expect()


def test_nobody_waits_for_a_session_that_is_not_open(server, told_late):
    owner = known(server)
    told_late(owner)
    owner.expect()
