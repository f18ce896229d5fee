# SPDX-License-Identifier: LGPL-2.1-or-later
"""The channel alert: IMAP clients are told by * OK [ALERT], once a day."""

import re
import time

import pytest

from alerts import FULL, Session, percent_in
from names import NOTICE_TEXTS
from owner import known, limit_fields, of_size

# where a server sees the folder "etc" of its own
ETC = "/mnt/etc"
POLICY = {"quota_warn": "80 90", "quota_warn_channels": "alert", "quota_warn_rearm": "5",
          "template_dir": str(NOTICE_TEXTS)}
GROUPS = {"spanish": {"coexist_language": "es"}, "brazilian": {"coexist_language": "pt-BR"},
          "other": {"coexist_language": "xx"}, "limited": {},
          "recovered": {"coexist_quota_warn_recovered": "yes"}}


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", coexist=POLICY, groups=GROUPS)


@pytest.fixture
def owner(server):
    return known(server)


def alerts_at_login(owner, wanted=1, seconds=20):
    """Return what a login is told; where nothing is wanted, within 3 s."""
    with Session(owner) as session:
        return session.alerts(wanted or 1, seconds if wanted else 3)


def test_the_next_login_is_told(owner):
    owner.fill(82)
    owner.expect("80%", channel="alert")
    [alert] = alerts_at_login(owner)
    assert percent_in(alert) == 82


def test_only_one_session_is_told(owner):
    owner.fill(82)
    assert len(alerts_at_login(owner)) == 1
    assert alerts_at_login(owner, wanted=0) == []


def test_once_a_day(owner):
    owner.fill(82)
    assert len(alerts_at_login(owner)) == 1
    owner.fill(10)
    owner.expect("80%", "90%", channel="alert")
    assert alerts_at_login(owner, wanted=0) == []
    owner.change_state(alerted_at=int(time.time()) - 24 * 3600)
    [alert] = alerts_at_login(owner)
    assert percent_in(alert) == 92


def test_a_session_in_idle_is_told_of_a_delivery(owner):
    with Session(owner) as session:
        session.idle()
        owner.fill(82)
        [alert] = session.alerts()
    assert percent_in(alert) == 82


