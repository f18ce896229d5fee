# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes because its owner chose so is told of before, and goes to the Trash."""

import pytest

from choices import Owner
from keep_days import DAYS, LATER, SETTLED, SITE, Visit, count, fill, notices


@pytest.fixture(scope="module")
def server(start, clock):
    server = start(gate={}, coexist=SITE, wrap={"pop3": clock.wrapper})
    server.store.mark()
    server.store.put("default", owner_may_change="pop3_keep_days pop3_delete")
    return server


@pytest.mark.parametrize("chosen", [{}, {"pop3_delete": "hide"}, {"pop3_delete": "trash"}],
                         ids=["expunge", "hide", "trash"])
def test_messages_wait_and_then_lie_in_the_trash(maildrop, clock, chosen):
    fill(maildrop, 3, new=1)
    Owner(maildrop).chooses(pop3_keep_days=str(DAYS), **chosen)
    visit = Visit(clock)
    visit(maildrop, LATER)
    assert (count(maildrop), len(notices(maildrop))) == (4, 1)
    visit(maildrop, SETTLED)
    assert count(maildrop) == 1
    assert len(maildrop.subjects("Trash")) == 3


def test_a_choice_that_is_unset_removes_nothing(maildrop, clock):
    fill(maildrop, 3)
    owner = Owner(maildrop)
    owner.chooses(pop3_keep_days=str(DAYS))
    visit = Visit(clock)
    visit(maildrop, LATER)
    owner.chooses(pop3_keep_days=None)
    visit(maildrop, SETTLED)
    assert count(maildrop) == 3
    assert maildrop.subjects("Trash") == []
