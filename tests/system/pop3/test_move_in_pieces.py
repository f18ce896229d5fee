# SPDX-License-Identifier: LGPL-2.1-or-later
"""A move that goes round many messages which can't be moved is one move, undone as a whole."""

import json

import pytest

import journal
from instance import message
from test_delete_targets import BIN

# more than a session remembers mailboxes that it copied to
COUNT = 20


@pytest.fixture(scope="module")
def server(start):
    """A server where Trash has a quota of its own, of 4 KB."""
    return start(coexist={"pop3_delete": "trash"}, quota=True,
                 conf23=BIN[23].replace("@storage@", "maildir"), conf24=BIN[24])


@pytest.fixture
def halved(server):
    """A mailbox of which every other message was moved, those between are too large."""
    maildrop = server.maildrop()
    large = message("large", body=("x" * 70 + "\n") * 100)
    for number in range(1, COUNT + 1):
        maildrop.append(b"Subject: %d\r\n\r\n" % number, large)
    reply = maildrop.delete(*range(1, 2 * COUNT + 1))
    assert f"{COUNT} of {2 * COUNT} deleted messages could not be moved" in reply
    return maildrop


SMALL = [str(number) for number in range(1, COUNT + 1)]


def test_all_of_it_is_in_the_journal(halved):
    assert halved.subjects("Bin/Trash") == SMALL
    line = journal.only(halved)
    assert line["moves"] == [{
        "moved": ",".join(str(uid) for uid in range(1, 2 * COUNT, 2)),
        "target": "Bin/Trash", "target_uids": f"1:{COUNT}"}]
    assert "expunged" not in line
    assert journal.logged(halved) == [f"{COUNT} moved to Bin/Trash"]


def test_all_of_it_can_be_undone(halved):
    session = journal.read(halved)[0]["session"]
    done = halved.server.doveadm("-f", "json", "coexist", "undo", "-u", halved.user, session)
    row, = json.loads(done)
    assert (int(row["returned"]), int(row["expunged"])) == (COUNT, 0)
    assert halved.subjects() == ["large"] * COUNT + SMALL
    assert halved.subjects("Bin/Trash") == []
