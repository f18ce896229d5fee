# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_mark_read = complete while INBOX is replaced by another one."""

import shutil

import pytest


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"pop3_mark_read": "complete"})


def renumber(maildrop, uidvalidity=8):
    """Give INBOX another UIDVALIDITY, which Dovecot makes of the time by itself."""
    maildrop.server.doveadm("mailbox", "update", "-u", maildrop.user,
                            "--uid-validity", str(uidvalidity), "INBOX")


def replace(maildrop):
    """Put another mailbox with as many messages in the place of INBOX."""
    count = len(maildrop.subjects())
    shutil.rmtree(maildrop.folder)
    maildrop.deliver(count)


@pytest.mark.parametrize("change", [replace, renumber])
def test_messages_of_another_mailbox_are_not_marked(maildrop, change):
    maildrop.deliver(3)
    renumber(maildrop, 7)
    with maildrop.pop3() as pop:
        pop.retr(2)
        change(maildrop)
        pop.noop()
    assert maildrop.seen() == []
