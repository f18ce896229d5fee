# SPDX-License-Identifier: LGPL-2.1-or-later
"""dsync takes the owner's choices along, also those that sleep."""

import time

import pytest

from choices import FILE, file_lines


@pytest.fixture
def copy(maildrop):
    """copy() backs the mailbox up and returns the choices that the copy has."""
    target = maildrop.folder.with_name("copy")

    def run(command="backup"):
        maildrop.server.doveadm(command, "-u", maildrop.user,
                                f"maildir:/mnt/home/{maildrop.user}/copy")
        return file_lines(target / FILE)
    return run


def next_second(server):
    """Dovecot compares the times of choices, which are whole seconds."""
    now = int(time.time())
    server.wait_for(lambda: int(time.time()) > now, what="the next second")


def test_a_backup_carries_choices_changes_and_their_end(owner, maildrop, copy):
    maildrop.deliver(1)
    owner.chooses(pop3_delete="hide", quota_warn="80 95")
    assert copy() == ["pop3_delete=hide", "quota_warn=80 95"]
    next_second(maildrop.server)
    owner.chooses(pop3_delete="trash")
    assert copy() == ["pop3_delete=trash", "quota_warn=80 95"]
    next_second(maildrop.server)
    owner.chooses(pop3_delete=None)
    assert copy() == ["quota_warn=80 95"]


def test_a_choice_that_sleeps_is_carried_and_what_is_none_is_not(owner, maildrop, copy):
    maildrop.deliver(1)
    owner.write("pop3_delete=archive\npop3_show_days=3\npop3_mark_read=nonsense\n")
    assert copy() == ["pop3_delete=archive", "pop3_show_days=3"]
