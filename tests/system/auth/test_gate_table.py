# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the gate decides: at the reply, among the passdbs, in both places, in neither.

Whichever it is, a login is decided about once, and a refusal has one line in the log.
"""

import re
from dataclasses import dataclass

import pytest

import logins
from instance import PASSWORD
from instance.block import block
from instance.gate import key_file
from logins import Client
from sasl import Sasl
from wiring import GENERATION, MASTER, passwords

REASON = "Not here."
DEBUG = "log_debug = category=auth\n"
# Of the gate: what it tells the administrator who debugs.
DECISION = re.compile(r"^.*Debug: .*(?:POP3|IMAP|Submission) login (?:passes|is refused by).*$",
                      re.M | re.I)

# One block is enough for the reply. In a chain each passdb has to go on to it.
FORMS = {"hook": {}, "chain": {"passes_on": True, "gate": {"gate_at": "chain"}},
         "both": {"passes_on": True}, "neither": {"gate": {"gate_at": "chain"}},
         "neither, and nobody": {"gate": {"gate_at": "chain", "on_no_gate": "tempfail"}}}
VERDICTS = ("allow", "deny", "wrong")
POLICIES = {"allow": {}, "wrong": {"imap_access": "deny", "pop3_access": "deny"},
            "deny": {"imap_access": "deny", "pop3_access": "deny", "deny_text": REASON}}

THERE = "proxy=y host=192.0.2.10"
LINES = {"local": f"{PASSWORD}::::::", "any": f"::::::nopassword=y {THERE}",
         "master": f"{PASSWORD}::::::{THERE} master={MASTER} pass=another"}


@dataclass
class Situation:
    """Who logs in, and what is answered: "passes", "refused", "later" or "fails"."""

    kind: str           # of LINES
    allow: str = "passes"
    deny: str = "refused"
    wrong: str = "fails"
    service: str = "imap"
    address: str = "192.0.2.1"


SITUATIONS = {
    "local": Situation("local"),
    "nopassword proxy": Situation("any", deny="passes", wrong="passes"),
    "proxy with a master password": Situation("master"),
    "pop3": Situation("local", service="pop3"),
}


def name(situation, verdict):
    return f"{situation.replace(' ', '-')}-{verdict}"


def open_server(gated, form, gate_for=None):
    form = FORMS[form]
    chain = passwords("forwarded", "/mnt/etc/forwarded",
                      *["result_success = continue-ok"] * form.get("passes_on", False))
    lines = [f"{name(situation, verdict)}:{LINES[facts.kind]}"
             for situation, facts in SITUATIONS.items() for verdict in VERDICTS]
    server = gated({"alice": {}}, chain=chain, conf=DEBUG, gate_for=gate_for,
                   files={"forwarded": "\n".join(lines) + "\n"}, **form)
    for situation in SITUATIONS:
        for verdict, policy in POLICIES.items():
            server.store.put(f"mailbox/{name(situation, verdict)}", **policy)
    server.store.put("mailbox/alice", pop3_networks="203.0.113.0/24")
    return server


@pytest.fixture(scope="module", params=FORMS)
def form(request, gated):
    """(form, server)"""
    return request.param, open_server(gated, request.param)


@pytest.fixture(scope="module", params=FORMS)
def pop3_form(request, gated):
    """(form, server) whose gate is configured for POP3 alone."""
    return request.param, open_server(gated, request.param, gate_for="pop3")


def ask(server, user, password, facts):
    """Return "passes", "refused", "later" or "fails"."""
    with Sasl(server) as sasl:
        reply = sasl.plain(user, password, service=facts.service, address=facts.address)
    if reply[0] == "OK":
        return "passes"
    if "code=temp_fail" in reply:
        return "later"
    return "refused" if any(REASON in word for word in reply) else "fails"


class Seen:
    """What the log says from now on."""

    def __init__(self, server):
        self.server = server
        self.start = len(server.log_text())

    def decisions(self, user):
        return [line for line in DECISION.findall(self.server.log_text()[self.start:])
                if user in line]

    def lines(self, user):
        return re.findall(rf"coexist: refused user=<{re.escape(user)}> .*",
                          self.server.log_text()[self.start:])


def log_in(form, situation, verdict, is_gated=True, may_none=False):
    """Return (answer, decisions, lines) and what they should be.

    may_none  the site rather lets nobody in than somebody who is not gated
    """
    kind, server = form
    facts = SITUATIONS[situation]
    user = name(situation, verdict)
    seen = Seen(server)
    password = logins.WRONG if verdict == "wrong" else PASSWORD
    answer = ask(server, user, password, facts)
    due = getattr(facts, verdict)
    if not is_gated and due == "refused":
        due = "passes"
    if may_none and due == "passes":
        due = "later"
    if due == "refused":
        server.wait_for(lambda: seen.lines(user), what="a line in the log")
    asked = is_gated and due != "fails"
    if asked:
        server.wait_for(lambda: seen.decisions(user), what="a decision")
    return ((answer, len(seen.decisions(user)), len(seen.lines(user))),
            (due, int(asked), int(due == "refused")))


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_one_decision_and_one_line(form, situation, verdict):
    is_, due = log_in(form, situation, verdict, is_gated="neither" not in form[0],
                      may_none="nobody" in form[0])
    assert is_ == due


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_gate_of_one_protocol_decides_about_that_one(pop3_form, situation, verdict):
    """A chain can't have it: Dovecot asks a protocol's own passdbs before the others."""
    is_pop3 = SITUATIONS[situation].service == "pop3"
    is_gated = pop3_form[0] in ("hook", "both") and is_pop3
    is_, due = log_in(pop3_form, situation, verdict, is_gated,
                      may_none=is_pop3 and "nobody" in pop3_form[0])
    assert is_ == due


@pytest.mark.parametrize("address, passes", [("203.0.113.5", True), ("192.0.2.1", False)])
def test_the_address_that_is_forwarded_counts(form, address, passes):
    """XCLIENT. Where nothing gates the login, the session's guard refuses it."""
    kind, server = form
    is_gated = "neither" not in kind
    seen = Seen(server)
    said = logins.pop3_user_pass(server, Client("alice", address=address))
    if "nobody" in kind:
        assert said.startswith("-ERR [SYS/TEMP] ")
        return
    assert logins.passes("pop3", said) == passes
    if not passes:
        assert said.startswith("-ERR [SYS/PERM] ")
        server.wait_for(lambda: seen.lines("alice"), what="a line in the log")
    if is_gated:
        assert len(seen.lines("alice")) == int(not passes)
    assert len(seen.decisions("alice")) == int(is_gated)


