# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days: what its sessions are told, and what happens when they end."""

import shutil
import signal

import pytest

import wire
from instance import checker, message
from keep_days import keeps
from server import AT_ONCE

DAYS = 30
EXTENSION = b"coexist-pop3"
# where a process that Dovecot's master has started has its pipe (src/lib-master/master-interface.h)
MASTER_DEAD_FD = 6


@pytest.fixture(scope="module")
def server(start, clock):
    return start(coexist=AT_ONCE, wrap={"pop3": clock.wrapper},
                 groups={"keep": keeps(DAYS), "to_trash": keeps(DAYS, pop3_delete="trash"),
                         "delayed": keeps(DAYS, pop3_login_delay="1")})


@pytest.fixture
def maildrop(server):
    return server.maildrop("keep")


def test_capa_says_expire(server, maildrop):
    with maildrop.pop3() as pop:
        assert pop.capa()["EXPIRE"] == ["30"]
        assert "LOGIN-DELAY" not in pop.capa()
    delayed = server.maildrop("delayed")
    with delayed.pop3() as pop:
        capa = pop.capa()
        assert (capa["EXPIRE"], capa["LOGIN-DELAY"]) == (["30"], ["1"])
    with server.maildrop().pop3() as pop:
        assert "EXPIRE" not in pop.capa()


def test_the_client_is_gone_before_it_begins(server, download):
    maildrop = server.maildrop("to_trash")
    maildrop.deliver(1)
    download(maildrop, 1)
    with maildrop.imap() as imap:
        imap.create("Trash")
        imap.select("Trash")
    # who moves something there waits for this one
    lock = maildrop.folder / ".Trash/dovecot-uidlist.lock"
    with maildrop.pop3() as pop:
        pid = maildrop.pop3_pid()
        lock.write_text("")
        wire.send(pop, "QUIT")
        assert wire.read_to_end(pop) == b"+OK Logging out.\r\n"
        assert pid in server.pids("pop3")
        assert len(list(maildrop.folder.glob("cur/*"))) == 1
        lock.unlink()
    assert maildrop.subjects() == []
    assert maildrop.subjects("Trash") == ["number 1"]


def test_a_process_that_is_told_to_stop_does_nothing_more(maildrop, download):
    maildrop.deliver(1)
    download(maildrop, 1)
    with maildrop.pop3() as pop:
        pop.noop()
        maildrop.server.kill(maildrop.pop3_pid(), signal.SIGTERM)
        wire.read_to_end(pop)
    assert maildrop.subjects() == ["number 1"]


@pytest.mark.skipif(checker.name() == "valgrind", reason="Dovecot kills who takes so long")
def test_a_session_that_dovecot_wants_to_end_stops_after_a_batch(start, clock, download):
    """As at a shutdown, a reload closes the pipe by which a process knows the master."""
    server = start(coexist=AT_ONCE, groups={"trash": keeps(DAYS, pop3_delete="trash")},
                   wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop("trash")
    maildrop.deliver(message("first"))
    first = next(maildrop.folder.glob("new/*"))
    for number in range(1, 700):
        copy = first.with_name(f"{1700000000 + number}.M1P1.test")
        copy.write_bytes(message(f"number {number}"))
        shutil.chown(copy, first.stat().st_uid, first.stat().st_gid)
    download(maildrop, *range(1, 701))
    with maildrop.imap() as imap:
        imap.create("Trash")
        imap.select("Trash")
    lock = maildrop.folder / ".Trash/dovecot-uidlist.lock"
    lock.write_text("")     # the first batch waits for it
    with maildrop.pop3() as pop:
        pid = maildrop.pop3_pid()
        wire.send(pop, "QUIT")
        assert wire.read_to_end(pop) == b"+OK Logging out.\r\n"
        # one that has not begun would not begin
        server.wait_for(lambda: len(list((maildrop.folder / ".Trash/tmp").iterdir())) == 500,
                        60, "the first batch to wait for the lock")
        # server.reload() would wait until this process has heard of it
        old = set(server.pids("config"))
        server.doveadm("reload")
        server.wait_for(lambda: old and not old & set(server.pids("config")))
        assert pid in server.pids("pop3")
        lock.unlink()
        server.wait_for(lambda: pid not in server.pids("pop3"), 60, "the session to end")
    assert len(maildrop.subjects("Trash")) == 500
    assert len(maildrop.subjects()) == 200


def test_a_session_that_dovecot_did_not_start_expires_whatever_its_files_are(
        server, maildrop, download):
    """As of whoever starts pop3 in a shell: no master has given it a pipe."""
    maildrop.deliver(2)
    download(maildrop, 1)
    ended = f'exec 3<&0; : | exec "$@" {MASTER_DEAD_FD}<&0 <&3'
    done = server.inside("sh", "-c", ended, "sh", server.dovecot.libexecdir / "pop3", "-c",
                         "/mnt/etc/dovecot.conf", "-u", maildrop.user, input="QUIT\r\n")
    assert done.stdout.splitlines()[-1] == "+OK Logging out."
    assert maildrop.subjects() == ["number 2"]


def test_sessions_that_end_at_once_move_each_message_once(server, download):
    maildrop = server.maildrop("to_trash")
    maildrop.deliver(60)
    download(maildrop, *range(1, 51))
    with maildrop.pop3() as first, maildrop.pop3() as second:
        for session in (first, second):
            wire.send(session, "QUIT")
        for session in (first, second):
            assert wire.read_to_end(session) == b"+OK Logging out.\r\n"
    assert len(maildrop.subjects()) == 10
    assert sorted(maildrop.subjects("Trash")) == sorted(
        f"number {number}" for number in range(1, 51))


def test_another_session_goes_on_undisturbed(maildrop, download, visit):
    maildrop.deliver(3)
    download(maildrop, 2)
    with maildrop.pop3() as pop:
        sizes = pop.list()[1]
        visit(maildrop)
        assert pop.list()[1] == sizes
        assert pop.retr(3)[0].startswith(b"+OK")
        pop.quit()
    assert maildrop.subjects() == ["number 1", "number 3"]


def test_the_time_survives_a_restart_of_the_server(start, clock, download, visit):
    server = start(coexist={**AT_ONCE, "pop3_keep_days": "30"}, wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop()
    maildrop.deliver(2)
    download(maildrop, 1)
    server.restart()
    visit(maildrop)
    assert maildrop.subjects() == ["number 2"]


# Nothing is configured

def test_without_the_policy_nothing_is_noted(server, clock):
    off, on = server.maildrop(), server.maildrop("keep")
    for maildrop in (off, on):
        maildrop.deliver(2)
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.quit()
    indexes = [{path.name: EXTENSION in path.read_bytes()
                for path in maildrop.folder.glob("dovecot.index*")}
               for maildrop in (off, on)]
    assert indexes[0].keys() == indexes[1].keys()
    assert not any(indexes[0].values())
    assert any(indexes[1].values())
