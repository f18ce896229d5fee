# SPDX-License-Identifier: LGPL-2.1-or-later
"""A store in which nothing is found: not mounted, emptied, or new."""

import os
import re
import shutil
from contextlib import contextmanager

import pytest

import logins
import texts
from logins import Client, pop3_auth_plain
from wiring import DOVEADM

EX_TEMPFAIL, EX_CONFIG = 75, 78     # sysexits
STORE = "/mnt/policy"
REMEDY = "doveadm coexist policy init"


def outcome(server, user, protocol="pop3"):
    """Return "passes", "deny" or "store", else the reply."""
    way = {"pop3": pop3_auth_plain, "imap": logins.imap_login}[protocol]
    reply = way(server, Client(user))
    if logins.passes(protocol, reply):
        return "passes"
    for kind in ("deny", "store"):
        if texts.sentence(kind, protocol) in reply:
            return kind
    return reply


@contextmanager
def away(server):
    """What is mounted on the store's folder is not, and the mount point is empty."""
    folder = server.folder / "policy"
    mounted = folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(folder)
        mounted.rename(folder)


def remedies(server):
    """Return how often the log names the command."""
    return server.log_text().count(REMEDY)


# A store that was there

ACTIONS = ("last-known", "tempfail", "allow")


@pytest.fixture(scope="module", params=ACTIONS)
def action(request):
    return request.param


@pytest.fixture(scope="module")
def server(gated, action):
    server = gated({f"user{number}": {} for number in range(10)},
                   gate={"on_store_error": action}, conf=DOVEADM,
                   coexist={"submission_access": "deny"})
    server.store.put("domain/nobody.example", imap_access="deny")
    return server


def test_what_was_known_holds(server, action):
    """Of mailboxes with a document, and of those without one."""
    server.store.put("mailbox/user0", pop3_access="deny")
    assert (outcome(server, "user0"), outcome(server, "user1")) == ("deny", "passes")
    with away(server):
        wanted = {"last-known": ("deny", "passes"), "tempfail": ("store", "store"),
                  "allow": ("passes", "passes")}[action]
        assert outcome(server, "user0") == wanted[0]
        server.wait_for(lambda: outcome(server, "user1") == wanted[1])
        assert outcome(server, "user0") == wanted[0]
        server.deliver("user0", b"Subject: hello\r\n\r\nhello\r\n")
    server.wait_for(lambda: (outcome(server, "user0"), outcome(server, "user1"))
                    == ("deny", "passes"))


def test_the_first_to_log_in_forgets_nothing(server, action):
    """Also where nobody asked for the marker before: the document itself was there."""
    server.store.put("mailbox/user2", pop3_access="deny")
    assert outcome(server, "user2") == "deny"
    with away(server):
        for _ in range(3):
            assert outcome(server, "user2") == {
                "last-known": "deny", "tempfail": "store", "allow": "passes"}[action]
    assert outcome(server, "user2") == "deny"


def test_the_default_document_is_not_forgotten_either(server, action):
    server.store.put("default", sieve_access="deny", pop3_access="deny")
    server.wait_for(lambda: outcome(server, "user3") == "deny")
    with away(server):
        wanted = {"last-known": "deny", "tempfail": "store", "allow": "passes"}[action]
        server.wait_for(lambda: outcome(server, "user3") == wanted
                        and REMEDY in server.log_text())
        assert outcome(server, "user3") == wanted
    server.store.remove("default")
    server.wait_for(lambda: outcome(server, "user3") == "passes")


def test_a_folder_that_was_moved_away(server, action):
    server.store.put("mailbox/user4", pop3_access="deny")
    assert outcome(server, "user4") == "deny"
    aside = server.store.folder.with_name("aside")
    server.store.folder.rename(aside)
    assert outcome(server, "user4") == {
        "last-known": "deny", "tempfail": "store", "allow": "passes"}[action]
    aside.rename(server.store.folder)
    assert outcome(server, "user4") == "deny"


def test_a_document_that_was_removed_is_gone(server):
    """That is an answer of a store which is there."""
    server.store.put("mailbox/user5", pop3_access="deny")
    assert outcome(server, "user5") == "deny"
    server.store.remove("mailbox/user5")
    assert outcome(server, "user5") == "passes"


