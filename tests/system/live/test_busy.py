# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session that is busy when its policy forbids it: what was begun is finished, and nothing
is lost or there twice."""

import re
import time
import zlib

import pytest

from faults import CHANGES, STOP, Faults
from instance import message
from maildrop import large_message
from open_session import LAST, PLUGINS, Imap, Pop3, deny, deny_in_this_moment, has_stopped, logged

pytestmark = pytest.mark.differs("how sessions end")
# A command is waited for 5 seconds at most, and a machine that others use adds to them. What
# is not limited lasts for half an hour.
LONGEST = 60


@pytest.fixture(scope="module")
def server(gated):
    return gated(conf="mail_fsync = never\n", plugins=PLUGINS)


@pytest.fixture
def maildrop(server):
    return server.maildrop()


def test_a_retr_to_a_client_that_reads_is_finished(server, maildrop):
    maildrop.deliver(large_message())
    with Pop3(server, maildrop.user) as client:
        client.send("RETR 1")
        client.hear(r"^\+OK.*\n")
        # nobody reads while doveadm runs
        deny_in_this_moment(server, maildrop.user, "pop3",
                            server.session_pid("pop3", maildrop.user))
        text, _ = client.hear_end()
        assert re.search(r"\r\n\.\r\n" + LAST["pop3"] + "$", text)


def test_a_retr_to_a_client_that_sleeps_is_cut_off(server, maildrop):
    maildrop.deliver(large_message())
    with Pop3(server, maildrop.user) as client:
        client.send("RETR 1")
        client.hear(r"^\+OK.*\n")
        deny(server, maildrop.user, "pop3")
        server.wait_for(lambda: logged(server, maildrop.user, "pop3"), LONGEST, "the end")
        assert "-ERR" not in client.hear_end()[0]


def test_a_fetch_to_a_client_that_reads_is_finished(server, maildrop):
    maildrop.deliver(large_message())
    with Imap(server, maildrop.user) as client:
        client.say("SELECT INBOX")
        client.send("f FETCH 1 BODY[]")
        client.hear(r"^\* 1 FETCH.*\n")
        deny_in_this_moment(server, maildrop.user, "imap",
                            server.session_pid("imap", maildrop.user))
        text, _ = client.hear_end()
        assert re.search(r"\)\r\nf OK .*\r\n" + LAST["imap"] + "$", text)


def test_a_fetch_to_a_client_that_sleeps_is_cut_off(server, maildrop):
    maildrop.deliver(large_message())
    with Imap(server, maildrop.user) as client:
        client.say("SELECT INBOX")
        client.send("f FETCH 1 BODY[]")
        client.hear(r"^\* 1 FETCH.*\n")
        deny(server, maildrop.user, "imap")
        server.wait_for(lambda: logged(server, maildrop.user, "imap"), LONGEST, "the end")
        assert "BYE" not in client.hear_end()[0]


def subjects(server, user, mailbox):
    """Return the subjects of a mailbox's messages, by doveadm, which no policy refuses."""
    done = server.doveadm("fetch", "-u", user, "hdr.subject", "mailbox", mailbox, check=False)
    return re.findall(r"(number \d+)", done.stdout)


def append(client, mail):
    """Begin an APPEND, and return when the server takes the message."""
    client.send(f"p APPEND INBOX {{{len(mail)}}}")
    client.hear(r"^\+.*\n")
    client.socket.sendall(mail[:20])


def test_an_append_is_finished(server, maildrop):
    mail = message("appended")
    with Imap(server, maildrop.user) as client:
        append(client, mail)
        deny(server, maildrop.user, "imap")
        client.socket.sendall(mail[20:] + b"\r\n")
        assert re.fullmatch(r"p OK .*\r\n" + LAST["imap"], client.hear_end()[0])
    assert len(maildrop.server.doveadm("search", "-u", maildrop.user, "ALL").splitlines()) == 1


def test_an_append_that_never_comes_leaves_nothing(server, maildrop):
    with Imap(server, maildrop.user) as client:
        append(client, message("appended"))
        begin = time.monotonic()
        deny(server, maildrop.user, "imap")
        text, end = client.hear_end()
        assert re.fullmatch(LAST["imap"], text) and end - begin < LONGEST
    assert maildrop.server.doveadm("search", "-u", maildrop.user, "ALL") == ""


