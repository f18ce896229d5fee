# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a policy value comes from: the userdb, else dovecot.conf, else built in.

pop3_mark_read stands for all keys that are not yes/no, pop3_mark_downloaded for
those that are. What a value does is seen by IMAP, what is wrong in the log.
"""

import pytest

from instance import Dovecot, InstanceError

pytestmark = pytest.mark.differs("how settings are read")
GENERATION = Dovecot.installed().generation
READ = "coexist_pop3_mark_read"
DOWNLOADED = "coexist_pop3_mark_downloaded"
KEYWORD = "$POP3Downloaded"

USERDB = {
    "missing": {},
    "empty": {READ: ""},
    "bare": {READ: None},
    "yes": {READ: "yes"},
    "never": {READ: "never"},
    "capitals": {READ: "NEVER"},
    "typo": {READ: "nevr", DOWNLOADED: "perhaps"},
    "unknown": {"coexist_pop3_mark_raed": "never", READ: "never"},
    "flag": {DOWNLOADED: "no"},
    "bareflag": {DOWNLOADED: None},
    "emptyflag": {DOWNLOADED: ""},
}


def marks(maildrop):
    """Return the flags that a session with RETR and QUIT leaves on a new message."""
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    return maildrop.flags()[1] & {"\\Seen", KEYWORD}


def coexist_lines(maildrop):
    """Return what the log says about the policy in the user's POP3 sessions."""
    return [line.split("coexist: ")[1] for line in maildrop.log_problems()
            if f"pop3({maildrop.user})" in line and "coexist: " in line]


# dovecot.conf asks for something

@pytest.fixture(scope="module")
def site(start):
    return start(groups=USERDB, coexist={"pop3_mark_read": "complete",
                                         "pop3_mark_downloaded": "yes"})


@pytest.mark.parametrize("group, expected", [
    ("missing", {"\\Seen", KEYWORD}),
    ("empty", {"\\Seen", KEYWORD}),
    ("bare", {"\\Seen", KEYWORD}),
    ("yes", {"\\Seen", KEYWORD}),
    ("never", {KEYWORD}),
    ("capitals", {KEYWORD}),
    ("flag", {"\\Seen"}),
    ("bareflag", {"\\Seen", KEYWORD}),
])
def test_a_userdb_field_wins_if_it_says_anything(site, group, expected):
    maildrop = site.maildrop(group)
    assert marks(maildrop) == expected
    assert coexist_lines(maildrop) == []


def test_dovecot_conf_holds_where_the_userdb_has_an_unknown_value(site):
    maildrop = site.maildrop("typo")
    assert marks(maildrop) == {"\\Seen", KEYWORD}


def test_an_unknown_value_in_the_userdb_is_logged_once_per_session(site):
    maildrop = site.maildrop("typo")
    marks(maildrop)
    assert coexist_lines(maildrop) == [
        f"Ignoring unknown value in userdb: {READ}=nevr "
        "(expected one of: stock complete quit never)",
        f"Ignoring unknown value in userdb: {DOWNLOADED}=perhaps (expected yes or no)"]


def test_an_unknown_key_in_the_userdb_is_logged_once_and_ignored(site):
    maildrop = site.maildrop("unknown")
    assert marks(maildrop) == {KEYWORD}
    assert coexist_lines(maildrop) == [
        "Ignoring unknown key in userdb: coexist_pop3_mark_raed"]


def test_a_field_that_changes_holds_from_the_next_login_on(site):
    maildrop = site.maildrop("never")
    with maildrop.pop3() as pop:
        maildrop.deliver(1)
        site.set_user(maildrop.user, **{READ: "complete"})
        pop.quit()
    assert marks(maildrop) == {"\\Seen", KEYWORD}


# dovecot.conf says nothing: POP3 marks read as in stock

@pytest.fixture(scope="module")
def silent(start):
    return start(groups=USERDB)


@pytest.mark.parametrize("group, expected", [
    ("missing", {"\\Seen"}),
    ("empty", {"\\Seen"}),
    ("bare", {"\\Seen"}),
    ("typo", {"\\Seen"}),
    ("never", set()),
])
def test_a_userdb_alone_is_enough(silent, group, expected):
    assert marks(silent.maildrop(group)) == expected


@pytest.mark.parametrize("group", ["bareflag", "emptyflag"])
def test_a_field_without_value_is_a_yes_to_dovecot_23_and_nothing_to_24(silent, group):
    expected = {"\\Seen", KEYWORD} if GENERATION == 23 else {"\\Seen"}
    assert marks(silent.maildrop(group)) == expected


