# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the owner of a mailbox chooses holds in the next session, within the bounds."""

import json
import re
from email.header import decode_header, make_header

import pytest

from choices import OPENED
from quota.alerts import Session


def test_a_choice_holds_in_the_next_session(owner, maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop, owner.session() as metadata:
        assert metadata.set(pop3_delete="hide", pop3_mark_read="complete").startswith("OK ")
        assert metadata.get("pop3_delete", "pop3_mark_read") == {
            "pop3_delete": "hide", "pop3_mark_read": "complete"}
        pop.dele(1)         # of a session that began before
        pop.quit()
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.seen() == [1]


def test_a_choice_that_is_unset_holds_no_more(owner, maildrop):
    owner.chooses(pop3_delete="hide")
    owner.chooses(pop3_delete=None)
    assert owner.chosen("pop3_delete") == {"pop3_delete": None}
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects() == []


def test_each_openable_key_is_obeyed(owner, maildrop):
    """By the part of a session that begins by it alone: view, marks, journal, quota."""
    maildrop.deliver(3)
    owner.chooses(pop3_show="unread")
    with maildrop.imap() as client:
        client.select()
        client.store("1", "+FLAGS", "\\Seen")
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 2
        assert b"EXPIRE 0" in pop._longcmd("CAPA")[1]
        pop.quit()
    owner.chooses(pop3_show=None, pop3_delete="trash", pop3_keep_days="14")
    with maildrop.pop3() as pop:
        assert b"EXPIRE 14" in pop._longcmd("CAPA")[1]
        pop.dele(1)
        pop.quit()
    assert maildrop.subjects("Trash") == ["number 2"]
    rows = json.loads(maildrop.server.doveadm("-f", "json", "coexist", "journal", "-u",
                                              maildrop.user))
    assert [row["protocol"] for row in rows] == ["choice", "choice", "pop3"]


def test_a_quota_level_and_its_language_are_obeyed_by_deliveries(owner, maildrop):
    owner.chooses(quota_warn="50", language="es")
    maildrop.deliver(1)
    line = b"x" * 70 + b"\r\n"
    maildrop.server.deliver(maildrop.user, [b"Subject: large\r\n\r\n" + line * 850])
    maildrop.server.wait_for(lambda: len(maildrop.subjects()) == 3, what="the notice")
    assert "buzón" in str(make_header(decode_header(maildrop.subjects()[-1])))


def test_an_alert_that_was_chosen_is_said(owner, maildrop):
    """The client is made before the choice is known."""
    maildrop.server.store.put(f"mailbox/{maildrop.user}",
                              owner_may_change="quota_warn quota_warn_channels")
    owner.chooses(quota_warn="50", quota_warn_channels="alert")
    maildrop.deliver(1)
    line = b"x" * 70 + b"\r\n"
    maildrop.server.deliver(maildrop.user, [b"Subject: large\r\n\r\n" + line * 850])
    with Session(maildrop) as session:
        assert len(session.alerts()) == 1
    owner.chooses(quota_warn_channels="mail")
    maildrop.server.deliver(maildrop.user, [b"Subject: larger\r\n\r\n" + line * 400])
    with Session(maildrop) as session:
        assert session.alerts(seconds=3) == []


@pytest.mark.parametrize("name, value", [
    ("pop3_delete", "archive"), ("pop3_delete", "expunge"), ("pop3_keep_days", "6"),
    ("pop3_keep_days", "91"), ("pop3_keep_days", "-1"), ("pop3_keep_days", ""),
    ("pop3_delete", "hide trash"), ("pop3_show", "yes"), ("language", "x"),
    ("pop3_mark_read", "stock\x7f"), ("quota_warn", "101")])
def test_nothing_out_of_the_bounds_is_stored(owner, name, value):
    with owner.session() as metadata:
        reply = metadata.set(**{name: value})
        assert reply.startswith(f"NO [CANNOT] {name} can be: "), reply
        assert metadata.get(name) == {name: None}
    assert not owner.path.exists()


def test_what_is_in_the_file_out_of_bounds_does_not_hold(owner, maildrop):
    owner.write("pop3_delete=archive\npop3_keep_days=3\npop3_mark_read=complete\n")
    with owner.session() as metadata:
        assert metadata.get("effective/pop3_delete", "effective/pop3_keep_days",
                            "effective/pop3_mark_read", "origin/pop3_mark_read") == {
            "effective/pop3_delete": "expunge", "effective/pop3_keep_days": "0",
            "effective/pop3_mark_read": "complete", "origin/pop3_mark_read": "owner"}
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects() == maildrop.subjects("Archive") == []


def test_the_bounds_of_later_hold_of_what_was_chosen_before(owner, maildrop):
    owner.chooses(pop3_delete="hide")
    maildrop.deliver(1)
    maildrop.server.store.put(f"mailbox/{maildrop.user}",
                              owner_bounds="pop3_delete=trash,archive")
    maildrop.delete(1)
    assert maildrop.subjects() == []
    assert owner.chosen("pop3_delete") == {"pop3_delete": "hide"}
    maildrop.server.store.remove(f"mailbox/{maildrop.user}")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 1"]


@pytest.mark.parametrize("document", [
    {"pop3_delete": "expunge"}, {"owner_may_change": "none"},
    {"owner_may_change": "language"}, {"sieve_access": "suspend"}],
    ids=["named", "closed", "others open", "suspended"])
def test_a_choice_sleeps_and_is_kept(owner, maildrop, document):
    owner.chooses(pop3_delete="hide")
    maildrop.deliver(2)
    maildrop.server.store.put(f"mailbox/{maildrop.user}", **document)
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 2"]
    maildrop.server.store.remove(f"mailbox/{maildrop.user}")
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 2"]


def test_a_preset_of_the_mailbox_fixes_nothing(owner, maildrop):
    owner.chooses(pop3_delete="trash")
    maildrop.server.store.put(f"mailbox/{maildrop.user}", preset="read-only")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects("Trash") == ["number 1"]


def test_what_is_fixed_is_refused_with_a_reason(owner, maildrop):
    maildrop.server.store.put(f"mailbox/{maildrop.user}", pop3_delete="trash", language="es")
    with owner.session() as metadata:
        assert metadata.set(pop3_delete="hide") == \
            "NO [NOPERM] Su administrador ha fijado pop3_delete."
        assert metadata.set(pop3_show_days="3") == \
            "NO [NOPERM] Su administrador ha fijado pop3_show_days."
        assert metadata.get("effective/pop3_delete", "given/pop3_delete", "origin/pop3_delete",
                            "choices/pop3_delete") == {
            "effective/pop3_delete": "trash", "given/pop3_delete": "trash",
            "origin/pop3_delete": "administrator", "choices/pop3_delete": None}
        assert metadata.set(pop3_show="unread").startswith("OK ")


# Of a key that nobody has set.
DEFAULTS = {"pop3_mark_read": "stock", "pop3_delete": "expunge", "pop3_keep_days": "0",
            "pop3_show": "all", "pop3_show_days": "0", "pop3_show_since": "none",
            "pop3_show_deleted": "yes", "pop3_folders": "INBOX", "quota_warn": "",
            "quota_warn_free": "", "quota_warn_rearm": "5", "quota_warn_repeat": "0",
            "quota_warn_channels": "mail", "quota_warn_recovered": "no", "language": "en"}


def test_what_may_be_chosen_can_be_read(owner, maildrop):
    """And who has set the rest, for a page that is drawn from it."""
    given = {**DEFAULTS, "pop3_mark_read": "complete", "pop3_delete": "trash",
             "pop3_show_days": "90", "pop3_show": "unread"}
    maildrop.server.store.put("mailbox/" + maildrop.user, preset="safe", pop3_show_days="90",
                              pop3_show="unread")
    owner.chooses(pop3_keep_days="30")
    with owner.session() as metadata:
        found = metadata.get("", depth="infinity")
        assert found == metadata.get("", depth="infinity")
    assert found == {
        "pop3_keep_days": "30",
        **{f"given/{key}": value for key, value in given.items()},
        **{f"effective/{key}": value for key, value in given.items()},
        "effective/pop3_keep_days": "30",
        **{f"origin/{key}": "default" if value == DEFAULTS[key] else "administrator"
           for key, value in given.items()},
        "origin/pop3_keep_days": "owner", "status/may_undo": "no",
        **{f"choices/{key}": value for key, value in {
            "pop3_mark_read": "stock,complete,quit,never", "pop3_delete": "hide,trash",
            "pop3_keep_days": "0,7..90", "language": "", "quota_warn": "1..100"}.items()}}


def test_a_command_stores_all_or_nothing(owner):
    with owner.session() as metadata:
        assert metadata.set(pop3_delete="hide", pop3_keep_days="3").startswith("NO [CANNOT] ")
        assert metadata.set(pop3_keep_days="30", pop3_show_days="3").startswith("NO [NOPERM] ")
        assert metadata.get("", depth="1").keys() <= {
            f"effective/{key}" for key in OPENED["owner_may_change"].split()} | set()
    assert not owner.path.exists()


@pytest.mark.parametrize("name", ["effective/pop3_delete", "given/pop3_delete",
                                  "origin/pop3_delete", "choices/pop3_delete"])
def test_what_can_be_read_only_is_refused(owner, name):
    assert owner.choose(**{name: "hide"}) == \
        "NO [CANNOT] pop3_delete can only be read here."


@pytest.mark.parametrize("name", ["nosuch", "pop3_access", "preset", "effective/nosuch",
                                  "pop3_delete/x"])
def test_what_is_not_there_is_refused(owner, name):
    assert owner.choose(**{name: "hide"}) == "NO [CANNOT] There is no such setting."
    assert owner.chosen(name) in ({name: None}, {})


def test_who_changed_what_is_logged(owner, maildrop):
    owner.chooses(pop3_delete="hide")
    owner.chooses(pop3_delete="trash")
    owner.chooses(pop3_delete=None)
    lines = [re.sub(".*coexist: choice by ", "", line) for line in
             maildrop.server.log_text().splitlines()
             if f"({maildrop.user})" in line and "coexist: choice" in line]
    assert lines == ["owner: pop3_delete=hide, before pop3_delete=",
                     "owner: pop3_delete=trash, before pop3_delete=hide",
                     "owner: pop3_delete=, before pop3_delete=trash"]


def test_a_command_of_doveadm_sets_it_too(owner, maildrop):
    run = maildrop.server.doveadm
    entry = "/private/vendor/vendor.dovecot-coexist/pop3_delete"
    run("mailbox", "metadata", "set", "-u", maildrop.user, "-s", "", entry, "hide")
    assert owner.chosen("pop3_delete") == {"pop3_delete": "hide"}
    refused = run("mailbox", "metadata", "set", "-u", maildrop.user, "-s", "", entry, "archive",
                  check=False)
    assert refused.returncode != 0 and "pop3_delete can be: hide,trash." in refused.stderr
    run("mailbox", "metadata", "unset", "-u", maildrop.user, "-s", "", entry)
    assert owner.chosen("pop3_delete") == {"pop3_delete": None}


def test_other_mailboxes_are_chosen(server, owner, maildrop):
    server.store.put(f"mailbox/{maildrop.user}", owner_may_change="pop3_folders")
    maildrop.deliver(1)
    with maildrop.imap() as client:
        client.create("Sent")
        client.append("Sent", None, None, b"Subject: sent\r\n\r\nsent\r\n")
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 1
    owner.chooses(pop3_folders="INBOX Sent")
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 2
    owner.chooses(pop3_folders=None)
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 1
