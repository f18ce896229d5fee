# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a policy says arrives in every process as it was set, and stops none of them."""

import poplib
import re
import sqlite3
from contextlib import contextmanager, suppress

import pytest

import logins
from instance import message
from instance.block import block
from logins import Client
from max_sessions import NO_RELAY
from test_other_services import QUOTA_STATUS, policy_server
from wiring import DOVEADM, GENERATION, userdb

pytestmark = pytest.mark.differs("passdb and userdb drivers")
# Dovecot 2.3 expands variables in each userdb field that it does not know.
PERCENTS = {
    "a unit": {"quota_warn": "80% 95%"},
    "a unit at the end": {"quota_warn": "80%", "quota_warn_rearm": "7"},
    "in a text": {"deny_text": "Only 100% IMAP here."},
    "before a blank": {"deny_text": "50 % of it"},
    "a pattern": {"pop3_folders": "INBOX Archive/% Sent"},
    "no variable": {"deny_text": "%{nosuch}"},
    "no short variable": {"deny_text": "%Q"},
    "a variable": {"deny_text": "%u"},
    "doubled": {"deny_text": "100%% IMAP"},
    "a hash that takes for ever": {"deny_text": "%{sha512;rounds=1000000000:user}"},
}
# Which of Dovecot's limits each would break by itself.
LIST = " ".join(f"10.{number // 256}.{number % 256}.0/24" for number in range(280))
NETWORKS = {f"{protocol}_networks": LIST
            for protocol in ("imap", "pop3", "submission", "sieve", "webmail")}
FREE = " ".join(f"{number}M" for number in range(1, 800))
LONG = {"pop3_fetcher_networks": LIST, "quota_warn_free": FREE,
        "quota_warn": "80 " * 1200, "deny_text": "x" * 400}


@contextmanager
def document(server, scope, **keys):
    """A document that is there as long as the block, in which nothing fails."""
    before = len(server.log_problems())
    server.store.put(scope, **keys)
    yield
    server.store.remove(scope)
    assert [line for line in server.log_problems()[before:]
            if not re.search("coexist: (The policy of user=<|refused user=<|POP3 is shown INBOX "
                             "alone)", line)] == []


def lda(server, user, mail):
    """Deliver by dovecot-lda."""
    program = server.dovecot.libexecdir / "dovecot-lda"
    server.inside(program, "-c", "/mnt/etc/dovecot.conf", "-d", user, input=mail.decode())


def delivered(server, user):
    """Deliver in each way and ask each service that is not a login; return the count."""
    server.deliver(user, message("by lmtp"))
    lda(server, user, message("by lda"))
    assert policy_server(server, user, 1000) == "action=DUNNO"
    server.doveadm("mailbox", "list", "-u", user)
    found = server.doveadm("search", "-u", user, "mailbox", "INBOX", "all")
    return len(found.splitlines())


def works(server, user):
    """Use the mailbox by IMAP and by POP3; return how many messages it has."""
    with server.imap(user) as client:
        count = int(client.select()[1][0])
    client = server.pop3(user)
    assert len(client.list()[1]) == count
    client.quit()
    return count


@pytest.fixture(scope="module")
def server(gated):
    users = [f"user{number}" for number in range(40)]
    users += [f"{name}@{name}.example" for name in users]
    fields = {"fields": {"other": "x" * 2000}}
    return gated({**dict.fromkeys([*users, "alias", "person"], {}), **fields},
                 conf=QUOTA_STATUS + DOVEADM + NO_RELAY,
                 quota="10M", gate={"template_dir": "/mnt/etc"},
                 chain=userdb("names", "/mnt/etc/names"),
                 files={"refusals.conf": "[login_delay]\ntext=100% {seconds}; %u\n",
                        "names": "alias:::::/mnt/home/person::userdb_user=person\n" + "".join(
                            f"{name}:::::::\n" for name in ["person", "fields", *users])})


@pytest.fixture
def user(server):
    """A user whom no other test has, and whose domain has no other user."""
    server.used = getattr(server, "used", -1) + 1
    return f"user{server.used}@user{server.used}.example"


