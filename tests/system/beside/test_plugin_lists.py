# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ours promise holds beside the plugins that mail systems load.

Each list, and at night each plugin with ours loaded before and behind it, is walked
through: a login that is refused by the gate, by the guard and by the login delay; a
notice at the end of a delivery and of a session; moving, holding, expiring, undoing.
No process ends by a signal, no reply is lost, and no message is there twice.
"""

import imaplib
import json
import os
import poplib
import re
import socket
from dataclasses import dataclass

import pytest

import journal
import plugin_lists
from instance import PASSWORD, message
from instance.instance import built_stage
from instance.wrapper import VALGRIND
from plugin_lists import KILLERS, LISTS, Loaded, singles
from server import CRASH

LDA = "/usr/lib/dovecot/dovecot-lda"
NOTICE = "a notice"
# What is freed gets this byte: a number that was there is negative then, so that a
# second look at it ends the process each time and not now and then.
PERTURB = "MALLOC_PERTURB_=165"
TIMES = 3
# What valgrind says of the library that shifts the clock, where it may not read it.
NO_DEBUG_INFO = re.compile(r"==\d+== warning: connection to image .* failed\n"
                           r"==\d+== +no debug info loaded\n")

GROUPS = {
    "gated": {},
    "guarded": {"coexist_pop3_access": "deny", "coexist_imap_access": "deny"},
    "delayed": {"coexist_pop3_login_delay": "1h"},
    "trash": {"coexist_pop3_delete": "trash"},
    "held": {"coexist_pop3_delete_limit": "2"},
    "keep": {"coexist_pop3_keep_days": "1"},
}
NOTICES = {"quota_warn": "50", "quota_warn_channels": "mail"}

# The numbers in the names of ours: the first behind quota, which they need.
PLACES = {"first": 11, "installed": None, "last": 98}
OURS = ("coexist",)


@dataclass
class Case:
    """A list of plugins, where ours are loaded, and whether valgrind looks on."""

    names: dict
    place: str = "installed"
    valgrind: bool = False


CASES = [pytest.param(Case(names), id=name) for name, names in LISTS.items()]
CASES += [pytest.param(Case(plugin_lists.single(name), place), id=f"{name}-ours-{place}",
                       marks=[] if name in KILLERS else pytest.mark.night)
          for name in singles() for place in ("first", "last")]
CASES += [pytest.param(Case(plugin_lists.everything(), valgrind=True), id="everything-valgrind",
                       marks=pytest.mark.night)]


@pytest.fixture(scope="module", params=CASES)
def settings(request, clock, tmp_path_factory):
    """The settings of a server."""
    case = request.param
    number = PLACES[case.place]
    modules = {} if number is None else {"modules": plugin_lists.stage(
        tmp_path_factory.mktemp("stage"), built_stage(), dict.fromkeys(OURS, number))}
    return {"plugins": {}, "quota": "60K", "coexist": NOTICES, "groups": GROUPS,
            "conf": Loaded(case.names).conf, "files": plugin_lists.files(),
            "conf23": "service imap {\n  service_count = 1\n}\n",
            "conf24": "service imap {\n  restart_request_count = 1\n}\n",
            "wrap": wrappers(clock, case.valgrind), **modules}


def wrappers(clock, valgrind):
    """Return how imap, lmtp and pop3 are started, which has another clock."""
    if valgrind:
        return {"imap": "valgrind", "lmtp": "valgrind",
                "pop3": f"{clock.wrapper} {VALGRIND.format(service='pop3')}"}
    return {"imap": f"env {PERTURB}", "lmtp": f"env {PERTURB}",
            "pop3": f"{clock.wrapper} {PERTURB}"}


@pytest.fixture(scope="module")
def server(start, settings):
    """With the gate left out, so that the guard is asked."""
    running = start(**settings)
    yield running
    running.stop()      # there are many, one after the other
    assert [text for text in running.valgrind_reports().values()
            if NO_DEBUG_INFO.sub("", text)] == []


@pytest.fixture(autouse=True)
def no_process_crashed(server):
    """Tells after each test, not only at the end, whose process it was."""
    before = CRASH.findall(server.log_text())
    yield
    assert CRASH.findall(server.log_text()) == before


def big(subject):
    """Return a message that is more than half of the quota."""
    return message(subject, "Nobody is going to read this line.\n" * 1000)


def names(maildrop, mailbox="INBOX"):
    """Return the subjects in a mailbox, a notice by that name."""
    with maildrop.imap() as imap:
        if imap.select(mailbox, readonly=True)[0] == "NO":
            return []
        notices = imap.search(None, "HEADER", "X-Coexist-Notice", '""')[1][0].split()
    found = maildrop.subjects(mailbox)
    return [NOTICE if str(number).encode() in notices else subject
            for number, subject in enumerate(found, 1)]


def settled(server):
    """Return a mailbox that has a message and was looked at."""
    maildrop = server.maildrop()
    maildrop.deliver(message("small"))
    return maildrop


# Logins that are refused

def pop3_refusal(maildrop):
    """Return all that POP3 says to a login, up to the end of the connection."""
    server = maildrop.server
    client = poplib.POP3(server.host, server.port("pop3"), timeout=20)
    client.user(maildrop.user)
    client._putcmd(f"PASS {PASSWORD}")
    said = client.file.read().decode()
    client.close()
    return said


def imap_refusal(maildrop):
    """The same of IMAP, without the greeting."""
    server = maildrop.server
    with socket.create_connection((server.host, server.port("imap")), 20) as client:
        replies = client.makefile("rb")
        replies.readline()
        client.sendall(f"a LOGIN {maildrop.user} {PASSWORD}\r\nb LOGOUT\r\n".encode())
        return replies.read().decode()


def test_the_gate_refuses(start, settings):
    server = start(**{**settings, "gate": {}, "wrap": {}})
    maildrop = server.maildrop("gated")
    server.store.put(f"mailbox/{maildrop.user}", pop3_access="deny", imap_access="deny")
    for _ in range(TIMES):
        with pytest.raises(poplib.error_proto, match=r"\[SYS/PERM\] POP3 is switched off"):
            server.pop3(maildrop.user)
        with pytest.raises(imaplib.IMAP4.error, match="IMAP is switched off"):
            server.imap(maildrop.user)
    server.store.remove(f"mailbox/{maildrop.user}")
    assert names(maildrop) == []
    assert CRASH.findall(server.log_text()) == []
    server.stop()


def test_the_guard_refuses(server):
    maildrop = server.maildrop("guarded")
    for _ in range(TIMES):
        said = pop3_refusal(maildrop)
        assert said.startswith("-ERR [SYS/PERM] POP3 is switched off for this mailbox.")
        assert said.count("\r\n") == 1
        assert "* BYE [UNAVAILABLE] IMAP is switched off for this mailbox." in \
            imap_refusal(maildrop)


def test_the_login_delay_refuses(server):
    maildrop = server.maildrop("delayed")
    with maildrop.pop3() as pop:
        assert pop.quit().startswith(b"+OK")
    for _ in range(TIMES):
        said = pop3_refusal(maildrop)
        assert said.startswith("-ERR [LOGIN-DELAY] Your mail was checked a moment ago.")
        assert said.count("\r\n") == 1
    assert names(maildrop) == []


# Notices

def test_a_notice_at_the_end_of_a_delivery_by_lmtp(server):
    maildrop = settled(server)
    maildrop.deliver(big("big"), message("after it"))
    assert names(maildrop) == ["small", "big", NOTICE, "after it"]


def test_a_notice_at_the_end_of_a_delivery_by_lda(server):
    maildrop = settled(server)
    server.inside(LDA, "-c", "/mnt/etc/dovecot.conf", "-d", maildrop.user,
                  input=big("big").decode())
    assert names(maildrop) == ["small", "big", NOTICE]


def test_a_notice_at_the_end_of_a_short_imap_session(server):
    maildrop = settled(server)
    client = server.imap(maildrop.user)
    pid = server.session_pid("imap", maildrop.user)
    assert client.append("INBOX", None, None, big("big"))[0] == "OK"
    assert client.logout()[0] == "BYE"
    server.wait_for(lambda: not os.path.exists(f"/proc/{pid}"), what="the end of the session")
    assert names(maildrop) == ["small", "big", NOTICE]


def test_a_notice_at_the_end_of_a_short_pop3_session(server):
    maildrop = settled(server)
    maildrop.deliver(message("another"))
    with maildrop.pop3() as pop:
        server.doveadm("save", "-u", maildrop.user, input=big("big").decode())
        pop.dele(1)
        assert pop.quit().startswith(b"+OK")
    assert names(maildrop) == ["another", "big", NOTICE]


# What POP3 deletes

def undo(maildrop):
    """Undo the last session; return the counts that are not 0."""
    done = maildrop.server.doveadm(
        "-f", "json", "coexist", "undo", "-u", maildrop.user,
        journal.read(maildrop)[-1]["session"])
    row, = json.loads(done)
    return {name: int(value) for name, value in row.items()
            if name != "session" and int(value)}


def count_in_pop3(maildrop):
    """Log in again; return how many messages POP3 is shown."""
    with maildrop.pop3() as pop:
        count = pop.stat()[0]
        assert pop.quit().startswith(b"+OK")
    return count


def test_what_is_moved_to_the_trash_comes_back(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(3)
    assert maildrop.delete(1, 3).startswith("+OK")
    assert names(maildrop) == ["number 2"]
    assert names(maildrop, "Trash") == ["number 1", "number 3"]
    assert count_in_pop3(maildrop) == 1
    assert undo(maildrop) == {"returned": 2}
    assert names(maildrop) == ["number 2", "number 1", "number 3"]
    assert names(maildrop, "Trash") == []
    assert count_in_pop3(maildrop) == 3


def test_what_is_held_comes_back(server):
    maildrop = server.maildrop("held")
    maildrop.deliver(3)
    assert maildrop.delete(1, 2, 3).startswith("+OK")
    assert names(maildrop) == ["number 1", "number 2", "number 3", NOTICE]
    assert undo(maildrop) == {"shown": 3}
    assert count_in_pop3(maildrop) == 4


def test_what_expires_goes_once(server, clock):
    maildrop = server.maildrop("keep")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        assert pop.quit().startswith(b"+OK")
    for days in (10, 20, 30):
        with clock.days_from_now(days):
            count_in_pop3(maildrop)
    assert [name for name in names(maildrop) if name != NOTICE] == ["number 3"]