def test_a_session_is_told_of_what_it_stored_itself(owner):
    with Session(owner) as session:
        session.append(of_size(owner.limit * 82 // 100))
        [alert] = session.alerts()
    assert percent_in(alert) == 82


def test_a_limit_that_was_lowered_is_told_in_the_session_that_finds_out(server):
    owner = known(server, "limited")
    owner.fill(50)
    server.set_user(owner.user, **limit_fields("600K"))
    [alert] = alerts_at_login(owner)
    assert percent_in(alert) == 83


def test_what_is_no_longer_true_is_not_told(owner):
    owner.fill(82)
    owner.expect("80%", channel="alert")
    owner.remove_all()
    owner.visit("pop3")
    owner.wait_level("none")
    owner.server.wait_for(lambda: owner.state()["alert"] == "")
    assert alerts_at_login(owner, wanted=0) == []


def test_what_is_still_true_waits_for_the_next_session(server):
    """A later look at the mailbox, which finds out how it grows, takes nothing back."""
    owner = known(server, "recovered")
    owner.fill(82)
    owner.expect("80%", channel="alert")
    owner.remove_all()
    owner.visit("pop3")
    owner.expect("80%", "recovered", channel="alert")
    owner.change_state(quota_growth="")
    owner.visit("pop3")
    owner.server.wait_for(lambda: owner.state()["quota_growth"])
    assert alerts_at_login(owner) == \
        [b"* OK [ALERT] Your mailbox has enough room again: 0 % are used."]


@pytest.mark.parametrize("group, text", [
    ("spanish", rb"Su buzon esta lleno al 82 %\..*"),
    ("brazilian", rb"A sua caixa de correio esta 82 % cheia\..*"),
    ("other", rb"Your mailbox is 82 % full\..*")])
def test_in_the_language_of_the_owner(server, group, text):
    owner = known(server, group)
    owner.fill(82)
    [alert] = alerts_at_login(owner)
    assert re.fullmatch(rb"\* OK \[ALERT\] " + text, alert)


def test_who_wrote_the_state_cannot_speak_imap(owner):
    owner.fill(82)
    owner.change_state(alert="b\u00fczon\t\x07 \u4e2d" + 1000 * "x")
    [alert] = alerts_at_login(owner)
    assert re.fullmatch(rb"\* OK \[ALERT\] b\?\?zon\?\? \?\?\?x{300,400}", alert)


def test_an_idle_session_does_not_look_without_a_change(owner):
    """Nobody wakes up for nothing: an alert that nobody delivered waits."""
    with Session(owner) as session:
        session.idle()
        assert session.alerts(seconds=3) == []
        owner.change_state(alert="something else")
        assert session.alerts(seconds=3) == []
        owner.deliver(1)
        assert session.alerts() == [b"* OK [ALERT] something else"]


def test_without_the_channel_nothing_is_left(start):
    server = start(quota="1000K", coexist={**POLICY, "quota_warn_channels": "event"})
    owner = known(server)
    owner.fill(82)
    owner.expect("80%")
    owner.change_state(alert="not for us")
    assert alerts_at_login(owner, wanted=0) == []


# Texts of the site

OWN = {
    "el": ("Subject: \u03a0\u03bb\u03ae\u03c1\u03b5\u03c2\n\n{percent} %\n",
           FULL),
    "es": ("Subject: \u00a1El buz\u00f3n de {user} est\u00e1 al {percent} %!\n\n{used}\n",
           rb"\* OK \[ALERT\] El buzon de es0 esta al 82 %!"),
    "fr": ("Subject: a\nAlert: {used} sur {limit},\n {nothing}\n\nb\n", None),
    "nl": ("Subject: a\nAlert: Vol: {used} van {limit},\n {trash} {folders}.\n\n{percent} %\n",
           rb"\* OK \[ALERT\] Vol: 8\d\d kB van 1000 kB, \? \?\."),
}


@pytest.fixture(scope="module")
def own(start):
    """A server with a text of the site's own in each of these languages."""
    server = start(quota="1000K", coexist={**POLICY, "template_dir": f"{NOTICE_TEXTS} {ETC}"},
                   groups={language: {"coexist_language": language} for language in OWN})
    for language, (text, _) in OWN.items():
        (server.folder / "etc" / f"quota-storage.{language}.txt").write_text(text)
    return server


@pytest.mark.parametrize("language", ["el", "es", "nl"])
def test_the_alert_is_in_the_words_of_the_site(own, language):
    owner = known(own, language)
    owner.fill(82)
    [alert] = alerts_at_login(owner)
    assert re.fullmatch(OWN[language][1], alert)
    assert owner.log_problems() == []


def test_a_broken_text_is_said_in_the_log_and_replaced(own):
    owner = known(own, "fr")
    owner.fill(82)
    [alert] = alerts_at_login(owner)
    assert alert.startswith(b"* OK [ALERT] Votre boite aux lettres est remplie a 82 %. ")
    line, = owner.log_problems()
    assert "quota-storage.fr.txt: line 3: Unknown variable {nothing}" in line


def test_without_any_file_the_alert_is_built_in(start):
    server = start(quota="1000K", coexist={**POLICY, "template_dir": ETC})
    owner = known(server)
    owner.fill(82)
    [alert] = alerts_at_login(owner)
    assert percent_in(alert) == 82
    line, = owner.log_problems()
    assert "quota-storage.en.txt: Not in " in line


def test_an_alert_needs_no_layout(start):
    server = start(quota="1000K", coexist={**POLICY, "template_dir": ETC})
    (server.folder / "etc" / "quota-storage.en.txt").write_text("Subject: Full\n\n{used}\n")
    owner = known(server)
    owner.fill(82)
    assert alerts_at_login(owner) == [b"* OK [ALERT] Full"]
    assert owner.log_problems() == []
