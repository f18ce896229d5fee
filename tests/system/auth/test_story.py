# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debugging tells the story of a login: what the gate read, what it decided, and why."""

import re

import pytest

import logins
from instance import Dovecot
from logins import Client
from wiring import ANVIL, MASTER, MASTERS, passwords

SECRET = "the-secret-of-keeper"
DEBUG = "log_debug = category=auth\n"
# On 2.4, a session is told whether the gate has seen TLS.
TLS = len(";tls=no") if Dovecot.installed().generation == 24 else 0
READ, AGAIN = "(from the store)", "(read a moment ago)"
# Behind Dovecot's prefix, which has the user, the session and the name of a mechanism or passdb.
LINE = re.compile(r" auth(?:\((?P<user24>[^,)]*)[^)]*\)(?:<[^>]*>)?)?: Debug: "
                  r"(?:[\w-]+(?:\((?P<user23>[^,)]*)[^)]*\))?: )?(?P<text>"
                  r"shared/coexist/.*|The policy is .*|\w+ login .*|coexist: \w+ sessions .*|"
                  r"Hands over .*|Second look: .*|The gate was .*)$", re.M)


def key(scope):
    return f"shared/coexist/{scope}"


class Story:
    """What the server's log has told since the last time."""

    def __init__(self, server):
        self.server = server
        self.seen = len(server.log_text())

    def tell(self, last):
        """Return the lines about the one user when there is a line that begins so."""
        def lines():
            return [(found["user23"] or found["user24"], found["text"])
                    for found in LINE.finditer(self.server.log_text()[self.seen:])]
        self.server.wait_for(lambda: any(text.startswith(last) for _, text in lines()),
                             what=f"a line {last}")
        told = lines()
        self.seen = len(self.server.log_text())
        assert len({user for user, _ in told if user}) == 1
        return [text for _, text in told]


@pytest.fixture(scope="module")
def server(gated):
    users = {"alice@a.example": {}, "own": {"coexist_pop3_mark_read": "never"},
             "closed": {"coexist_pop3_access": "deny"}, "counted": {}, "torn": {}}
    server = gated({**users, "keeper": {}, MASTER: {}}, conf=DEBUG + ANVIL + MASTERS,
                   chain=passwords("others", "/mnt/etc/others", "result_success = continue-ok"),
                   files={"others": f"keeper:{SECRET}\n"})
    server.store.put("default", imap_access="deny", pop3_mark_read="quit")
    server.store.put("domain/a.example", quota_warn="80%")
    server.store.put("mailbox/alice@a.example", pop3_keep_days="30")
    server.store.put("mailbox/counted", pop3_max_sessions="5")
    server.store.put("mailbox/torn", "not a document\n")
    return server


@pytest.fixture
def story(server):
    return Story(server)


def test_a_login_that_passes(server, story):
    """The first one reads everything; its userdb takes what the gate has left."""
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client("alice@a.example")))
    lines = story.tell("Hands over")
    # another test may have read it a moment ago
    assert lines.pop(0) in (f"{key('default')}: found {how}" for how in (READ, AGAIN))
    assert lines == [
        f"{key('domain/a.example')}: found {READ}",
        f"{key('mailbox/alice@a.example')}: found {READ}",
        "The policy is made of: mailbox domain default",
        "POP3 login passes: no key forbids it",
        f"Hands over to the session: passed, {60 + TLS} bytes (as the gate left it)"]


def test_a_login_that_is_refused(server, story):
    """The key that decides, and the scope that says so."""
    assert "[ALERT]" in logins.imap_login(server, Client("alice@a.example"))
    assert story.tell("IMAP login")[-1] == (
        'IMAP login is refused by: imap_access=deny set-by="the default document"')


def test_a_login_that_the_userdb_refuses(server, story):
    logins.pop3_user_pass(server, Client("closed"))
    lines = story.tell("POP3 login")
    assert f"{key('mailbox/closed')}: not found {READ}" in lines
    assert lines[-2:] == ["The policy is made of: userdb default",
                          'POP3 login is refused by: pop3_access=deny set-by="userdb"']


def test_a_second_look(server, story):
    """The userdb may have said more than the passdb knew."""
    logins.pop3_user_pass(server, Client("own"))
    lines = story.tell("Hands over")
    assert lines[-2] == "Second look: the login passes"
    assert lines[-1] == f"Hands over to the session: passed, {6 + TLS} bytes (made anew)"


@pytest.mark.parametrize("way", [logins.pop3_user_pass, logins.pop3_cram_md5])
def test_sessions_are_counted(server, story, way):
    assert logins.passes("pop3", way(server, Client("counted")))
    assert "coexist: POP3 sessions of user=<counted>: fewer than the limit of 5" in story.tell("Hands over")


def test_a_document_that_is_torn(server, story):
    logins.pop3_user_pass(server, Client("torn"))
    lines = story.tell("Hands over")
    assert any(line.startswith(f"{key('mailbox/torn')}: can't be read (") for line in lines)
    assert ("The policy is made of: default (the store failed, nothing is known of a document)"
            in lines)


def test_a_master_user(server, story):
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client(f"own*{MASTER}")))
    assert "POP3 login passes: no policy holds it" in story.tell("Hands over")


def test_who_is_no_login(server, story):
    server.doveadm("user", "alice@a.example")
    assert "The gate was not asked about a login" in story.tell("Hands over")


def test_what_is_only_logged(gated):
    server = gated({"alice": {}}, conf=DEBUG, gate={"log_only": "yes"})
    server.store.put("default", pop3_access="deny")
    story = Story(server)
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client("alice")))
    lines = story.tell("Hands over")
    assert lines[3:6] == [
        "The policy is made of: default",
        'POP3 login would be refused by: pop3_access=deny set-by="the default document"',
        "POP3 login passes: log_only"]
    assert lines[-1].startswith("Hands over to the session: log-only, ")


def test_no_secret_is_told(server, story):
    """Not in our own lines, whatever Dovecot's say."""
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client("keeper", SECRET)))
    story.tell("Hands over")
    ours = [found[0] for found in LINE.finditer(server.log_text())]
    assert [line for line in ours if "(keeper," in line]
    assert not [line for line in ours if SECRET in line]


def test_without_debugging_there_is_no_story(gated):
    server = gated({"alice": {}})
    server.store.put("default", imap_access="deny")
    logins.pop3_user_pass(server, Client("alice"))
    logins.imap_login(server, Client("alice"))
    server.wait_log("refused user=<alice>")
    assert not LINE.findall(server.log_text())
