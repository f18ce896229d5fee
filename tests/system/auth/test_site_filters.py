# SPDX-License-Identifier: LGPL-2.1-or-later
"""What dovecot.conf says of some logins alone, the gate obeys for these and for no others."""

import pytest

import logins
from instance.block import block
from logins import Client

pytestmark = [pytest.mark.only_on(24, reason="Dovecot 2.3 has one policy for all logins"),
              pytest.mark.differs("how settings are read")]
OFFICE, ELSEWHERE = "10.1.2.3", "192.0.2.1"


def replies(server, address=ELSEWHERE, user="alice"):
    """Return what each protocol says: the reply, or True for a login that passes."""
    client = Client(user, address=address)
    replies = {"pop3": logins.pop3_user_pass(server, client),
               "imap": logins.imap_login(server, client),
               "sieve": logins.sieve_auth_plain(server, client)}
    return {protocol: logins.passes(protocol, reply) or reply
            for protocol, reply in replies.items()}


def refused(server, **where):
    """Return the protocols whose logins are refused, by the gate."""
    before = len(server.log_text())
    answers = replies(server, **where)
    log = server.log_text()[before:]
    protocols = {protocol for protocol, reply in answers.items() if reply is not True}
    for protocol in protocols:
        assert logins.FAILED not in answers[protocol]
    lines = [line for line in log.splitlines() if "coexist: refused" in line]
    assert all(": auth" in line or " auth" in line for line in lines)
    return protocols


@pytest.fixture(scope="module")
def by_protocol(gated):
    return gated({"alice": {}, "lifted": {}}, conf=block("protocol pop3", [
        "coexist_pop3_access = deny"]))


def test_what_is_denied_in_a_protocol_is_denied(by_protocol):
    assert refused(by_protocol) == {"pop3"}


def test_a_document_lifts_it_as_it_does_elsewhere(by_protocol):
    by_protocol.store.put("mailbox/lifted", pop3_access="allow")
    assert refused(by_protocol, user="lifted") == set()


@pytest.fixture(scope="module")
def by_address(gated):
    return gated({"alice": {}}, conf="coexist_imap_tls = required\n" + block(
        "remote 10.0.0.0/8", ["coexist_imap_tls = any", "coexist_pop3_access = deny"]))


@pytest.mark.parametrize("round", ["first", "as remembered"])
@pytest.mark.parametrize("address, wanted", [(ELSEWHERE, {"imap"}), (OFFICE, {"pop3"})])
def test_what_holds_for_an_address(by_address, address, wanted, round):
    assert refused(by_address, address=address) == wanted


def test_a_protocol_within_an_address(gated):
    server = gated({"alice": {}}, conf="coexist_pop3_access = deny\n" + block(
        "remote 10.0.0.0/8", [block("protocol pop3", ["coexist_pop3_access = allow"])]))
    assert refused(server) == {"pop3"}
    assert refused(server, address=OFFICE) == set()


def own_block(protocol, *lines):
    """Return a gate of the protocol's own, with settings of its own."""
    return block(f"protocol {protocol}", [
        block(f"passdb coexist_{protocol}", ["driver = coexist"]), *lines])


STORE = block("coexist", [block("dict fs", [block("fs posix", ["prefix = /mnt/policy/"])])])
CLOSED = "coexist_imap_access = deny\ncoexist_sieve_access = deny\n"


@pytest.mark.parametrize("lax, strict", [("sieve", "imap"), ("imap", "sieve")])
def test_each_block_has_its_own_site_settings(gated, lax, strict):
    """Whichever Dovecot makes first."""
    server = gated({"alice": {}}, no_gate=True, conf=STORE + CLOSED
                   + own_block(lax, "coexist_log_only = yes") + own_block(strict))
    assert refused(server) == {strict}


def test_one_unknown_value_is_one_warning(gated):
    server = gated({"alice": {}}, no_gate=True, conf=STORE + "coexist_log_only = perhaps\n"
                   + own_block("pop3") + own_block("imap"))
    assert refused(server) == set()
    lines = [line for line in server.log_text().splitlines()
             if "unknown value of the site setting log_only=perhaps" in line and "auth" in line]
    assert len(lines) == 1, lines
