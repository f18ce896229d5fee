# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist status: what POP3 made of a mailbox."""

import json
import re

import pytest

import journal


TRASH = """namespace inbox {
  mailbox Trash {
    special_use = \\Trash
    autoexpunge = 30d
  }
}
"""


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start):
    return start(storage=request.param, conf=TRASH, groups={
        "hide": {"coexist_pop3_delete": "hide", "coexist_pop3_mark_downloaded": "yes",
                 "coexist_pop3_login_delay": "1s"},
        "trash": {"coexist_pop3_delete": "trash", "coexist_pop3_keep_days": "14"},
        "archive": {"coexist_pop3_delete": "archive"},
        "own": {"coexist_pop3_delete": "hide", "pop3_deleted_flag": "$GoneByPop"}})


def status(server, *whose):
    rows = json.loads(server.doveadm("-f", "json", "coexist", "status", *whose))
    return [{name: str(value) for name, value in row.items()} for row in rows]


def test_an_empty_mailbox(server):
    row, = status(server, "-u", server.maildrop().user)
    assert row == {"messages": "0", "size": "0", "hidden": "0", "hidden_size": "0",
                   "downloaded": "0", "downloaded_size": "0", "trash": "0",
                   "trash_size": "0", "trash_days": "30", "archive": "0",
                   "archive_size": "0", "keep_days": "0", "pop3_login": "",
                   "journal": "", "journal_size": "0"}


def test_a_mailbox_in_use(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        sizes = [int(one.split()[1]) for one in pop.list()[1]]
        pop.retr(1)
        pop.retr(2)
        pop.dele(2)
        pop.dele(4)
        pop.quit()
    row, = status(server, "-u", maildrop.user)
    assert (row["messages"], row["size"]) == ("4", str(sum(sizes)))
    assert (row["hidden"], row["hidden_size"]) == ("2", str(sizes[1] + sizes[3]))
    assert (row["downloaded"], row["downloaded_size"]) == ("2", str(sizes[0] + sizes[1]))
    assert row["journal"] == journal.read(maildrop)[-1]["time"]
    assert int(row["journal_size"]) == journal.path(maildrop).stat().st_size


@pytest.mark.parametrize("where", ["trash", "archive"])
def test_what_pop3_deleted_is_still_there(server, where):
    maildrop = server.maildrop(where)
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        sizes = [int(one.split()[1]) for one in pop.list()[1]]
        pop.dele(1)
        pop.dele(3)
        pop.quit()
    row, = status(server, "-u", maildrop.user)
    assert (row[where], row[f"{where}_size"]) == ("2", str(sizes[0] + sizes[2]))
    assert (row["trash_days"], row["keep_days"]) == (("30", "14") if where == "trash" else
                                                     ("30", "0"))


def test_the_last_pop3_login(server):
    maildrop = server.maildrop("hide")
    with maildrop.pop3() as pop:
        pop.quit()
    row, = status(server, "-u", maildrop.user)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["pop3_login"])


def test_a_keyword_of_the_site(server):
    maildrop = server.maildrop("own")
    maildrop.deliver(2)
    maildrop.delete(1)
    row, = status(server, "-u", maildrop.user)
    assert row["hidden"] == "1"


def test_all_users(server):
    assert len(status(server, "-A")) > 100
    table = server.doveadm("-f", "table", "coexist", "status", "-u", "own*")
    assert "hidden" in table.splitlines()[0]
    fields = server.doveadm("coexist", "status", "-u", "own*").splitlines()
    assert re.fullmatch("(Username: )?own[0-9]+", fields[0], re.I)
    assert fields[1].startswith("messages: ")
