# SPDX-License-Identifier: LGPL-2.1-or-later
"""XOAUTH2 and OAUTHBEARER: a refusal never says that the token is not valid.

A client that reads so drops a good token, or asks its user for a password.
"""

import base64
import hashlib
import hmac
import json
import time
from contextlib import contextmanager

import pytest

import logins
import texts
from instance.block import block
from logins import Client
from wiring import ANVIL, GENERATION, MECHANISMS

KEY = b"a secret of the token's issuer"
CONF = f"auth_mechanisms = {' '.join(MECHANISMS)} xoauth2 oauthbearer\n" + ANVIL
if GENERATION == 24:
    KEYS = block("dict fs", [block("fs posix", ["prefix = /mnt/etc/keys/"])])
    CONF += block("oauth2", ["introspection_mode = local",
                             block("oauth2_local_validation", [KEYS])])
TOKENS = block("passdb", ["driver = oauth2", "mechanisms = xoauth2 oauthbearer",
                          "args = /mnt/etc/tokens.conf.ext"]) if GENERATION == 23 else ""
TOKENS_FILE = ("introspection_mode = local\n"
               "local_validation_key_dict = fs:posix:prefix=/mnt/etc/keys/\n")
GARBAGE = "This is no document."


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(user, key=KEY):
    """Return a token that the issuer signed (RFC 7519)."""
    head = json.dumps({"typ": "JWT", "alg": "HS256"})
    body = json.dumps({"sub": user, "email": user, "exp": int(time.time()) + 3600})
    text = f"{_part(head.encode())}.{_part(body.encode())}"
    return f"{text}.{_part(hmac.digest(key, text.encode(), hashlib.sha256))}"


def xoauth2(user, bearer):
    """Return the mechanism and its only message."""
    return "XOAUTH2", f"user={user}\1auth=Bearer {bearer}\1\1"


def oauthbearer(user, bearer):
    """The same of RFC 7628."""
    return "OAUTHBEARER", f"n,a={user},\1auth=Bearer {bearer}\1\1"


WAYS = [xoauth2, oauthbearer]
COMMANDS = {"imap": ("a AUTHENTICATE {} {}", r"\+ |a "), "pop3": ("AUTH {} {}", r"\+ |[+-]")}


@contextmanager
def authenticated(server, protocol, user, message):
    """Return the lines that the server says to a token, up to the reply."""
    command, last = COMMANDS[protocol]
    mechanism, text = message
    with logins.connect(server, protocol, Client(user)) as line:
        said = [line.ask(command.format(mechanism,
                                        base64.b64encode(text.encode()).decode()), last)]
        while said[-1].startswith("+ "):    # a challenge, which has an empty answer
            said.append(line.ask("", last))
        yield [text.removeprefix("a ") for text in said]


def reply(server, protocol, user, message):
    with authenticated(server, protocol, user, message) as said:
        return said


@pytest.fixture(scope="module")
def server(gated):
    server = gated(dict.fromkeys(["free", "closed", "away", "one"], {}), chain=TOKENS,
                   conf=CONF, files={"tokens.conf.ext": TOKENS_FILE},
                   gate={"on_store_error": "tempfail"})
    key = server.folder / "etc/keys/default/HS256/default"
    key.parent.mkdir(parents=True)
    key.write_bytes(base64.b64encode(KEY))
    server.store.put("mailbox/closed", imap_access="deny", pop3_access="suspend")
    server.store.put("mailbox/away", GARBAGE)
    server.store.put("mailbox/one", imap_max_sessions=1, pop3_max_sessions=1)
    return server


@pytest.mark.parametrize("protocol", COMMANDS)
@pytest.mark.parametrize("way", WAYS, ids=logins.name)
class TestAToken:
    """What it gets in each way, by each protocol."""

    def test_of_who_may_log_in_does(self, server, way, protocol):
        said, = reply(server, protocol, "free", way("free", token("free")))
        assert logins.passes(protocol, said)

    def test_that_is_not_valid_is_said_to_be_so(self, server, way, protocol):
        """Otherwise the tests below prove nothing."""
        for user in ("free", "closed", "away"):
            *challenges, last = reply(server, protocol, user,
                                      way(user, token(user, key=b"another")))
            assert challenges and last == logins.FAILS[protocol]

    def test_of_who_is_denied_is_refused_with_the_reason(self, server, way, protocol):
        kind = {"imap": "deny", "pop3": "suspend"}[protocol]
        assert reply(server, protocol, "closed", way("closed", token("closed"))) == [
            logins.refusal(protocol, texts.code(kind, protocol),
                           texts.sentence(kind, protocol))]

    def test_comes_back_when_the_store_does(self, server, way, protocol):
        said, = reply(server, protocol, "away", way("away", token("away")))
        assert said.startswith({"imap": "NO [UNAVAILABLE] ", "pop3": "-ERR [SYS/TEMP] "}[protocol])

    def test_of_one_session_too_many_waits_for_its_turn(self, server, way, protocol):
        with authenticated(server, protocol, "one", way("one", token("one"))) as said:
            assert logins.passes(protocol, *said)
            assert reply(server, protocol, "one", way("one", token("one"))) == [
                logins.refusal(protocol, texts.code("max_sessions", protocol),
                               texts.sentence("max_sessions", protocol))]
