# SPDX-License-Identifier: LGPL-2.1-or-later
"""junk_notice: who uses POP3 alone is told of new mail in Junk, once in an interval."""

import email
import email.policy
import json
import os
import re
import time
from itertools import count
from pathlib import Path

import pytest

import logins
from clock import DAY
from instance import NOTICE_TEXTS, Instance
from logins import Client
from notice_mail import html, plain
from wiring import CLIENTS

pytestmark = pytest.mark.differs("how sessions end")
NAMES = (f"user{number}" for number in count())
USERS = {f"user{number}": {} for number in range(40)}
OTHERS = {"off": {"coexist_junk_notice": "0"},
          "es": {"coexist_language": "es"},
          "listed": {"coexist_junk_notice_list": "yes"},
          "named": {"coexist_junk_notice_list": "yes"}}
SPAM = b"From: Offers <x@shop.example.net>\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n\r\nBuy.\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory, clock):
    wrap = {service: clock.wrapper for service in ("pop3", "imap")}
    with Instance(tmp_path_factory.mktemp("junk"), wrap=wrap, users={**USERS, **OTHERS},
                  conf="log_debug = category=coexist\n",
                  coexist={"template_dir": str(NOTICE_TEXTS), "junk_notice": "7d"}) as server:
        yield server
    assert not re.search("Panic|killed with signal", server.log_text())


class Owner:
    """Somebody who reads the mailbox by POP3."""

    def __init__(self, server, clock, name=None, folder="Junk"):
        self.server, self.clock, self.name = server, clock, name or next(NAMES)
        self.folder = folder

    def pop3(self, day=0):
        """Have a session on that day, which is over when this returns."""
        with self.clock.days_from_now(day):
            client = self.server.pop3(self.name)
            pid = self.server.session_pid("pop3", self.name)
            client.quit()
            self.server.wait_for(lambda: pid not in self.server.pids("pop3"))

    def imap(self, day=0):
        with self.clock.days_from_now(day):
            with self.server.imap(self.name) as client:
                client.select()
            self.server.wait_for(lambda: not self.server.pids("imap"))

    def spam(self, *messages):
        """Deliver them into Junk."""
        self.server.doveadm("mailbox", "create", "-u", self.name, self.folder, check=False)
        for message in messages:
            path = self.server.folder / "spam"
            path.write_bytes(message)
            self.server.doveadm("save", "-u", self.name, "-m", self.folder, "/mnt/spam")

    def told(self):
        """Return the notices in INBOX, which nobody has used for that."""
        rows = json.loads(self.server.doveadm(
            "-f", "json", "fetch", "-u", self.name, "text", "mailbox", "INBOX",
            "header", "X-Coexist-Notice", "junk"))
        return [email.message_from_bytes(row["text"].encode(), policy=email.policy.default)
                for row in rows]

    def read(self, messages):
        """Mark messages of Junk as read."""
        self.server.doveadm("flags", "add", "-u", self.name, r"\Seen", "mailbox", "Junk", messages)

    def looks(self):
        """Return at how many messages of Junk sessions have looked, one by one."""
        return [int(found[1]) for found in re.finditer(
            rf"pop3\({self.name}\).* coexist: Looks at (\d+) messages of Junk",
            self.server.log_text())]

    def state(self):
        file = self.server.folder / "home" / self.name / "mail/dovecot-coexist.state"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def owner(server, clock):
    return lambda name=None: Owner(server, clock, name)


def test_what_is_new_is_told_once_in_an_interval(owner):
    jo = owner()
    jo.spam(SPAM)           # was there before
    jo.pop3()
    jo.spam(SPAM, SPAM)
    jo.pop3(29)
    assert jo.told() == []
    jo.pop3(31)
    [notice] = jo.told()
    assert notice["Subject"] == "2 new messages in your junk folder"
    assert 'the folder "Junk"' in plain(notice)
    assert "shop.example.net" not in plain(notice) and "The newest" not in plain(notice)
    jo.spam(SPAM)
    jo.pop3(33)
    assert len(jo.told()) == 1
    jo.pop3(39)
    assert "1 new message in your junk folder" in [one["Subject"] for one in jo.told()]


