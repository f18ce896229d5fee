# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sessions that are asleep, those that begin in the moment of a change, and two hosts."""

import os
import re
import time
from contextlib import contextmanager, suppress

import pytest

from hibernation import HIBERNATE
from instance import InstanceError, message, processes
from open_session import GENERATION, LAST, IdleImap, Imap, Pop3, policy, set_for

pytestmark = pytest.mark.differs("how sessions are put to sleep, and what anvil says")


# A process that has had a session waits for the next one.
REUSED = "".join(f"service {protocol} {{\n  {{}}\n  process_limit = 1\n}}\n"
                 for protocol in ("imap", "pop3")).replace("{}", {
    23: "service_count = 0", 24: "restart_request_count = unlimited"}[GENERATION])


@pytest.fixture(scope="module")
def server(gated):
    return gated(conf=HIBERNATE + "auth_debug = yes\n")


@pytest.fixture
def user(server):
    return server.maildrop().user


def sleeps(server, user):
    """Wait until no imap process has the user any more."""
    def titles(service):
        return [processes.title(pid) for pid in server.pids(service)]
    server.wait_for(lambda: titles("imap-hibernate") and not any(
        f"[{user} " in title for title in titles("imap")), what="hibernation")


def test_a_session_that_is_asleep(server, user):
    """Dovecot 2.4 ends it; on 2.3 it is named, and ends when it wakes up."""
    other = server.maildrop().user
    with IdleImap(server, user) as client, IdleImap(server, other) as stays:
        sleeps(server, user)
        sleeps(server, other)
        said = policy(server, "set", "-u", user, "imap_access=deny")
        if GENERATION == 23:
            assert re.search(rf"{user}\s+imap\s+127.0.0.1\s+hibernated", said)
            client.send("DONE")
            assert re.search(LAST["imap"] + "$", client.hear_end()[0])
        else:
            assert said == ""
            assert re.fullmatch(r"\* BYE .*\r\n", client.hear_end()[0])
        assert stays.is_open()


def test_a_session_that_wakes_up_asks(server, user):
    """What the store alone says is obeyed then."""
    with IdleImap(server, user) as client:
        sleeps(server, user)
        server.store.put(f"mailbox/{user}", imap_access="deny")
        server.deliver(user, message("wakes it up"))
        assert re.search(LAST["imap"] + "$", client.hear_end()[0])


def test_a_session_that_wakes_up_goes_on(server, user):
    with IdleImap(server, user) as client:
        for _ in range(2):
            sleeps(server, user)
            server.deliver(user, message("wakes it up"))
            client.hear(r"^\* \d+ EXISTS\r\n")
        assert client.is_open()


def test_a_session_over_tls_is_one_when_it_wakes_up(server, user):
    server.store.put(f"mailbox/{user}", imap_tls="required")
    with IdleImap(server, user, tls=True) as client:
        for _ in range(2):
            sleeps(server, user)
            server.deliver(user, message("wakes it up"))
            client.hear(r"^\* \d+ EXISTS\r\n")
        assert client.is_open()


@contextmanager
def stopped(server, pids):
    """The processes do nothing."""
    for pid in pids:
        with suppress(InstanceError):       # one that has just ended
            server.kill(pid, 19)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(InstanceError):
                server.kill(pid, 18)


NEW_SECS = 600      # of a generation of the store, COEXIST_STORE_GENERATION_NEW_SECS


def set_generation(server, age):
    """Have the store's last change be so long ago, or never."""
    path = server.folder / "run/coexist-policy.lock"
    if age is None:
        path.unlink(missing_ok=True)
    else:
        path.touch()
        os.utime(path, (time.time() - age,) * 2)


@pytest.fixture(scope="module")
def reused(gated):
    return gated(conf=REUSED + "auth_debug = yes\n")


@pytest.mark.parametrize("seconds", [0, 4], ids=["at once", "the policy was read again"])
@pytest.mark.parametrize("age", [None, 0, 2 * NEW_SECS], ids=["the first", "one more", "the first for long"])
@pytest.mark.parametrize("opens, protocol", [(Pop3, "pop3"), (Imap, "imap")])
def test_a_change_between_the_decision_and_the_session(reused, opens, protocol, age, seconds):
    """The gate has let the login in; the session has not begun when the policy changes."""
    server = reused
    first, user = server.maildrop().user, server.maildrop().user
    set_generation(server, age)
    with opens(server, first):      # there is a process, which waits for one more
        pass
    client = opens(server, user, logs_in=False)
    with stopped(server, server.pids(protocol)):
        client.begin_login()
        server.wait_log(rf"auth.*\b{user}\b.*login passes")
        policy(server, "set", "--no-wait", "-u", user, f"{protocol}_access=deny")
        time.sleep(seconds)
    with client:
        assert re.search(LAST[protocol] + "$", client.hear_end()[0])
    server.wait_for(lambda: user not in server.doveadm("who"), what="its end")


@pytest.mark.parametrize("age, handed", [(NEW_SECS - 60, ";store="), (2 * NEW_SECS, None)],
                         ids=["lately", "long ago"])
@pytest.mark.parametrize("opens, protocol", [(Pop3, "pop3"), (Imap, "imap")])
def test_no_session_asks_that_knows_of_the_last_change(server, opens, protocol, age, handed):
    """Each login is told of one that was lately, and none of one that was not."""
    user = server.maildrop().user
    set_generation(server, age)
    before = len(server.log_text())
    with opens(server, user) as client:
        for _ in range(3):
            assert client.is_open()
            time.sleep(0.2)
    log = server.log_text()[before:]
    [told] = re.findall(r"Hands over to the session: passed, (\d+) bytes", log)
    assert int(told) == len("passed" + (handed and handed + "x" * 8 or ""))
    assert "Recheck of a session" not in log


def test_two_hosts_with_one_store(server, gated):
    """What one of them changes, the other one obeys when it is told."""
    second = gated(conf=HIBERNATE)
    user = server.maildrop().user
    for path in second.store.folder.rglob("*"):
        assert path.is_dir() or path.name.startswith("coexist-store")
    with Pop3(server, user) as here, Pop3(second, user) as there:
        set_for(server, user, "pop3_access=deny")
        assert re.fullmatch(LAST["pop3"], here.hear_end()[0])
        assert there.is_open()
        copy = (server.store.folder / f"mailbox/{user}").read_text()
        second.store.put(f"mailbox/{user}", copy)
        second.doveadm("coexist", "kick", user, "--if-refused")
        assert re.fullmatch(LAST["pop3"], there.hear_end()[0])
