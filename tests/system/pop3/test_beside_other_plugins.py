# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our modules do their work with Dovecot's other plugins loaded, and let them do theirs."""

import re
import smtplib

import pytest

import leaving
from instance import message
from maildrop import large_message

GROUPS = {action: {"coexist_pop3_delete": action} for action in ("hide", "trash")}
COMPLETE = {"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes"}

LAZY_EXPUNGE = {
    "conf23": "plugin {\n  lazy_expunge = EXPUNGED\n}\n",
    "conf24": "lazy_expunge_mailbox = EXPUNGED\n",
}
VIRTUAL_NAMESPACE = """namespace virtual {
  prefix = virtual/
  separator = /
  %s
}
"""
VIRTUAL = {
    "conf23": VIRTUAL_NAMESPACE % "location = virtual:~/virtual",
    "conf24": VIRTUAL_NAMESPACE % "mail_driver = virtual\n  mail_path = ~/virtual",
}
MAIL_LOG = {
    "conf23": "plugin {\n  mail_log_events = expunge flag_change\n"
              "  mail_log_fields = uid flags\n}\n",
    "conf24": "mail_log_events = expunge flag_change\nmail_log_fields = uid flags\n",
}
ACL = {"conf23": "plugin {\n  acl = vfile\n}\n", "conf24": "acl_driver = vfile\n"}


def together(*several):
    """Return all these settings in one."""
    return {name: "".join(one[name] for one in several) for name in ("conf23", "conf24")}


SETUPS = {
    "quota": (["quota"], {"quota": True}),
    "mail_log": (["notify", "mail_log"], MAIL_LOG),
    "lazy_expunge": (["lazy_expunge"], LAZY_EXPUNGE),
    "virtual": (["virtual"], VIRTUAL),
    "acl": (["acl"], ACL),
    "all": (["quota", "notify", "mail_log", "lazy_expunge", "virtual", "acl"],
            {"quota": True, **together(MAIL_LOG, LAZY_EXPUNGE, VIRTUAL, ACL)}),
}


@pytest.fixture(scope="module", params=SETUPS)
def server(start, request):
    plugins, settings = SETUPS[request.param]
    return start(plugins={"all": ["coexist", *plugins]}, coexist=COMPLETE,
                 groups=GROUPS, **settings)


def beside(*names):
    """Run a test with these of the SETUPS."""
    return pytest.mark.parametrize("server", names, indirect=True)


def test_confirmed_downloads_are_marked_and_told(maildrop):
    maildrop.deliver(2)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")
        pop.retr(2)
        pop.quit()
    assert maildrop.seen() == maildrop.having("$POP3Downloaded") == [1, 2]
    assert maildrop.log_problems() == []


def test_an_unconfirmed_download_is_unmarked(maildrop):
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leaving.in_the_middle(pop, 1)
    assert maildrop.flags()[1] & {"\\Seen", "$POP3Downloaded"} == set()


def test_dele_and_quit_expunges(maildrop):
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.dele(2)
        pop.quit()
    assert maildrop.flags().keys() == {1, 2}
    assert maildrop.seen() == [1]
    assert maildrop.log_problems() == []


