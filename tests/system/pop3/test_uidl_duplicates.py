# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages with the same unique ID, numbered by pop3_uidl_duplicates = rename, are what
pop3-delete.md says they are after a deletion."""

import re

import pytest

from instance import message

FORMAT = "protocol pop3 {\n  pop3_uidl_format = %s\n  pop3_uidl_duplicates = rename\n}\n"
DELETES = {"expunge": {"coexist_pop3_delete": "expunge"}, "hide": {"coexist_pop3_delete": "hide"},
           "trash": {"coexist_pop3_delete": "trash"}}
SAVED = {f"{name}-saved": {**fields, "pop3_save_uidl": "yes"} for name, fields in DELETES.items()}


@pytest.fixture(scope="module")
def server(start):
    return start(groups={**DELETES, **SAVED}, conf23=FORMAT % "%g", conf24=FORMAT % "%{guid}")


def numbers(maildrop):
    """Return what follows the one ID that the messages have."""
    with maildrop.pop3() as pop:
        ids = [line.split()[1].decode() for line in pop.uidl()[1]]
        pop.quit()
    return [re.search(r"(-\d)?$", text)[0] for text in ids]


def three_of_one_id(maildrop):
    """Store a message and copy it twice."""
    maildrop.append(message())
    with maildrop.imap() as imap:
        imap.select()
        for _ in range(2):
            imap.copy("1", "INBOX")


@pytest.mark.parametrize("delete", DELETES)
def test_the_next_one_takes_the_place_of_the_deleted(server, delete):
    maildrop = server.maildrop(delete)
    three_of_one_id(maildrop)
    assert numbers(maildrop) == ["", "-2", "-3"]
    maildrop.delete(1)
    assert numbers(maildrop) == ["", "-2"]


@pytest.mark.parametrize("delete", SAVED)
def test_they_keep_their_numbers_if_these_are_saved(server, delete):
    maildrop = server.maildrop(delete)
    three_of_one_id(maildrop)
    assert numbers(maildrop) == ["", "-2", "-3"]
    maildrop.delete(1)
    assert numbers(maildrop) == ["-2", "-3"]
