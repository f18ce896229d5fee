# SPDX-License-Identifier: LGPL-2.1-or-later
"""The recipes for panels that turn away whom they have switched off.

The panel's own databases are as the panel configures them, and examples/panels/ is laid
beside them. What is switched off in the panel is refused with the reason, and nothing else
is changed: neither for who may log in, nor for who has a wrong password.
"""

import re
import socket

import pytest

import texts
from databases import has
from instance import PASSWORD, Instance
from instance.texts import REFUSAL_TEXTS
from logins import Client
from outcomes import WAYS, is_over, outcome
from panels import PANELS, USERS
from wiring import ANVIL, CLIENTS, DOVEADM, NO_PENALTY

pytestmark = pytest.mark.differs("how settings are read")
OWNER = "mail_uid = nobody\nmail_gid = nogroup\n"
CRASH = re.compile(r"^(?:.*\n){0,6}.*(?:Panic:|killed with signal (?!9\b)).*$", re.M)


@pytest.fixture(scope="module", params=[panel for panel in PANELS if has(panel.kind)],
                ids=lambda panel: f"{panel.recipe}-{panel.kind.name}")
def panel(request):
    return request.param


@pytest.fixture(scope="module")
def sql(panel, databases):
    """sql(statement) runs a statement as the panel does."""
    database = databases(panel.kind)
    database.create(panel.database, panel.schema)
    return lambda statement: database.sql(panel.database, statement)


def configured(panel, database):
    """Return (text for dovecot.conf, {name: text} of files): the panel's, then ours."""
    text, files = panel.own(database)
    conf, others = panel.files()
    files.update({path.name: panel.recipe_text(path, database) for path in others})
    return text + panel.recipe_text(conf, database), files


@pytest.fixture(scope="module")
def server(panel, databases, sql, tmp_path_factory):
    text, files = configured(panel, databases(panel.kind))
    with Instance(tmp_path_factory.mktemp(panel.database), users={}, sieve=True,
                  gate={"template_dir": REFUSAL_TEXTS},
                  conf=CLIENTS + NO_PENALTY + ANVIL + DOVEADM + OWNER + text, files=files) as running:
        yield running
        assert CRASH.findall(running.log_text()) == []


@pytest.fixture
def user(panel):
    """A mailbox that no other test of this server uses."""
    return next(_unused.setdefault(panel.database, iter(USERS)))


_unused = {}


def test_who_may_do_all_does_all(server, user):
    for protocol in WAYS:
        assert outcome(server, protocol, user) == "passes"
        assert outcome(server, protocol, user, password="wrong") == "fails"


def test_what_is_off_is_refused_with_the_reason(server, panel, sql, user):
    """The reason is for who has the password; the other protocols go on."""
    for protocol, statement in panel.off.items():
        assert panel.at_once or outcome(server, protocol, user) == "passes"
        sql(statement.format(user=user))
        assert outcome(server, protocol, user) == "deny", protocol
        assert outcome(server, protocol, user, password="wrong") == "fails"
    for protocol in set(WAYS) - set(panel.off):
        assert outcome(server, protocol, user) == "passes"


def test_what_says_nothing_is_off(server, panel, sql, user):
    """The panel's own query turns such a mailbox away, and so it is refused with the reason."""
    sql(panel.nothing.format(user=user))
    assert outcome(server, "pop3", user) == "deny"
    assert outcome(server, "pop3", user, password="wrong") == "fails"
    assert panel.at_once or outcome(server, "imap", user) == "passes"


def test_mail_comes_in_and_doveadm_finds(server, panel, sql, user):
    for statement in panel.off.values():
        sql(statement.format(user=user))
    server.deliver(user, b"Subject: hello\n\nhello\n")
    assert server.doveadm("search", "-u", user, "ALL").strip()
    assert "/mnt/home/" in server.doveadm("user", user)


def test_a_mailbox_that_is_closed_is_nobody(server, panel, sql, user):
    if panel.closed is None:
        return
    for statement in (panel.off["pop3"], panel.closed):
        sql(statement.format(user=user))
    for protocol in ("pop3", "imap"):
        assert outcome(server, protocol, user) == "fails"
    if panel.reopened:
        sql(panel.reopened)


