# SPDX-License-Identifier: LGPL-2.1-or-later
"""P_max_sessions: so many sessions of a mailbox at the same time, and no more."""

import base64
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from statistics import median

import pytest

import logins
import texts
from logins import Client, each, session
from max_sessions import DEBUG, PROTOCOLS, full, hold, limited, limits, listed
from sasl import scram_sha_256
from wiring import ANVIL, MASTER

WAYS = [case for case in each(logins.PASSWORD_WAYS, logins.PROOF_WAYS)
        if case[0] in PROTOCOLS]
WEBMAIL = "198.51.100.1"
VERBOSE = "auth_verbose = yes\n"
UNUSED = count()


@pytest.fixture(scope="module")
def server(gated):
    return limited(gated, webmail_networks="198.51.100.0/24")


@pytest.fixture
def user():
    """A user whom no other test uses."""
    return f"user{next(UNUSED)}"


# The limit

@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_one_session_too_many(server, user, protocol, way):
    with ExitStack() as stack:
        hold(server, stack, user, protocol, 2)
        assert way(server, Client(user)) == full(protocol)
        assert way(server, Client(user, logins.WRONG)) == logins.FAILS[protocol]
        assert way(server, Client(user)) == full(protocol)
    server.wait_log(rf"coexist: refused user=<{user}> protocol={protocol} "
                    rf"client=192\.0\.2\.1 {protocol}_max_sessions=2 "
                    'set-by="the default document"')


@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_when_one_has_gone_the_next_may_come(server, user, protocol, way):
    with ExitStack() as stack:
        hold(server, stack, user, protocol, 1)
        with session(server, protocol, Client(user)):
            pass
        assert logins.passes(protocol, way(server, Client(user)))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_all_addresses_together(server, user, protocol):
    with ExitStack() as stack:
        hold(server, stack, user, protocol, 1, "192.0.2.1")
        hold(server, stack, user, protocol, 1, "2001:db8::1")
        reply = logins.PASSWORD_WAYS[protocol][0](server, Client(user, address="192.0.2.3"))
        assert reply == full(protocol)


def test_each_protocol_and_mailbox_for_itself(server, user):
    with ExitStack() as stack:
        for protocol in PROTOCOLS:
            hold(server, stack, user, protocol, 2)
        for protocol in PROTOCOLS:
            assert logins.PASSWORD_WAYS[protocol][0](server, Client(user)) == full(protocol)
        hold(server, stack, f"user{next(UNUSED)}", "pop3", 2)


def test_webmail_is_not_imap(server, user):
    server.store.put(f"mailbox/{user}", imap_max_sessions=1, webmail_max_sessions=1)
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 1)
        hold(server, stack, user, "imap", 1, WEBMAIL)
        assert logins.imap_login(server, Client(user)) == full("imap")
        assert logins.imap_login(server, Client(user, address=WEBMAIL)) \
            == full("imap", webmail=True)


def test_a_webmail_that_forwards_addresses_counts_as_imap(gated, user):
    """Anvil knows its sessions by the addresses of persons."""
    server = limited(gated, webmail_networks="127.0.0.1")
    server.store.put(f"mailbox/{user}", imap_max_sessions=2, webmail_max_sessions=1)
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 2)
        server.wait_for(lambda: listed(server, user) == 2)
        with logins.arrive(server, "imap", "127.0.0.2") as program:
            program.hear(r"\* OK")
            assert logins.authenticate(program, "imap", Client(user)) == \
                full("imap").replace("[ALERT]", "[UNAVAILABLE]")
        # webmail itself has none, and is let in by its own limit
        hold(server, stack, user, "imap", 1)
    server.wait_log(rf"coexist: refused user=<{user}> protocol=imap "
                    r"client=127\.0\.0\.2 imap_max_sessions=2")
    assert "protocol=webmail" not in server.log_text()


def test_postfix_has_no_sessions(server, user):
    """Its logins are over when they have passed."""
    server.store.put(f"mailbox/{user}", submission_max_sessions=1)
    with session(server, "submission", Client(user)):
        for _ in range(3):
            assert logins.sasl_plain(server, Client(user)) == "OK"


def test_zero_is_no_limit(server, user):
    server.store.put(f"mailbox/{user}", imap_max_sessions=0)
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 5)


def test_a_limit_is_obeyed_by_the_next_login(server, user):
    server.store.put(f"mailbox/{user}", imap_max_sessions=4)
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 4)
        server.wait_for(lambda: listed(server, user) == 4)
        server.store.put(f"mailbox/{user}", imap_max_sessions=2)
        assert logins.imap_login(server, Client(user)) == full("imap")


def test_other_words_do_not_replace_these(server, user):
    """deny_text is for those who may not log in at all."""
    server.store.put(f"mailbox/{user}", pop3_max_sessions=1, deny_text="Call us.")
    with session(server, "pop3", Client(user)):
        assert logins.pop3_user_pass(server, Client(user)) == full("pop3")


# At the same time

