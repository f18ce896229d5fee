# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where pop3_delete = trash, archive moves to, and what QUIT says if it can't."""

import os

import pytest

from instance import message
from server import AT_ONCE

BIN = {
    23: """namespace bin {
  prefix = Bin/
  separator = /
  location = @storage@:~/bin
  mailbox Trash {
    special_use = \\Trash
    auto = create
  }
}
plugin {
  quota = count:User quota:ns=
  quota2 = count:Bin:ns=Bin/
  quota2_rule = *:storage=4K
  quota2_grace = 0
  quota_grace = 0
  quota_vsizes = yes
}
""",
    24: """namespace bin {
  prefix = Bin/
  separator = /
  mail_path = ~/bin
  mailbox Trash {
    special_use = \\Trash
    auto = create
  }
  quota Bin {
    driver = count
    quota_storage_size = 4K
  }
}
quota_storage_grace = 0
"""}


def special(*mailboxes):
    """Return a configuration of the namespace inbox with these mailboxes."""
    return "namespace inbox {\n" + "".join(
        f"  mailbox {name} {{\n    {settings}\n  }}\n" for name, settings in mailboxes) + "}\n"


# Which mailbox

def test_trash_is_what_dovecot_conf_says_even_if_it_does_not_exist(start):
    server = start(coexist={"pop3_delete": "trash"},
                   conf=special(("Papelera", "special_use = \\Trash")))
    maildrop = server.maildrop()
    maildrop.deliver(1)
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects("Papelera") == ["number 1"]
    assert maildrop.subjects("Trash") == []
    maildrop.deliver(1)
    maildrop.delete(1)
    assert len(maildrop.subjects("Papelera")) == 2


def test_trash_may_be_one_of_several_uses(start):
    server = start(coexist={"pop3_delete": "trash"}, conf=special(
        ("Sent", "special_use = \\Sent"), ("Bin", "special_use = \\Junk \\Trash")))
    maildrop = server.maildrop()
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects("Bin") == ["number 1"]


def test_the_archive_is_the_site_s(start):
    server = start(coexist={"pop3_delete": "archive", "archive_mailbox": "Old/POP"})
    maildrop = server.maildrop()
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects("Old/POP") == ["number 1"]


@pytest.mark.parametrize("name, archive", [("Archive", "INBOX.Archive"),
                                           ("INBOX.Old", "INBOX.Old"),
                                           ("Old/POP", "INBOX.Old.POP"),
                                           ("INBOX/Old", "INBOX.Old")])
def test_the_namespace_may_have_a_prefix(start, name, archive):
    server = start(coexist={"pop3_delete": "archive", "archive_mailbox": name},
                   conf="namespace inbox {\n  prefix = INBOX.\n  separator = .\n}\n")
    maildrop = server.maildrop()
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects(archive) == ["number 1"]


def test_what_is_in_its_target_already_is_hidden(start):
    server = start(coexist={"pop3_delete": "trash"},
                   conf=special(("INBOX", "special_use = \\Trash")))
    maildrop = server.maildrop()
    maildrop.deliver(2)
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects() == ["number 1", "number 2"]
    assert maildrop.seen() == maildrop.having("$POP3Hidden") == [1]
    assert any("it can't be moved to where it is" in line
               for line in maildrop.log_problems())


@pytest.mark.parametrize("storage, link, to", [("maildir", ".Trash", "."),
                                               ("sdbox", "mailboxes/Trash", "INBOX")])
def test_what_is_in_its_target_by_a_link_is_hidden(start, storage, link, to):
    """Moved, it would be new mail at each look."""
    server = start(storage=storage, coexist={"pop3_delete": "trash"})
    maildrop = server.maildrop()
    maildrop.deliver(2)
    (maildrop.folder / link).symlink_to(to)
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects() == ["number 1", "number 2"]
    assert maildrop.having("$POP3Hidden") == [1]


# What QUIT says

TARGETS = {"trash": "Bin/Trash", "archive": "Bin/Archive"}
ACTIONS = {action: {"coexist_pop3_delete": action} for action in TARGETS}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def storage(request):
    """The format of the mailboxes."""
    return request.param


@pytest.fixture(scope="module")
def small_bin(start, storage):
    """A server where the Trash and the archive have a quota of their own, of 4 KB."""
    return start(storage=storage, coexist={"archive_mailbox": "Bin/Archive"},
                 groups=ACTIONS, quota=True,
                 conf23=BIN[23].replace("@storage@", storage), conf24=BIN[24])


@pytest.fixture(params=ACTIONS)
def action(request):
    """The mailbox's pop3_delete."""
    return request.param


