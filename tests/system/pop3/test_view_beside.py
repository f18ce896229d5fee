# SPDX-License-Identifier: LGPL-2.1-or-later
"""What POP3 is shown on odd sites: beside other plugins, with indexes in memory, where INBOX is
virtual or has private flags, and where several sessions come at once."""

import os
import threading

import pytest

from folders import PLUGINS, fill
from instance import Dovecot, message
from login_delay import refusal
from names import STATE
from test_beside_other_plugins import LAZY_EXPUNGE, MAIL_LOG, together
from test_delete_index_in_memory import MEMORY
from test_virtual_inbox import namespaces
from team import Team, impersonal, mark, settings
from view_listing import listed, names, reads, store, subjects, unreads

KEYS = {"pop3_show": "unread", "pop3_max_messages": "3", "pop3_show_deleted": "no"}
UNREAD = {f"coexist_{key}": value for key, value in KEYS.items()}
HOME = {"conf23": "mail_location = maildir:~/\n", "conf24": "mail_path = ~/\n"}
SEPARATOR = {generation: "namespace inbox {\n  separator = .\n  prefix = INBOX.\n}\n"
             for generation in ("conf23", "conf24")}
ESCAPE = {"conf24": 'mailbox_list_storage_escape_char = "\\\\"\n'}
NO_HOME = {"conf23": "mail_location = maildir:/mnt/home/%u/mail\n",
           "conf24": "mail_path = /mnt/home/%{user}/mail\n"}
SITES = {"memory": (["coexist"], MEMORY), "home": (["coexist"], HOME),
         "no home": (["coexist"], NO_HOME),
         "separator": (["coexist"], SEPARATOR),
         "listescape": (["coexist", "listescape"], ESCAPE),
         "lazy_expunge and mail_log": (["coexist", "lazy_expunge", "notify", "mail_log"],
                                       together(LAZY_EXPUNGE, MAIL_LOG))}


