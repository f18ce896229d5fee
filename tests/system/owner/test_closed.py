# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where nothing is open, a client sees a stock server; and who opens what."""

import pytest

from choices import Owner

METADATA = "METADATA-SERVER"


@pytest.fixture(scope="module")
def server(start):
    """Some users have keys opened by the userdb, some are closed."""
    server = start(gate={}, groups={
        "open": {"coexist_owner_may_change": "pop3_delete,pop3_show"},
        "fixed": {"coexist_owner_may_change": "pop3_delete", "coexist_pop3_delete": "trash"}})
    server.store.mark()
    return server


def owner_of(server, group):
    return Owner(server.maildrop(group))


def test_a_closed_site_announces_nothing(server):
    owner = owner_of(server, "user")
    assert METADATA not in owner.capabilities()
    assert owner.choose(pop3_delete="hide").startswith("NO [CANNOT] Generic mailbox attributes")
    owner.write("pop3_delete=hide\n")
    owner.maildrop.deliver(1)
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects() == []


def test_the_userdb_opens(server):
    owner = owner_of(server, "open")
    assert METADATA in owner.capabilities()
    owner.chooses(pop3_delete="hide")
    owner.maildrop.deliver(1)
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects() == ["number 1"]


def test_the_userdb_names_and_opens(server):
    """What one scope says itself is what its owners begin with."""
    owner = owner_of(server, "fixed")
    owner.maildrop.deliver(2)
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects("Trash") == ["number 1"]
    owner.chooses(pop3_delete="hide")
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects() == ["number 2"]


def test_no_owner_makes_pop3_delete_for_good(server):
    """Whatever the bounds are, be it by the file."""
    owner = owner_of(server, "fixed")
    assert owner.choose(pop3_delete="expunge") == \
        "NO [CANNOT] pop3_delete can be: hide,trash,archive."
    owner.write("pop3_delete=expunge\n")
    owner.maildrop.deliver(1)
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects("Trash") == ["number 1"]


def test_a_choice_of_a_closed_key_can_be_read_and_not_changed(server):
    owner = owner_of(server, "fixed")
    owner.write("pop3_delete=hide\npop3_show=unread\n")
    assert owner.chosen("pop3_show", "choices/pop3_show", "effective/pop3_show",
                        "origin/pop3_show") == {
        "pop3_show": "unread", "choices/pop3_show": None, "effective/pop3_show": "all",
        "origin/pop3_show": "default"}
    for value in ("all", None):
        assert owner.choose(pop3_show=value) == \
            "NO [NOPERM] Your administrator has fixed pop3_show."


@pytest.mark.parametrize("document, holds", [
    ({"pop3_delete": "trash"}, False), ({"preset": "safe"}, True),
    ({"pop3_mark_read": "quit"}, True)], ids=["named", "preset", "another key"])
def test_a_document_of_the_mailbox_is_narrower_than_the_userdb(server, document, holds):
    owner = owner_of(server, "open")
    owner.chooses(pop3_delete="hide")
    server.store.put(f"mailbox/{owner.maildrop.user}", **document)
    owner.maildrop.deliver(1)
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects() == (["number 1"] if holds else [])
    reply = owner.choose(pop3_delete="hide")
    assert reply.startswith("OK " if holds else "NO [NOPERM] "), reply


def test_a_document_of_everybody_is_wider_than_the_userdb(server):
    owner = owner_of(server, "open")
    owner.chooses(pop3_delete="hide")
    server.store.put("default", pop3_delete="trash")
    try:
        owner.maildrop.deliver(1)
        owner.maildrop.delete(1)
        assert owner.maildrop.subjects() == ["number 1"]
    finally:
        server.store.remove("default")


@pytest.fixture(scope="module")
def ungated(start):
    """No gate and no store: dovecot.conf opens."""
    return start(coexist={"owner_may_change": "pop3_delete pop3_keep_days",
                          "owner_bounds": "pop3_delete=hide,trash"},
                 groups={"fixed": {"coexist_pop3_delete": "expunge"},
                         "kept": {"coexist_preset": "safe"}})


@pytest.mark.parametrize("group, holds", [("user", True), ("fixed", False), ("kept", True)])
def test_dovecot_conf_opens_without_a_gate(ungated, group, holds):
    owner = owner_of(ungated, group)
    reply = owner.choose(pop3_delete="hide")
    assert reply.startswith("OK " if holds else "NO [NOPERM] "), reply
    owner.write("pop3_delete=hide\n")
    owner.maildrop.deliver(1)
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects() == (["number 1"] if holds else [])


@pytest.fixture(scope="module")
def trial(start):
    server = start(gate={"log_only": "yes"})
    server.store.mark()
    server.store.put("default", owner_may_change="pop3_delete")
    return server


def test_a_site_that_only_logs_lets_choices_sleep(trial):
    owner = owner_of(trial, "user")
    owner.write("pop3_delete=hide\n")
    assert METADATA not in owner.capabilities()
    owner.maildrop.deliver(1)
    owner.maildrop.delete(1)
    assert owner.maildrop.subjects() == []
