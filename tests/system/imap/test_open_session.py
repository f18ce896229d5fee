# SPDX-License-Identifier: LGPL-2.1-or-later
"""An IMAP session that stays open is in the journal before it ends.

Of one storage format: it takes a minute, and the format is not what it is about.
"""

import pytest

import journal


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"pop3_delete": "trash"})


def expunge(imap, number):
    imap.store(str(number), "+FLAGS", "\\Deleted")
    assert imap.expunge()[0] == "OK"


def test_it_is_there_after_a_minute(server, maildrop):
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        expunge(imap, 1)
        assert journal.path(maildrop) is None
        server.wait_for(lambda: journal.path(maildrop), 80, "a line in the journal")
        assert journal.only(maildrop)["expunged"] == "1"
        expunge(imap, 1)
    server.wait_for(lambda: journal.logged(maildrop), what="the end of the session")
    first, second = journal.read(maildrop)
    assert (first["expunged"], second["expunged"]) == ("1", "2")
    assert first["session"] == second["session"]
    assert journal.logged(maildrop) == ["2 expunged"]
