# SPDX-License-Identifier: LGPL-2.1-or-later
"""POP3 is forbidden at any moment of a QUIT: its reply says what became of the messages, and
none is lost or there twice."""

import re
import select
import time
from pathlib import Path

import pytest

from instance import message
from open_session import LAST, Pop3, deny, has_stopped, set_for, stopped

pytestmark = pytest.mark.differs("how sessions end")
# Where a message goes that is deleted; what is expunged is nowhere.
GOES_TO = {"expunge": [], "hide": ["hidden"], "trash": ["Trash"], "archive": ["Archive"]}
# So many deletions make a QUIT long enough to be met in its middle.
DELETED = 10
# Moments that are spread over a QUIT, as long as one takes at that time. One of them at least
# has to be within.
STEPS = 8


@pytest.fixture(scope="module")
def server(gated):
    return gated(conf="mail_fsync = never\n")


@pytest.fixture
def maildrop(server):
    return server.maildrop()


def places(server, user):
    """Return {subject: the mailboxes that have it}, by doveadm, which no policy refuses. What
    POP3 is not shown any more is in "hidden"."""
    found = {}
    rows = server.doveadm("-f", "tab", "fetch", "-u", user, "mailbox hdr.subject flags", "ALL")
    for row in rows.splitlines()[1:]:
        mailbox, subject, flags = row.split("\t")
        found.setdefault(subject, []).append("hidden" if "$POP3Hidden" in flags else mailbox)
    return found


def delete_all_but_the_last(client):
    """Mark messages as deleted; return the subjects."""
    subjects = []
    count = int(client.say("STAT").split()[1])
    for number in range(1, count):
        client.send(f"TOP {number} 0")
        subjects.append(client.hear(r"^Subject: (.*)\r\n(?:.*\r\n)*?\.\r\n")[1].decode())
        client.say(f"DELE {number}")
    return subjects


def deliver(maildrop, step):
    maildrop.deliver(*(message(f"step {step} number {number}") for number in range(DELETED)))


def quit_seconds(maildrop, turn):
    """Return how long a QUIT takes here that nobody forbids, the shortest of three."""
    found = []
    for step in range(3):
        deliver(maildrop, f"before {turn} {step}")
        with Pop3(maildrop.server, maildrop.user) as client:
            delete_all_but_the_last(client)
            begin = time.monotonic()
            client.say("QUIT")
            found.append(time.monotonic() - begin)
            client.hear_end()
    return min(found)


def unread_bytes(client):
    """Return how many bytes the client has sent that its session has not read yet."""
    theirs, ours = client.socket.getpeername()[1], client.socket.getsockname()[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues = line.split()[:5]
        if (int(local.partition(":")[2], 16), int(remote.partition(":")[2], 16)) == (theirs, ours):
            return int(queues.partition(":")[2], 16)
    return 0


def is_within_quit(client):
    """Return whether the session, which stands still, has read QUIT and not replied to it."""
    return unread_bytes(client) == 0 and not select.select([client.socket], [], [], 0)[0]


def forbidden_quit(server, user, seconds):
    """Delete, say QUIT, and forbid POP3 at the point where the session is so many seconds
    later; return the subjects, what the client heard, and whether that was within QUIT."""
    known = len(server.logins("pop3", user))
    with Pop3(server, user) as client:
        pid = server.session_pid("pop3", user, known)
        subjects = delete_all_but_the_last(client)
        client.send("QUIT")
        time.sleep(seconds)
        with stopped(pid):
            server.wait_for(lambda: has_stopped(pid), what="the process to stand still")
            is_within = is_within_quit(client)
            deny(server, user, "pop3")
        text, _ = client.hear_end()
    server.wait_for(lambda: pid not in server.pids("pop3"), what="the end of the process")
    return subjects, text, is_within


def check(action, subjects, text, before, after):
    """What was said is so."""
    assert {subject: after.get(subject) for subject in before if subject not in subjects} == \
        {subject: where for subject, where in before.items() if subject not in subjects}
    where = [after.get(subject, []) for subject in subjects]
    done, nothing = GOES_TO[action], ["INBOX"]
    if text.startswith("+OK Logging out"):
        assert where == [done] * len(subjects)
    elif text:
        # it had not said QUIT yet, as far as the session knows
        assert re.fullmatch(LAST["pop3"], text)
        assert where == [nothing] * len(subjects)
    else:
        assert all(place in (done, nothing) for place in where), where


@pytest.mark.parametrize("action", GOES_TO)
def test_a_quit_that_has_come_is_obeyed(server, maildrop, action):
    """Stopped before it reads QUIT and the signal: both have come when it goes on."""
    deliver(maildrop, 0)
    set_for(server, maildrop.user, f"pop3_delete={action}")
    before = places(server, maildrop.user)
    known = len(server.logins("pop3", maildrop.user))
    with Pop3(server, maildrop.user) as client:
        pid = server.session_pid("pop3", maildrop.user, known)
        subjects = delete_all_but_the_last(client)
        with stopped(pid):
            client.send("QUIT")
            deny(server, maildrop.user, "pop3")
        text, _ = client.hear_end()
    assert text.startswith("+OK Logging out")
    check(action, subjects, text, before, places(server, maildrop.user))


@pytest.mark.parametrize("turns", [1, pytest.param(8, marks=pytest.mark.night)])
@pytest.mark.parametrize("action", GOES_TO)
def test_what_a_quit_says_is_so_at_any_moment(server, maildrop, action, turns):
    user = maildrop.user
    set_for(server, user, f"pop3_delete={action}")
    within = []
    for turn in range(turns):
        seconds = quit_seconds(maildrop, turn)
        for step in range(STEPS):
            deliver(maildrop, f"{turn} {step}")
            before = places(server, user)
            subjects, text, is_within = forbidden_quit(server, user, seconds * step / STEPS)
            check(action, subjects, text, before, places(server, user))
            within.append(is_within)
            set_for(server, user, "pop3_access=allow")
    assert sum(within) >= turns, f"{within}, the last in a QUIT of {seconds:.4f} s"