@pytest.mark.parametrize("proof", [False, True], ids=["password", "proof"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_many_at_once(server, user, protocol, proof):
    """As many come in as may, and not one more."""
    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        def try_one(_):
            attempt = session(server, protocol, Client(user), proof)
            try:
                return stack.enter_context(attempt)
            except AssertionError as error:
                assert str(error).startswith(full(protocol)), error
                return None
        sessions = list(pool.map(try_one, range(8)))
        assert len([one for one in sessions if one]) == 2


@pytest.mark.parametrize("protocol, bye", [
    ("pop3", "QUIT"), ("imap", "b LOGOUT"), ("sieve", "LOGOUT")])
def test_who_comes_back_at_once_is_let_in(server, user, protocol, bye):
    """The end of a session is not known at once."""
    server.store.put(f"mailbox/{user}", **limits(1))
    for _ in range(4):
        with session(server, protocol, Client(user)) as line:
            line.ask(bye, r"\+OK|b OK|OK")


def test_nobody_is_refused_before_it_is_sure(server, user):
    """For a moment, anvil may still list a session whose client knows of its end."""
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 2)
        server.wait_for(lambda: listed(server, user) == 2)
        started = time.monotonic()
        assert logins.imap_login(server, Client(user)) == full("imap")
        assert time.monotonic() - started >= 0.25


def scram_begin(server, client):
    """Begin SCRAM-SHA-256 (RFC 7677) by IMAP; return (line, the proof that is due)."""
    line = logins.connect(server, "imap", client)
    first, prove = scram_sha_256(client.user, client.password)
    challenge = line.ask("a AUTHENTICATE SCRAM-SHA-256 " + base64.b64encode(first).decode(),
                         r"\+ ")
    return line, base64.b64encode(prove(base64.b64decode(challenge[2:]))).decode()


def scram_end(line, proof):
    """Give the proof; return the reply."""
    reply = line.ask(proof, r"\+ |a ")
    if reply.startswith("+ "):
        reply = line.ask("", "a ")
    return reply.partition(" ")[2]


def test_proofs_that_were_begun_together(server, user):
    """What was free when they began may not be when they end."""
    server.store.put(f"mailbox/{user}", imap_max_sessions=1)
    with ExitStack() as stack:
        begun = [scram_begin(server, Client(user)) for _ in range(3)]
        for line, _ in begun:
            stack.enter_context(line)
        replies = [scram_end(*one) for one in begun]
    assert logins.passes("imap", replies[0])
    assert replies[1:] == [full("imap")] * 2


def test_without_a_proof_nothing_tells_whether_it_is_full(gated, user):
    """Anvil, which can't answer here, is asked about who has proved the password only."""
    server = limited(gated, conf=ANVIL + VERBOSE)
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 2)
        server.wait_for(lambda: listed(server, user) == 2)
        anvil, = server.pids("anvil")
        server.kill(anvil, signal.SIGSTOP)
        line, proof = scram_begin(server, Client(user, logins.WRONG))
        with line:
            assert scram_end(line, proof) == logins.FAILS["imap"]
        for way in (logins.imap_cram_md5, logins.pop3_cram_md5):
            way(server, Client(user, logins.WRONG))
        server.wait_log(f"{user}.*[Pp]assword mismatch")
        assert "Can't count the sessions" not in server.log_text()
        line, proof = scram_begin(server, Client(user))
        with line:
            assert "Can't count the sessions" not in server.log_text()
            assert logins.passes("imap", scram_end(line, proof))
        server.wait_log("coexist: Can't count .* does not answer")
        server.kill(anvil, signal.SIGCONT)


def test_who_gives_up_while_anvil_is_asked_harms_nobody(gated, user):
    server = limited(gated, conf=ANVIL + DEBUG)
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 2)
        line, proof = scram_begin(server, Client(user))
        with line:
            anvil, = server.pids("anvil")
            server.kill(anvil, signal.SIGSTOP)
            before = len(server.log_text())
            line.ask(proof, r"\+ ")
            line.send("")
        logins.imap_cram_md5(server, Client(user, logins.WRONG))
        server.kill(anvil, signal.SIGCONT)
        server.wait_for(lambda: f"sessions of user=<{user}>: " in server.log_text()[before:],
                        20, "what anvil was asked for")
        server.wait_for(lambda: logins.imap_cram_md5(server, Client(user)) == full("imap"),
                        30, "the limit to hold again")


def test_wrong_proofs_take_nobody_s_place(server):
    def login_takes():
        """Of a user who has not logged in before, or it would wait for that one."""
        user = f"user{next(UNUSED)}"
        server.store.put(f"mailbox/{user}", **limits(1))
        for _ in range(3):
            logins.imap_cram_md5(server, Client(user, logins.WRONG))
        started = time.monotonic()
        with session(server, "imap", Client(user)):
            return time.monotonic() - started
    # a place would be kept for two seconds; the machine may stand still for once
    assert median(login_takes() for _ in range(3)) < 1.5


# The site

def test_log_only_lets_pass_and_says_so(gated, user):
    server = limited(gated, log_only="yes")
    with ExitStack() as stack:
        hold(server, stack, user, "pop3", 4)
        server.wait_log(f"coexist: would refuse user=<{user}> protocol=pop3 "
                        r"client=192\.0\.2\.1 pop3_max_sessions=2")


def test_a_master_user_is_let_in(server, user):
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 2)
        hold(server, stack, f"{user}*{MASTER}", "imap", 1)


def test_without_master_bypass_a_master_user_is_not(gated, user):
    server = limited(gated, master_bypass="no")
    with ExitStack() as stack:
        hold(server, stack, user, "imap", 2)
        reply = logins.imap_login(server, Client(f"{user}*{MASTER}"))
        assert reply.startswith("NO ") and texts.sentence("max_sessions", "imap") in reply