def test_nothing_new_is_nothing_to_tell(owner):
    jo = owner()
    jo.spam(SPAM)
    jo.pop3()
    jo.pop3(31)
    assert jo.told() == []
    jo.spam(SPAM)
    jo.pop3(33)
    assert len(jo.told()) == 1


def test_what_was_read_is_not_new(owner):
    jo = owner()
    jo.pop3()
    jo.spam(SPAM)
    jo.read("all")
    jo.pop3(31)
    assert jo.told() == []


def test_nobody_looks_at_messages_that_nobody_is_told_of(owner):
    jo = owner()
    jo.spam(SPAM, SPAM)
    jo.pop3()
    assert jo.looks() == []     # only where the new ones begin
    jo.pop3(31)
    assert jo.looks() == []     # there is none
    jo.spam(SPAM, SPAM, SPAM)
    jo.pop3(33)
    assert jo.looks() == [3] and len(jo.told()) == 1
    jo.read("all")
    jo.spam(SPAM)
    jo.read("all")
    jo.pop3(41)
    assert jo.looks() == [3]    # none is unread


def test_nobody_looks_twice_at_what_was_read(owner):
    jo = owner()
    jo.spam(SPAM)               # stays unread
    jo.pop3()
    jo.spam(SPAM, SPAM)
    jo.read("2:3")
    jo.pop3(31)
    jo.pop3(33)
    assert jo.looks() == [2]
    jo.spam(SPAM)
    jo.pop3(35)
    assert jo.looks() == [2, 1]
    assert [notice["Subject"] for notice in jo.told()] == ["1 new message in your junk folder"]


def test_who_uses_imap_is_not_told(owner):
    jo = owner()
    jo.pop3()
    jo.spam(SPAM)
    jo.imap(5)
    jo.pop3(31)
    assert jo.told() == []
    jo.pop3(36)
    assert len(jo.told()) == 1


WEBMAIL = "192.0.2.80"


@pytest.fixture(scope="module")
def gated(tmp_path_factory, clock):
    """A gate that knows the webmail by its address."""
    wrap = {service: clock.wrapper for service in ("pop3", "imap")}
    with Instance(tmp_path_factory.mktemp("gated"), wrap=wrap, users=USERS, conf=CLIENTS,
                  gate={"webmail_networks": WEBMAIL},
                  coexist={"template_dir": str(NOTICE_TEXTS), "junk_notice": "7d"}) as server:
        yield server
    assert not re.search("Panic|killed with signal", server.log_text())


@pytest.mark.parametrize("day, told", [(None, 1), (1, 1), (2, 0), (5, 0)])
def test_who_uses_the_webmail_is_not_told(gated, clock, day, told):
    """Until 30 days after the last session."""
    jo = Owner(gated, clock)
    jo.pop3()
    jo.spam(SPAM)
    if day is not None:
        with clock.days_from_now(day):
            with logins.session(gated, "imap", Client(jo.name, address=WEBMAIL)):
                pass
            gated.wait_for(lambda: not gated.pids("imap"))
        assert re.search(r"^last_use=.* webmail=\d+", jo.state(), re.M)
        assert "imap=" not in jo.state()
    jo.pop3(31)
    assert len(jo.told()) == told


def test_a_document_has_imap_noted(start):
    """An owner who reads the mailbox by IMAP is not told."""
    server = start(gate={})
    users = [server.maildrop().user for _ in range(2)]
    server.store.put(f"mailbox/{users[0]}", junk_notice="7d")
    for user in users:
        with server.imap(user) as client:
            client.select()
    states = [server.folder / "home" / user / "mail/dovecot-coexist.state" for user in users]
    assert [state.exists() for state in states] == [True, False]


def test_without_the_folder_and_with_it_later(owner):
    jo = owner()
    jo.pop3()
    jo.spam(SPAM)
    jo.pop3(31)
    assert len(jo.told()) == 1


