# SPDX-License-Identifier: LGPL-2.1-or-later
"""A page that shows all choices has each of the mailbox's files read once."""

import pytest

from choices import OPENED, Owner

KEYS = ("pop3_mark_read", "pop3_delete", "pop3_keep_days", "pop3_show", "quota_warn", "language")
FOLDERS = ("", "effective/", "given/", "origin/", "choices/")
STATUS = ("status/pop3_last_use", "status/pop3_deletions", "status/may_undo")


@pytest.fixture(scope="module")
def server(start):
    return start(conf="log_debug = category=coexist\n", coexist={
        **OPENED, "owner_may_change": OPENED["owner_may_change"] + " undo",
        "note_last_use": "time"})


@pytest.fixture
def owner(maildrop):
    """Who has chosen something, and whose program has deleted something."""
    owner = Owner(maildrop)
    owner.chooses(pop3_delete="hide")
    maildrop.deliver(1)
    maildrop.delete(1)
    return owner


def reads(owner):
    """Return how often which file was read so far."""
    lines = [line for line in owner.maildrop.server.log_text().splitlines()
             if f"({owner.maildrop.user})" in line]
    return {what: sum(f"coexist: Reads the {what}" in line for line in lines)
            for what in ("choices", "journal", "last use")}


def during(owner, work):
    """Return how often what was read, and what work() returns."""
    before = reads(owner)
    result = work()
    return {what: count - before[what] for what, count in reads(owner).items()}, result


ONCE = {"choices": 1, "journal": 1, "last use": 1}


def test_all_entries(owner):
    with owner.session() as metadata:
        found, values = during(owner, lambda: metadata.get("", depth="infinity"))
    assert found == ONCE
    assert len(values) > 50 and values["pop3_delete"] == "hide"
    assert values["status/pop3_deletions"].endswith(" 1 0")


def test_entries_by_name(owner):
    """As Roundcube asks for them."""
    names = [folder + key for folder in FOLDERS for key in KEYS]
    with owner.session() as metadata:
        found, values = during(owner, lambda: metadata.get(*names, *STATUS))
    assert found == ONCE
    assert values["effective/pop3_delete"] == "hide"


def test_the_next_command_reads_again(owner):
    other = Owner(owner.maildrop)
    with owner.session() as metadata:
        assert metadata.get("pop3_delete") == {"pop3_delete": "hide"}
        other.chooses(pop3_delete="trash")
        assert metadata.get("pop3_delete") == {"pop3_delete": "trash"}
        metadata.set(pop3_delete="hide")
        assert metadata.get("pop3_delete", "effective/pop3_delete") == {
            "pop3_delete": "hide", "effective/pop3_delete": "hide"}


def test_what_is_not_asked_for_is_not_read(owner):
    with owner.session() as metadata:
        assert during(owner, lambda: metadata.get("pop3_delete"))[0] == {
            "choices": 1, "journal": 0, "last use": 0}
        assert during(owner, lambda: metadata.get(*STATUS))[0] == {
            "choices": 0, "journal": 1, "last use": 1}
