# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mailbox whose name begins with the prefix of a namespace is one of that namespace."""

import pytest

ARCHIVE = """namespace archive {
  prefix = Archive/
  separator = /
  %s
}
"""


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=ARCHIVE % "location = maildir:~/archive",
                 conf24=ARCHIVE % "mail_path = ~/archive",
                 coexist={"pop3_delete": "archive", "archive_mailbox": "Archive/2026"})


def test_the_archive_is_in_the_namespace_of_its_prefix(server):
    maildrop = server.maildrop()
    maildrop.deliver(2)
    assert maildrop.delete(2) == "+OK Logging out, messages deleted."
    assert maildrop.subjects("Archive/2026") == ["number 2"]
    assert maildrop.folder.with_name("archive").joinpath(".2026").is_dir()
    with maildrop.imap() as imap:
        assert any(b"Archive/2026" in line for line in imap.lsub()[1])


def test_it_is_made_only_once(server):
    maildrop = server.maildrop()
    for number in (1, 2):
        maildrop.deliver(1)
        assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects("Archive/2026") == ["number 1", "number 1"]
    assert maildrop.log_problems() == []