SPECIAL = """namespace inbox {
  mailbox "Correo basura" {
    special_use = \\Junk
  }
}
"""


@pytest.mark.parametrize("storage", ["maildir", "sdbox", "mdbox"])
def test_the_folder_that_has_the_special_use(tmp_path_factory, clock, storage):
    """Whatever its name is; that with the name Junk is another one then."""
    with Instance(tmp_path_factory.mktemp("special"), storage=storage, users={"jo": {}},
                  wrap={"pop3": clock.wrapper}, conf=SPECIAL,
                  coexist={"template_dir": str(NOTICE_TEXTS), "junk_notice": "7d"}) as server:
        jo = Owner(server, clock, "jo", folder="Correo basura")
        jo.spam(SPAM)
        jo.pop3()
        jo.spam(SPAM, SPAM)
        Owner(server, clock, "jo").spam(SPAM)
        jo.pop3(31)
        [notice] = jo.told()
    assert notice["Subject"] == "2 new messages in your junk folder"
    assert 'the folder "Correo basura"' in plain(notice)


def test_who_has_no_notice_has_no_line(owner):
    off = owner("off")
    off.spam(SPAM)
    off.pop3()
    assert "junk_notice" not in off.state()


def test_in_the_owners_language(owner):
    ana = owner("es")
    ana.pop3()
    ana.spam(SPAM)
    ana.pop3(31)
    [notice] = ana.told()
    assert notice["Subject"] == "1 mensaje nuevo en su carpeta de correo no deseado"


def test_the_newest_ten_are_listed(owner):
    jo = owner("listed")
    jo.pop3()
    jo.spam(*[SPAM.replace(b"shop.", b"shop%d." % number) for number in range(12)])
    jo.pop3(31)
    [notice] = jo.told()
    assert notice["Subject"] == "12 new messages in your junk folder"
    assert re.findall(r"shop(\d+)\.example\.net +caf\u00e9", plain(notice)) == [
        str(number) for number in range(11, 1, -1)]


def test_what_junk_says_of_itself_does_no_harm(owner):
    jo = owner("named")
    jo.pop3()
    jo.spam(b"From: x\r\nSubject: =?utf-8?q?a=0D=0A=0D=0A=1B[31m=E2=80=AEb?=\r\n\r\n\r\n",
            b"From: <@[1.2.3.4]>\r\nSubject: <script>{user}</script> http://example.org/x\r\n\r\n\r\n",
            b"\r\n\r\n", b"From: x@" + b"y" * 5000 + b"\r\nSubject: " + b"z" * 9000 + b"\r\n\r\n\r\n",
            b"From: \xff\xfe\r\nSubject: \xff\xfe\r\n\r\n\r\n")
    jo.pop3(31)
    [notice] = jo.told()
    text, page = plain(notice), html(notice)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    assert "{user}" in text and "<script" not in page
    assert "example.org" not in text and "z" * 61 not in text and "y" * 61 not in text


def waits(pid):
    """True if the process sleeps, for a lock and no client, or has given that up."""
    try:
        return "nanosleep" in Path(f"/proc/{pid}/wchan").read_text()
    except OSError:
        return True


def test_of_many_sessions_one_tells(server, owner, clock):
    """Each has looked into Junk before any of them could remember that it tells."""
    jo = owner()
    jo.pop3()
    jo.spam(SPAM)
    lock = server.folder / "home" / jo.name / "mail/dovecot-coexist.state.lock"
    with clock.days_from_now(31):
        clients = [server.pop3(jo.name) for _ in range(3)]
        sessions = server.pids("pop3")
        lock.touch()
        os.utime(lock, (time.time() + 31 * DAY,) * 2)     # an old one would be broken
        for client in clients:
            client.quit()
        server.wait_for(lambda: all(map(waits, sessions)), what="all to wait")
        lock.unlink()
        server.wait_for(lambda: not server.pids("pop3"))
    assert len(jo.told()) <= 1      # who has to wait for too long does not tell