def test_messages_that_do_not_fit_stay_and_the_others_go(small_bin, action):
    maildrop = small_bin.maildrop(action)
    large = message("large", body=("x" * 70 + "\n") * 100)
    maildrop.deliver(message("one"), large, message("two"), large, message("three"))
    reply = maildrop.delete(1, 2, 3, 4)
    assert reply.startswith("-ERR [SYS/TEMP] 2 of 4 deleted messages could not be "
                            "moved and stay: Quota exceeded"), reply
    assert maildrop.subjects() == ["large", "large", "three"]
    assert maildrop.subjects(TARGETS[action]) == ["one", "two"]
    assert maildrop.having("\\Seen") == []
    assert any("2 of 4 deleted messages could not be moved" in line
               and TARGETS[action] in line for line in maildrop.log_problems())


def test_what_stayed_is_listed_next_time_and_can_be_deleted_again(small_bin, action):
    maildrop = small_bin.maildrop(action)
    maildrop.deliver(message("large", body=("x" * 70 + "\n") * 100), message("one"))
    with maildrop.pop3() as pop:
        uidl = pop.uidl()[1]
        pop.quit()
    assert "1 of 1" in maildrop.delete(1)
    with maildrop.pop3() as pop:
        assert pop.uidl()[1] == uidl
        pop.quit()
    assert "1 of 1" in maildrop.delete(1)


def test_retention_leaves_what_does_not_fit(start, clock):
    server = start(coexist={**AT_ONCE, "pop3_delete": "trash", "pop3_keep_days": "30"}, quota=True,
                   conf23=BIN[23].replace("@storage@", "maildir"), conf24=BIN[24],
                   wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop()
    large = message("large", body=("x" * 70 + "\n") * 100)
    maildrop.deliver(message("one"), large, message("two"))
    with clock.days_from_now(-40), maildrop.pop3() as pop:
        for number in (1, 2, 3):
            pop.retr(number)
        pop.quit()
    for _ in range(2):
        with maildrop.pop3() as pop:
            pop.quit()
        assert maildrop.subjects() == ["large"]
        assert maildrop.subjects("Bin/Trash") == ["one", "two"]
    assert any("Bin/Trash" in line and "Quota exceeded" in line
               for line in maildrop.log_problems())


def test_a_target_that_can_not_be_written_leaves_everything(start):
    server = start(coexist={"pop3_delete": "trash"})
    maildrop = server.maildrop()
    maildrop.deliver(3)
    with maildrop.imap() as imap:
        imap.create("Trash")
    # nobody may write there
    trash = maildrop.folder / ".Trash"
    for path in (trash / "cur", trash / "new", trash / "tmp", trash):
        os.chmod(path, 0o500)
    reply = maildrop.delete(1, 3)
    assert reply.startswith("-ERR [SYS/"), reply
    assert "2 of 2 deleted messages could not be moved and stay" in reply
    assert len(maildrop.subjects()) == 3
    for path in (trash, trash / "cur", trash / "new", trash / "tmp"):
        os.chmod(path, 0o700)
    assert maildrop.delete(1, 3).startswith("+OK")
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Trash") == ["number 1", "number 3"]


def test_a_target_that_can_not_be_made_leaves_everything(start):
    server = start(coexist={"pop3_delete": "archive", "archive_mailbox": "a" * 1000})
    maildrop = server.maildrop()
    maildrop.deliver(2)
    assert "1 of 1 deleted messages" in maildrop.delete(1)
    assert len(maildrop.subjects()) == 2


ACL = {23: """plugin {
  acl = vfile
}
""", 24: """acl_driver = vfile
"""}


@pytest.fixture(scope="module")
def with_acl(start, storage):
    return start(storage=storage, groups={**ACTIONS, "hide": {"coexist_pop3_delete": "hide"}},
                 plugins={"all": ["acl", "coexist"]},
                 conf23=ACL[23], conf24=ACL[24])


def allow(maildrop, mailbox, *rights):
    """Say in its ACL what the owner may do with a mailbox."""
    maildrop.server.doveadm("acl", "set", "-u", maildrop.user, mailbox, "owner", *rights)


def test_an_acl_on_the_target_is_respected(with_acl, action):
    maildrop, target = with_acl.maildrop(action), action.capitalize()
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.create(target)
    allow(maildrop, target, "lookup", "read")
    reply = maildrop.delete(1)
    assert reply.startswith("-ERR [SYS/PERM] 1 of 1 deleted messages could not be "
                            "moved and stay: Permission denied"), reply
    assert maildrop.subjects() == ["number 1", "number 2"]
    assert maildrop.seen() == []
    allow(maildrop, target, "lookup", "read", "insert", "write", "write-seen")
    assert maildrop.delete(1).startswith("+OK")
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects(target) == ["number 1"]


@pytest.mark.parametrize("action", ["hide", *ACTIONS])
def test_a_maildrop_that_can_not_be_written_says_so(with_acl, action):
    maildrop = with_acl.maildrop(action)
    maildrop.deliver(2)
    allow(maildrop, "INBOX", "lookup", "read")
    reply = maildrop.delete(1)
    assert reply == "-ERR [SYS/PERM] 1 deleted messages stay, the mailbox is read-only"
    assert maildrop.subjects() == ["number 1", "number 2"]
    assert maildrop.subjects(action.capitalize()) == []
