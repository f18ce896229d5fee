# SPDX-License-Identifier: LGPL-2.1-or-later
"""until_notice: who uses a protocol that will end hears of it, once a step."""

import re
from itertools import count

import pytest

import logins
from instance import NOTICE_TEXTS, Instance
from logins import Client
from mailboxes import date
from wiring import CLIENTS, MASTER, MASTERS

USERS = {f"user{number}": {} for number in range(40)}
NAMES = (f"user{number}" for number in count())
STEPS = "30d 7d 1d"
NO_RELAY = "submission_backend_capabilities = 8BITMIME\n"


def until(days, protocol="pop3"):
    """Return the userdb field of a date in so many days."""
    return {f"coexist_{protocol}_until": date(-days)}


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """start(clock, **settings) returns a running Instance."""
    servers = []

    def begin(clock, **settings):
        wrap = {service: clock.wrapper for service in ("pop3", "imap")} if clock else {}
        settings.setdefault("users", {**USERS, MASTER: {}})
        settings["coexist"] = {"template_dir": str(NOTICE_TEXTS), **settings.get("coexist", {})}
        servers.append(Instance(tmp_path_factory.mktemp("until"), wrap=wrap, sieve=True,
                                conf=CLIENTS + MASTERS + NO_RELAY, **settings))
        servers[-1].start()
        return servers[-1]
    yield begin
    for server in servers:
        server.stop()
        assert not re.search("Panic|killed with signal", server.log_text())


@pytest.fixture(scope="module")
def gated(start):
    """A server with the gate and the documents of its store."""
    server = start(None, gate={})
    server.store.put("default", until_notice=STEPS)
    return server


def session(server, protocol, user):
    """Have a session, and wait until all of it is over: its process ends with it."""
    service = {"sieve": "managesieve"}.get(protocol, protocol)
    with logins.session(server, protocol, Client(user)):
        assert server.pids(service)
    server.wait_for(lambda: not server.pids(service))


def told(server, user):
    """Return the notices in INBOX as texts."""
    folder = server.folder / "home" / user / "mail"
    texts = [file.read_text() for place in ("new", "cur") for file in (folder / place).glob("*")]
    return [text for text in texts if " ends on " in text]


def state(server, user):
    file = server.folder / "home" / user / "mail/dovecot-coexist.state"
    return file.read_text() if file.exists() else ""


def test_the_administrators_words_are_in_it(gated):
    """Behind the gate, a session has to be told of them: it refuses nobody."""
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", pop3_until=date(-20), deny_text="The help desk: 555-0100")
    session(gated, "pop3", user)
    [text] = told(gated, user)
    assert "The help desk: 555-0100" in text


def test_a_step_that_has_come_is_told_once(gated):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", pop3_until=date(-20))
    session(gated, "pop3", user)
    [text] = told(gated, user)
    assert f"Subject: POP3 ends on {date(-20)}" in text
    assert "Use IMAP instead" in text
    assert re.search(rf"^pop3_until_told=\d+ {30 * 86400}$", state(gated, user), re.M)
    session(gated, "pop3", user)
    session(gated, "imap", user)
    assert len(told(gated, user)) == 1


def test_no_step_has_come(gated):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", pop3_until=date(-40))
    session(gated, "pop3", user)
    assert told(gated, user) == [] and state(gated, user) == ""


def test_who_uses_another_protocol_is_not_told(gated):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", pop3_until=date(-5))
    session(gated, "imap", user)
    session(gated, "sieve", user)
    assert told(gated, user) == []


@pytest.mark.differs("how sessions end")
@pytest.mark.parametrize("protocol", ["imap", "submission", "sieve"])
def test_each_protocol(gated, protocol):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", **{f"{protocol}_until": date(-5)})
    session(gated, protocol, user)
    [text] = told(gated, user)
    name = {"imap": "IMAP", "submission": "SMTP", "sieve": "ManageSieve"}[protocol]
    assert f"Subject: {name} ends on {date(-5)}" in text
    assert ("Use POP3 instead" in text) == (protocol == "imap")


def test_nothing_is_recommended_that_the_gate_refuses(gated):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", pop3_until=date(-5), imap_access="deny")
    session(gated, "pop3", user)
    [text] = told(gated, user)
    assert "instead" not in text


def test_another_date_is_told_again_in_place_of_the_first(gated):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", pop3_until=date(-20))
    session(gated, "pop3", user)
    gated.store.put(f"mailbox/{user}", pop3_until=date(-10))
    session(gated, "pop3", user)
    assert any(f"Subject: POP3 ends on {date(-10)}" in text for text in told(gated, user))


def test_without_until_notice_nobody_is_told(start):
    server = start(None, users={"jo": until(5)})
    session(server, "pop3", "jo")
    assert told(server, "jo") == [] and state(server, "jo") == ""


def test_a_master_user_is_not_told_for_the_owner(gated):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", imap_until=date(-5))
    with logins.session(gated, "imap", Client(f"{user}*{MASTER}")):
        pass
    gated.wait_for(lambda: not gated.pids("imap"))
    assert told(gated, user) == []


def test_each_step_without_the_gate(start, clock):
    server = start(clock, users={"jo": until(60)}, coexist={"until_notice": STEPS})
    for passed, number in ((0, 0), (29, 0), (31, 1), (45, 1), (53, 2), (58, 2), (59, 3)):
        with clock.days_from_now(passed):
            session(server, "pop3", "jo")
        # a POP3 session leaves what was replaced to the next one, which may be about to fetch it
        assert 0 < len(told(server, "jo")) <= number if number else told(server, "jo") == []
        steps = re.findall(r"pop3_until_told=\d+ (\d+)", state(server, "jo"))
        assert [int(step) // 86400 for step in steps] == ([[30], [7], [1]][number - 1]
                                                         if number else [])


def test_who_can_not_be_told_is_told_later(gated):
    user = next(NAMES)
    gated.store.put(f"mailbox/{user}", imap_until=date(-5))
    gated.deliver(user, b"From: a@example.org\r\nX-Other: 1\r\n\r\nhello\r\n")
    folder = gated.folder / "home" / user / "mail/tmp"
    folder.rename(folder.with_name("away"))
    folder.write_text("a file")
    session(gated, "imap", user)
    gated.wait_log(rf"imap\({user}\).*Can't put the notice protocol-ends into INBOX")
    folder.unlink()
    folder.with_name("away").rename(folder)
    session(gated, "imap", user)
    assert len(told(gated, user)) == 1


def test_with_log_only_nothing_ends_and_nobody_is_told(start):
    server = start(None, gate={"log_only": "yes"})
    server.store.put("default", until_notice=STEPS, pop3_until=date(-5))
    session(server, "pop3", "user0")
    assert told(server, "user0") == []