def wait_until_default_is_obeyed(server, text):
    """It takes some seconds; the document denies submission with this text."""
    server.wait_for(lambda: text in logins.sasl_plain(server, Client("user0")))


# A per cent sign

@pytest.mark.parametrize("keys", PERCENTS.values(), ids=PERCENTS)
def test_a_percent_sign_stops_nothing(server, user, keys):
    with document(server, f"mailbox/{user}", **keys):
        assert delivered(server, user) == 2
        assert works(server, user) == 2


@pytest.mark.parametrize("scope", ["domain", "default"])
def test_nor_does_one_of_a_wider_scope(server, user, scope):
    keys = {"quota_warn": "80% 95%", "deny_text": "100 % of it", "submission_access": "deny"}
    name = "default" if scope == "default" else f"domain/{user.partition('@')[2]}"
    with document(server, name, **keys):
        if scope == "default":
            wait_until_default_is_obeyed(server, keys["deny_text"])
        assert delivered(server, user) == 2
        assert works(server, user) == 2


def test_a_percent_sign_arrives_in_the_session(server, user):
    """LOGIN-DELAY is the session's to say, in the words of the site."""
    server.store.put(f"mailbox/{user}", pop3_login_delay="1h")
    server.pop3(user).quit()
    with pytest.raises(poplib.error_proto, match=rf"-ERR \[LOGIN-DELAY\] 100% \d+; %u"):
        server.pop3(user)


# More than Dovecot's readers take

@pytest.mark.parametrize("keys", [NETWORKS, LONG, {**NETWORKS, **LONG}],
                         ids=["networks", "what sessions obey", "both"])
def test_a_policy_that_is_long_stops_nothing(server, user, keys):
    with document(server, f"mailbox/{user}", **keys):
        assert delivered(server, user) == 2
        if keys is LONG:
            assert works(server, user) == 2
        else:
            assert "-ERR [SYS/PERM]" in logins.pop3_user_pass(server, Client(user))


def test_a_policy_that_is_long_can_be_made_shorter(server, user):
    """The administrator's commands look the user up, too."""
    with document(server, f"mailbox/{user}", **NETWORKS, **LONG):
        for change in (("set", "quota_warn=80"), ("unset", "quota_warn_free")):
            server.doveadm("coexist", "policy", change[0], "-u", user, change[1])
        text = server.doveadm("coexist", "policy", "get", "-u", user)
        assert "quota_warn\t80\n" in text and "quota_warn_free" not in text


def test_there_is_room_for_two_kilobytes_of_other_fields(server):
    """Beside as much as is handed over."""
    with document(server, "mailbox/fields", quota_warn_free=FREE, quota_warn="80 " * 500):
        assert delivered(server, "fields") == 2
        assert works(server, "fields") == 2
        assert len(server.doveadm("user", "fields")) > 7000
    assert "policy of user=<fields>" not in server.log_text()


def test_scopes_that_are_long_together_stop_nothing(server, user):
    with document(server, f"mailbox/{user}", quota_warn_free=FREE), \
            document(server, f"domain/{user.partition('@')[2]}", pop3_fetcher_networks=LIST), \
            document(server, "default", quota_warn="80 " * 1200, deny_text="Long",
                     submission_access="deny"):
        wait_until_default_is_obeyed(server, "Long")
        assert delivered(server, user) == 2
        assert works(server, user) == 2
        server.wait_log(rf"Warning: coexist: The policy of user=<{user}> for service pop3 .* "
                        r"without (pop3_fetcher_networks|quota_warn\w*)")
        # once a minute
        assert delivered(server, user) == 4
        assert len(re.findall(f"The policy of user=<{user}> for service lmtp ",
                              server.log_text())) == 1


def test_what_removes_messages_is_never_left_out(server, user):
    """The long values go first: else dovecot.conf's would hold."""
    with document(server, f"mailbox/{user}", pop3_keep_days="0", pop3_delete="hide", **LONG):
        server.deliver(user, message("kept"))
        client = server.pop3(user)
        client.dele(1)
        client.quit()
        with server.imap(user) as client:
            assert client.select()[1] == [b"1"]


