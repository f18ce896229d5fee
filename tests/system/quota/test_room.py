# SPDX-License-Identifier: LGPL-2.1-or-later
"""A notice says what POP3 deleted and is still there, wherever the site has that."""

import re

import pytest

from inbox_notices import POLICY, expect, text_of
from owner import KB, known, of_size

HIDDEN = re.compile(r"and the webmail alone: (\d+) messages?, (\d+) kB")
ARCHIVED = re.compile(r"In the archive, where a POP3 program's deleted mail goes: (\d+) kB")
NAMESPACE = "namespace inbox {\n  prefix = %s\n  separator = %s\n}\n"


def filled(owner):
    """Let POP3 delete 200 kB, fill the mailbox, and return what the notice says."""
    owner.deliver(of_size(200 * KB))
    assert owner.delete(2).startswith("+OK")
    owner.fill(62)
    expect(owner, "80%")
    return text_of(owner)


@pytest.fixture(scope="module")
def hiding(start):
    return start(quota="1000K", coexist={**POLICY, "pop3_delete": "hide"}, groups={
        "own": {"pop3_deleted_flag": "$GoneByPop"}})


@pytest.mark.parametrize("group", ["user", "own"])
def test_a_keyword_of_the_sites_own(hiding, group):
    count, size = map(int, HIDDEN.search(filled(known(hiding, group))).groups())
    assert count == 1 and abs(size - 200) < 5


def test_a_journal_that_cannot_be_read(hiding):
    """The notice comes all the same."""
    owner = known(hiding, "own")
    journal = owner.folder / "dovecot-coexist.journal"
    owner.deliver(of_size(200 * KB))
    owner.delete(2)
    journal.unlink()
    journal.mkdir()
    owner.fill(62)
    expect(owner, "80%")
    assert not HIDDEN.search(text_of(owner))
    assert any("Can't count what POP3 has hidden: " in line for line in owner.log_problems())


@pytest.mark.parametrize("prefix, separator, name", [
    ("", "/", "Old/POP"), ("", ".", "Old/POP"), ("INBOX.", ".", "Archive"),
    ("INBOX.", ".", "INBOX/Old/POP"), ("INBOX/", "/", "INBOX/Old")])
def test_the_archive_of_a_site(start, prefix, separator, name):
    """Its name in dovecot.conf need not have the namespace's prefix or separator."""
    server = start(quota="1000K", conf=NAMESPACE % (prefix, separator),
                   coexist={**POLICY, "pop3_delete": "archive", "archive_mailbox": name})
    found = ARCHIVED.search(filled(known(server)))
    assert found and abs(int(found[1]) - 200) < 5
