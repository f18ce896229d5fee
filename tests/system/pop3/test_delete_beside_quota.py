# SPDX-License-Identifier: LGPL-2.1-or-later
"""A move is a move, whatever quota finds in other namespaces when it looks for warnings."""

import pytest

import journal
from server import AT_ONCE

ARCHIVE = """namespace archive {
  prefix = Archive/
  separator = /
  %s
}
"""
WARNING = {
    23: "plugin {\n  quota_warning = storage=81%% quota-warning x\n}\n",
    24: """quota user {
  warning most {
    quota_storage_percentage = 81
    execute quota-warning {
    }
  }
}
"""}


@pytest.fixture(scope="module")
def server(start, clock):
    return start(quota=True, wrap={"pop3": clock.wrapper},
                 plugins={"all": ["coexist", "quota"]},
                 conf23=ARCHIVE % "location = maildir:~/archive" + WARNING[23],
                 conf24=ARCHIVE % "mail_path = ~/archive" + WARNING[24],
                 coexist={**AT_ONCE, "archive_mailbox": "Old"},
                 groups={"trash": {"coexist_pop3_delete": "trash"},
                         "archive": {"coexist_pop3_delete": "archive"},
                         "keep": {"coexist_pop3_delete": "trash",
                                  "coexist_pop3_keep_days": "30"}})


@pytest.mark.parametrize("action, target", [("trash", "Trash"), ("archive", "Old")])
def test_what_pop3_deletes_is_moved_and_can_be_put_back(server, action, target):
    maildrop = server.maildrop(action)
    maildrop.deliver(3)
    assert maildrop.delete(1, 3) == "+OK Logging out, messages deleted."
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects(target) == ["number 1", "number 3"]
    server.doveadm("coexist", "undo", "-u", maildrop.user,
                   journal.read(maildrop)[0]["session"])
    assert sorted(maildrop.subjects()) == ["number 1", "number 2", "number 3"]
    assert maildrop.subjects(target) == []
    assert maildrop.log_problems() == []


def test_what_expires_is_moved(server, clock):
    maildrop = server.maildrop("keep")
    maildrop.deliver(2)
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    with maildrop.pop3() as pop:
        pop.quit()
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Trash") == ["number 1"]
