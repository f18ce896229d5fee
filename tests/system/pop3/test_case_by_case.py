# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of doc/pop3-read-state.md are true."""

from pathlib import Path

import pytest

import leaving
from maildrop import large_message

PAGE = Path(__file__).parents[3] / "doc" / "pop3-read-state.md"
POLICIES = ("stock", "complete", "quit", "never")


@pytest.fixture(scope="module")
def server(start):
    return start(groups={policy: {"coexist_pop3_mark_read": policy} for policy in POLICIES})


@pytest.fixture(scope="module")
def server_without_flag_updates(start):
    return start(groups={policy: {"coexist_pop3_mark_read": policy} for policy in POLICIES},
                 conf="protocol pop3 {\n  pop3_no_flag_updates = yes\n}\n")


def session(*commands):
    """Return a session that is over after these commands."""
    def run(pop):
        for command in commands:
            name, *arguments = command.lower().split()
            getattr(pop, name)(*arguments)
    return run


WHAT_THE_CLIENT_SENDS = {
    "RETR, QUIT": session("RETR 1", "QUIT"),
    "RETR, another command, and loses the connection": session("RETR 1", "NOOP"),
    "RETR, and loses the connection": session("RETR 1"),
    "half a RETR, and loses the connection": lambda pop: leaving.in_the_middle(pop, 1),
    "RETR, RSET, QUIT": session("RETR 1", "RSET", "QUIT"),
    "RETR, DELE, and loses the connection": session("RETR 1", "DELE 1"),
    "RETR, DELE, QUIT": session("RETR 1", "DELE 1", "QUIT"),
    "TOP, QUIT": session("TOP 1 0", "QUIT"),
}


def cases():
    """Return {case: {policy: outcome}} as the page has it."""
    lines = PAGE.read_text().split("\n| The client sends")[1].split("\n\n")[0].splitlines()
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    policies = rows[0][1:]
    return {row[0]: dict(zip(policies, row[1:])) for row in rows[2:]}


CASES = cases()


def outcome(maildrop):
    """Return what has become of the only message, in the words of the page."""
    if not maildrop.flags():
        return "deleted"
    return "read" if maildrop.seen() else "unread"


def test_every_case_of_the_page_is_tested():
    assert CASES.keys() == WHAT_THE_CLIENT_SENDS.keys()


@pytest.mark.parametrize("policy", POLICIES[:3])
@pytest.mark.parametrize("case", WHAT_THE_CLIENT_SENDS)
def test_a_case_ends_as_the_page_says(server, policy, case):
    maildrop = server.maildrop(policy)
    maildrop.deliver(large_message() if "half" in case else 1)
    with maildrop.pop3() as pop:
        WHAT_THE_CLIENT_SENDS[case](pop)
    assert outcome(maildrop) == CASES[case][policy]


@pytest.mark.parametrize("policy, expected", [
    ("stock", "unread"), ("complete", "read"), ("quit", "unread"), ("never", "unread")])
def test_without_flag_updates_only_complete_marks(server_without_flag_updates, policy,
                                                  expected):
    maildrop = server_without_flag_updates.maildrop(policy)
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert outcome(maildrop) == expected
