# SPDX-License-Identifier: LGPL-2.1-or-later
"""quota_warn: the owner is told once per level, whoever fills the mailbox."""


def test_a_delivery_that_reaches_a_level(owner):
    owner.fill(79)
    assert owner.notices() == []
    owner.fill(3)
    owner.expect("80%")
    owner.fill(3)
    assert owner.notices() == ["80%"]


def test_the_next_level(owner):
    owner.fill(82)
    owner.fill(10)
    owner.expect("80%", "90%")


def test_a_jump_tells_the_highest(owner):
    owner.fill(92)
    owner.fill(1)
    owner.expect("90%")


def test_what_is_remembered(owner):
    owner.fill(82)
    owner.expect("80%")
    state = owner.state()
    assert state["quota_level"] == "80%"
    assert state["quota_level_at"] == state["quota_told_at"] != "0"