def has_session(server, protocol, user):
    """Return whether a login makes a session that takes a command."""
    with suppress(AssertionError, OSError):     # Dovecot may hang up without a word
        reply, following = logins.reply_and_next(server, protocol, Client(user))
        # submission took the command, and has no host to ask
        return logins.passes(protocol, reply) and \
            re.match(r"\+OK|b OK|250|421 4\.4\.0|OK", following) is not None
    return False


@pytest.mark.parametrize("protocol", ["pop3", "imap", "submission", "sieve"])
def test_a_denial_that_is_too_long_is_still_one(server, protocol):
    """The session was to decide about whom the userdb named, and is told of no network."""
    key = f"{protocol}_networks"
    tabs = "\t" * 4070     # of which each is two bytes on the way
    before = delivered(server, "person")
    # the default document of another test may be a few seconds old
    server.wait_for(lambda: all(
        has_session(server, protocol, user) for user in ("alias", "person")))
    server.store.put("mailbox/person", **{key: f"10.0.0.0/8{tabs}10.0.0.0/8"})
    for user in ("alias", "person"):
        assert not has_session(server, protocol, user)
    server.wait_log(rf"Warning: coexist: The policy of user=<person> .* without {key}")
    assert delivered(server, "person") == before + 2
    server.store.remove("mailbox/person")


# Whose word counts

def test_the_document_of_a_mailbox_is_narrower_than_a_userdb_field(gated):
    """Behind the gate, too, which hands the document over beside the field."""
    server = gated({"alice": {"coexist_pop3_mark_read": "stock"}})
    server.store.put("mailbox/alice", pop3_mark_read="never")
    server.deliver("alice", message("unread"))
    client = server.pop3("alice")
    client.retr(1)
    client.quit()
    with server.imap("alice") as client:
        client.select()
        assert client.search(None, "UNSEEN")[1] == [b"1"]


# Columns of CHAR(n), which are padded with blanks

PADDED = {"pop3_access": "deny  ", "pop3_login_delay": "1h   ", "language": "es   ",
          "pop3_mark_read": "never     ", "pop3_keep_days": "7   ", "quota_warn": "80 95    "}
DATABASE = "/mnt/etc/people.db"
QUERY = ("SELECT " + ", ".join(f"{key} AS coexist_{key}" for key in PADDED)
         + " FROM people WHERE user = '%{user}'")
SQL = {23: block("userdb", ["driver = sql", "args = /mnt/etc/people.conf.ext",
                            "result_success = continue-ok"]),
       24: block("userdb sql", ["sql_driver = sqlite", f"sqlite_path = {DATABASE}",
                                f"query = {QUERY}", "result_success = continue-ok"])}
FILES = {"people.conf.ext": f"driver = sqlite\nconnect = {DATABASE}\nuser_query = {QUERY}\n"}


def test_blanks_around_a_column_are_nothing(gated):
    server = gated({"alice": {}, "bob": {}}, chain=SQL[GENERATION], files=FILES, conf=DOVEADM,
                   quota="1M")
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute(f"CREATE TABLE people (user, {', '.join(PADDED)})")
        database.execute(f"INSERT INTO people VALUES (?{', ?' * len(PADDED)})",
                         ["alice", *PADDED.values()])
        database.execute("INSERT INTO people (user, pop3_access) VALUES ('bob', 'yes ')")
    assert "-ERR" in logins.pop3_user_pass(server, Client("alice"))
    assert logins.passes("pop3", logins.pop3_user_pass(server, Client("bob")))
    server.deliver("alice", message("hello"))
    rows = server.doveadm("-f", "tab", "coexist", "policy", "get", "-u", "alice", "--effective",
                          *PADDED)
    found = dict(line.split("\t")[:2] for line in rows.splitlines()[1:])
    assert found == {key: value.strip() for key, value in PADDED.items()}
    assert [line for line in server.log_problems() if "coexist" in line and
            "coexist: refused" not in line] == []
