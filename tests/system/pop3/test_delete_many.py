# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ten thousand deletions in a session, for each way to delete."""

import time

import pytest

from instance import message
from names import HIDDEN, NOTICE_TEXTS, QUIT_OK


@pytest.mark.night
@pytest.mark.parametrize("group, storage, policy", [
    ("held", "mdbox", {"pop3_delete": "trash", "pop3_delete_limit": "9999"}),
    ("moved", "mdbox", {"pop3_delete": "trash"}),
    ("hidden", "maildir", {"pop3_delete": "hide"})], ids=["held", "moved", "hidden"])
def test_ten_thousand_deletions(start, group, storage, policy):
    server = start(storage=storage, coexist={"template_dir": str(NOTICE_TEXTS), **policy})
    maildrop = server.maildrop()
    with maildrop.imap() as imap:
        for number in range(100):
            assert imap.append("INBOX", None, None, message("many"))[0] == "OK"
        imap.select()
        for _ in range(99):
            imap.copy("1:100", "INBOX")
    begin = time.monotonic()
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 10000
        pop.sock.settimeout(300)
        for number in range(1, 10001):
            pop.dele(number)
        assert pop.quit().decode() == QUIT_OK
    assert time.monotonic() - begin < 300
    with maildrop.imap() as imap:
        inbox = int(imap.select("INBOX", readonly=True)[1][0])
        assert len(imap.search(None, "KEYWORD", HIDDEN)[1][0].split()) == \
            (0 if group == "moved" else 10000)
        assert inbox == {"held": 10001, "moved": 0, "hidden": 10000}[group]
        trash = imap.select("Trash", readonly=True)
        if group == "moved":
            assert int(trash[1][0]) == 10000
        else:
            assert trash[0] == "NO"
