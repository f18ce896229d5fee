# SPDX-License-Identifier: LGPL-2.1-or-later
"""POP3 is forbidden at any moment of a QUIT: its reply says what became of the messages, and
none is lost or there twice."""

import pytest

from faults import CHANGES, STOP, Faults
from instance import message
from open_session import Pop3, deny, deny_in_this_moment, has_stopped, set_for, stopped

pytestmark = pytest.mark.differs("how sessions end")
# Where a message goes that is deleted; what is expunged is nowhere.
GOES_TO = {"expunge": [], "hide": ["hidden"], "trash": ["Trash"], "archive": ["Archive"]}
DELETED = 10
# Of the calls by which a QUIT changes the storage, those before which POP3 is forbidden, in parts
# of all.
STEPS = 4


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def server(gated, faults):
    return gated(conf="mail_fsync = never\n", wrap={"pop3": faults.wrapper})


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


def calls_of_a_quit(maildrop, faults):
    """Return how many calls change the storage in a QUIT here that nobody forbids."""
    deliver(maildrop, "before")
    with Pop3(maildrop.server, maildrop.user) as client:
        delete_all_but_the_last(client)
        faults.plan()
        client.say("QUIT")
        client.hear_end()
    return faults.seen(CHANGES)


def forbidden_quit(server, faults, user, call):
    """Delete, say QUIT, and forbid POP3 before that call; return the subjects and what the client
    heard."""
    known = len(server.logins("pop3", user))
    with Pop3(server, user) as client:
        pid = server.session_pid("pop3", user, known)
        subjects = delete_all_but_the_last(client)
        faults.plan(STOP, at=call)
        client.send("QUIT")
        server.wait_for(lambda: has_stopped(pid), what="the process to stand still")
        deny_in_this_moment(server, user, "pop3", pid)
        text, _ = client.hear_end()
    server.wait_for(lambda: pid not in server.pids("pop3"), what="the end of the process")
    return subjects, text


def check(action, subjects, text, before, after):
    """A QUIT that has come is obeyed as a whole, and says so."""
    assert text.startswith("+OK Logging out")
    assert {subject: after.get(subject) for subject in before if subject not in subjects} == \
        {subject: where for subject, where in before.items() if subject not in subjects}
    assert [after.get(subject, []) for subject in subjects] == [GOES_TO[action]] * len(subjects)


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
    check(action, subjects, text, before, places(server, maildrop.user))


@pytest.mark.parametrize("steps", [STEPS, pytest.param(1000, marks=pytest.mark.night)])
@pytest.mark.parametrize("action", GOES_TO)
def test_what_a_quit_says_is_so_at_any_moment(server, faults, maildrop, action, steps):
    user = maildrop.user
    set_for(server, user, f"pop3_delete={action}")
    calls = calls_of_a_quit(maildrop, faults)
    for call in sorted({1 + calls * step // steps for step in range(steps)}):
        deliver(maildrop, call)
        before = places(server, user)
        subjects, text = forbidden_quit(server, faults, user, call)
        check(action, subjects, text, before, places(server, user))
        set_for(server, user, "pop3_access=allow")