def test_what_pop3_deletes_is_hidden(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.dele(2)
        assert pop.quit().startswith(b"+OK")
    assert maildrop.subjects() == ["number 1", "number 2", "number 3"]
    assert maildrop.having("$POP3Hidden") == maildrop.seen() == [2]
    assert maildrop.subjects("EXPUNGED") == []
    assert maildrop.log_problems() == []


def test_what_pop3_deletes_is_moved(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.dele(3)
        assert pop.quit().startswith(b"+OK")
    assert maildrop.subjects() == ["number 2"]
    assert maildrop.subjects("Trash") == ["number 1", "number 3"]
    assert maildrop.log_problems() == []


@beside("mail_log", "all")
def test_mail_log_names_marks_and_deletions(server, maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.dele(2)
        pop.quit()
    events = re.findall(rf"pop3\({maildrop.user}\).*: (\w+): uid=(\d), flags=\((.*)\)$",
                        server.log_text(), re.M)
    assert {event[:2] for event in events} == {("flag_change", "1"), ("expunge", "2")}
    assert "\\Seen" in dict((event[0], event[2]) for event in events)["flag_change"]


@beside("lazy_expunge", "all")
def test_lazy_expunge_keeps_what_pop3_deletes(server, maildrop):
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.quit()
    with maildrop.imap() as imap:
        assert imap.select("EXPUNGED", readonly=True)[1] == [b"1"]


@beside("lazy_expunge", "all")
def test_lazy_expunge_takes_a_move_to_the_trash_for_one_by_imap(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.create("Trash")
        imap.select()
        assert imap.uid("MOVE", "1", "Trash")[0] == "OK"
    kept = maildrop.subjects("EXPUNGED")
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.quit()
    assert maildrop.subjects("Trash") == ["number 1", "number 2"]
    assert maildrop.subjects("EXPUNGED") == [*kept, *(["number 2"] if kept else [])]


@beside("quota")
def test_quota_counts_what_pop3_deletes(maildrop):
    maildrop.deliver(3)
    usage = maildrop.quota_messages()
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(2)
        pop.quit()
    assert (usage, maildrop.quota_messages()) == (3, 2)


@beside("virtual", "all")
def test_a_virtual_mailbox_shows_the_marks_of_its_inbox(maildrop):
    maildrop.deliver(2)
    maildrop.make_virtual("Unread", "INBOX\n  unseen\n")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    with maildrop.imap() as imap:
        assert imap.select("virtual/Unread", readonly=True)[1] == [b"1"]


def test_a_full_mailbox_has_room_for_a_move(start):
    server = start(plugins={"all": ["coexist", "quota"]}, quota="30K",
                   groups=GROUPS)
    maildrop = server.maildrop("trash")
    with pytest.raises(smtplib.SMTPResponseException, match="Quota exceeded"):
        for number in range(100):
            maildrop.deliver(message(f"number {number}", body="x\n" * 1000))
    count = maildrop.quota_messages()
    with maildrop.pop3() as pop:
        for number in range(1, count + 1):
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")
    assert maildrop.quota_messages() == len(maildrop.subjects("Trash")) == count
    assert maildrop.subjects() == []


TRASH = {"conf23": "plugin {\n  trash = /mnt/etc/trash.conf\n}\n",
         "conf24": "namespace inbox {\n  mailbox Trash {\n    trash_priority = 1\n  }\n}\n"}


def test_the_trash_plugin_makes_room_of_what_pop3_deleted(start):
    server = start(plugins={"all": ["coexist", "quota", "trash"]},
                   quota="100K", groups=GROUPS, **TRASH)
    (server.folder / "etc" / "trash.conf").write_text("1 Trash\n")
    maildrop = server.maildrop("trash")
    body = "x\n" * 6000
    maildrop.deliver(*(message(f"old {n}", body=body) for n in range(5)))
    with maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.dele(number)
        assert pop.quit().startswith(b"+OK")
    assert len(maildrop.subjects("Trash")) == 5
    maildrop.deliver(message("new", body=body))
    assert maildrop.subjects() == ["new"]
    assert 0 < len(maildrop.subjects("Trash")) < 5
    assert maildrop.log_problems() == []


# The maildrop itself is virtual

@pytest.fixture(scope="module")
def virtual_server(start, clock):
    """INBOX is a virtual mailbox, made of real/INBOX."""
    inbox = ("namespace inbox {\n  inbox = no\n  prefix = real/\n"
             "  mailbox Trash {\n    special_use = \\Trash\n  }\n}\n")
    namespace = "namespace pop {\n  inbox = yes\n  separator = /\n  %s\n}\n"
    return start(
        plugins={"all": ["coexist", "virtual"]}, coexist=COMPLETE,
        groups={"quit": {"coexist_pop3_mark_read": "quit"},
                "never": {"coexist_pop3_mark_read": "never"},
                "keep": {"coexist_pop3_keep_days": "30"}, **GROUPS},
        wrap={"pop3": clock.wrapper},
        conf23=inbox + namespace % "location = virtual:~/virtual",
        conf24=inbox + namespace % "mail_driver = virtual\n  mail_path = ~/virtual")


def fill_virtual_inbox(maildrop, count):
    """Deliver messages to INBOX, with other UIDs there than in real/INBOX."""
    maildrop.make_virtual("INBOX", "!real/INBOX\n  all\n")
    with maildrop.imap() as imap:
        imap.create("real/INBOX")
        imap.append("real/INBOX", "(\\Deleted)", None, message())
        imap.select("real/INBOX")
        imap.expunge()
    maildrop.deliver(count)


@pytest.mark.parametrize("group, seen", [("user", [1]), ("quit", [1]), ("never", [])],
                         ids=["complete", "quit", "never"])
def test_downloads_from_a_virtual_inbox_are_marked(virtual_server, group, seen):
    maildrop = virtual_server.maildrop(group)
    fill_virtual_inbox(maildrop, 4)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(4)
        pop.quit()
    with maildrop.imap() as imap:
        imap.select("real/INBOX", readonly=True)
        assert imap.uid("search", None, "ALL")[1] == [b"2 3 4"]
        assert imap.uid("search", None, "KEYWORD", "$POP3Downloaded")[1] == [b"2"]
    assert maildrop.seen() == seen
    assert maildrop.log_problems() == []


def test_what_was_a_notice_in_a_virtual_inbox_stays(virtual_server):
    maildrop = virtual_server.maildrop("keep")
    fill_virtual_inbox(maildrop, 0)
    notice = message("a notice", **{"X-Coexist-Notice": "quota-storage"})
    maildrop.deliver(notice, notice)
    with maildrop.imap() as imap:
        imap.select()
        validity = imap.untagged_responses["UIDVALIDITY"][0].decode()
    for folder in ("virtual", "mail"):
        (maildrop.folder.with_name(folder) / "dovecot-coexist.state").write_text(
            f"notices_replaced={validity}:1:2\n")
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 2
        pop.quit()
    assert maildrop.subjects() == ["a notice"] * 2
    assert maildrop.log_problems() == []


def test_an_idling_session_of_a_virtual_inbox_is_told(virtual_server):
    maildrop = virtual_server.maildrop()
    fill_virtual_inbox(maildrop, 1)
    with maildrop.idle() as idle, maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
        idle.expect(1, "\\Seen")


def test_what_is_deleted_in_a_virtual_inbox_is_hidden(virtual_server):
    maildrop = virtual_server.maildrop("hide")
    fill_virtual_inbox(maildrop, 3)
    with maildrop.pop3() as pop:
        pop.dele(2)
        assert pop.quit().startswith(b"+OK")
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 2
        pop.quit()
    assert len(maildrop.subjects("real/INBOX")) == 3
    assert maildrop.log_problems() == []


def test_what_is_deleted_in_a_virtual_inbox_is_moved_once(virtual_server):
    maildrop = virtual_server.maildrop("trash")
    fill_virtual_inbox(maildrop, 3)
    with maildrop.pop3() as pop:
        pop.dele(2)
        assert pop.quit().startswith(b"+OK")
    assert maildrop.subjects("real/INBOX") == ["number 1", "number 3"]
    assert maildrop.subjects("real/Trash") == ["number 2"]
    assert maildrop.log_problems() == []


def test_nothing_expires_in_a_virtual_inbox(virtual_server, clock):
    maildrop = virtual_server.maildrop("keep")
    fill_virtual_inbox(maildrop, 2)
    for days in (-40, 0, 40):
        with clock.days_from_now(days), maildrop.pop3() as pop:
            assert pop.stat()[0] == 2
            pop.retr(1)
            pop.quit()
    assert maildrop.seen() == [1]
    assert maildrop.subjects() == maildrop.subjects("real/INBOX") == ["number 1", "number 2"]
