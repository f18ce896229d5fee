"""The channel alert: IMAP clients are told by * OK [ALERT], once a day."""

import re
import socket
import time
from contextlib import suppress

import pytest

from instance import PASSWORD
from owner import known, limit_fields, of_size

POLICY = {"quota_warn": "80 90", "quota_warn_channels": "alert", "quota_warn_rearm": "5"}
GROUPS = {"spanish": {"coexist_language": "es"}, "brazilian": {"coexist_language": "pt-BR"},
          "other": {"coexist_language": "xx"}, "limited": {}}
FULL = rb"\* OK \[ALERT\] Your mailbox is (\d+) % full\. Please delete what you don't need any " \
       rb"more, and empty the trash\."


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", coexist=POLICY, groups=GROUPS)


@pytest.fixture
def owner(server):
    return known(server)


class Session:
    """An IMAP session by a bare socket, which keeps all that it is told."""

    def __init__(self, owner):
        self._socket = socket.create_connection((owner.server.host,
                                                 owner.server.port("imap")), 60)
        self._said = b""
        self.say(f"LOGIN {owner.user} {PASSWORD}")
        self.say("SELECT INBOX")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def say(self, command, content=b"", end=rb"^t OK "):
        """Send a command, perhaps with a literal; return when it was answered."""
        self._said += b"\r\n"
        begin = len(self._said)
        self._socket.sendall(f"t {command}\r\n".encode() + content)
        pattern = re.compile(end, re.M)
        self._read_until(lambda: pattern.search(self._said, begin), 60)
        assert pattern.search(self._said, begin), self._said

    def idle(self):
        """Wait in IDLE from now on."""
        self.say("IDLE", end=rb"^\+ ")

    def append(self, content):
        self.say(f"APPEND INBOX {{{len(content)}+}}", content + b"\r\n")

    def alerts(self, wanted=1, seconds=20):
        """Return the alerts that were said, as soon as there are so many."""
        def found():
            return re.findall(rb"^\* OK \[ALERT\] .*?(?=\r\n)", self._said, re.M)
        self._read_until(lambda: len(found()) >= wanted, seconds)
        return found()

    def _read_until(self, condition, seconds):
        deadline = time.monotonic() + seconds
        self._socket.settimeout(0.1)
        while not condition() and time.monotonic() < deadline:
            with suppress(TimeoutError):
                self._said += self._socket.recv(65536)


def alerts_at_login(owner, wanted=1, seconds=20):
    """Return what a login is told; where nothing is wanted, within 3 s."""
    with Session(owner) as session:
        return session.alerts(wanted or 1, seconds if wanted else 3)


def percent_in(alert):
    return int(re.fullmatch(FULL, alert)[1])


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


