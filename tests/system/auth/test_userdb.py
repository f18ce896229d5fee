# SPDX-License-Identifier: LGPL-2.1-or-later
"""The userdb half: what of the policy reaches the sessions, and who is a user."""

from contextlib import suppress

import pytest

import logins
import texts
from instance import PASSWORD
from logins import Client, each
from wiring import CLOSED, GENERATION, MASTER, MASTERS, userdb

pytestmark = pytest.mark.differs("passdb and userdb drivers")
WAYS = each(logins.PASSWORD_WAYS, logins.PROOF_WAYS)
# The gate once more, as nobody should write it: without "skip = unauthenticated".
UNSKIPPED = {
    23: "passdb {\n  driver = coexist\n  args = /mnt/etc/coexist.conf.ext\n}\n",
    24: "passdb careless {\n  driver = coexist\n}\n"}

KEY = "coexist_pop3_mark_read"
VALUES = ("never", "quit", "complete", "stock")
SCOPES = ("default", "domain", "userdb", "mailbox")


def names(scopes):
    """Return a user whose policy names the key in these scopes, besides default."""
    local = "".join(scope[0] for scope in scopes if scope in ("userdb", "mailbox")) or "n"
    return f"{local}@{'says' if 'domain' in scopes else 'inherits'}.example"


def combinations():
    """Return every set of scopes that can name the key, as a list in order."""
    return [[scope for place, scope in enumerate(SCOPES) if chosen >> place & 1]
            for chosen in range(16) if chosen & 1]


def value_of(scope):
    """Each scope has a value of its own."""
    return VALUES[SCOPES.index(scope)]


@pytest.fixture(scope="module")
def server(gated):
    users = {names(scopes): {KEY: value_of("userdb")} if "userdb" in scopes else {}
             for scopes in combinations()}
    server = gated({**users, "plain": {}, "reader": {}})
    server.store.put("default", pop3_mark_read=value_of("default"), pop3_keep_days="0")
    server.store.put("domain/says.example", pop3_mark_read=value_of("domain"))
    for scopes in combinations():
        if "mailbox" in scopes:
            server.store.put(f"mailbox/{names(scopes)}", pop3_mark_read=value_of("mailbox"))
    return server


def fields(server, user):
    """Return {name: value} of what the userdb says, its own fields and those it hands over."""
    lines = server.doveadm("user", user).splitlines()
    found = dict(line.split("\t", 1) for line in lines[1:] if "\t" in line)
    items = found.pop("coexist_policy", found.pop("admin", "")).split(";")[1:]
    return {**found, **{f"coexist_{name}": value for name, value in
                        (item.split("=", 1) for item in items)}}


@pytest.mark.parametrize("scopes", combinations(), ids="-".join)
def test_the_narrowest_scope_is_handed_over(server, scopes):
    assert fields(server, names(scopes))[KEY] == value_of(scopes[-1])


def test_only_what_documents_name_is_handed_over(server):
    assert {name for name in fields(server, "plain") if name.startswith("coexist_")} == {
        KEY, "coexist_pop3_keep_days"}


def test_without_documents_there_are_no_fields(gated):
    server = gated({"plain": {}, "own": {KEY: "quit"}})
    assert not [name for name in fields(server, "plain") if name.startswith("coexist_")]
    assert fields(server, "own")[KEY] == "quit"


def test_what_dovecot_conf_says_is_left_to_the_session(gated):
    server = gated({"plain": {}}, coexist={"pop3_mark_read": "never"})
    assert KEY not in fields(server, "plain")


def test_an_unknown_value_is_not_handed_over(server):
    server.store.put("mailbox/plain", pop3_mark_read="nevr", quota_warn="80 95")
    found = fields(server, "plain")
    server.store.remove("mailbox/plain")
    assert found[KEY] == value_of("default")
    assert found["coexist_quota_warn"] == "80 95"


def test_the_session_obeys(server):
    """pop3_mark_read of the mailbox's document: a download does not mark."""
    user = "reader"
    server.store.put(f"mailbox/{user}", pop3_mark_read="never")
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    client = server.pop3(user)
    client.retr(1)
    client.quit()
    client = server.imap(user)
    client.select()
    assert client.search(None, "UNSEEN")[1] == [b"1"]
    client.logout()


