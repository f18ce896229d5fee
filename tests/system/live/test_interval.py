# SPDX-License-Identifier: LGPL-2.1-or-later
"""What nobody tells of is obeyed within recheck_interval, and the sunset on its day.

The sessions' time goes thirty times as fast as the rest.
"""

import imaplib
import re
import time
from contextlib import ExitStack

import pytest

from clock import DAY, fast_wrapper
from hibernation import HIBERNATE
from instance import processes
from open_session import LAST, IdleImap, Imap, Pop3, logged, policy
from signing import Panel

pytestmark = pytest.mark.differs("what auth says, and how sessions are put to sleep")
FACTOR = 30
INTERVAL = 60 / FACTOR      # and the time until the session has its timer


@pytest.fixture(scope="module")
def server(gated, tmp_path_factory):
    fast = fast_wrapper(tmp_path_factory.mktemp("fast"), FACTOR)
    return gated(coexist={"recheck_interval": "1 min"}, wrap={"imap": fast, "pop3": fast},
                 groups={"own": {}})


@pytest.mark.parametrize("opens, protocol", [(Pop3, "pop3"), (IdleImap, "imap")])
def test_the_store_alone_is_obeyed(server, opens, protocol):
    """test_how_soon.py says when."""
    user, other = server.maildrop().user, server.maildrop().user
    with opens(server, user) as ends, opens(server, other) as stays:
        server.store.put(f"mailbox/{user}", **{f"{protocol}_access": "deny"})
        text, _ = ends.hear_end()
        assert re.search(LAST[protocol] + "$", text)
        assert stays.is_open()


def test_a_column_of_the_userdb_is(server):
    user = server.maildrop("own").user
    with Pop3(server, user) as client:
        server.set_user(user, coexist_pop3_access="deny")
        assert re.fullmatch(LAST["pop3"], client.hear_end()[0])


def test_an_auth_process_that_is_away_ends_nobody(server):
    user = server.maildrop().user
    with Pop3(server, user) as client:
        server.store.put(f"mailbox/{user}", pop3_access="deny")
        pids = server.pids("auth")
        for pid in pids:
            server.kill(pid, 19)
        time.sleep(2 * INTERVAL + 1)
        for pid in pids:
            server.kill(pid, 18)
        assert re.fullmatch(LAST["pop3"], client.hear_end()[0])


def test_a_store_that_is_away_ends_nobody(server):
    user = server.maildrop().user
    folder = server.folder / "policy"
    with Pop3(server, user) as client:
        away = folder.rename(folder.with_name("elsewhere"))
        time.sleep(2 * INTERVAL + 1)
        away.rename(folder)
        assert client.is_open()


# What looks like a denial and may be a loss

ALLOWED = "[policy]\npop3_access=allow\n[meta]\nupdated=2026-05-01T00:00:00Z\n"
DENIED = "[policy]\npop3_access=deny\n[meta]\nupdated=2026-04-01T00:00:00Z\n"
WARNING = r"Warning: coexist: Sessions go on that the policy forbids \(pop3_access=deny .*, because "


def seen(server, user):
    """Wait until the session knows which documents there are: it has asked once."""
    count = len(re.findall(rf"Recheck of a session: .*", server.log_text()))
    server.wait_for(lambda: len(re.findall(r"Recheck of a session: .*", server.log_text())) > count,
                    what="the session's question")


@pytest.fixture(params=["1 min"])
def talking(request, gated, tmp_path_factory):
    fast = fast_wrapper(tmp_path_factory.mktemp("fast"), FACTOR)
    return gated(coexist={"recheck_interval": request.param}, wrap={"imap": fast, "pop3": fast},
                 conf="auth_debug = yes\n", groups={"jo@a.example": {}})


def test_a_domains_document_that_vanishes_ends_nobody_by_itself(talking):
    server, user = talking, "jo@a.example0"
    server.store.put("default", "[policy]\npop3_access=deny\n")
    server.store.put("domain/a.example0", ALLOWED)
    with Pop3(server, user) as client:
        seen(server, user)
        server.store.remove("domain/a.example0")
        server.wait_log(WARNING + "the domain's document is not there any more")
        seen(server, user)
        assert client.is_open()
        # somebody says that it is meant
        server.doveadm("coexist", "kick", "--all", "--if-refused")
        assert re.fullmatch(LAST["pop3"], client.hear_end()[0])