@pytest.mark.parametrize("site", SITES)
def test_a_view_on_this_site(start, site):
    plugins, conf = SITES[site]
    if site == "listescape":
        # 2.4 has it without a plugin
        plugins = plugins if Dovecot.installed().generation == 23 else ["coexist"]
    server = start(plugins={"all": plugins}, coexist=KEYS, **conf)
    if site == "no home":
        server.take_homes_away()
    maildrop = server.maildrop()
    maildrop.deliver(5)
    assert listed(maildrop) == names(3, 4, 5)
    reads(maildrop, 4)
    assert listed(maildrop) == names(3, 5)
    unreads(maildrop, 4)
    store(maildrop, "5", "+FLAGS", "\\Deleted")
    assert listed(maildrop) == names(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
    assert listed(maildrop) == names(3)
    assert maildrop.delete(1).startswith("+OK")
    assert listed(maildrop) == []
    assert maildrop.subjects() == names(1, 2, 4, 5)
    assert [line for line in maildrop.log_problems() if "coexist: " in line] == []


def test_an_inbox_that_is_virtual(start):
    server = start(plugins={"all": ["coexist", "virtual"]}, coexist=KEYS, **namespaces())
    maildrop = server.maildrop()
    maildrop.make_virtual("INBOX", "real/INBOX\n  all\n")
    with maildrop.imap() as imap:
        imap.create("real/INBOX")
        for number in range(1, 6):
            imap.append("real/INBOX", None, None, message(f"number {number}"))
    assert listed(maildrop) == names(3, 4, 5)
    reads(maildrop, 4)
    assert listed(maildrop) == names(3, 5)
    with maildrop.pop3() as pop:
        assert b"Subject: number 5" in pop.retr(2)[1]
        pop.dele(1)
        pop.quit()
    assert listed(maildrop) == []
    assert maildrop.subjects() == names(1, 2, 4, 5)


def test_what_is_read_is_so_for_the_user_of_the_session(start):
    server = start(**settings("maildir", "private"), groups={
        "impersonal": impersonal("maildir"), "unread": {"coexist_pop3_show": "unread"}})
    team = Team(server, "unread")
    team.reader.deliver(3)
    mark(team.reader, "2")
    mark(team.other, "3")
    assert listed(team.reader) == names(1, 3)
    with team.reader.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert listed(team.reader) == names(3)


def test_a_memory_that_can_not_be_written(start):
    """What can't be remembered is not marked, and hides nothing wrongly."""
    server = start(groups={"unread": UNREAD})
    maildrop = server.maildrop("unread")
    maildrop.deliver(3)
    assert listed(maildrop) == names(1, 2, 3)
    # a dotlock that nobody ever gets
    lock = maildrop.folder / "dovecot-coexist.view.lock"
    lock.mkdir()
    with maildrop.pop3() as pop:
        assert subjects(pop) == names(1, 2, 3)
        pop.retr(1)
    assert maildrop.seen() == []
    lock.rmdir()
    assert listed(maildrop) == names(1, 2, 3)
    assert [line for line in maildrop.log_problems() if "Somebody else keeps" in line]


def test_a_memory_that_can_not_be_read_shows_nothing_again(start):
    """The login fails, as by an error in INBOX, and all is as before when the error is gone."""
    server = start(coexist=KEYS)
    maildrop = server.maildrop()
    maildrop.deliver(6)
    assert listed(maildrop) == names(4, 5, 6)
    path = maildrop.folder / "dovecot-coexist.view"
    before = path.read_bytes()
    path.chmod(0)
    assert "[SYS/TEMP]" in refusal(maildrop)
    assert path.read_bytes() == before
    done = server.doveadm("coexist", "view", "--reset", "-u", maildrop.user, check=False)
    assert done.returncode != 0
    assert path.read_bytes() == before
    path.chmod(0o600)
    assert listed(maildrop) == names(4, 5, 6)


LOST = {"rights": lambda path: path.chmod(0), "garbage": lambda path: path.write_bytes(b"\0" * 50)}


@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
@pytest.mark.parametrize("delay", [False, True], ids=["read", "written anew"])
def test_a_state_that_can_not_be_read_hides_no_memory(start, lose, delay):
    """Its lines say that there are memories, which are obeyed without any key, too."""
    server = start(gate={}, plugins=PLUGINS)
    maildrop = server.maildrop()
    document = "mailbox/" + maildrop.user
    maildrop.deliver(6)
    fill(maildrop, "Sent", "sent")
    server.store.put(document, pop3_max_messages="3", pop3_folders="Sent")
    assert set(listed(maildrop)) == {*names(4, 5, 6), "sent"}
    lose(maildrop.folder / STATE)
    if delay:
        # who remembers something else writes the file
        server.store.put(document, pop3_login_delay="1s", pop3_folders="Sent")
        assert set(listed(maildrop)) == {*names(4, 5, 6), "sent"}
        assert "pop3_uid" in (maildrop.folder / STATE).read_text()
    server.store.put(document)
    for _ in range(2):
        assert listed(maildrop) == names(4, 5, 6)
    # what was listed of it has left
    server.store.put(document, pop3_folders="Sent")
    assert listed(maildrop) == names(4, 5, 6)
    server.store.put(document)
    assert listed(maildrop) == names(4, 5, 6)
    server.store.put(document, pop3_folders="Sent")
    server.doveadm("coexist", "view", "--reset", "-u", maildrop.user)
    assert set(listed(maildrop)) == {*names(1, 2, 3, 4, 5, 6), "sent"}


def test_a_state_that_can_not_be_read_begins_no_memory(start):
    server = start()
    maildrop = server.maildrop()
    maildrop.deliver(2)
    path = maildrop.folder / STATE
    path.write_bytes(b"\0")
    before = maildrop.snapshot().keys()
    assert listed(maildrop) == names(1, 2)
    assert not any("coexist" in name for name in maildrop.snapshot().keys() - before)
    assert path.read_bytes() == b"\0"
    assert maildrop.log_problems() == []


def test_many_sessions_at_once_leave_one_memory(start):
    server = start(coexist=KEYS)
    maildrop = server.maildrop()
    maildrop.deliver(6)
    assert listed(maildrop) == names(4, 5, 6)

    def visit(number):
        pop = server.pop3(maildrop.user)
        found.append(len(pop.list()[1]))
        if found[-1]:
            pop.retr(1)
        if number % 2:
            pop.quit()
        else:
            pop.close()

    for _ in range(3):
        found = []
        threads = [threading.Thread(target=visit, args=[number]) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 6
        server.wait_for(lambda: not server.pids("pop3"))
    left = [line for line in (maildrop.folder / "dovecot-coexist.view").read_text().split()
            if line.startswith("left=")]
    assert len(left) == 1 and "surplus/" in left[0]
    assert not os.path.exists(maildrop.folder / "dovecot-coexist.view.lock")


def test_a_clock_that_was_ahead(start, clock):
    """All that was too old for it comes back with the right time."""
    server = start(groups={"recent": {"coexist_pop3_show_days": "7"}},
                   wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop("recent")
    maildrop.deliver(3)
    assert listed(maildrop) == names(1, 2, 3)
    with clock.days_from_now(400):
        assert listed(maildrop) == []
    assert listed(maildrop) == names(1, 2, 3)
    with clock.days_from_now(9):
        assert listed(maildrop) == []


def test_documents_that_can_not_be_read_for_a_while(start):
    """Messages that the filter kept back are shown then, and nothing twice."""
    server = start(gate={"on_store_error": "allow"})
    maildrop = server.maildrop()
    path = server.store.folder / "mailbox" / maildrop.user
    server.store.put("mailbox/" + maildrop.user, pop3_show="unread")
    maildrop.deliver(4)
    reads(maildrop, 2)
    assert listed(maildrop) == names(1, 3, 4)
    with maildrop.pop3() as pop:
        pop.retr(1)                     # and dies
    text = path.read_text()
    path.write_text("what is this")
    assert listed(maildrop) == names(1, 3, 4)
    path.write_text(text)
    assert listed(maildrop) == names(1, 3, 4)
