# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_login_delay beside pop3_folders: the index of the maildrop, which may be another one in each
session, does not say what is new mail."""

import pytest

from folders import PLUGINS, fill
from login_delay import is_early, state, visit
from view_listing import listed, names, reads

IN_MEMORY = {"conf23": "mail_location = maildir:~/mail:INDEX=MEMORY\n",
             "conf24": "mail_index_path = MEMORY\n"}


@pytest.fixture(scope="module", params=[{}, IN_MEMORY], ids=["index", "index in memory"])
def server(request, start):
    return start(gate={}, plugins=PLUGINS, **request.param)


@pytest.fixture
def filled(maildrop, show):
    """Two messages in INBOX, one in Sent, and a login that may come once an hour."""
    maildrop.deliver(2)
    fill(maildrop, "Sent", "sent 1")
    show(pop3_folders="Sent", pop3_login_delay="1h")
    return maildrop


def test_the_second_visit_that_finds_nothing_new_is_too_early(filled):
    # the first session is shown new mail, and does not count
    for _ in range(2):
        assert set(listed(filled)) == {*names(1, 2), "sent 1"}
    assert is_early(filled)


@pytest.mark.parametrize("mailbox", ["INBOX", "Sent"])
def test_a_session_that_is_shown_new_mail_does_not_count(filled, mailbox):
    listed(filled)
    if mailbox == "INBOX":
        filled.deliver(1)
    else:
        fill(filled, mailbox, "sent 2")
    visit(filled)
    assert "pop3_login" not in state(filled)
    visit(filled)
    assert is_early(filled)


def test_what_is_not_shown_is_no_new_mail(filled, show):
    show(pop3_folders="Sent", pop3_login_delay="1h", pop3_show="unread", pop3_mark_read="never")
    listed(filled)
    filled.deliver(1)
    reads(filled, 3)
    with filled.imap() as imap:
        assert imap.append("Sent", "(\\Seen)", None, b"Subject: read\r\n\r\n")[0] == "OK"
    assert set(listed(filled)) == {*names(1, 2), "sent 1"}
    assert is_early(filled)


def test_a_session_that_deletes_does_not_count(filled):
    listed(filled)
    visit(filled, "dele")
    assert "pop3_login" not in state(filled)


def test_an_empty_maildrop_is_not_new(maildrop, show):
    fill(maildrop, "Sent")
    show(pop3_folders="Sent", pop3_login_delay="1h")
    visit(maildrop)
    assert is_early(maildrop)