class TestDefault:
    """The document of everybody lifts what dovecot.conf denies."""

    @pytest.fixture(scope="class")
    def server(self, gated, tmp_path_factory):
        fast = fast_wrapper(tmp_path_factory.mktemp("fast"), FACTOR)
        return gated(coexist={"recheck_interval": "1 min", "pop3_access": "deny"},
                     wrap={"pop3": fast}, conf="auth_debug = yes\n")

    def test_that_it_vanishes_ends_nobody_by_itself(self, server):
        user, denied = server.maildrop().user, server.maildrop().user
        server.store.put("default", ALLOWED)
        with Pop3(server, user) as client, Pop3(server, denied) as ends:
            seen(server, user)
            server.store.remove("default")
            server.wait_log(WARNING + "the default document is not there any more")
            seen(server, user)
            assert client.is_open() and ends.is_open()
            # a denial that somebody has written is one
            server.store.put(f"mailbox/{denied}", pop3_access="deny")
            server.doveadm("coexist", "kick", denied, "--if-refused")
            assert re.fullmatch(LAST["pop3"], ends.hear_end()[0])
            assert client.is_open()
            server.doveadm("coexist", "kick", "--all", "--if-refused")
            assert re.fullmatch(LAST["pop3"], client.hear_end()[0])


class TestSigned:
    """A program that can write to the store, and has no key, puts an older document back
    (doc/policy-store.md)."""

    @pytest.fixture(scope="class")
    def panel(self, tmp_path_factory):
        return Panel(tmp_path_factory.mktemp("panel"))

    @pytest.fixture(scope="class")
    def server(self, gated, panel, tmp_path_factory):
        fast = fast_wrapper(tmp_path_factory.mktemp("fast"), FACTOR)
        keys = tmp_path_factory.mktemp("keys") / "panel.pub"
        keys.write_text(panel.public)
        return gated(coexist={"recheck_interval": "1 min"}, gate={"policy_public_keys": keys},
                     wrap={"pop3": fast}, conf="auth_debug = yes\n")

    @staticmethod
    def put_back(server, panel, user, denied, allowed):
        """Sign a denial at one time and an allowance at another, and put the denial back into a
        session; return the session."""
        scope = f"mailbox/{user}"
        old = panel.document(scope, denied, pop3_access="deny")
        server.store.put(scope, panel.document(scope, allowed, pop3_access="allow"))
        client = Pop3(server, user)
        seen(server, user)
        server.store.put(scope, old)
        return client

    def test_it_ends_nobody_by_itself(self, server, panel):
        user = server.maildrop().user
        with self.put_back(server, panel, user, {"updated": "2026-04-01T00:00:00Z"},
                           {"updated": "2026-05-01T00:00:00Z"}) as client:
            server.wait_log(WARNING + "the mailbox's document is an older one")
            seen(server, user)
            assert client.is_open()
            # logins do not know what there was
            assert "-ERR" in refusal(server, user)

    @pytest.mark.parametrize("denied, allowed", [
        ({}, {}), ({}, {"updated": "2026-05-01T00:00:00Z"}),
        ({"updated": "2026-04-01T00:00:00Z"}, {})], ids=["neither", "the new one", "the old one"])
    def test_without_a_time_nobody_knows_that_it_is_older(self, server, panel, denied, allowed):
        user = server.maildrop().user
        with self.put_back(server, panel, user, denied, allowed) as client:
            assert re.fullmatch(LAST["pop3"], client.hear_end()[0])


def refusal(server, user):
    """Return what a login hears that is refused."""
    with Pop3(server, user, logs_in=False) as client:
        client.begin_login()
        return client.hear(r"^-ERR.*\n")[0].decode()


def is_refused(server, user):
    try:
        server.imap(user).logout()
    except imaplib.IMAP4.error:
        return True
    return False


@pytest.mark.parametrize("talking", ["15 min"], indirect=True)
def test_nor_in_the_first_interval(talking):
    """The session has not asked yet; auth knows what there was when it began."""
    server, user = talking, "jo@a.example0"
    server.store.put("default", "[policy]\nimap_access=deny\n")
    server.store.put("domain/a.example0", ALLOWED.replace("pop3", "imap"))
    with IdleImap(server, user) as client:
        server.store.remove("domain/a.example0")
        server.wait_for(lambda: is_refused(server, user), what="auth to notice")
        assert "Recheck of a session" not in server.log_text()
        server.wait_log(WARNING.replace("pop3", "imap")
                        + "the domain's document is not there any more", 120)
        server.doveadm("coexist", "kick", "--all", "--if-refused")
        text, _ = client.hear_end()
        assert re.search(LAST["imap"] + "$", text)
        assert len(re.findall("Recheck of a session", server.log_text())) == 2


