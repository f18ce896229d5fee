# SPDX-License-Identifier: LGPL-2.1-or-later
"""note_last_use: the mailbox has a note of the day of its last use by each protocol."""

import os
import re
import time
from itertools import count

import pytest

import logins
from instance import Instance
from logins import Client
from wiring import CLIENTS, MASTER, MASTERS

PROTOCOLS = ("pop3", "imap", "submission", "sieve")
NO_RELAY = "submission_backend_capabilities = 8BITMIME\n"
WEBMAIL = "192.0.2.80"
DENIED = {f"coexist_{protocol}_access": "deny" for protocol in PROTOCOLS}
NAMES = (f"user{number}" for number in count())
USERS = {**{f"user{number}": {} for number in range(40)}, "denied": DENIED, MASTER: {}}


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """start(note, **settings) returns a running Instance; none of them may have logged errors."""
    servers = []

    def begin(note, clock=None, **settings):
        wrap = {service: clock.wrapper for service in ("pop3", "imap")} if clock else {}
        servers.append(Instance(
            tmp_path_factory.mktemp("use"), users=USERS, sieve=True, wrap=wrap,
            coexist={"note_last_use": note} if note else {},
            conf=CLIENTS + MASTERS + NO_RELAY, **settings))
        servers[-1].start()
        return servers[-1]
    yield begin
    for server in servers:
        server.stop()
        assert not re.search("Panic|killed with signal", server.log_text())


@pytest.fixture(scope="module")
def server(start):
    return start("time")


@pytest.fixture(scope="module")
def gated(start):
    return start("address", gate={"webmail_networks": WEBMAIL})


def state_file(server, user):
    """Return where the mailbox's state is, whether it is there or not."""
    return server.folder / "home" / user / "mail/dovecot-coexist.state"


def state(server, user):
    """Return the lines of the mailbox's state."""
    file = state_file(server, user)
    return file.read_text().splitlines() if file.exists() else []


def noted(server, user):
    """Return the day of the first note and {protocol: (day, address)}; days ago."""
    [line] = [line for line in state(server, user) if line.startswith("last_use=")]
    days = {name: value.partition("@") for name, value in re.findall(r"(\w+)=(\S+)", line[9:])}
    return (ago(re.match(r"last_use=(\d+)", line)[1]),
            {name: (ago(day), address) for name, (day, _, address) in days.items()})


