# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days: what somebody changes while a session's end is at it stays."""

import pytest
from server import AT_ONCE

DAYS = 30


PRIVATE = {"conf23": "mail_location = maildir:~/mail:INDEXPVT=~/pvt\n",
           "conf24": "mail_index_private_path = ~/pvt\n"}


@pytest.fixture(scope="module", params=[{}, PRIVATE],
                ids=["flags in one index", "flags of the owner's own"])
def server(request, start, clock):
    return start(wrap={"pop3": clock.wrapper}, **request.param,
                 coexist={**AT_ONCE, "pop3_keep_days": str(DAYS), "pop3_delete": "trash"})


@pytest.fixture
def due(maildrop, clock):
    """A mailbox with four messages, three of which are due."""
    maildrop.deliver(4)
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        for number in (1, 2, 3):
            pop.retr(number)
        pop.quit()
    return maildrop


def change_flags(maildrop):
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "(\\Flagged)")
        imap.store("2", "-FLAGS", "(\\Seen)")


def expect_only_the_third_gone(maildrop):
    assert maildrop.subjects() == ["number 1", "number 2", "number 4"]
    assert maildrop.having("\\Flagged") == maildrop.seen() == [1]
    assert maildrop.subjects("Trash") == ["number 3"]
    # others wonder about the clock
    assert [line for line in maildrop.log_problems() if "coexist: " in line] == []


def test_changed_before_the_first_is_moved(due):
    # who makes the Trash waits to subscribe to it
    lock = due.folder / "subscriptions.lock"
    with due.pop3() as pop:
        lock.write_text("")
        pop.quit()
        due.server.wait_for((due.folder / ".Trash").is_dir)
        change_flags(due)
        lock.unlink()
    expect_only_the_third_gone(due)


def test_changed_while_they_are_moved(due):
    with due.imap() as imap:
        imap.create("Trash")
        imap.select("Trash")
    trash = due.folder / ".Trash"
    # who stores something there waits for this one
    lock = trash / "dovecot-uidlist.lock"
    with due.pop3() as pop:
        lock.write_text("")
        pop.quit()
        due.server.wait_for(lambda: len(list(trash.glob("tmp/*"))) == 3)
        change_flags(due)
        lock.unlink()
    expect_only_the_third_gone(due)