def test_what_doveadm_removes_is_meant(talking):
    """No loss, although the session is only told by the interval."""
    server, user = talking, "jo@a.example0"
    policy(server, "set", "--default", "pop3_access=deny")
    policy(server, "set", "-d", "a.example0", "pop3_access=allow")
    with Pop3(server, user) as client:
        policy(server, "unset", "-d", "a.example0", "--all")
        assert re.fullmatch(LAST["pop3"], client.hear_end()[0])
    assert "Sessions go on" not in server.log_text()


def test_an_older_document_ends_nobody_by_itself(talking):
    server, user = talking, "user0"
    server.store.put(f"mailbox/{user}", ALLOWED)
    with Pop3(server, user) as client:
        seen(server, user)
        server.store.put(f"mailbox/{user}", DENIED)
        server.wait_log(WARNING + "the mailbox's document is an older one")
        seen(server, user)
        assert client.is_open()
        server.store.put(f"mailbox/{user}", DENIED.replace("04-01", "06-01"))
        assert re.fullmatch(LAST["pop3"], client.hear_end()[0])


class TestClock:
    """The clock of auth and of the sessions is set to a later time; for an earlier one, Dovecot
    ends sessions itself."""

    @pytest.fixture(scope="class")
    def server(self, gated, clock):
        fast = clock.fast_wrapper(FACTOR)
        return gated(coexist={"recheck_interval": "1 min"}, conf="auth_debug = yes\n",
                     wrap={"imap": fast, "pop3": fast, "auth": clock.live_wrapper})

    def test_a_date_that_comes_by_that_ends_nobody(self, server, clock):
        user = server.maildrop().user
        soon = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * DAY))
        server.store.put(f"mailbox/{user}", imap_until=soon)
        with IdleImap(server, user) as client:
            # at rest: Dovecot's own timers overlook a jump in the middle of work
            seen(server, user)
            with clock.days_from_now(4):
                server.wait_log(rf"Sessions go on that the policy forbids \(imap_until={soon} .*"
                                "because the clock of this host was set", 60)
                seen(server, user)
                # what is no date is believed
                server.store.put(f"mailbox/{user}", imap_access="deny")
                assert re.search(LAST["imap"] + "$", client.hear_end()[0])

    def test_one_that_has_come_anyway_does(self, server, clock):
        user = server.maildrop().user
        with IdleImap(server, user) as client:
            seen(server, user)
            with clock.days_from_now(4):
                seen(server, user)
                server.store.put(f"mailbox/{user}", imap_until="2020-01-01")
                assert "2020-01-01" in client.hear_end()[0]

    @pytest.mark.parametrize("opens, protocol", [(Pop3, "pop3"), (IdleImap, "imap")])
    def test_the_interval_holds_after_it_was_put_back(self, server, clock, opens, protocol):
        user = server.maildrop().user
        with opens(server, user) as client:
            # at rest
            seen(server, user)
            with clock.days_from_now(-4):
                client.hear_end()
                server.wait_log("Time just moved backwards")
                with opens(server, user) as client:
                    server.store.put(f"mailbox/{user}", **{f"{protocol}_access": "deny"})
                    assert re.search(LAST[protocol] + "$", client.hear_end()[0])


class TestSunset:
    """The day from which on a protocol is refused."""

    FACTOR = 600
    MINUTES = 10        # until it begins, for a session

    @pytest.fixture(scope="class")
    def server(self, gated, clock, tmp_path_factory):
        ahead = DAY - int(time.time()) % DAY - 60 * self.MINUTES
        fast = fast_wrapper(tmp_path_factory.mktemp("fast"), self.FACTOR, ahead)
        return gated(coexist={"recheck_interval": "1000 days"},
                     wrap={"imap": fast, "auth": clock.live_wrapper})

    def test_it_reaches_a_session_that_is_open(self, server, clock):
        """By the date that was handed over: there is no other reason to ask so soon."""
        user, other = server.maildrop().user, server.maildrop().user
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + DAY))
        server.store.put(f"mailbox/{user}", imap_until=tomorrow)
        with IdleImap(server, user) as ends, IdleImap(server, other) as stays, \
                clock.days_from_now(2):
            assert f"{tomorrow}" in ends.hear_end()[0]
            assert stays.is_open()
