# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose address is whose: the person's, webmail's, and that of what lies between.

The networks of a policy (P_networks) are the person's. Webmail is who connects from the
site's webmail_networks, whether it forwards the person's address or not.
"""

import re
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

import logins
from instance import PASSWORD, Instance
from instance.block import block
from logins import Client
from sasl import Sasl
from wiring import socket

# On this loopback are webmail, a proxy and a client that forge nothing, and one that tries.
WEBMAIL, PROXY, BALANCER, CLIENT = "127.0.0.2", "127.0.0.9", "127.0.0.4", "127.0.0.3"
OFFICE, HOME, OTHER_WEBMAIL = "203.0.113.7", "192.0.2.1", "198.51.100.7"
NETWORKS = "203.0.113.0/24"
PROTOCOLS = ("imap", "pop3", "submission", "sieve")

HAPROXY = "".join(block(f"service {service}-login", [block(
    f"inet_listener {name}", ["haproxy = yes", "ssl = no"])])
    for service, name in (("imap", "imaps"), ("pop3", "pop3s")))
CONF = ("auth_mechanisms = plain login\n" + HAPROXY + socket("auth-client")
        + f"login_trusted_networks = {WEBMAIL} {PROXY}\n"
        f"haproxy_trusted_networks = {WEBMAIL} {BALANCER}\n"
        "submission_backend_capabilities = 8BITMIME\n")

# who is it: a protocol, or webmail; how the address comes to Dovecot; the connection's
# address; the one that is forwarded, if one is; is the person in the office?
TABLE = f"""
imap        direct     {CLIENT}    -                no
webmail     direct     {WEBMAIL}   -                no
webmail     id         {WEBMAIL}   {OFFICE}         yes
webmail     id         {WEBMAIL}   {HOME}           no
webmail     id         {WEBMAIL}   {CLIENT}         no
webmail     id         {PROXY}     {OTHER_WEBMAIL}  no
imap        id         {PROXY}     {OFFICE}         yes
imap        id         {PROXY}     {HOME}           no
imap        id-proxy   {PROXY}     {OFFICE}         yes
imap        id-proxy   {WEBMAIL}   {OFFICE}         yes
webmail     id-proxy   {PROXY}     {WEBMAIL}        no
imap        id         {CLIENT}    {OTHER_WEBMAIL}  no
imap        id         {CLIENT}    {WEBMAIL}        no
imap        id         {CLIENT}    {OFFICE}         no
imap        haproxy    {BALANCER}  {OFFICE}         yes
imap        haproxy    {BALANCER}  {HOME}           no
webmail     haproxy    {BALANCER}  {WEBMAIL}        no
imap        haproxy    {WEBMAIL}   {OFFICE}         yes
pop3        direct     {WEBMAIL}   -                no
pop3        xclient    {PROXY}     {OFFICE}         yes
pop3        xclient    {PROXY}     {HOME}           no
pop3        xclient    {CLIENT}    {OFFICE}         no
pop3        haproxy    {BALANCER}  {OFFICE}         yes
pop3        haproxy    {BALANCER}  {HOME}           no
submission  direct     {CLIENT}    -                no
submission  xclient    {PROXY}     {OFFICE}         yes
submission  xclient    {CLIENT}    {OFFICE}         no
sieve       xclient    {PROXY}     {OFFICE}         yes
sieve       xclient    {CLIENT}    {OFFICE}         no
sasl        postfix    -           {OFFICE}         yes
sasl        postfix    -           {HOME}           no
"""


@dataclass
class Row:
    """A line of the table."""

    who: str
    how: str
    peer: str
    forwarded: str
    is_office: bool

    @property
    def protocol(self):
        """The protocol that Dovecot speaks."""
        return {"webmail": "imap"}.get(self.who, self.who)

    def __str__(self):
        return f"{self.who} {self.how} {self.peer} {self.forwarded}"


ROWS = [Row(*line.split()[:4], line.split()[4] == "yes")
        for line in TABLE.splitlines() if line]
GREETING = {"imap": r"\* OK", "pop3": r"\+OK", "submission": "220 ", "sieve": "OK"}


def _forward(line, row):
    """Say whose connection it is, to a server that may not believe it."""
    if row.how.startswith("id"):
        proxy = '"x-connected-ip" "127.0.0.1" "x-connected-port" "143"' * (row.how == "id-proxy")
        line.ask(f'x ID ("x-originating-ip" "{row.forwarded}" {proxy})', "x OK")
    if row.how == "xclient":
        line.ask(f"XCLIENT ADDR={row.forwarded}", r"[+-]|220 |5\d\d |OK|NO")
        if row.protocol == "submission":
            line.ask("EHLO client.example", "250 ")


@contextmanager
def arrived(server, row):
    """A connection of the row that is not logged in yet."""
    port, first = row.protocol, ""
    if row.how == "haproxy":
        port += "s"
        first = f"PROXY TCP4 {row.forwarded} 127.0.0.1 40000 143\r\n"
    with logins.arrive(server, port, row.peer, first) as line:
        line.hear(GREETING[row.protocol])
        if row.protocol == "submission":
            line.ask("EHLO client.example", "250 ")
        _forward(line, row)
        yield line


def is_let_in(server, row, user):
    """Log in as the row says; return whether it passes, in a session, too."""
    if row.how == "postfix":
        with Sasl(server) as sasl:
            return sasl.plain(user, PASSWORD, address=row.forwarded)[0] == "OK"
    with arrived(server, row) as line:
        reply = logins.authenticate(line, row.protocol, Client(user))
        if not logins.passes(row.protocol, reply):
            return False
        if row.protocol == "imap":
            return line.ask("b NOOP", r"b |\* BYE").startswith("b OK")
        return True


@pytest.fixture(scope="module")
def server(gated):
    server = gated(dict.fromkeys(["webmail", "program", "office", "there"], {}), conf=CONF,
                   gate={"webmail_networks": f"{WEBMAIL}/32 198.51.100.0/24"})
    server.store.put("mailbox/webmail", imap_access="deny")
    server.store.put("mailbox/program", webmail_access="deny")
    server.store.put("mailbox/office", webmail_networks=NETWORKS,
                     **{f"{protocol}_networks": NETWORKS for protocol in PROTOCOLS})
    return server


@pytest.mark.parametrize("row", [row for row in ROWS if row.protocol == "imap"], ids=str)
def test_who_is_webmail(server, row):
    assert is_let_in(server, row, "there")
    assert is_let_in(server, row, "webmail") == (row.who == "webmail")
    assert is_let_in(server, row, "program") == (row.who == "imap")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_networks_of_a_policy_are_the_person_s(server, row):
    assert is_let_in(server, row, "office") == row.is_office


def test_the_log_names_the_person_s_address(server):
    row = Row("webmail", "id", WEBMAIL, "192.0.2.77", False)
    assert not is_let_in(server, row, "program")
    server.wait_log(r"coexist: refused user=<program> protocol=webmail client=192\.0\.2\.77 ")


# Sessions that decide themselves know the same address.

@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    fields = {f"coexist_{protocol}_networks": NETWORKS for protocol in PROTOCOLS}
    with Instance(tmp_path_factory.mktemp("guarded"), users={"office": fields}, conf=CONF,
                  sieve=True) as server:
        yield server


@pytest.mark.parametrize("row", [row for row in ROWS if row.protocol in ("imap", "pop3")], ids=str)
def test_they_are_the_person_s_for_a_session_without_the_gate(guarded, row):
    with arrived(guarded, row) as line:
        if row.protocol == "imap":
            reply = line.ask(f"a LOGIN office {PASSWORD}", r"a |\* BYE")
            reply = line.ask("b NOOP", r"b |\* BYE") if reply.startswith("a OK") else reply
            assert reply.startswith("b OK") == row.is_office
        else:
            line.ask("USER office")
            assert bool(re.match(r"\+OK", line.ask(f"PASS {PASSWORD}"))) == row.is_office
