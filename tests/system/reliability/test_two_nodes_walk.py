# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two nodes that both write, with dsync between them, at random: POP3 downloads and deletes, IMAP
moves, expunges and flags, sessions are undone, on either node, and in between they are made the
same by either.

Of a message that one node has put somewhere else the other one changes no more than flags until
they are the same again: then each message is once where it was put last, or gone if IMAP expunged
it, on both nodes, with the same flags, hidden if POP3 has hidden it. What a POP3 program on a node
has seen leave does not come back to it, unless it was undone.
"""

import pytest

from nodes import Copies, two_nodes
from walk import POLICY, Walk

# how often they are made the same
TURNS, MANY_TURNS = 3, 25


@pytest.fixture(scope="module", params=["maildir", *(
    pytest.param(storage, marks=pytest.mark.night) for storage in ("mdbox", "sdbox"))])
def nodes(request, start):
    with two_nodes(start, storage=request.param, gate={}) as nodes:
        yield nodes


def walks(nodes, turns, seed):
    user = nodes[0].maildrop().user
    show = ("all", "unread")[seed % 2]
    walk = Walk(Copies(nodes, user), f"{seed} {turns}", {**POLICY, "pop3_show": show})
    for _ in range(turns):
        walk.turn()
    print(f"{len(walk.where)} messages, {dict(walk.undone)} by undo")
    for node in nodes:
        # dsync of 2.4.5 finds "Duplicate file entry" in a maildir, and mends that
        assert [line for line in node.log_problems() if "coexist: " in line] == []


def test_no_message_is_lost_nor_there_twice(nodes, seed):
    walks(nodes, TURNS, seed)


@pytest.mark.night
@pytest.mark.parametrize("number", range(6))
def test_many_turns(nodes, number):
    walks(nodes, MANY_TURNS, number)
