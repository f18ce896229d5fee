# SPDX-License-Identifier: LGPL-2.1-or-later
"""No change without configuration: modules that are only loaded do nothing.

Each session is held with a Dovecot without our modules, with one that has them
loaded, and with one whose site wants something else than this user: what the
client is sent and what IMAP shows afterwards must be equal, byte for byte.
"""

from datetime import datetime, timezone
from functools import lru_cache
from itertools import zip_longest

import pytest

from instance import message
from maildrop import large_message

RECEIVED = datetime(2024, 2, 29, 12, 0, tzinfo=timezone.utc)
MESSAGES = [message(f"number {number}", "Hello.\n.dot\n" * number, date=RECEIVED)
            for number in (1, 2, 3, 4)]
LARGE = large_message(date=RECEIVED)


def every_command(pop):
    """Each command in its good and bad forms, with deletions."""
    pop.say("CAPA", "STAT", "LIST", "LIST 2", "LIST 9", "UIDL", "UIDL 2", "UIDL 9",
            "TOP 1 0", "TOP 2 2", "TOP 3 99", "TOP 9 1", "TOP 1", "NOOP", "LAST",
            "RETR 1", "RETR 9", "RETR", "LAST", "RETR 2", "DELE 2", "RETR 2", "DELE 2",
            "DELE 9", "STAT", "LIST", "UIDL", "XYZZY", "", "RETR 4", "QUIT")


def rset(pop):
    """What was downloaded and deleted before RSET, and after it."""
    pop.say("RETR 1", "DELE 2", "RSET", "LIST", "RETR 3", "QUIT")


def only_looking(pop):
    """No RETR at all."""
    pop.say("STAT", "LIST", "UIDL", "TOP 1 99", "QUIT")


def deletion(pop):
    """Download and delete, as most clients do."""
    pop.say("RETR 1", "DELE 1", "RETR 2", "DELE 2", "QUIT")


def pipelined(pop):
    """All commands at once."""
    commands = "RETR 1", "DELE 2", "UIDL", "RETR 4", "NOOP", "QUIT"
    pop.send(*commands)
    pop.hear(*commands)


def no_quit(pop):
    """The connection is lost between two commands."""
    pop.say("RETR 1", "DELE 2", "NOOP")


def gone_in_the_middle(pop):
    """The connection is lost while the server sends the large message."""
    pop.say("RETR 1")
    pop.send("RETR 5")
    pop.hear_bytes(20000)


def gone_after_the_last_byte(pop):
    """The client's last word is a RETR."""
    pop.say("RETR 1", "RETR 4")


def gone_within_a_command(pop):
    """The connection is lost while the client sends."""
    pop.say("RETR 1")
    pop.send_bytes(b"NOO")


SESSIONS = (every_command, rset, only_looking, deletion, pipelined, no_quit,
            gone_in_the_middle, gone_after_the_last_byte, gone_within_a_command)


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def storage(request):
    """The format of the mailboxes."""
    return request.param


@pytest.fixture(scope="module")
def without_modules(start, storage):
    """Return what held_with() gives for a session without our modules."""
    server = start(storage=storage, modules=None)
    return lru_cache(maxsize=None)(lambda session: held_with(server, session))


@pytest.fixture(scope="module", params=["loaded", "user asks for stock"])
def server(start, storage, request):
    """A Dovecot with our modules, where nothing is to change."""
    if request.param == "loaded":
        return start(storage=storage)
    return start(
        storage=storage,
        coexist={"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes"},
        groups={"user": {"coexist_pop3_mark_read": "stock",
                         "coexist_pop3_mark_downloaded": "no"}})


def imap_view(maildrop):
    """Return UIDVALIDITY, as it is part of a UIDL, and all else that IMAP says."""
    with maildrop.imap() as client:
        status = client.status("INBOX", "(MESSAGES RECENT UNSEEN UIDNEXT)")
        client.select(readonly=True)
        uidvalidity = b"%08x" % int(client.response("UIDVALIDITY")[1][0])
        shown = client.response("FLAGS"), client.response("PERMANENTFLAGS")
        messages = client.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE)")
    return uidvalidity, (status, shown, messages)


def held_with(server, session):
    """Return what a session's client is sent, and what IMAP shows afterwards."""
    maildrop = server.maildrop()
    large = [LARGE] if session is gone_in_the_middle else []
    maildrop.append(*MESSAGES, *large, received=RECEIVED)
    with maildrop.transcript() as pop:
        session(pop)
    uidvalidity, view = imap_view(maildrop)
    return pop.text.replace(uidvalidity, b"<uidvalidity>"), view


def first_difference(ours, theirs):
    """Return the first pair of lines that differ, None if there is none."""
    lines = zip_longest(ours.split(b"\n"), theirs.split(b"\n"))
    return next((pair for pair in lines if pair[0] != pair[1]), None)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.__name__)
def test_a_session_is_as_without_the_modules(server, without_modules, session):
    text, view = held_with(server, session)
    stock_text, stock_view = without_modules(session)
    assert first_difference(text, stock_text) is None
    assert view == stock_view


@pytest.fixture(scope="module")
def limited(start, storage):
    """A Dovecot where a session may not delete more than it does here."""
    return start(storage=storage, coexist={"pop3_delete_limit": "100"})


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.__name__)
def test_a_session_below_pop3_delete_limit_is_as_without_it(limited, without_modules, session):
    text, (status, _, messages) = held_with(limited, session)
    stock_text, (stock_status, _, stock_messages) = without_modules(session)
    assert first_difference(text, stock_text) is None
    assert (status, messages) == (stock_status, stock_messages)