def test_the_log_names_the_remedy_but_not_for_each_login(server):
    with away(server):
        server.wait_for(lambda: outcome(server, "user6") and remedies(server))
        for _ in range(5):
            outcome(server, "user6")
    # once a minute, by each of which a slow machine may need two
    assert remedies(server) <= 3


def test_no_change_makes_a_store_of_an_empty_mount_point(server):
    """Or it would lift what the real one denies. Only `init` means it."""
    def policy(*arguments):
        return server.doveadm("coexist", "policy", *arguments, check=False)

    assert policy("set", "-u", "user7", "pop3_access=deny").returncode == 0
    with away(server):
        for change in (("set", "-u", "user8", "imap_tls=any"),
                       ("set", "--default", "imap_tls=any")):
            done = policy(*change)
            assert (done.returncode, REMEDY in done.stderr) == (EX_TEMPFAIL, True), done
        assert server.inside("find", STORE, "-type", "f").stdout == ""
        # of a folder that auth can't read it makes none
        done = policy("init")
        assert (done.returncode, "chgrp -R dovecot" in done.stderr) == (EX_CONFIG, True)
        server.inside("sh", "-c", f"chgrp -R dovecot {STORE} && find {STORE} -type d "
                      r"-exec chmod 2750 {} + -o -type f -exec chmod 0640 {} +")
        assert policy("init").returncode == 0
        assert policy("set", "-u", "user8", "imap_tls=any").returncode == 0
    assert outcome(server, "user7") == "deny"


def test_what_was_set_is_not_unset_meanwhile(server, action):
    """Nor does anybody say that it is, or that the login would pass."""
    server.doveadm("coexist", "policy", "set", "-u", "user9", "pop3_access=suspend")
    with away(server):
        for what in ("pop3_access", "--all"):
            done = server.doveadm("coexist", "policy", "unset", "-u", "user9", what, check=False)
            assert (done.returncode, REMEDY in done.stderr) == (EX_TEMPFAIL, True), done
        explained = server.doveadm("coexist", "explain", "-u", "user9", "--protocol", "pop3",
                                   check=False)
        assert REMEDY in explained.stderr
        verdict = {"last-known": "unknown", "tempfail": "refused",
                   "allow": "passes .*by on_store_error=allow"}[action]
        assert re.search(f"login +{verdict}", explained.stdout)
    assert texts.sentence("suspend", "pop3") in outcome(server, "user9")


# A store that was there before the auth process began: nothing is known of it

@pytest.fixture(params=["last-known", "allow"])
def uncertain(request, gated):
    """A mailbox whose document says trash, which POP3 has used."""
    server = gated({"alice": {}, "bob": {}}, gate={"on_store_error": request.param},
                   conf=DOVEADM, coexist={"pop3_keep_days": "1"})
    server.doveadm("coexist", "policy", "set", "-u", "alice", "pop3_delete=trash")
    delete_one(server, "alice")
    return server


def leave_nothing(_server):
    """Return what the log says of a store of which nothing is there."""
    return f"Error: .*{REMEDY}"


def leave_a_fifo(server):
    """The same where something is in the default document's place that is none."""
    server.store.folder.mkdir()
    os.mkfifo(server.store.folder / "default")
    return "Error: .*coexist/default is a FIFO"


LEAVE = pytest.mark.parametrize("leave", [leave_nothing, leave_a_fifo],
                                ids=lambda leave: leave.__name__)


def delete_one(server, user):
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    pop = server.pop3(user)
    pop.dele(1)
    assert pop.quit().startswith(b"+OK")


def count(server, user, mailbox):
    """Return how many messages there are, or None if there is no such mailbox."""
    imap = server.imap(user)
    status, found = imap.select(mailbox, readonly=True)
    imap.logout()
    return int(found[0]) if status == "OK" else None


def begin_again(server):
    before = server.pids("auth")
    server.reload()
    server.wait_for(lambda: not set(before) & set(server.pids("auth")))


