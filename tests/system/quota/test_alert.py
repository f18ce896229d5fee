"""The channel alert: IMAP clients are told by * OK [ALERT], once a day."""

import re
import time

import pytest

from alerts import Session, percent_in
from owner import known, limit_fields, of_size

POLICY = {"quota_warn": "80 90", "quota_warn_channels": "alert", "quota_warn_rearm": "5"}
GROUPS = {"spanish": {"coexist_language": "es"}, "brazilian": {"coexist_language": "pt-BR"},
          "other": {"coexist_language": "xx"}, "limited": {}}


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


