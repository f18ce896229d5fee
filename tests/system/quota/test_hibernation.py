# SPDX-License-Identifier: LGPL-2.1-or-later
"""Alerts of sessions that Dovecot has put to sleep in IDLE (imap_hibernate_timeout)."""


import pytest

from alerts import Session, percent_in
from hibernation import HIBERNATE
from instance import processes
from names import NOTICE_TEXTS
from owner import known, limit_fields, of_size

pytestmark = pytest.mark.differs("how sessions are put to sleep")
POLICY = {"quota_warn": "80 90", "quota_warn_channels": "alert event",
          "template_dir": str(NOTICE_TEXTS)}


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", coexist=POLICY, conf=HIBERNATE,
                 groups={"limited": {}, "mail": {"coexist_quota_warn_channels": "mail"}})


@pytest.fixture
def owner(server):
    return known(server)


def sleeps(owner):
    """Wait until no imap process has the session any more."""
    def titles(service):
        return [processes.title(pid) for pid in owner.server.pids(service)]
    owner.server.wait_for(lambda: titles("imap-hibernate") and not any(
        f"[{owner.user} " in title for title in titles("imap")), what="hibernation")


class Sleeper(Session):
    """A session that hibernates in IDLE."""

    def __init__(self, owner):
        super().__init__(owner)
        self.idle()
        sleeps(owner)

    def done(self):
        """Leave IDLE."""
        self._socket.sendall(b"DONE\r\n")

    def hears(self, line):
        """Return whether this is said within 20 s."""
        self._read_until(lambda: line in self._said, 20)
        return line in self._said


def test_a_delivery_wakes_the_session_which_is_told(owner):
    with Sleeper(owner) as session:
        owner.fill(82)
        [alert] = session.alerts()
        assert percent_in(alert) == 82
    assert owner.log_problems() == []


def test_the_session_is_told_when_its_client_wakes_it(server):
    """Nothing in the mailbox changes, so that nobody else does."""
    owner = known(server, "limited")
    owner.fill(50)
    with Sleeper(owner) as session:
        server.set_user(owner.user, **limit_fields("600K"))
        owner.visit("pop3")
        owner.expect("80%")
        assert session.alerts(seconds=1) == []
        session.done()
        [alert] = session.alerts()
        assert percent_in(alert) == 83
    assert owner.log_problems() == []


def test_what_another_session_was_told_is_not_told_twice(server):
    owner = known(server, "limited")
    owner.fill(50)
    with Sleeper(owner) as session:
        server.set_user(owner.user, **limit_fields("600K"))
        with Session(owner) as other:
            assert len(other.alerts()) == 1
        session.done()
        assert session.alerts(seconds=3) == []


def test_a_session_that_never_wakes_leaves_it_to_the_next(server):
    owner = known(server, "limited")
    owner.fill(50)
    with Sleeper(owner):
        server.set_user(owner.user, **limit_fields("600K"))
        owner.visit("pop3")
        owner.expect("80%")
    with Session(owner) as session:
        assert len(session.alerts()) == 1


def test_a_notice_by_mail_wakes_the_session_which_can_fetch_it(server):
    owner = known(server, "mail")
    owner.fill(50)
    with Sleeper(owner) as session:
        server.set_user(owner.user, coexist_quota_warn_channels="mail", **limit_fields("600K"))
        owner.visit("pop3")
        owner.expect("80%", channel="mail")
        assert session.hears(b"* 3 EXISTS")
        session.done()
        session.say("FETCH 3 (BODY.PEEK[HEADER])", end=rb"^t OK Fetch ")
        assert session.hears(b"X-Coexist-Notice: quota-storage")
    assert owner.log_problems() == []


def test_a_session_that_woke_tells_what_it_changes(owner):
    with Sleeper(owner) as session:
        session.done()
        session.append(of_size(owner.limit * 82 // 100))
        owner.expect("80%")
        [alert] = session.alerts()
        assert percent_in(alert) == 82
    assert owner.log_problems() == []
