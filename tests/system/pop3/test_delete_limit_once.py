# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete_limit: the owner of sessions that were held is told once a day."""

import os
import re
import time

import pytest

from delete_limit import DELETES, GROUPS, held, log_lines, notices, shown, start_limited
from names import HIDDEN, QUIT_OK, STATE


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start_limited(start, GROUPS, request.param)


@pytest.fixture(params=DELETES)
def delete(request):
    """What pop3_delete says."""
    return request.param


@pytest.fixture
def maildrop(server, delete):
    return server.maildrop(delete)


def test_the_owner_is_told_once_a_day(maildrop):
    held(maildrop)
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        for number in range(2, 7):
            pop.dele(number)
        pop.quit()
    assert len(notices(maildrop)) == 1
    assert len(maildrop.having(HIDDEN)) == 9
    first, second = log_lines(maildrop)
    assert "hid all 4 messages" in first and first.endswith("the owner was told")
    assert "hid all 5 messages" in second
    assert second.endswith("the owner was told within the last 24 hours")


def told(maildrop):
    """Return when the owner was told last, for the server."""
    return int(re.search(r"^pop3_delete_limit_told=(\d+)$",
                         (maildrop.folder / STATE).read_text(), re.M)[1])


def set_told(maildrop, when):
    """Let the owner have been told at that time."""
    path = maildrop.folder / STATE
    path.write_text(f"pop3_delete_limit_told={when}\n")
    os.chown(path, maildrop.folder.stat().st_uid, maildrop.folder.stat().st_gid)


@pytest.mark.parametrize("ago, again", [(24 * 3600 + 60, True), (24 * 3600 - 60, False),
                                        (-3600, True), ("garbage", True)])
def test_the_owner_is_told_again_a_day_later(server, ago, again):
    maildrop = server.maildrop("expunge")
    held(maildrop)
    set_told(maildrop, ago if ago == "garbage" else int(time.time()) - ago)
    maildrop.deliver(4)
    maildrop.delete(2, 3, 4, 5)
    assert len(notices(maildrop)) == (2 if again else 1)
    if again:
        assert abs(told(maildrop) - time.time()) < 60


def test_two_sessions_at_once_tell_once(maildrop):
    maildrop.deliver(8)
    with maildrop.pop3() as first, maildrop.pop3() as second:
        for number in range(1, 5):
            first.dele(number)
            second.dele(number + 4)
        assert first.quit().decode() == QUIT_OK
        assert second.quit().decode() == QUIT_OK
    assert maildrop.having(HIDDEN) == list(range(1, 9))
    assert len(notices(maildrop)) == 1


def test_two_sessions_with_the_same_messages(maildrop):
    maildrop.deliver(5)
    with maildrop.pop3() as first, maildrop.pop3() as second:
        for number in range(1, 5):
            first.dele(number)
        for number in range(1, 3):
            second.dele(number)
        assert first.quit().decode() == QUIT_OK
        assert second.quit().startswith(b"+OK")
    assert shown(maildrop)[0] == "number 5"
    assert len(notices(maildrop)) == 1
    assert maildrop.log_problems() == []


def test_a_state_that_can_not_be_kept_does_not_hide_the_notice(server):
    maildrop = server.maildrop("expunge")
    maildrop.deliver(1)
    (maildrop.folder / (STATE + ".lock")).mkdir()
    (maildrop.folder / STATE).mkdir()
    held(maildrop)
    assert len(notices(maildrop)) == 1
    assert any(STATE in line for line in maildrop.log_problems())