def test_a_compressed_session_hears_why(server, maildrop):
    with Imap(server, maildrop.user) as client:
        client.say("COMPRESS DEFLATE")
        deny(server, maildrop.user, "imap")
        client.hear_end()
        text = zlib.decompressobj(-15).decompress(client.text)
        assert re.fullmatch(LAST["imap"], text.decode())


class TestCopy:
    """Forbidden before any of the calls by which a COPY or MOVE changes the storage: all has
    arrived, or nothing has."""

    COUNT = 20

    @pytest.fixture(scope="class")
    def faults(self, tmp_path_factory):
        return Faults(tmp_path_factory.mktemp("faults"), f"1:{self.COUNT}", "completed")

    @pytest.fixture(scope="class")
    def server(self, gated, faults):
        return gated(conf="mail_fsync = never\n", wrap={"imap": faults.wrapper})

    def prepare(self, server):
        maildrop = server.maildrop()
        maildrop.deliver(self.COUNT)
        server.doveadm("mailbox", "create", "-u", maildrop.user, "Elsewhere")
        return maildrop

    def calls(self, server, faults, command):
        """Return how many calls the command takes that nobody forbids."""
        maildrop = self.prepare(server)
        with Imap(server, maildrop.user) as client:
            client.say("SELECT INBOX")
            faults.plan()
            client.say(f"{command} 1:{self.COUNT} Elsewhere")
        return faults.seen(CHANGES)

    def forbidden(self, server, faults, command, call):
        """Forbid IMAP before that call; return the mailbox and what the client heard."""
        maildrop = self.prepare(server)
        known = len(server.logins("imap", maildrop.user))
        with Imap(server, maildrop.user) as client:
            pid = server.session_pid("imap", maildrop.user, known)
            client.say("SELECT INBOX")
            faults.plan(STOP, at=call)
            client.send(f"c {command} 1:{self.COUNT} Elsewhere")
            server.wait_for(lambda: has_stopped(pid), what="the process to stand still")
            deny_in_this_moment(server, maildrop.user, "imap", pid)
            return maildrop, client.hear_end()[0]

    @pytest.mark.parametrize("command", ["COPY", "MOVE"])
    @pytest.mark.parametrize("tenths", [0, 3, 6, 9, *(pytest.param(step, marks=pytest.mark.night)
                                                     for step in (1, 2, 4, 5, 7, 8))])
    def test_a_toggle_within_it_loses_nothing(self, server, faults, command, tenths):
        call = 1 + self.calls(server, faults, command) * tenths // 10
        maildrop, text = self.forbidden(server, faults, command, call)
        assert re.search(LAST["imap"] + "$", text), text
        is_done = "\r\nc OK " in f"\r\n{text}"
        everything = sorted(f"number {number}" for number in range(1, self.COUNT + 1))
        arrived = sorted(subjects(server, maildrop.user, "Elsewhere"))
        assert arrived in ([], everything) and (arrived or not is_done)
        left = sorted(subjects(server, maildrop.user, "INBOX"))
        assert left == (everything if command == "COPY" or not arrived else [])


class TestRetention:
    """What is due goes with a QUIT that was said, whatever comes then."""

    @pytest.fixture(scope="class")
    def server(self, gated, clock):
        return gated(wrap={"pop3": clock.wrapper}, coexist={"retention_notice_days": "0"})

    @pytest.mark.parametrize("wait", [0, 0.01, 0.1])
    def test_a_run_is_finished(self, server, clock, wait):
        maildrop = server.maildrop()
        maildrop.deliver(20)
        server.store.put(f"mailbox/{maildrop.user}", pop3_keep_days="7", pop3_delete="trash",
                         pop3_mark_read="complete")
        with Pop3(server, maildrop.user) as client:
            for number in range(1, 21):
                client.send(f"RETR {number}")
                client.hear(r"^\.\r\n")
            client.say("QUIT")
        known = len(server.logins("pop3", maildrop.user))
        with clock.days_from_now(10), Pop3(server, maildrop.user) as client:
            pid = server.session_pid("pop3", maildrop.user, known)
            client.say("NOOP")
            client.send("QUIT")
            client.hear(r"^\+OK.*\n")
            time.sleep(wait)
            deny_in_this_moment(server, maildrop.user, "pop3", pid)
            client.hear_end()
        server.wait_for(lambda: not server.pids("pop3"), LONGEST, "the end of the process")
        assert subjects(server, maildrop.user, "INBOX") == []
        assert len(subjects(server, maildrop.user, "Trash")) == 20