@LEAVE
def test_what_pop3_deletes_goes_where_it_went_before(uncertain, leave):
    """And where nothing was ever kept, it goes as the rest of the policy says."""
    server = uncertain
    with away(server):
        problem = leave(server)
        begin_again(server)
        for user in ("alice", "bob"):
            delete_one(server, user)
        server.wait_log(problem)
    assert (count(server, "alice", "INBOX"), count(server, "alice", "Trash")) == (0, 2)
    assert (count(server, "bob", "INBOX"), count(server, "bob", "Trash")) == (0, None)


@LEAVE
def test_nothing_expires_meanwhile(uncertain, leave):
    server = uncertain
    with away(server):
        leave(server)
        begin_again(server)
        done = server.doveadm("coexist", "expire", "-u", "alice", "--now", check=False)
        assert done.returncode == EX_TEMPFAIL
        assert "policy documents that can't be read" in done.stderr
    server.doveadm("coexist", "expire", "-u", "alice", "--now")


# A store that is new

def without_marker(server):
    """The folder is as doc/policy-store.md has it made."""
    server.inside("rm", "-r", f"{STORE}/coexist")
    server.inside("install", "-d", "-g", "dovecot", "-m", "2750", STORE)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_new_installation(gated, action):
    """Nobody is locked out by default, and what dovecot.conf says holds."""
    server = gated({"alice": {}}, gate={"on_store_error": action}, conf=DOVEADM,
                   coexist={"imap_access": "deny"})
    without_marker(server)
    wanted = ("store", "store") if action == "tempfail" else ("passes", "deny")
    assert (outcome(server, "alice"), outcome(server, "alice", "imap")) == wanted
    server.wait_log(f"(Warning|Error): .*{REMEDY}")
    before = remedies(server)
    assert outcome(server, "alice") == wanted[0]
    assert remedies(server) == before
    server.doveadm("coexist", "policy", "init")
    server.wait_for(lambda: (outcome(server, "alice"), outcome(server, "alice", "imap"))
                    == ("passes", "deny"))


@pytest.mark.parametrize("change", [("set", "-u", "alice", "imap_tls=any"),
                                    ("set", "-d", "example.org", "imap_tls=any"),
                                    ("set", "--default", "imap_tls=any"),
                                    ("init",)], ids=lambda change: " ".join(change[:2]))
def test_the_first_change_makes_it_a_store(gated, change):
    """One that no list shows, and that can be emptied on purpose."""
    server = gated({"alice": {}, "bob": {}}, gate={"on_store_error": "tempfail"}, conf=DOVEADM)
    without_marker(server)
    assert outcome(server, "bob") == "store"
    explained = server.doveadm("coexist", "explain", "-u", "bob", "--protocol", "pop3",
                               check=False)
    assert REMEDY in explained.stderr and "refused" in explained.stdout
    server.doveadm("coexist", "policy", *change)
    server.wait_for(lambda: outcome(server, "bob") == "passes")
    assert "invalid" not in server.doveadm("coexist", "policy", "list")
    assert server.doveadm("coexist", "policy", "check").count("\n") <= 1
    if change[0] == "set":
        server.doveadm("coexist", "policy", "unset", *change[1:-1], "--all")
        assert outcome(server, "bob") == "passes"


@pytest.mark.night
def test_none_of_it_is_a_memory_error(gated, tmp_path):
    keys = tmp_path / "none.pub"
    tmp_path.chmod(0o755)
    users = {f"user{number}": {} for number in range(3)}
    for settings in ({}, {"policy_public_keys": keys}):
        server = gated(users, gate=settings, conf=DOVEADM, wrap={"auth": "valgrind"})
        server.store.put("mailbox/user0", "[policy]\npop3_access=deny\n"
                         "[signature]\nkey=00000000\ned25519=" + "A" * 86 + "==\n")
        wanted = "store" if settings else "deny"
        server.wait_for(lambda: outcome(server, "user0") == wanted, 120)
        with away(server):
            assert outcome(server, "user1") == "passes"
            outcome(server, "user0")
        os.mkfifo(server.store.folder / "mailbox/user2")
        assert outcome(server, "user2") == "passes"
        server.stop()
        assert server.valgrind_reports() == {}