def test_a_preset_can_say_that_a_value_is_empty(gated):
    """What dovecot.conf says of the key must not come back in the session."""
    server = gated({"collected": {}, "classic": {}}, coexist={
        "pop3_mark_read": "complete", "pop3_fetcher_networks": "127.0.0.0/8"})
    server.store.put("mailbox/classic", preset="classic", pop3_mark_read="complete")
    unseen = {}
    for user in ("collected", "classic"):
        server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
        client = server.pop3(user)
        client.retr(1)
        client.quit()
        client = server.imap(user)
        client.select()
        unseen[user] = client.search(None, "UNSEEN")[1]
        client.logout()
    assert unseen == {"collected": [b"1"], "classic": [b""]}


def test_the_session_obeys_the_policy_of_its_own_user(gated):
    """Whom the userdb names, after the gate has asked about whom the client named."""
    server = gated({"alias": {}, "person": {}}, chain=userdb("names", "/mnt/etc/names"))
    (server.folder / "etc/names").write_text(
        "alias:::::/mnt/home/person::userdb_user=person\nperson:::::::\n")
    server.store.put("mailbox/alias", pop3_mark_read="stock")
    server.store.put("mailbox/person", pop3_mark_read="never")
    server.deliver("person", b"Subject: hello\r\n\r\nhello\r\n")
    client = server.pop3("alias")
    client.retr(1)
    client.quit()
    client = server.imap("person")
    client.select()
    assert client.search(None, "UNSEEN")[1] == [b"1"]
    client.logout()


@pytest.mark.parametrize("log_only", ["no", "yes"])
def test_another_name_does_not_let_in_who_may_not(gated, log_only):
    """The gate has let the alias pass, before the userdb said whose mailbox it is."""
    server = gated({"alias": {}, "person": {}}, chain=userdb("names", "/mnt/etc/names"),
                   gate={"log_only": log_only})
    (server.folder / "etc/names").write_text(
        "alias:::::/mnt/home/person::userdb_user=person\nperson:::::::\n")
    server.store.put("mailbox/person", pop3_access="suspend", imap_networks="10.0.0.0/8")
    reply = logins.pop3_user_pass(server, Client("alias"))
    if log_only == "yes":
        assert logins.passes("pop3", reply)
        assert "coexist: refused" not in server.log_text()
        server.wait_log("coexist: would refuse user=<person> protocol=pop3 ")
        return
    assert reply.startswith("-ERR [SYS/PERM]")
    server.wait_log("coexist: refused user=<person> .* pop3_access=suspend")
    with logins.connect(server, "imap", Client("alias")) as line:
        line.ask(f"x LOGIN alias {PASSWORD}", r"\* BYE \[UNAVAILABLE\]")
    server.wait_log("coexist: refused user=<person> .* imap_networks=10.0.0.0/8")


def test_what_only_the_userdb_says_is_obeyed(gated):
    """The gate has been asked before; the session decides then, and only then."""
    server = gated({"user0": {}, "user1": {}, "user2": {}},
                   chain=userdb("said", "/mnt/etc/said"))
    (server.folder / "etc/said").write_text(
        "user0:::::::userdb_coexist_pop3_access=deny\n"
        "user1:::::::userdb_coexist_pop3_access=allow userdb_coexist_pop3_tls=required\n"
        "user2:::::::userdb_coexist_pop3_access=deny\n")
    server.store.put("mailbox/user2", pop3_access="allow")
    replies = [logins.pop3_user_pass(server, Client(f"user{number}", tls=tls))
               for number, tls in ((0, True), (1, False), (1, True), (2, True))]
    assert texts.sentence("deny", "pop3") in replies[0]
    assert texts.sentence("tls", "pop3") in replies[1]
    assert [logins.passes("pop3", reply) for reply in replies] == [False, False, True, True]


