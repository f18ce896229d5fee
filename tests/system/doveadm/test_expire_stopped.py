# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist expire that a signal stops, or that another process is in the way of."""

import fcntl
import json
import os
import shutil
import signal
import subprocess

import pytest

from administrator import CONF23, CONF24, EX_TEMPFAIL
from expiry import GROUPS, counts, expire
from instance import config, message

MANY = 2500


@pytest.fixture(scope="module")
def server(start, clock):
    return start(wrap={"pop3": clock.wrapper}, conf23=CONF23, conf24=CONF24, groups=GROUPS)


def fill_many(maildrop):
    """Make a mailbox whose messages all have the keyword of a download."""
    maildrop.deliver(1)
    source = next(maildrop.folder.glob("new/*"))
    owner = source.stat()
    for number in range(1, MANY):
        path = source.with_name(f"{1700000000 + number}.M1P1.test")
        path.write_bytes(message(f"many {number}"))
        os.chown(path, owner.st_uid, owner.st_gid)
    maildrop.server.doveadm("flags", "add", "-u", maildrop.user,
                            "\\Seen $POP3Downloaded", "mailbox", "INBOX", "all")


def moved(maildrop):
    """Return whether something is in the Trash already."""
    return any((maildrop.folder / ".Trash" / name).is_dir() and
               any((maildrop.folder / ".Trash" / name).iterdir()) for name in ("cur", "new"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_can_be_stopped_and_goes_on(server, clock, number):
    maildrop = server.maildrop("trash")
    fill_many(maildrop)
    command = ["doveadm", "-c", "/mnt/etc/dovecot.conf", "-f", "json", "coexist", "expire",
               "-u", maildrop.user, "--now"]
    with clock.days_from_now(40):
        with subprocess.Popen([*server.enter(clock.environment), *command],
                              env=clock.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            [pid] = server.wait_for(lambda: server.pids("doveadm"), what="the command")
            server.wait_for(lambda: moved(maildrop), 60, "the first messages to be moved")
            os.kill(pid, number)
            output, errors = running.communicate(timeout=60)
        left, gone = maildrop.subjects(), maildrop.subjects("Trash")
        assert left and gone
        assert {*left, *gone} == {"number 1", *(f"many {n}" for n in range(1, MANY))}
        twice = len(left) + len(gone) - MANY
        if number == signal.SIGKILL:
            assert twice <= 500
        else:
            assert (twice, running.returncode) == (0, EX_TEMPFAIL)
            assert json.loads(output)[0]["moved"] == len(gone)
            assert "Stopped by a signal" in errors
        for lock in maildrop.folder.rglob("*.lock"):
            if number == signal.SIGKILL and "coexist" not in lock.name:
                lock.unlink()
        done = expire(maildrop, "--now", env=clock.environment)
    assert (done.returncode, counts(done)) == (0, (len(left), len(left), 0))
    assert maildrop.subjects() == []
    # those of the batch that was cut off were there already
    assert len(maildrop.subjects("Trash")) == MANY


def test_while_another_process_is_at_it(server, downloaded):
    maildrop = server.maildrop("trash")
    downloaded(maildrop, 1, 1)
    with (maildrop.folder / "dovecot-coexist.expire.lock").open("w") as lock:
        shutil.chown(lock.name, *config.owner())
        fcntl.lockf(lock, fcntl.LOCK_EX)
        done = expire(maildrop, "--now")
        assert done.returncode == EX_TEMPFAIL
        assert "Another process is expiring" in done.stderr
        assert maildrop.subjects() == ["number 1"]
    assert counts(expire(maildrop, "--now")) == (1, 1, 0)


def test_two_at_once_move_each_message_once(server, clock):
    """Whichever begins, and whether or not the other one comes while it is at work."""
    maildrop = server.maildrop("trash")
    fill_many(maildrop)
    command = [*server.enter(clock.environment), "doveadm", "-c", server.config, "coexist",
               "expire", "-u", maildrop.user, "--now"]
    with clock.days_from_now(40):
        both = [subprocess.Popen(command, env=clock.environment, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL) for _ in range(2)]
        ends = sorted(running.wait(timeout=60) for running in both)
    assert ends in ([0, 0], [0, EX_TEMPFAIL])
    assert maildrop.subjects() == []
    assert len(set(maildrop.subjects("Trash"))) == len(maildrop.subjects("Trash")) == MANY
