# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete_limit: the notice needs no room, no right, and no other plugin's leave."""

import os
import shutil
import smtplib
from contextlib import suppress

import pytest

from delete_limit import (DELETES, LIMIT, fields, held, log_lines, notices,
                          start_limited)
from instance import message
from names import HIDDEN, NOTICE_TEXTS, QUIT_OK


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start_limited(start, {"trash": fields("trash")}, request.param)


@pytest.fixture(params=DELETES)
def delete(request):
    """What pop3_delete says."""
    return request.param


# No room, no rights

@pytest.fixture(scope="module",
                params=["count", pytest.param("maildir", marks=pytest.mark.only_on(23))])
def full(start, request):
    """A server whose mailboxes have little room, with each driver of quota."""
    return start(quota="6K", groups={delete: fields(delete) for delete in DELETES},
                 coexist={"template_dir": str(NOTICE_TEXTS)},
                 conf23=f"plugin {{\n  quota = {request.param}:User quota\n}}\n")


def fill(maildrop):
    """Deliver small messages until there is no room for another one."""
    count = 0
    with pytest.raises(smtplib.SMTPDataError):
        while count < 100:
            maildrop.deliver(message(f"number {count + 1}"))
            count += 1
    return count


def test_a_full_mailbox_gets_the_notice(full, delete):
    maildrop = full.maildrop(delete)
    count = fill(maildrop)
    before = maildrop.quota_messages()
    assert maildrop.delete(*range(1, count + 1)) == QUIT_OK
    assert len(notices(maildrop)) == 1
    assert maildrop.quota_messages() == before + 1
    assert maildrop.log_problems() == []


def test_the_owner_needs_no_right_to_insert(start):
    server = start(groups={"user": fields()}, coexist={"template_dir": str(NOTICE_TEXTS)},
                   plugins={"all": ["acl", "coexist"]},
                   conf23="plugin {\n  acl = vfile\n}\n", conf24="acl_driver = vfile\n")
    maildrop = server.maildrop()
    maildrop.deliver(4)
    acl = maildrop.folder / "dovecot-acl"
    acl.write_text("owner lrwstek\n")
    shutil.chown(acl, *map(int, os.stat(maildrop.folder)[4:6]))
    assert maildrop.delete(1, 2, 3, 4) == QUIT_OK
    assert len(notices(maildrop)) == 1


def test_mail_log_and_notify_do_not_see_the_notice(start):
    mail_log = "mail_log_events = delete copy save flag_change\n"
    server = start(groups={"user": fields()}, coexist={"template_dir": str(NOTICE_TEXTS)},
                   plugins={"all": ["notify", "mail_log", "coexist"]},
                   conf23=f"plugin {{\n  {mail_log}}}\n", conf24=mail_log)
    maildrop = server.maildrop()
    held(maildrop)
    assert len(notices(maildrop)) == 1
    lines = [line for line in server.log_text().splitlines() if "pop3(" in line]
    assert not any(" save: " in line or "save" in line.split(">: ")[-1].split(":")[0]
                   for line in lines), lines


# Other plugins, and Trash

TRASH = {23: "plugin {\n  trash = /mnt/etc/trash.conf\n}\n",
         24: "namespace inbox {\n  mailbox Trash {\n    special_use = \\Trash\n"
             "    trash_priority = 1\n  }\n}\n"}


def with_rubbish(maildrop):
    """Put a message into the Trash of a mailbox."""
    with maildrop.imap() as imap:
        imap.create("Trash")
        imap.append("Trash", None, None, message("rubbish", body=("x" * 70 + "\n") * 60))
    return maildrop


def test_no_trash_is_thrown_away_for_the_notice(start):
    server = start(quota="10K", groups={"user": fields()}, conf23=TRASH[23], conf24=TRASH[24],
                   coexist={"template_dir": str(NOTICE_TEXTS)},
                   plugins={"all": ["quota", "trash", "coexist"]})
    (server.folder / "etc/trash.conf").write_text("1 Trash\n")
    # how many messages fit until the Trash is thrown away for one
    probe = with_rubbish(server.maildrop())
    fit = 0
    while probe.subjects("Trash") == ["rubbish"] and fit < 100:
        with suppress(smtplib.SMTPDataError):
            probe.deliver(1)
        fit += 1
    maildrop = with_rubbish(server.maildrop())
    maildrop.deliver(fit - 1)
    assert maildrop.delete(*range(1, fit)) == QUIT_OK
    assert len(notices(maildrop)) == 1
    assert maildrop.subjects("Trash") == ["rubbish"]


def test_lazy_expunge_keeps_what_was_deleted_and_not_what_was_held(start):
    server = start(groups={"user": fields()}, coexist={"template_dir": str(NOTICE_TEXTS)},
                   plugins={"all": ["lazy_expunge", "coexist"]},
                   conf23="plugin {\n  lazy_expunge = EXPUNGED\n}\n",
                   conf24="lazy_expunge_mailbox = EXPUNGED\n")
    maildrop = server.maildrop()
    held(maildrop, LIMIT)
    assert maildrop.subjects("EXPUNGED") == ["number 1", "number 2", "number 3"]
    held(maildrop)
    assert len(maildrop.subjects("EXPUNGED")) == LIMIT
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]
    assert len(notices(maildrop)) == 1


def test_trash_being_the_inbox(start):
    server = start(groups={"user": fields("trash")}, coexist={"template_dir": str(NOTICE_TEXTS)},
                   conf="namespace inbox {\n  mailbox INBOX {\n    special_use = \\Trash\n"
                        "  }\n}\n")
    maildrop = server.maildrop()
    held(maildrop, LIMIT)
    assert maildrop.having(HIDDEN) == maildrop.seen() == [1, 2, 3]
    assert notices(maildrop) == []
    held(maildrop)
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4, 5, 6, 7]
    assert maildrop.seen() == [1, 2, 3]
    assert len(notices(maildrop)) == 1


def test_a_trash_that_exists_stays_as_it_is(server):
    maildrop = with_rubbish(server.maildrop("trash"))
    held(maildrop)
    assert maildrop.subjects("Trash") == ["rubbish"]
    assert notices(maildrop, "Trash") == []


# What goes wrong

def test_a_notice_that_can_not_be_saved_harms_nothing(start):
    server = start(groups={"user": fields()}, coexist={"template_dir": str(NOTICE_TEXTS)})
    maildrop = server.maildrop()
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        for number in range(1, 5):
            pop.dele(number)
        # maildir writes new messages there
        (maildrop.folder / "tmp").chmod(0o500)
        assert pop.quit().decode() == QUIT_OK
    assert notices(maildrop) == []
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]
    line, = log_lines(maildrop)
    assert line.endswith("the owner could not be told")
    assert sum("Can't put the notice pop3-delete-limit into INBOX" in line
               for line in maildrop.log_problems()) == 1
    (maildrop.folder / "tmp").chmod(0o700)
    maildrop.deliver(4)
    maildrop.delete(1, 2, 3, 4)
    assert len(notices(maildrop)) == 1
