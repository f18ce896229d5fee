# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete where INBOX is one of the virtual plugin: nothing can be created beside it."""

import pytest

from instance import message

REAL = "namespace inbox {\n  inbox = no\n  prefix = real/\n%s%s}\n"
TRASH = "  mailbox Trash {\n    special_use = \\Trash\n  }\n"
POP = """namespace pop {
  inbox = yes
  separator = /
  hidden = yes
  list = no
  %s
}
"""


def namespaces(more=""):
    """Return what makes INBOX virtual, with real/INBOX in it."""
    return {"conf23": REAL % ("  location = maildir:~/mail:INBOX=~/mail\n", more)
            + POP % "location = virtual:~/virtual",
            "conf24": REAL % ("  mail_inbox_path = ~/mail\n", more)
            + POP % "mail_driver = virtual\n  mail_path = ~/virtual"}


def virtual_server(start, **settings):
    return start(plugins={"all": ["coexist", "virtual"]},
                 groups={action: {"coexist_pop3_delete": action}
                         for action in ("hide", "trash", "archive")}, **settings)


@pytest.fixture(scope="module")
def server(start):
    return virtual_server(start, **namespaces())


def filled(server, action):
    """Return a mailbox with two messages."""
    maildrop = server.maildrop(action)
    maildrop.make_virtual("INBOX", "real/INBOX\n  all\n")
    with maildrop.imap() as imap:
        imap.create("real/INBOX")
        for subject in ("one", "two"):
            assert imap.append("real/INBOX", None, None, message(subject))[0] == "OK"
    return maildrop


@pytest.mark.parametrize("action", ["trash", "archive"])
def test_nothing_is_moved_and_it_is_said_once(server, action):
    maildrop = filled(server, action)
    for _ in range(2):
        assert maildrop.delete(1) == (
            "-ERR [SYS/PERM] 1 of 1 deleted messages could not be moved and stay: "
            "Can't create virtual mailboxes"), maildrop.log_problems()
    assert maildrop.subjects("real/INBOX") == ["one", "two"]
    problems = maildrop.log_problems()
    assert len(problems) == 2   # one for each session
    assert all(f"To {action.capitalize()}: 1 of 1" in line for line in problems)


def test_what_is_hidden_stays(server):
    maildrop = filled(server, "hide")
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects("real/INBOX") == ["one", "two"]
    assert maildrop.having("$POP3Hidden") == [1]
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 1
    assert maildrop.log_problems() == []


def test_a_trash_in_another_namespace_is_used(start):
    maildrop = filled(virtual_server(start, **namespaces(TRASH)), "trash")
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects("real/INBOX") == ["two"]
    assert maildrop.subjects("real/Trash") == ["one"]
    assert maildrop.log_problems() == []
