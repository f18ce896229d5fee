# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session is told what it obeys and cannot know; where there is nothing to say, only that the
gate has decided, and after a change of the store, by which generation."""

import re

import pytest

import logins
from instance import message
from logins import Client
from wiring import GENERATION

pytestmark = pytest.mark.differs("passdb and userdb drivers")
DEBUG = "auth_debug = yes\nlog_debug = category=coexist\n"
IDLE = "No policy: neither the documents nor the userdb nor dovecot.conf says anything"


def passed(rest=""):
    """Return what the log says of that, for a login whose client's address is forwarded."""
    return f"passed, {len('passed' + rest + {23: '', 24: ';tls=no'}[GENERATION])} bytes"


NOTHING = passed()
UNTIL = passed(";until=47482")
# What the document says, and what a POP3 session hears of it.
SAID = {
    "no document": (None, NOTHING),
    "of another protocol": ({"imap_access": "deny", "sieve_networks": "10.0.0.0/8"}, NOTHING),
    "the gate's alone": ({"deny_text": "No.", "pop3_max_sessions": "100"}, NOTHING),
    "what would be refused elsewhere": ({"pop3_access": "allow"}, NOTHING),
    "a network": ({"pop3_networks": "192.0.2.0/24"}, NOTHING),
    "a date": ({"pop3_until": "2099-01-01"}, UNTIL),
    "a key of sessions": ({"pop3_keep_days": "77"}, passed(";pop3_keep_days=77")),
}


@pytest.fixture(scope="module")
def server(gated):
    users = dict.fromkeys([f"user{number}" for number in range(len(SAID))], {})
    server = gated({**users, "own": {"coexist_pop3_access": "allow"}, "alice": {}}, conf=DEBUG)
    for user, (keys, _) in zip(users, SAID.values()):
        if keys:
            server.store.put(f"mailbox/{user}", **keys)
    return server


def heard(server, user):
    """Log in by POP3; return what auth hands over, and whether the session is idle."""
    before = len(server.log_text())
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client(user)))
    ended = rf"pop3\({user}\).*Disconnected"
    server.wait_for(lambda: re.search(ended, server.log_text()[before:]))
    log = server.log_text()[before:]
    [told] = re.findall(r"Hands over to the session: (.*?) \(", log)
    return told, IDLE in log


@pytest.mark.parametrize("number, wanted", enumerate(wanted for _, wanted in SAID.values()),
                         ids=SAID)
def test_what_a_session_hears(server, number, wanted):
    assert heard(server, f"user{number}") == (wanted, wanted in (NOTHING, UNTIL))


def test_a_field_of_the_userdb_is_something(server):
    assert heard(server, "own") == (NOTHING, False)


@pytest.mark.parametrize("service", ["lmtp", "lda", "quota-status"])
def test_a_delivery_hears_of_quotas_alone(server, service):
    server.store.put("mailbox/alice", pop3_delete="hide", quota_warn="80", language="es",
                     pop3_keep_days="7", pop3_access="allow")
    told = server.doveadm("user", "-x", f"service={service}", "alice")
    assert "admin\tno coexist_policy=;language=es;quota_warn=80\n" in told
    assert ";pop3_keep_days=7" in server.doveadm("user", "alice")


def test_a_delivery_hears_nothing_of_sessions(server):
    before = len(server.log_text())
    server.store.put("mailbox/alice", pop3_access="allow", imap_access="deny", pop3_delete="hide")
    server.deliver("alice", message("hello"))
    assert IDLE in server.log_text()[before:]
    assert "admin" not in server.doveadm("user", "-x", "service=lmtp", "alice")


@pytest.mark.parametrize("setting", ["pop3_access", "pop3_networks"])
def test_what_a_document_lifts_stays_lifted(gated, setting):
    """The session has dovecot.conf before its eyes, and not the document."""
    denied, lifted = (("deny", "allow") if setting == "pop3_access"
                      else ("10.0.0.0/8", "192.0.2.0/24"))
    server = gated({"alice": {}, "bob": {}}, coexist={setting: denied})
    server.store.put("mailbox/alice", **{setting: lifted})
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client("alice")))
    assert "-ERR [SYS/PERM]" in logins.pop3_user_pass(server, Client("bob"))


@pytest.mark.parametrize("site", [{"log_only": "yes"}, {"webmail_networks": "192.0.2.0/24"}],
                         ids=["log_only", "webmail"])
def test_what_the_session_does_not_know_of_the_site_is_said(gated, site):
    """That refusals are only logged, and that this is no IMAP."""
    server = gated({"alice": {}}, gate=site, conf=DEBUG)
    reply, following = logins.reply_and_next(server, "imap", Client("alice"))
    assert logins.passes("imap", reply) and re.match("b OK", following)
    server.wait_log("Hands over to the session: (log-only|passed), ")


def test_an_idle_session_remembers_that_nothing_is_kept(server):
    """So that the owner is told once more when pop3_keep_days comes back."""
    server.deliver("user0", message("makes the folder"))
    state = server.folder / "home/user0/mail/dovecot-coexist.state"
    state.write_text("retention_days=30\nretention_deletes=yes\nretention_told=1\n"
                     "retention_until=2\nretention_count=3\n")
    state.chmod(0o666)
    assert heard(server, "user0") == (NOTHING, True)
    assert "retention_days=0" in state.read_text()
