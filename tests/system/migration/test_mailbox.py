# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes of earlier versions, in each format: to administrators, POP3, IMAP and the owner
this version tells of them what that one told."""

import json

import pytest

import choices
from frozen import find
from told import VIEW, command, flags, told_by

pytestmark = pytest.mark.differs("the files of Dovecot")

POLICY = {**VIEW, "pop3_keep_days": "9"}
DAY = 24 * 60 * 60


@pytest.fixture
def maildrop(thaw):
    return thaw(**POLICY)


@pytest.fixture
def told(frozen):
    return json.loads((frozen.folder / "told.json").read_text())


def known(now, then):
    """Return of the rows that are told now the columns that there were."""
    return [{name: row[name] for name in old} for row, old in zip(now, then)] + now[len(then):] \
        if then and isinstance(then[0], dict) else now


def test_all_is_told_as_it_was(maildrop, frozen, told, clock):
    with frozen.just_after(clock):
        now = told_by(maildrop, clock.environment)
    for what, then in told.items():
        assert (known(now[what], then) if isinstance(then, list) else now[what]) == then, what


def test_the_frozen_mailbox_is_not_poor(told):
    """Each kind of thing is there, so that the test above is about it."""
    kinds = {(row["protocol"], row["what"].split(" ", 1)[1].split(" (")[0])
             for row in told["journal"] if not row["what"].startswith("chose")}
    assert kinds >= {("pop3", "hidden"), ("imap", "expunged")}
    assert {row["why"] for row in told["view"]} >= \
        {"hidden", "read", "old", "deleted", "due", "notice"}
    assert {flag for one in told["flags in INBOX"] for flag in one[1:]} >= \
        {"$POP3Downloaded", "$POP3Hidden", "\\Seen", "\\Deleted"}
    assert {one[0] for one in told["listed"]} >= {"sent one", "mail 13"}


@pytest.mark.parametrize("days, due", [(24.99, False), (25.01, True)])
def test_the_time_of_a_download_is_read(thaw, server, frozen, clock, days, due):
    """The message "mail 03" was downloaded 20 days before."""
    maildrop = thaw(**{**POLICY, "pop3_keep_days": "45"})
    with frozen.just_after(clock, days * DAY):
        [row] = command(maildrop, "expire", "--dry-run", "--now", "--uids",
                        env=clock.environment)
    assert (int(row["moved"]) + int(row["expired"]) > 0) == due, row


def test_a_session_of_then_is_undone(maildrop, told):
    """What it hid is shown again, in INBOX and in Sent."""
    hides = next(row for row in told["journal"] if row["what"].startswith("1 hidden"))
    [row] = command(maildrop, "undo", hides["session"])
    assert int(row["shown"]) >= 1 and int(row["failed"]) == int(row["missing"]) == 0
    now = {one[0]: set(one[1:]) for one in flags(maildrop)}
    assert "$POP3Hidden" not in now["mail 02"]


def test_the_owners_choice_holds(maildrop):
    """Where it is open."""
    owner = choices.Owner(maildrop)
    assert owner.chosen("effective/pop3_delete") == {"effective/pop3_delete": "trash"}
    assert find(maildrop, "choices").read_text() != ""