# dovecot.conf is wrong

@pytest.fixture(scope="module")
def mistaken(start):
    return start(groups=USERDB, coexist={"pop3_mark_read": "nevr",
                                         "pop3_mark_read_days": "-1",
                                         "pop3_fetcher_networks": "127.0.0.1/33"})


def test_the_built_in_default_holds_where_dovecot_conf_has_an_unknown_value(mistaken):
    assert marks(mistaken.maildrop("missing")) == {"\\Seen"}


def test_an_unknown_value_in_dovecot_conf_is_named_with_its_key(mistaken):
    maildrop = mistaken.maildrop("missing")
    marks(maildrop)
    assert coexist_lines(maildrop) == [
        f"Ignoring unknown value in dovecot.conf: {READ}=nevr "
        "(expected one of: stock complete quit never)",
        f"Ignoring unknown value in dovecot.conf: {READ}_days=-1 (expected a number)",
        "Ignoring unknown value in dovecot.conf: coexist_pop3_fetcher_networks=127.0.0.1/33 "
        "(expected addresses or networks such as 192.0.2.0/24 2001:db8::/32)"]


def test_a_good_userdb_field_hides_the_mistake_of_dovecot_conf_from_nobody(mistaken):
    maildrop = mistaken.maildrop("never")
    assert marks(maildrop) == set()
    assert f"{READ}=nevr" in coexist_lines(maildrop)[0]


def test_two_unknown_values_are_both_named(mistaken):
    maildrop = mistaken.maildrop("typo")
    assert marks(maildrop) == {"\\Seen"}
    assert [line for line in coexist_lines(maildrop) if f"{READ}=" in line] == [
        f"Ignoring unknown value in {scope}: {READ}=nevr "
        "(expected one of: stock complete quit never)" for scope in ("userdb", "dovecot.conf")]


def test_a_yes_that_means_nothing_is_named_in_dovecot_conf(start):
    """In a userdb it is what Dovecot 2.3 makes of an empty field."""
    server = start(coexist={"pop3_mark_read": "yes"})
    maildrop = server.maildrop()
    assert marks(maildrop) == {"\\Seen"}
    assert coexist_lines(maildrop) == [
        f"Ignoring unknown value in dovecot.conf: {READ}=yes "
        "(expected one of: stock complete quit never)"]


@pytest.mark.only_on(23, reason="Dovecot 2.4 refuses unknown settings")
def test_an_unknown_key_in_dovecot_conf_is_logged_once_and_ignored(start):
    maildrop = start(coexist={"pop3_mark_raed": "never"}).maildrop()
    assert marks(maildrop) == {"\\Seen"}
    assert coexist_lines(maildrop) == [
        "Ignoring unknown key in dovecot.conf: coexist_pop3_mark_raed"]


@pytest.mark.only_on(23, reason="Dovecot 2.4 has all of them in one place")
def test_a_setting_of_the_gate_does_nothing_in_plugin_and_is_logged(start):
    maildrop = start(coexist={"log_only": "yes", "archive_mailbox": "Old"}).maildrop()
    marks(maildrop)
    assert coexist_lines(maildrop) == [
        "Ignoring unknown key in dovecot.conf: coexist_log_only"]


@pytest.mark.only_on(24, reason="Dovecot 2.3 cannot know unknown keys")
def test_dovecot_refuses_an_unknown_key_in_dovecot_conf(start):
    with pytest.raises(InstanceError, match="Unknown setting: coexist_pop3_mark_raed"):
        start(coexist={"pop3_mark_raed": "never"})


# Filters of dovecot.conf

def only(filter_name, line):
    """Return settings for start() that hold one of ours inside a filter."""
    return {"conf23": f"{filter_name} {{\n  plugin {{\n    {line}\n  }}\n}}\n",
            "conf24": f"{filter_name} {{\n  {line}\n}}\n"}


@pytest.mark.parametrize("filter_name, expected", [
    ("protocol pop3", set()), ("protocol imap", {"\\Seen"}),
    ("remote 127.0.0.0/8", set()), ("remote 192.0.2.0/24", {"\\Seen"})])
def test_a_filter_of_dovecot_conf_holds(start, filter_name, expected):
    server = start(groups=USERDB, coexist={"pop3_mark_read": "complete"},
                   **only(filter_name, f"{READ} = never"))
    assert marks(server.maildrop()) == expected
    assert marks(server.maildrop("typo")) == expected
