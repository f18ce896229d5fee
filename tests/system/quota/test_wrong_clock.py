# SPDX-License-Identifier: LGPL-2.1-or-later
"""A time that was remembered while a clock was ahead: nobody waits until the clock has caught
up. Clocks of several hosts may differ by some minutes."""

import poplib
import time

import pytest

from names import NOTICE_TEXTS
from owner import known, unreadable
from test_alert import alerts_at_login

LIMIT = 3
DAY = 24 * 60 * 60
# of each: how many seconds ago, and whether it counts as having just happened
TIMES = {"an hour ago": (3600, True), "just now": (0, True), "two minutes ahead": (-120, True),
         "an hour ahead": (-3600, False), "a year ahead": (-365 * DAY, False)}


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", coexist={"template_dir": str(NOTICE_TEXTS)}, groups={
        "reminded": {"coexist_quota_warn": "80", "coexist_quota_warn_repeat": "1d"},
        "alerted": {"coexist_quota_warn": "80", "coexist_quota_warn_channels": "alert"},
        "held": {"coexist_pop3_delete_limit": str(LIMIT), "coexist_quota_warn": "80"},
        "delayed": {"coexist_pop3_login_delay": "2h", "coexist_quota_warn": "80"}})


def is_reminded(owner, then):
    owner.fill(82)
    owner.expect("80%", channel="mail")
    owner.change_state(quota_level_at=then, quota_told_at=then)
    owner.visit("pop3")
    return len(owner.notices("mail")) > 1


def is_told_of_held_deletes(owner, then):
    owner.change_state(pop3_delete_limit_told=then)
    owner.deliver(LIMIT)
    owner.delete(*range(1, LIMIT + 2))
    return len(owner.subjects()) > LIMIT + 1


def is_let_in(owner, then):
    owner.change_state(pop3_login=then)
    try:
        owner.server.pop3(owner.user).quit()
    except poplib.error_proto:
        return False
    return True


def is_warned(owner, then):
    with owner.imap() as client:
        client.create("Broken")
    owner.change_state(quota_failed_at=then)
    with unreadable(owner.folder / ".Broken"):
        owner.visit("pop3")
    return any("Can't say how full the mailbox is" in line for line in owner.log_problems())


@pytest.mark.parametrize("ago, counts", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("group, happens", [
    ("reminded", is_reminded), ("held", is_told_of_held_deletes), ("delayed", is_let_in),
    ("reminded", is_warned)],
    ids=["reminder", "held deletes", "login delay", "failure to count"])
def test_what_has_just_happened_does_not_happen_again(server, group, happens, ago, counts):
    owner = known(server, group)
    assert happens(owner, int(time.time()) - ago) != counts


@pytest.mark.parametrize("ago, counts", TIMES.values(), ids=TIMES)
def test_an_alert_that_was_just_told_is_not_told_again(server, ago, counts):
    owner = known(server, "alerted")
    owner.fill(82)
    owner.expect("80%", channel="alert")
    owner.change_state(alerted_at=int(time.time()) - ago)
    assert len(alerts_at_login(owner, wanted=0 if counts else 1)) == (0 if counts else 1)


def test_a_reminder_is_sent_once_when_the_clock_is_right_again(server):
    owner = known(server, "reminded")
    assert is_reminded(owner, int(time.time()) + 365 * DAY)
    owner.visit("pop3")
    owner.fill(1)
    owner.visit("pop3")
    owner.expect("80%", "reminder 80%", channel="mail")
