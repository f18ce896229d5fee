# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logging in, in each way that a client can: what the server answers.

A way is a function of a server and a Client, which returns the reply without its
tag. For the auth socket, which answers in fields, the reply is made of those that
Postfix looks at.
"""

import base64
import hashlib
import hmac
import re
import socket
from contextlib import contextmanager
from dataclasses import dataclass

from instance import PASSWORD
from instance.processes import title
from sasl import Sasl
from wiring import GENERATION

WRONG = "not the password"

# What each protocol says to whom it lets in, and to who has a wrong password.
PASSES = {
    "pop3": r"\+OK Logged in\.", "imap": r"OK (\[CAPABILITY .*\] )?Logged in",
    "submission": r"235 2\.7\.0 Logged in\.", "sieve": r'OK "Logged in\."', "sasl": "OK"}
FAILED = "Authentication failed."
FAILS = {"pop3": f"-ERR [AUTH] {FAILED}", "imap": f"NO [AUTHENTICATIONFAILED] {FAILED}",
         "submission": f"535 5.7.8 {FAILED}", "sieve": f'NO "{FAILED}"', "sasl": "FAIL"}
# Of a failure that Dovecot takes for its own (RFC 4954, RFC 5804).
LATER = "Temporary authentication failure."
TEMPORARY = {"submission": f"454 4.7.0 {LATER}", "sieve": f'NO (TRYLATER) "{LATER}'}


@dataclass
class Client:
    """Who logs in, and from where."""

    user: str
    password: str = PASSWORD
    address: str = "192.0.2.1"
    tls: bool = False

    def plain(self):
        """Return the message of SASL PLAIN."""
        return _base64(f"\0{self.user}\0{self.password}".encode())

    def cram_md5(self, challenge):
        """Return the answer of SASL CRAM-MD5 (RFC 2195)."""
        digest = hmac.new(self.password.encode(), challenge, "md5").hexdigest()
        return f"{self.user} {digest}".encode()


def auth_pids(server):
    """Return the auth process, without its workers: they end when nobody asks them for a minute."""
    return [pid for pid in server.pids("auth") if "worker" not in title(pid)]


def _base64(data):
    return base64.b64encode(data).decode()


def cram_md5_answer(client, challenge):
    """Return what answers a challenge of SASL CRAM-MD5, both in Base64."""
    return _base64(client.cram_md5(base64.b64decode(challenge)))


class _Line:
    """A connection that is used line by line."""

    def __init__(self, server, port, tls, peer=None, first=""):
        self._socket = socket.create_connection(
            (server.host, server.port(port)), timeout=60,
            source_address=(peer, 0) if peer else None)
        self._socket.sendall(first.encode())
        if tls:
            self.start_tls(server)
        self._lines = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def start_tls(self, server):
        """Go on in TLS."""
        self._socket = server.tls_context().wrap_socket(self._socket,
                                                        server_hostname=server.host)
        self._lines = self._socket.makefile("rb")

    def ask(self, command, last=r""):
        """Send a command and return the line of the reply that matches `last`."""
        self.send(command)
        return self.hear(last)

    def send(self, command):
        """Send a command."""
        self._socket.sendall(command.encode() + b"\r\n")

    def hear(self, last=r""):
        """Return the next line that matches."""
        while True:
            line = self._lines.readline().decode()
            assert line.endswith("\r\n"), f"the server hung up after {line!r}"
            if re.match(last, line):
                return line[:-2]


def _pop3(server, client):
    line = _Line(server, "pop3s" if client.tls else "pop3", client.tls)
    line.greeting = line.hear(r"\+OK")
    assert line.ask(f"XCLIENT ADDR={client.address}").startswith("+OK")
    return line


def pop3_user_pass(server, client):
    """POP3 USER and PASS."""
    with _pop3(server, client) as line:
        assert line.ask(f"USER {client.user}").startswith("+OK")
        return line.ask(f"PASS {client.password}")


def pop3_auth_plain(server, client):
    """POP3 AUTH PLAIN (RFC 5034)."""
    with _pop3(server, client) as line:
        return line.ask(f"AUTH PLAIN {client.plain()}")


def pop3_cram_md5(server, client):
    """POP3 AUTH CRAM-MD5."""
    with _pop3(server, client) as line:
        challenge = base64.b64decode(line.ask("AUTH CRAM-MD5", r"\+ ")[2:])
        return line.ask(_base64(client.cram_md5(challenge)))


def pop3_apop(server, client):
    """POP3 APOP."""
    with _pop3(server, client) as line:
        stamp = re.search("<.*>", line.greeting)[0]
        digest = hashlib.md5((stamp + client.password).encode()).hexdigest()
        return line.ask(f"APOP {client.user} {digest}")


def _imap(server, client):
    line = _Line(server, "imaps" if client.tls else "imap", client.tls)
    line.hear(r"\* OK")
    line.ask(f'x ID ("x-originating-ip" "{client.address}")', "x OK")
    return line


def _untagged(reply):
    return reply.partition(" ")[2]


def imap_login(server, client):
    """IMAP LOGIN."""
    with _imap(server, client) as line:
        return _untagged(line.ask(f'a LOGIN "{client.user}" "{client.password}"', "a "))


def imap_auth_plain(server, client):
    """IMAP AUTHENTICATE PLAIN."""
    with _imap(server, client) as line:
        return _untagged(line.ask(f"a AUTHENTICATE PLAIN {client.plain()}", "a "))


def imap_cram_md5(server, client):
    """IMAP AUTHENTICATE CRAM-MD5."""
    with _imap(server, client) as line:
        challenge = base64.b64decode(line.ask("a AUTHENTICATE CRAM-MD5", r"\+ ")[2:])
        return _untagged(line.ask(_base64(client.cram_md5(challenge)), "a "))


def _submission(server, client):
    line = _Line(server, "submission", tls=False)
    line.hear("220 ")
    if client.tls:
        line.ask("EHLO client.example", "250 ")
        line.ask("STARTTLS", "220 ")
        line.start_tls(server)
    line.ask("EHLO client.example", "250 ")
    line.ask(f"XCLIENT ADDR={client.address}", "220 ")
    line.ask("EHLO client.example", "250 ")
    return line


def submission_auth_plain(server, client):
    """SMTP AUTH PLAIN."""
    with _submission(server, client) as line:
        return line.ask(f"AUTH PLAIN {client.plain()}")


def submission_cram_md5(server, client):
    """SMTP AUTH CRAM-MD5."""
    with _submission(server, client) as line:
        challenge = base64.b64decode(line.ask("AUTH CRAM-MD5", "334 ")[4:])
        return line.ask(_base64(client.cram_md5(challenge)))


SIEVE_REPLY = "OK|NO|BYE"       # RFC 5804; what it says unasked begins with a quote


def _sieve(server, client):
    line = _Line(server, "sieve", tls=False)
    line.hear("OK")
    if client.tls:
        line.ask("STARTTLS", "OK")
        line.start_tls(server)
        line.hear("OK")
    assert line.ask(f"XCLIENT ADDR={client.address}", SIEVE_REPLY).startswith("OK")
    return line


def sieve_auth_plain(server, client):
    """ManageSieve AUTHENTICATE PLAIN."""
    with _sieve(server, client) as line:
        return line.ask(f'AUTHENTICATE "PLAIN" "{client.plain()}"', SIEVE_REPLY)


def sieve_cram_md5(server, client):
    """ManageSieve AUTHENTICATE CRAM-MD5."""
    with _sieve(server, client) as line:
        challenge = base64.b64decode(line.ask('AUTHENTICATE "CRAM-MD5"', '"').strip('"'))
        return line.ask(f'"{_base64(client.cram_md5(challenge))}"', SIEVE_REPLY)


_CONNECT = {"pop3": _pop3, "imap": _imap, "submission": _submission,
            "sieve": _sieve}


_SASL = {"pop3": "AUTH {}", "imap": "a AUTHENTICATE {}", "submission": "AUTH {}",
         "sieve": 'AUTHENTICATE "{}"'}
_REPLY = {"pop3": r"[+-](?! )", "imap": "a ", "submission": "", "sieve": SIEVE_REPLY}


def authenticate(line, protocol, client, proof=False):
    """Log in by SASL CRAM-MD5 or PLAIN, in the words of the protocol."""
    quoted = '"{}"'.format if protocol == "sieve" else str
    if proof:
        challenge = line.ask(_SASL[protocol].format("CRAM-MD5"), r'\+ |334 |"')
        data = base64.b64decode(challenge.strip('"').split(" ")[-1])
        command = quoted(_base64(client.cram_md5(data)))
    else:
        command = f"{_SASL[protocol].format('PLAIN')} {quoted(client.plain())}"
    reply = line.ask(command, _REPLY[protocol])
    return _untagged(reply) if protocol == "imap" else reply


def arrive(server, port, peer, first=""):
    """Return a connection from this address of the loopback, with `first` sent."""
    return _Line(server, port, False, peer, first)


def connect(server, protocol, client):
    """Return a connection that is not logged in yet."""
    return _CONNECT[protocol](server, client)


@contextmanager
def session(server, protocol, client, proof=False):
    """A session that lasts as long as the block."""
    with connect(server, protocol, client) as line:
        reply = authenticate(line, protocol, client, proof)
        assert passes(protocol, reply), reply
        yield line


_HARMLESS = {"pop3": "QUIT", "imap": "b NOOP", "submission": "NOOP", "sieve": "NOOP"}


def reply_and_next(server, protocol, client):
    """Return the reply to who is refused, and the line that follows another command."""
    with connect(server, protocol, client) as line:
        reply = authenticate(line, protocol, client, proof=False)
        return reply, line.ask(_HARMLESS[protocol])


def _fields(reply):
    """Return OK or FAIL and the reason."""
    reason = [word[len("reason="):] for word in reply if word.startswith("reason=")]
    return " ".join(reply[:1] + reason)


def sasl_plain(server, client):
    """Postfix's SASL PLAIN."""
    with Sasl(server) as sasl:
        return _fields(sasl.plain(client.user, client.password, address=client.address,
                                  tls=client.tls))


