# SPDX-License-Identifier: LGPL-2.1-or-later
"""What doveadm stores is what the next login reads, out of files as doc/policy-store.md
has them."""

import json
import re
import stat
import subprocess
import time
from pathlib import Path

import pytest

import logins
import texts
from instance.gate import MARKER
from logins import Client, imap_login, pop3_auth_plain, sasl_plain, sieve_auth_plain
from wiring import DOVEADM

STORE = "/mnt/policy"
# In either spelling; each pair is for one test.
IDN = [("info@bücher.example", "info@xn--bcher-kva.example"),
       ("info@xn--kche-0ra.example", "info@küche.example")]
PAGE = Path(__file__).parents[3] / "doc/protocol-policy.md"
USERS = {"alice": {}, "bob": {}, "someone@many.example": {},
         **{name: {} for names in IDN for name in names}}


def coexist(server, *arguments):
    """Run doveadm coexist, which must succeed; return its rows."""
    return json.loads(server.doveadm("-f", "json", "coexist", *arguments))


def start(gated, users, **settings):
    """Return a server with an empty store as the page wants it."""
    server = gated(users, **settings)
    server.inside("rm", "-r", f"{STORE}/coexist")
    server.inside("install", "-d", "-o", "root", "-g", "dovecot", "-m", "2750", STORE)
    return server


@pytest.fixture(scope="module")
def server(gated):
    return start(gated, USERS, conf=DOVEADM + "auth_username_chars =\n")


@pytest.mark.parametrize("protocol, way", [("pop3", pop3_auth_plain), ("imap", imap_login)],
                         ids=logins.name)
def test_the_next_login_obeys_doveadm(server, protocol, way):
    coexist(server, "policy", "set", "-u", "alice", f"{protocol}_access=deny")
    assert way(server, Client("alice")) == logins.refusal(
        protocol, texts.code("deny", protocol), texts.sentence("deny", protocol))
    coexist(server, "policy", "unset", "-u", "alice", f"{protocol}_access")
    assert logins.passes(protocol, way(server, Client("alice")))


MANY = "someone@many.example"


@pytest.mark.parametrize("scope", [("-u", MANY), ("-d", "many.example"), ("--default",)],
                         ids=["mailbox", "domain", "default"])
def test_the_next_login_obeys_a_change_of_any_scope(server, scope):
    """What was looked up a moment ago counts no more."""
    for _ in range(5):
        assert logins.passes("pop3", pop3_auth_plain(server, Client(MANY)))
        coexist(server, "policy", "set", *scope, "pop3_access=deny")
        assert texts.sentence("deny", "pop3") in pop3_auth_plain(server, Client(MANY))
        coexist(server, "policy", "unset", *scope, "pop3_access")


def test_changes_by_another_host_are_obeyed_as_soon_as_the_page_says(server):
    """Of what is changed in the store itself, this host hears by looking."""
    seconds, = set(re.findall(r"within (\d+) seconds", PAGE.read_text()))
    assert logins.passes("pop3", pop3_auth_plain(server, Client(MANY)))
    server.store.put("domain/many.example", pop3_access="deny")
    server.store.put("default", sieve_access="deny")
    changed = time.monotonic()
    server.wait_for(lambda: time.monotonic() > changed + int(seconds))
    assert texts.sentence("deny", "pop3") in pop3_auth_plain(server, Client(MANY))
    assert texts.sentence("deny", "sieve") in sieve_auth_plain(server, Client(MANY))
    for scope in (("-d", "many.example"), ("--default",)):
        coexist(server, "policy", "unset", *scope, "--all")


def owners(server):
    """Return {path: (owner, group, mode)} of all in the store."""
    root = server.folder / "policy"
    return {str(path.relative_to(root)): (path.owner(), path.group(),
                                          stat.filemode(path.stat().st_mode))
            for path in (root, *root.rglob("*"))}


@pytest.mark.parametrize("umask", ["022", "077"])
def test_owners_and_modes_of_what_doveadm_writes(server, umask):
    """The auth process may read it, and nobody else."""
    def run(*arguments):
        server.inside("sh", "-c", 'umask "$0"; exec doveadm -c /mnt/etc/dovecot.conf coexist '
                      'policy "$@"', umask, *arguments)

    scopes = [("-u", "bob"), ("-d", "example.org"), ("--default",)]
    for scope in scopes:
        for number in ("1", "2"):       # a new document, and one in the place of another
            run("set", *scope, f"sieve_max_sessions={number}")
    found = owners(server)
    for scope in scopes:
        run("unset", *scope, "--all")
    folder, file = ("root", "dovecot", "drwxr-s---"), ("root", "dovecot", "-rw-r-----")
    assert found == {
        ".": folder, "coexist": folder, "coexist/mailbox": folder, "coexist/domain": folder,
        f"coexist/{MARKER}": file, "coexist/mailbox/bob": file,
        "coexist/domain/example.org": file,
        "coexist/default": file}


@pytest.mark.parametrize("own, other", IDN, ids=["UTF-8", "punycode"])
def test_a_domain_is_the_one_that_is_written(server, own, other):
    """Dovecot takes the spellings of an international name for two."""
    coexist(server, "policy", "set", "-d", own.partition("@")[2], "submission_access=deny")
    assert sasl_plain(server, Client(own)) == f"FAIL {texts.sentence('deny', 'sasl')}"
    assert sasl_plain(server, Client(other)) == "OK"


def openssl(*arguments):
    """Return what openssl prints."""
    return subprocess.run(["openssl", *arguments], check=True, text=True,
                          capture_output=True).stdout


@pytest.fixture(scope="module")
def allowing(gated, tmp_path_factory):
    """A server that trusts one key, and lets in whose document is not to be trusted."""
    key = tmp_path_factory.mktemp("key") / "key.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-out", key)
    return start(gated, {"carol": {}}, conf=DOVEADM,
                 files={"panel.key": key.read_text(),
                        "panel.pub": openssl("pkey", "-in", key, "-pubout")},
                 gate={"on_store_error": "allow", "policy_public_keys": "/mnt/etc/panel.pub"})


@pytest.mark.parametrize("forge", [
    lambda text: text.partition("[signature]")[0],
    lambda text: text.replace("=deny", "=suspend"),
    lambda text: text.replace("ed25519=", "ed25519=AAAA")],
    ids=["no signature", "another value", "a broken signature"])
def test_where_store_errors_are_allowed_a_bad_signature_is_no_refusal(allowing, forge):
    server = allowing
    coexist(server, "policy", "set", "-u", "carol", "--sign-key", "/mnt/etc/panel.key",
            "pop3_access=deny", "imap_access=deny")
    ways = {"pop3": pop3_auth_plain, "imap": imap_login}
    for protocol, way in ways.items():
        assert texts.sentence("deny", protocol) in way(server, Client("carol"))
    document = server.store.folder / "mailbox/carol"
    server.store.put("mailbox/carol", forge(document.read_text()))
    for protocol, way in ways.items():
        assert logins.passes(protocol, way(server, Client("carol")))
        assert way(server, Client("carol", logins.WRONG)) == logins.FAILS[protocol]
    server.wait_log("Error: .*shared/coexist/mailbox/carol")
    server.store.remove("mailbox/carol")
