# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debounce: an owner is told of each level once, however often usage reaches the level."""

from contextlib import ExitStack

import pytest

from owner import known


def test_200_deliveries_that_swing_round_a_level(owner):
    """79 %, 82 %, 79 % and so on: one notice."""
    owner.fill(79)
    owner.swing(200)
    owner.expect("80%")
    assert owner.state()["quota_level"] == "80%"


def test_20_deliveries_at_once_that_cross_a_level(owner):
    owner.fill(70)
    owner.deliver_at_once(20, 0.9)
    owner.expect("80%")
    assert owner.log_problems() == []


def test_deliveries_that_wait_for_each_other(owner):
    """Each has seen the level before any of them could remember it."""
    owner.fill(79)
    before = owner.saved()
    with ExitStack() as locked:
        locked.enter_context(owner.locked_state())

        def let_go():
            owner.server.wait_for(lambda: owner.saved() >= before + 4)
            locked.close()
        owner.deliver_at_once(10, 0.9, let_go)
    owner.expect("80%")


def test_it_can_be_told_again_after_usage_was_well_below(owner):
    owner.fill(50)
    owner.fill(32)
    owner.expect("80%")
    owner.remove(3)
    owner.visit()
    owner.wait_level("none")
    owner.fill(32)
    owner.expect("80%", "80%")


@pytest.fixture(scope="module")
def reminding(start):
    return start(quota="1000K", coexist={
        "quota_warn": "80", "quota_warn_channels": "event", "quota_warn_repeat": "1d",
        "quota_warn_recovered": "yes"})


def test_a_reminder_after_the_interval(reminding):
    owner = known(reminding)
    owner.fill(82)
    owner.visit()
    assert owner.notices() == ["80%"]
    day_before = int(owner.state()["quota_told_at"]) - 24 * 3600
    owner.change_state(quota_level_at=day_before, quota_told_at=day_before)
    owner.visit("pop3")
    owner.expect("80%", "reminder 80%")
    owner.visit("pop3")
    assert owner.notices() == ["80%", "reminder 80%"]


def test_recovered(reminding):
    owner = known(reminding)
    owner.fill(82)
    owner.remove_all()
    assert owner.notices() == ["80%"]
    owner.visit()
    owner.expect("80%", "recovered")
    owner.visit()
    assert owner.notices() == ["80%", "recovered"]


# The first look

def test_a_mailbox_that_was_never_looked_at_is_recorded(owner):
    owner.forget()
    owner.fill_silently(82)
    owner.visit()
    owner.wait_level("80%")
    assert owner.notices() == []
    assert owner.state()["quota_told_at"] == "0"
    owner.fill(10)
    owner.expect("90%")


def test_the_site_wants_these_told_too(start):
    server = start(quota="1000K", coexist={
        "quota_warn": "80", "quota_warn_channels": "event", "quota_warn_first": "yes"})
    owner = known(server)
    owner.forget()
    owner.fill_silently(82)
    owner.visit()
    owner.expect("80%")


# A state that is lost or can't be written

@pytest.mark.parametrize("text", [
    b"quota_level=much\n", b"quota_level=80\nquota_told_at=x\n", b"quota_level=-1%\n",
    b"quota_level=101%\nquota_level_at=0\n", b"\0\1\2", b"x" * 70000],
    ids=["word", "time", "negative", "above", "NUL", "large"])
def test_garbage_is_a_warning_and_no_notice(owner, text):
    owner.fill(50)
    owner.write_state(text)
    owner.fill(35)
    owner.server.wait_for(owner.state_problems, what="the warning")
    assert "Telling nobody how full" in owner.state_problems()[-1]
    assert owner.notices() == []
    assert all("Warning" in line for line in owner.state_problems())
    problems = owner.state_problems()
    owner.wait_level("80%")
    owner.fill(8)
    owner.expect("90%")
    assert owner.state_problems() == problems


def test_a_state_that_cannot_be_written_is_no_storm(start):
    server = start(quota="1000K", coexist={"quota_warn": "80",
                                           "quota_warn_channels": "event"},
                   conf23="mail_location = maildir:~/mail:INDEX=~/index\n",
                   conf24="mail_index_path = ~/index\n")
    owner = known(server, folder="index")
    owner.lock_state_folder()
    owner.fill(82)
    owner.fill(1)
    assert owner.notices() == []
    assert len(owner.state_problems()) == 2
    assert all("Warning" in line for line in owner.state_problems())
    assert owner.subjects() == ["number 1", "filling", "filling"]


def test_a_state_that_was_deleted_is_that_of_a_new_mailbox(owner):
    """Nothing tells the two apart: the level is recorded, told to nobody and not logged."""
    owner.fill(82)
    owner.expect("80%")
    owner.forget()
    owner.fill(1)
    owner.wait_level("80%")
    owner.visit()
    assert owner.notices() == ["80%"]
    assert owner.state()["quota_told_at"] == "0"
    assert owner.log_problems() == []
    owner.fill(9)
    owner.expect("80%", "90%")