def sasl_cram_md5(server, client):
    """Postfix's SASL CRAM-MD5."""
    with Sasl(server) as sasl:
        return _fields(sasl.cram_md5(client.cram_md5, address=client.address,
                                     tls=client.tls))


# Each way by its protocol. In the second group the server never sees the password.
PASSWORD_WAYS = {
    "pop3": (pop3_user_pass, pop3_auth_plain), "imap": (imap_login, imap_auth_plain),
    "submission": (submission_auth_plain,), "sieve": (sieve_auth_plain,),
    "sasl": (sasl_plain,)}
PROOF_WAYS = {
    "pop3": (pop3_cram_md5,) + (pop3_apop,) * (GENERATION == 23),
    "imap": (imap_cram_md5,), "submission": (submission_cram_md5,),
    "sieve": (sieve_cram_md5,), "sasl": (sasl_cram_md5,)}


def each(*groups):
    """Return (protocol, way) of every way in the groups."""
    return [(protocol, way) for group in groups
            for protocol, ways in group.items() for way in ways]


def name(value):
    """The id of a test case."""
    return getattr(value, "__name__", None)


def passes(protocol, reply):
    """True if the client was let in."""
    return re.fullmatch(PASSES[protocol], reply) is not None


def refusal(protocol, code, text):
    """Return the line that refuses with our response code and text."""
    if protocol == "sieve":
        return f'NO "{text}"'
    before = {"pop3": "-ERR ", "imap": "NO ", "submission": "535 5.7.8 ", "sasl": "FAIL "}
    return f"{before[protocol]}{code}{text}"