@pytest.mark.parametrize("action", ["allow", "last-known"])
def test_what_only_the_userdb_says_while_the_store_is_away(gated, action):
    server = gated({"alice": {}}, chain=userdb("said", "/mnt/etc/said"),
                   gate={"on_store_error": action})
    (server.folder / "etc/said").write_text(
        "alice:::::::userdb_coexist_pop3_access=deny\n")
    server.store.put("mailbox/alice", "garbage")
    reply = logins.pop3_user_pass(server, Client("alice"))
    assert logins.passes("pop3", reply) == (action == "allow"), reply


@pytest.mark.parametrize("fields, document", [
    ("alice:::::::userdb_coexist_webmail_access=deny\n", {}),
    ("alice:::::/mnt/home/person::userdb_user=person\nperson:::::::\n",
     {"webmail_access": "deny"})], ids=["a field", "another name"])
def test_what_only_the_userdb_says_of_webmail_is_obeyed(gated, fields, document):
    """The session takes it for IMAP, so the auth process has to end it."""
    server = gated(dict.fromkeys(("alice", "person", "bob"), {}),
                   chain=userdb("said", "/mnt/etc/said"),
                   gate={"webmail_networks": "198.51.100.0/24"})
    (server.folder / "etc/said").write_text(
        fields + "bob:::::::userdb_coexist_imap_access=deny\n")
    server.store.put("mailbox/person", **document)
    for user, address in (("alice", "192.0.2.1"), ("bob", "198.51.100.1")):
        assert logins.passes("imap", logins.imap_login(server, Client(user, address=address)))
    with suppress(AssertionError):      # Dovecot may hang up without a word
        reply = logins.imap_login(server, Client("alice", address="198.51.100.1"))
        if logins.passes("imap", reply):
            pytest.fail(reply)
    server.wait_log("coexist: refused user=<(alice|person)> protocol=webmail .* webmail_access=deny")


# Who is a user

def test_nobody_becomes_a_user_by_a_document(server):
    server.store.put("mailbox/nobody", pop3_mark_read="quit")
    done = server.doveadm("user", "nobody", check=False)
    assert done.returncode == 67                # EX_NOUSER
    with pytest.raises(Exception, match="550 5.1.1|User doesn't exist"):
        server.deliver("nobody", b"Subject: hello\r\n\r\nhello\r\n")


@pytest.fixture(scope="module")
def careless(gated):
    """A server that asks the gate about everybody, and a userdb that knows ghosts."""
    server = gated({"alice": {}}, chain=userdb("ghosts", "/mnt/etc/ghosts"),
                   conf=UNSKIPPED[GENERATION])
    (server.folder / "etc/ghosts").write_text("ghost::65534:65534::/mnt/home/ghost::\n")
    server.store.put("mailbox/alice", **CLOSED)
    return server


def test_a_ghost_gets_mail(careless):
    careless.deliver("ghost", b"Subject: hello\r\n\r\nhello\r\n")
    assert "/mnt/home/ghost" in careless.doveadm("user", "ghost")


@pytest.mark.parametrize("user", ["ghost", "nobody"])
@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_the_gate_is_no_password(careless, protocol, way, user):
    """The other passdbs do not know them."""
    assert way(careless, Client(user)) == logins.FAILS[protocol]


@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_who_has_no_password_does_not_learn_the_policy(careless, protocol, way):
    assert way(careless, Client("alice", logins.WRONG)) == logins.FAILS[protocol]
    assert texts.sentence("deny", protocol) in way(careless, Client("alice"))


@pytest.mark.parametrize("bypass", ["yes", "no"])
def test_a_master_user_finds_nobody_whom_no_passdb_knows(gated, bypass):
    """The master's password is right; the mailbox has been removed from the passdb."""
    server = gated({"alice": {}, MASTER: {}}, chain=userdb("ghosts", "/mnt/etc/ghosts"),
                   conf=MASTERS, gate={"master_bypass": bypass})
    (server.folder / "etc/ghosts").write_text("ghost:::::::\n")
    replies = [logins.pop3_user_pass(server, Client(f"{user}*{MASTER}"))
               for user in ("ghost", "alice")]
    assert replies[0].startswith("-ERR [AUTH] ")
    assert logins.passes("pop3", replies[1])