@pytest.mark.parametrize("address", ["203.0.113.5", "192.0.2.1"])
def test_a_wrong_password_is_wrong_from_any_address(form, address):
    _, server = form
    seen = Seen(server)
    said = logins.pop3_user_pass(server, Client("alice", logins.WRONG, address))
    assert said == logins.FAILS["pop3"]
    assert (seen.decisions("alice"), seen.lines("alice")) == ([], [])


# Dovecot 2.4 has one configuration of the gate, 2.3 one for each file.
ORDERS = ["A", "AA", "AAA", *["AB", "ABA", "BAAB"] * (GENERATION == 23)]


@pytest.mark.parametrize("order", ORDERS)
def test_a_gate_decides_once_however_often_it_is_named(gated, order):
    """In whatever order: each gate that the blocks name is asked about a login once."""
    blocks = "".join(
        block("passdb", ["driver = coexist", f"args = /mnt/etc/gate-{letter}.conf.ext"])
        if GENERATION == 23 else block(f"passdb gate{number}", ["driver = coexist"])
        for number, letter in enumerate(order))
    store = "" if GENERATION == 23 else block("coexist", [
        block("dict fs", [block("fs posix", ["prefix = /mnt/policy/"])])])
    server = gated({"alice": {}}, no_gate=True, conf=DEBUG + blocks + store,
                   files={f"gate-{letter}.conf.ext": key_file({}, {}) for letter in order})
    server.store.mark()
    seen = Seen(server)
    assert ask(server, "alice", PASSWORD, Situation("local")) == "passes"
    assert len(seen.decisions("alice")) == len(set(order))