def test_on_is_no_opinion(server, panel, sql, user):
    """The policy of the domain holds for who is on, and the panel's no for who is off."""
    server.store.put("domain/site.example", pop3_access="deny", imap_access="deny")
    try:
        server.wait_for(lambda: outcome(server, "imap", user) == "deny", what="the domain's policy")
        server.store.put(f"mailbox/{user}", imap_access="allow")
        assert outcome(server, "imap", user) == "passes"
        assert outcome(server, "pop3", user) == "deny"
        sql(panel.off["imap"].format(user=user))
        server.store.remove(f"mailbox/{user}")
        assert outcome(server, "imap", user) == "deny"
    finally:
        server.store.remove("domain/site.example")
    other = USERS[-1]
    server.wait_for(lambda: outcome(server, "imap", other) == "passes", what="no policy any more")


def test_no_policy_lets_in_whom_the_panel_turns_away(server, panel, sql, user):
    """Not even a document that allows it, which is narrower than the panel's column."""
    sql(panel.off["pop3"].format(user=user))
    server.store.put(f"mailbox/{user}", pop3_access="allow", imap_access="allow")
    assert outcome(server, "pop3", user) in ("fails", "-ERR [AUTH] Login disabled for this user")


def test_an_open_session_ends(server, panel, sql, user):
    client = server.imap(user)
    sql(panel.off["imap"].format(user=user))
    server.doveadm("coexist", "kick", user, "--if-refused")
    if panel.ends_sessions:
        server.wait_for(lambda: is_over(client), what="the session's end")
    else:
        assert client.noop()[0] == "OK"
    client.shutdown()


def test_a_mailbox_that_is_suspended_is_told_so(server, panel, sql, user):
    if panel.suspended is None:
        return
    sql(panel.suspended.format(user=user))
    for protocol in ("pop3", "imap", "sasl"):
        assert outcome(server, protocol, user) == "suspend"
        assert outcome(server, protocol, user, password="wrong") == "fails"


def test_in_the_persons_language(server, panel, sql, user):
    if panel.recipe != "iredmail":
        return
    sql(panel.off["pop3"].format(user=user))
    sql(f"UPDATE mailbox SET language='pt_BR' WHERE username='{user}'")
    assert "POP3 esta desativado" in WAYS["pop3"](server, Client(user))


def pop3_reply(server, user, peer, tls=False):
    """Return what a client from this loopback address, which nobody trusts, reads."""
    with socket.create_connection((server.host, server.port("pop3")), timeout=60,
                                  source_address=(peer, 0)) as plain:
        if tls:
            say(plain, "STLS")
            plain = server.tls_context().wrap_socket(plain, server_hostname="localhost")
            return say(plain, f"USER {user}", f"PASS {PASSWORD}", greeted=True)
        return say(plain, f"USER {user}", f"PASS {PASSWORD}")


def say(client, *lines, greeted=False):
    """Send POP3 commands; return the last reply."""
    replies = client.makefile("r", encoding="ascii", newline="\r\n")
    if not greeted:
        replies.readline()
    for line in lines:
        client.sendall(f"{line}\r\n".encode())
        reply = replies.readline().rstrip()
    return reply


def test_not_without_tls(server, panel, sql, user):
    """iRedMail's columns without a suffix are for connections without TLS."""
    if panel.recipe != "iredmail":
        return
    outside = "127.0.0.2"
    assert pop3_reply(server, user, outside).startswith("+OK")
    sql(f"UPDATE mailbox SET enablepop3=0 WHERE username='{user}'")
    assert pop3_reply(server, user, outside) == "-ERR [SYS/PERM] " + texts.sentence("tls", "pop3")
    assert pop3_reply(server, user, outside, tls=True).startswith("+OK")
    sql(f"UPDATE mailbox SET enablepop3tls=0 WHERE username='{user}'")
    for tls in (False, True):
        assert "switched off" in pop3_reply(server, user, outside, tls)
