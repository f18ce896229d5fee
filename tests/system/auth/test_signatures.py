# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents that need a signature: what counts, what does not, and what is put back."""

import os
import tempfile
from pathlib import Path

import pytest

import logins
import texts
from logins import Client, pop3_auth_plain
from signing import Panel

USERS = [f"{kind}{number}" for kind in ("user", "other") for number in range(10)]


@pytest.fixture(scope="module")
def panels(tmp_path_factory):
    """Two panels: the old one, whom the servers trust at first, and the new one."""
    return [Panel(tmp_path_factory.mktemp("panel")) for _ in range(2)]


def trust(path, *panels):
    """Let the servers that read this file trust these panels and no other."""
    path.write_text("".join(panel.public for panel in panels))


@pytest.fixture(scope="module")
def keys(tmp_path_factory, panels):
    """The file of the old panel's key."""
    path = tmp_path_factory.mktemp("keys") / "panel.pub"
    trust(path, panels[0])
    return path


@pytest.fixture
def folder():
    """A folder that the auth process can look into, as it can into /etc/dovecot."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def start(gated, keys):
    """start(on_store_error) returns a server that trusts the old panel."""
    def start(action, path=keys):
        return gated(dict.fromkeys(USERS, {}),
                     gate={"policy_public_keys": path, "on_store_error": action})
    return start


@pytest.fixture(scope="module")
def server(start):
    return start("tempfail")


def put(server, panel, scope, **keys):
    """Store a document that the panel signs; return its text."""
    text = panel.document(scope, **keys)
    server.store.put(scope, text)
    return text


def outcome(server, user):
    """Return "passes", "deny" or "store", else the reply."""
    reply = pop3_auth_plain(server, Client(user))
    if logins.passes("pop3", reply):
        return "passes"
    for kind in ("deny", "store"):
        if texts.sentence(kind, "pop3") in reply:
            return kind
    return reply


def test_a_signed_document_counts(server, panels):
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    assert outcome(server, "user0") == "deny"
    put(server, panels[0], "mailbox/user0", pop3_access="allow", language="es")
    assert outcome(server, "user0") == "passes"


FORGERIES = {
    "no signature": lambda text: text.partition("[signature]")[0],
    "another value": lambda text: text.replace("=deny", "=allow"),
    "one more key": lambda text: text.replace("[policy]\n", "[policy]\nimap_access=deny\n"),
    "one more reason": lambda text: text + "[meta]\nreason=none\n",
    "another key's id": lambda text: text.replace("\nkey=", "\nkey=00"),
    "half a signature": lambda text: text[:-50] + "\n",
    "no base64": lambda text: text.replace("ed25519=", "ed25519=*"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_document_is_a_store_error(server, panels, forge):
    text = panels[0].document("mailbox/user1", pop3_access="deny")
    server.store.put("mailbox/user1", text)
    assert outcome(server, "user1") == "deny"
    server.store.put("mailbox/user1", forge(text))
    assert outcome(server, "user1") == "store"


def test_the_document_of_another_mailbox_is_a_store_error(server, panels):
    server.store.put("mailbox/other0", put(server, panels[0], "mailbox/user2",
                                           pop3_access="deny"))
    assert (outcome(server, "user2"), outcome(server, "other0")) == ("deny", "store")


def test_the_document_of_a_stranger_is_a_store_error(server, panels):
    put(server, panels[1], "mailbox/user3", pop3_access="deny")
    assert outcome(server, "user3") == "store"


def test_a_forgery_does_not_replace_what_was_known(start, panels):
    server = start("last-known")
    text = put(server, panels[0], "mailbox/user0", pop3_access="deny")
    assert outcome(server, "user0") == "deny"
    server.store.put("mailbox/user0", text.replace("=deny", "=allow"))
    assert outcome(server, "user0") == "deny"
    server.wait_log("shared/coexist/mailbox/user0")


# doc/policy-store.md, "Signed documents that are put back"

def test_an_old_document_that_is_put_back_counts(server, panels):
    old = put(server, panels[0], "mailbox/user4", pop3_access="allow")
    put(server, panels[0], "mailbox/user4", pop3_access="deny")
    assert outcome(server, "user4") == "deny"
    server.store.put("mailbox/user4", old)
    assert outcome(server, "user4") == "passes"


def test_a_document_that_is_removed_does_not_count(server, panels):
    put(server, panels[0], "mailbox/user5", pop3_access="deny")
    assert outcome(server, "user5") == "deny"
    server.store.remove("mailbox/user5")
    assert outcome(server, "user5") == "passes"


def test_a_new_key_ends_all_old_documents(start, panels, folder):
    keys = folder / "panel.pub"
    trust(keys, *panels)
    server = start("tempfail", keys)
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    put(server, panels[1], "mailbox/user1", pop3_access="deny")
    assert (outcome(server, "user0"), outcome(server, "user1")) == ("deny", "deny")
    trust(keys, panels[1])
    server.wait_for(lambda: (outcome(server, "user0"), outcome(server, "user1"))
                    == ("store", "deny"))


def test_dovecot_conf_holds_whatever_is_put_back(gated, panels, keys):
    server = gated({"user0": {}}, coexist={"pop3_access": "suspend"},
                   gate={"policy_public_keys": keys})
    put(server, panels[0], "mailbox/user0", pop3_access="allow")
    assert texts.sentence("suspend", "pop3") in pop3_auth_plain(server, Client("user0"))


def test_keys_that_are_no_files_trust_nobody(gated, panels):
    """A mistake in dovecot.conf must not make unsigned documents count."""
    server = gated({"user0": {}, "user1": {}},
                   gate={"policy_public_keys": "panel.pub", "on_store_error": "tempfail"})
    server.store.put("mailbox/user0", "[policy]\npop3_access=deny\n")
    put(server, panels[0], "mailbox/user1", pop3_access="deny")
    assert (outcome(server, "user0"), outcome(server, "user1")) == ("store", "store")
    server.wait_log("policy_public_keys=panel.pub")


# Key files of no use

def missing(path):
    path.unlink(missing_ok=True)


def instead(make):
    """Return what makes something else of the path, which is not there then."""
    def instead(path):
        missing(path)
        make(path)
    return instead


USELESS = {
    "missing": missing,
    "empty": lambda path: path.write_text(""),
    "garbage": lambda path: path.write_text("-----BEGIN PUBLIC KEY-----\n"),
    "fifo": instead(os.mkfifo),
    "directory": instead(os.mkdir),
}


@pytest.fixture(params=USELESS)
def useless(request):
    """What makes a key file useless."""
    return USELESS[request.param]


def test_keys_of_no_use_lift_no_denial(start, panels, folder, useless):
    """Nobody knows whether the document is genuine: the login has to come back later."""
    keys = folder / "panel.pub"
    useless(keys)
    server = start("last-known", keys)
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    put(server, panels[0], "mailbox/user1", pop3_access="allow", language="es")
    server.store.put("mailbox/user2", pop3_access="deny")
    assert [outcome(server, f"user{number}") for number in range(4)] == [
        "store", "passes", "passes", "passes"]
    server.deliver("user0", b"Subject: hello\r\n\r\nhello\r\n")
    server.wait_log(f"Error: .*policy_public_keys: .*{keys}.*doveadm coexist policy keygen")
    if keys.is_dir():
        keys.rmdir()
    elif keys.is_fifo():
        keys.unlink()
    trust(keys, panels[0])
    server.wait_for(lambda: outcome(server, "user0") == "deny")
    assert [outcome(server, f"user{number}") for number in range(1, 4)] == ["passes"] * 3


@pytest.mark.parametrize("action, wanted", [("tempfail", ["store", "store", "passes"]),
                                            ("allow", ["passes"] * 3)])
def test_keys_of_no_use_are_a_store_error(start, panels, folder, action, wanted):
    server = start(action, folder / "none.pub")
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    put(server, panels[0], "mailbox/user1", pop3_access="allow")
    assert [outcome(server, f"user{number}") for number in range(3)] == wanted


def test_keys_that_become_useless(start, panels, folder):
    """What was known holds, of what was not it is as if they never were of use."""
    keys = folder / "panel.pub"
    trust(keys, panels[0])
    server = start("last-known", keys)
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    assert outcome(server, "user0") == "deny"
    for unknown, make_useless, why in (("user1", USELESS["garbage"], "Not a public key"),
                                       ("user2", missing, "does not exist")):
        make_useless(keys)
        server.wait_for(lambda: outcome(server, "user0") == "deny"
                        and why in server.log_text())
        put(server, panels[0], f"mailbox/{unknown}", pop3_access="deny")
        assert outcome(server, unknown) == "store"
        assert outcome(server, "user0") == "deny"
        trust(keys, panels[0])
        server.wait_for(lambda: outcome(server, unknown) == "deny")


def test_keys_that_become_useless_are_a_store_error(start, panels, folder):
    keys = folder / "panel.pub"
    trust(keys, panels[0])
    server = start("tempfail", keys)
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    assert outcome(server, "user0") == "deny"
    missing(keys)
    server.wait_for(lambda: outcome(server, "user0") == "store")
    assert outcome(server, "user1") == "passes"


def test_one_of_two_key_files_is_useless(start, panels, folder):
    """Documents of the other one's key are as good as ever."""
    good = folder / "good.pub"
    trust(good, panels[0])
    server = start("last-known", f"{good} {folder}/none.pub")
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    put(server, panels[1], "mailbox/user1", pop3_access="deny")
    assert (outcome(server, "user0"), outcome(server, "user1")) == ("deny", "store")


def test_keys_that_only_root_may_read(start, panels, folder):
    """The auth process was root when it read them first: they hold on."""
    keys = folder / "panel.pub"
    trust(keys, panels[0])
    server = start("tempfail", keys)
    put(server, panels[0], "mailbox/user0", pop3_access="deny")
    assert outcome(server, "user0") == "deny"
    keys.chmod(0)
    server.wait_for(lambda: outcome(server, "user0") == "deny"
                    and "The keys that were read before hold on" in server.log_text())
    put(server, panels[0], "mailbox/user1", pop3_access="deny")
    assert outcome(server, "user1") == "deny"
