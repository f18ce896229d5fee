# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each line of the table of refusals, in each way to log in by its protocol."""

import imaplib

import pytest

import logins
import texts
from instance import PASSWORD
from logins import Client
from refusals import DOCUMENTS, WEBMAIL, rows
from wiring import MASTER, MASTERS, passwords

ROWS = rows()
CASES = [pytest.param(row, way, id=f"{row}-{way.__name__}") for row in ROWS
         for way in logins.PASSWORD_WAYS[row.protocol]]
PROOFS = [pytest.param(row, way, id=f"{row}-{way.__name__}") for row in ROWS
          for way in logins.PROOF_WAYS[row.protocol] if row.kind != "master"]
ALIASES = passwords("aliases", "/mnt/etc/aliases", "result_success = continue-ok")


def accounts(some):
    """Return {name: userdb fields} of the rows' users and of the master user."""
    return {MASTER: {}, **{
        row.user: {f"coexist_{key}": value
                   for key, value in row.policy.get("userdb", {}).items()}
        for row in some if row.kind != "nobody"}}


def write_aliases(folder, some):
    """Write the passwd-file of the other names by which owners log in."""
    (folder / "etc/aliases").write_text("".join(
        f"alias{row.user}:{PASSWORD}::::::user={row.user}\n"
        for row in some if row.kind == "alias"))


def put_documents(store, row):
    """Store what a row says about its own mailbox and domain."""
    for scope in DOCUMENTS & set(row.policy):
        name = {"mailbox": f"mailbox/{row.user}", "domain": f"domain/{row.domain}",
                "default": "default"}[scope]
        store.put(name, **row.policy[scope])


@pytest.fixture(scope="module")
def server_of(gated):
    """Return the server of a row, which rows of the same world share."""
    servers = {}

    def get(row):
        if row.world not in servers:
            some = [other for other in ROWS if other.world == row.world]
            server = gated(accounts(some), coexist=row.policy.get("site"), chain=ALIASES,
                           gate={"webmail_networks": WEBMAIL, **row.policy.get("gate", {})},
                           conf=MASTERS)
            write_aliases(server.folder, some)
            for other in some:
                put_documents(server.store, other)
            servers[row.world] = server
        return servers[row.world]
    return get


def client_of(row):
    """Return who logs in."""
    names = {"upper": row.user.upper(), "alias": f"alias{row.user}",
             "master": f"{row.user}*{MASTER}"}
    password = logins.WRONG if row.kind == "guess" else PASSWORD
    return Client(names.get(row.kind, row.user), password, row.client, row.tls)


def expected(row):
    """Return the reply to who is not let in."""
    kind, *details = row.reply.split(" ", 1)
    if kind == "fails":
        return logins.FAILS[row.protocol]
    webmail = row.protocol == "imap" and row.client.startswith(("198.51.", "2001:db8:77:"))
    protocol = "webmail" if webmail else row.protocol
    text = details[0] if kind == "says" else texts.sentence(kind, protocol, *details)
    return logins.refusal(row.protocol, texts.code(kind, protocol), text)


def check(row, reply):
    """The reply is the one of the table."""
    if row.reply == "passes":
        assert logins.passes(row.protocol, reply), reply
    else:
        assert reply == expected(row)


@pytest.mark.parametrize("row, way", CASES)
def test_the_reply_to_a_password(server_of, row, way):
    check(row, way(server_of(row), client_of(row)))


def test_imap_says_unavailable_to_a_client_that_nobody_forwards(gated):
    """Mail programs then show the text and keep the password (doc/clients.md)."""
    server = gated({"closed": {}, "ended": {}, "abroad": {}, "free": {}})
    server.store.put("mailbox/closed", imap_access="deny")
    server.store.put("mailbox/ended", imap_until="2020-01-01")
    server.store.put("mailbox/abroad", imap_networks="203.0.113.0/24")
    for user, text in (("closed", texts.sentence("deny", "imap")),
                       ("ended", texts.sentence("until", "imap", "2020-01-01")),
                       ("abroad", texts.sentence("network", "imap"))):
        with pytest.raises(imaplib.IMAP4.error) as refused:
            server.imap(user)
        assert f"[UNAVAILABLE] {text}" in str(refused.value)
    server.imap("free").logout()


@pytest.mark.parametrize("row, way", PROOFS)
def test_the_reply_to_a_proof_of_the_password(server_of, row, way):
    check(row, way(server_of(row), client_of(row)))
