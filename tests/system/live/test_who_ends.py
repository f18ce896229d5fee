# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever sessions do at that moment, a change ends those of its protocol and scope, and no
neighbour: of the same mailbox by the other protocol, of another mailbox, of another domain."""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from instance import message
from maildrop import large_message
from open_session import LAST, PLUGINS, CompressedImap, IdleImap, Imap, Pop3, policy
from test_many import SHARED

pytestmark = pytest.mark.differs("what anvil says, and how sessions end")
PEOPLE = [f"{name}@{domain}.example0" for domain in "ab" for name in ("jo", "ana")]
# What is changed, and whose sessions that ends.
SCOPES = {"mailbox": (["-u", PEOPLE[0]], PEOPLE[:1]),
          "domain": (["-d", "a.example0"], PEOPLE[:2])}
MAIL = message("appended")


def begin_retr(client):
    client.send("RETR 1")
    client.hear(r"^\+OK.*\n")


def begin_fetch(client):
    client.say("SELECT INBOX")
    client.send("f FETCH 1 BODY[]")
    client.hear(r"^\* 1 FETCH.*\n")


def begin_append(client):
    client.send(f"p APPEND INBOX {{{len(MAIL)}}}")
    client.hear(r"^\+.*\n")
    client.socket.sendall(MAIL[:20])


def finish_append(client):
    client.socket.sendall(MAIL[20:] + b"\r\n")


def nothing(_):
    pass


@dataclass
class Moment:
    """What a session is doing when the policy changes.

    begin   brings it there
    finish  what its client has yet to do
    rest    the end of what it hears of that, as a pattern
    """
    opens: type
    protocol: str
    begin: Callable = nothing
    finish: Callable = nothing
    rest: str = ""


MOMENTS = {
    "pop3": Moment(Pop3, "pop3"),
    "RETR": Moment(Pop3, "pop3", begin_retr, rest=r"\r\n\.\r\n"),
    "imap": Moment(Imap, "imap"),
    "IDLE": Moment(IdleImap, "imap"),
    "FETCH": Moment(Imap, "imap", begin_fetch, rest=r"\)\r\nf OK .*\r\n"),
    "APPEND": Moment(Imap, "imap", begin_append, finish_append, rest=r"p OK .*\r\n"),
    "COMPRESS": Moment(CompressedImap, "imap"),
}
OTHER = {"pop3": IdleImap, "imap": Pop3}
# Each of a mailbox has a process of its own, or all of a protocol share one.
CONFS = {"alone": "", "shared": SHARED}
CASES = [pytest.param(conf, scope, id=f"{conf} {scope}", marks=marks) for conf, scope, marks in (
    ("alone", "mailbox", ()), ("shared", "domain", ()),
    ("alone", "domain", pytest.mark.night), ("shared", "mailbox", pytest.mark.night))]


@pytest.fixture(scope="module")
def server(request, gated):
    groups = {name.removesuffix("0"): {} for name in PEOPLE}
    server = gated(conf=CONFS[request.param], plugins=PLUGINS, groups=groups)
    for user in PEOPLE:
        server.deliver(user, large_message())
    return server


def ends_in_log(server):
    """Return how often a session of each user and protocol was ended."""
    return Counter(re.findall(r"coexist: ended user=<(.*?)> protocol=(\w+) ", server.log_text()))


@pytest.mark.parametrize("server, scope", CASES, indirect=["server"])
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_those_who_are_named_end_and_nobody_else(server, scope, moment):
    whose, named = SCOPES[scope]
    before = ends_in_log(server)
    with ExitStack() as stack:
        neighbours = [stack.enter_context(OTHER[moment.protocol](server, user)) for user in PEOPLE]
        sessions = {user: stack.enter_context(moment.opens(server, user)) for user in PEOPLE}
        for session in sessions.values():
            moment.begin(session)
        stack.callback(policy, server, "unset", *whose, "--all")
        policy(server, "set", "--no-wait", *whose, f"{moment.protocol}_access=deny")
        # who has to end has five seconds for the rest, and is first
        for user, session in sessions.items():
            moment.finish(session)
            if user in named:
                text, _ = session.hear_end()
                assert re.search(moment.rest + LAST[moment.protocol] + r"\Z", text[-1000:]), user
            else:
                session.hear_out(moment.rest)
        assert all(sessions[user].is_open() for user in PEOPLE if user not in named)
        assert all(neighbour.is_open() for neighbour in neighbours)
    assert ends_in_log(server) - before == Counter({(user, moment.protocol): 1 for user in named})
