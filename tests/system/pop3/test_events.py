# SPDX-License-Identifier: LGPL-2.1-or-later
"""Event export: a session's end is an event that says what the session did."""

import pytest

import exported
from server import AT_ONCE


@pytest.fixture(scope="module")
def server(start, clock):
    return start(coexist=AT_ONCE, wrap={"pop3": clock.wrapper}, conf23=exported.CONF23,
                 conf24=exported.CONF24, groups={
        "keep": {"coexist_pop3_keep_days": "30", "coexist_pop3_delete": "archive"},
        "trash": {"coexist_pop3_delete": "trash", "coexist_pop3_mark_read": "complete"},
        "hide": {"coexist_pop3_delete": "hide"}})


def events(maildrop, count):
    """Return {name: event} of the user's events once there are so many."""
    return {one["event"]: one
            for one in exported.events(maildrop.server, maildrop.user, count)}


def test_a_session_that_downloads_and_deletes(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        for number in (1, 2, 3):
            pop.retr(number)
        pop.dele(2)
        pop.quit()
    found = events(maildrop, 3)
    assert set(found) == {"coexist_pop3_downloaded", "coexist_pop3_deleted",
                          "coexist_session_ended"}
    assert all("coexist" in one["categories"] for one in found.values())
    assert found["coexist_pop3_downloaded"]["fields"]["messages"] == 3
    deleted = found["coexist_pop3_deleted"]["fields"]
    assert (deleted["action"], deleted["messages"], deleted["failed"]) == ("trash", 1, 0)
    ended = found["coexist_session_ended"]["fields"]
    assert (ended["protocol"], ended["read"], ended["moved"], ended["expunged"]) == \
        ("pop3", 2, 1, 0)
    assert ended["session"] == ended["coexist_session"]


def test_without_quit_nothing_was_deleted(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(2)
        pop.noop()
    found = events(maildrop, 1)
    assert found["coexist_pop3_downloaded"]["fields"]["messages"] == 1
    assert "coexist_pop3_deleted" not in found


def test_what_expires_after_a_session(server, clock):
    maildrop = server.maildrop("keep")
    maildrop.deliver(3)
    with clock.days_from_now(-30), maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.quit()
    maildrop.delete()
    found = events(maildrop, 3)     # two of the session that downloads
    expired = found["coexist_expired"]["fields"]
    assert {name: expired[name] for name in ("mailbox", "messages", "moved", "keep_days")} \
        == {"mailbox": "INBOX", "messages": 2, "moved": 2, "keep_days": 30}
    assert expired["bytes"] > 0
    assert expired["coexist_session"].startswith("expire-")


def test_an_imap_session(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:2", "+FLAGS", "\\Deleted")
        imap.expunge()
    found = events(maildrop, 1)
    ended = found["coexist_session_ended"]["fields"]
    assert (ended["protocol"], ended["expunged"]) == ("imap", 2)


def test_an_undo(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(1)
    maildrop.delete(1)
    session = events(maildrop, 2)["coexist_session_ended"]["fields"]["coexist_session"]
    server.doveadm("coexist", "undo", "-u", maildrop.user, session)
    ended = events(maildrop, 3)["coexist_session_ended"]["fields"]
    assert (ended["protocol"], ended["shown"], ended["hidden"]) == ("undo", 1, 0)