def ago(day):
    """Return how long ago a day is, in days."""
    return int(time.time() // 86400) - int(day)


def use(server, protocol, user, address="192.0.2.1", **client):
    """Log in and out."""
    with logins.session(server, protocol, Client(user, address=address, **client)):
        pass


def wait_noted(server, user, *protocols):
    """Return noted() when the protocols are in it."""
    server.wait_for(lambda: state(server, user) and set(protocols) <= set(noted(server, user)[1]))
    return noted(server, user)


@pytest.mark.differs("settings, and which processes have mailboxes")
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_day_of_each_protocol(server, protocol):
    user = next(NAMES)
    use(server, protocol, user)
    assert wait_noted(server, user, protocol) == (0, {protocol: (0, "")})
    assert state_file(server, user).stat().st_size < 50


def test_all_protocols_are_one_line_and_each_is_written_once(server):
    user = next(NAMES)
    for protocol in PROTOCOLS:
        use(server, protocol, user)
        wait_noted(server, user, protocol)
    assert set(noted(server, user)[1]) == set(PROTOCOLS)
    assert state_file(server, user).stat().st_size < 100
    written = state_file(server, user).stat()
    for protocol in PROTOCOLS:
        use(server, protocol, user)
    server.wait_for(lambda: len(server.logins("managesieve", user)) == 2)
    assert state_file(server, user).stat().st_ino == written.st_ino


@pytest.mark.parametrize("address, shown", [
    ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("::ffff:192.0.2.9", "192.0.2.9")])
def test_the_address_of_the_client(gated, address, shown):
    user = next(NAMES)
    use(gated, "pop3", user, address=address)
    assert wait_noted(gated, user, "pop3") == (0, {"pop3": (0, shown)})


def test_webmail_is_not_imap(gated):
    user = next(NAMES)
    use(gated, "imap", user, address=WEBMAIL)
    assert wait_noted(gated, user, "webmail") == (0, {"webmail": (0, WEBMAIL)})


def test_a_later_day_takes_the_place_of_the_last_one(start, clock):
    server = start("time", clock)
    user = next(NAMES)
    with clock.days_from_now(-9):
        use(server, "pop3", user)
        wait_noted(server, user, "pop3")
    with clock.days_from_now(-3):
        use(server, "imap", user)
        wait_noted(server, user, "imap")
    assert noted(server, user) == (9, {"pop3": (9, ""), "imap": (3, "")})
    use(server, "pop3", user)
    server.wait_for(lambda: noted(server, user)[1]["pop3"] == (0, ""))
    assert noted(server, user) == (9, {"pop3": (0, ""), "imap": (3, "")})
    with clock.days_from_now(400):
        use(server, "imap", user)
        server.wait_for(lambda: ago(re.search(r"imap=(\d+)", state(server, user)[0])[1]) < -300)
    use(server, "imap", user)      # the clock was wrong: that was no use of the mailbox
    server.wait_for(lambda: noted(server, user)[1]["imap"] == (0, ""))


@pytest.mark.parametrize("note", [None, "no"])
def test_nothing_is_written_unless_the_site_says_so(start, note):
    server = start(note)
    for protocol in ("pop3", "imap"):
        use(server, protocol, "user0")
    server.wait_log(r"imap\(user0\).*Disconnected")
    server.wait_log(r"pop3\(user0\).*Disconnected")
    assert list((server.folder / "home/user0").rglob("dovecot-coexist*")) == []


def test_a_word_that_is_none_is_logged_and_nothing_noted(start):
    server = start("always")
    use(server, "pop3", "user0")
    server.wait_log(r"Warning: coexist: Ignoring unknown value of coexist_note_last_use "
                    r"\(expected .*time")
    assert state(server, "user0") == []


def test_who_is_refused_has_not_used_the_mailbox(server):
    for protocol in ("pop3", "imap"):
        with pytest.raises(Exception, match="switched off"):
            getattr(server, protocol)("denied")
    server.wait_log(r"refused user=<denied> protocol=imap")
    server.wait_log(r"refused user=<denied> protocol=pop3")
    assert state(server, "denied") == []


def test_a_master_user_is_not_the_owner(server):
    user = next(NAMES)
    use(server, "imap", f"{user}*{MASTER}")
    server.wait_log(rf"imap\({user}\).*Disconnected")
    assert state(server, user) == []


def test_deliveries_and_commands_are_no_use(server):
    user = next(NAMES)
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    server.doveadm("mailbox", "status", "-u", user, "messages", "INBOX")
    assert state(server, user) == []


def test_who_starts_imap_here_has_not_logged_in(server):
    user = next(NAMES)
    server.doveadm("exec", "imap", "-u", user, input="a LOGOUT\r\n")
    assert state(server, user) == []


def test_a_mailbox_that_can_not_be_written_logs_in_all_the_same(server):
    user = next(NAMES)
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    state_file(server, user).mkdir()
    use(server, "imap", user)
    server.wait_log(rf"imap\({user}\).*Warning: coexist: Can't note that the mailbox was used: "
                    r".*dovecot-coexist.state")


def test_a_lock_is_not_waited_for(server):
    user = next(NAMES)
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    lock = state_file(server, user).with_name("dovecot-coexist.state.lock")
    lock.write_text("")
    # one that is old is taken away
    os.utime(lock, (time.time() + 31 * 86400,) * 2)
    took = []
    for _ in range(3):
        before = time.monotonic()
        use(server, "imap", user)
        took.append(time.monotonic() - before)
    assert min(took) < 1.5      # who waits, waits 2 s
    assert state(server, user) == []
    assert f"imap({user})" not in "".join(line for line in server.log_text().splitlines()
                                          if "Can't note" in line)
    lock.unlink()
    use(server, "imap", user)
    assert wait_noted(server, user, "imap") == (0, {"imap": (0, "")})


@pytest.mark.night
def test_a_lock_that_somebody_left_behind(server):
    """Ten seconds after, it is no lock any more."""
    user = next(NAMES)
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    state_file(server, user).with_name("dovecot-coexist.state.lock").write_text("")

    def is_noted():
        use(server, "imap", user)
        return state(server, user)
    server.wait_for(is_noted)
    assert noted(server, user) == (0, {"imap": (0, "")})


@pytest.mark.parametrize("line", ["last_use=", "last_use=x pop3=y", "last_use=99999999999999999999",
                                  "last_use=1 pop3 =4 imap=@ pop9=3 imap=1@" + "a" * 999],
                         ids=["empty", "letters", "never", "spoilt"])
def test_a_line_that_is_none_is_written_anew(server, line):
    user = next(NAMES)
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    state_file(server, user).write_text(f"other=kept\n{line}\n")
    state_file(server, user).chmod(0o666)
    use(server, "pop3", user)
    server.wait_for(lambda: re.search(r"pop3=\d", state(server, user)[-1]))
    assert noted(server, user)[1]["pop3"] == (0, "")
    assert "other=kept" in state(server, user)
    assert state_file(server, user).stat().st_size < 100
