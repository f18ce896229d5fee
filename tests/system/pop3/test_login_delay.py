# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_login_delay: a client that comes back too early is told so (RFC 2449, LOGIN-DELAY)."""

import base64
import poplib
import re
import signal

import pytest

from instance import PASSWORD, message
from login_delay import (GROUPS, HOUR, is_early, last_login_was, refusal, seconds_of, state,
                         visit, write_state)
from maildrop import large_message, starttls
from names import STATE
from wire import send


@pytest.fixture(scope="module", params=[("maildir", "no"), ("maildir", "yes"),
                                        ("mdbox", "yes"), ("sdbox", "no")],
                ids=lambda storage_lock: "-".join(storage_lock))
def server(start, request):
    """pop3_lock_session changes when Dovecot says +OK."""
    storage, lock = request.param
    return start(storage=storage, groups=GROUPS,
                 conf=f"protocol pop3 {{\n  pop3_lock_session = {lock}\n}}\n")


@pytest.fixture
def maildrop(server):
    """A mailbox that may be visited once an hour."""
    return server.maildrop("hour")


# Too early, and not

def test_the_second_visit_is_too_early(maildrop):
    visit(maildrop)
    reply = refusal(maildrop)
    assert re.fullmatch(r"-ERR \[LOGIN-DELAY\] Your mail was checked a moment ago\. Please "
                        r"wait \d+ s\.", reply)
    assert HOUR - 60 < seconds_of(reply) <= HOUR


def test_the_line_is_all_that_is_said(maildrop):
    visit(maildrop)
    pop = poplib.POP3(maildrop.server.host, maildrop.server.port("pop3"), timeout=60)
    pop.user(maildrop.user)
    send(pop, f"PASS {PASSWORD}", "STAT", "DELE 1", "QUIT")
    assert pop.file.readline().startswith(b"-ERR [LOGIN-DELAY] ")
    assert pop.file.read() == b""
    pop.close()


@pytest.mark.parametrize("how", [{"tls": True}, {"before_login": "stls"}], ids=["TLS", "STLS"])
def test_a_visit_in_tls(maildrop, how):
    if "before_login" in how:
        how = {"before_login": starttls(maildrop.server)}
    visit(maildrop, **how)
    assert is_early(maildrop, **how)
    assert is_early(maildrop)


def test_sasl_gets_the_same_answer(maildrop):
    visit(maildrop)
    pop = poplib.POP3(maildrop.server.host, maildrop.server.port("pop3"), timeout=60)
    plain = base64.b64encode(f"\0{maildrop.user}\0{PASSWORD}".encode()).decode()
    with pytest.raises(poplib.error_proto, match=r"-ERR \[LOGIN-DELAY\] Your mail"):
        pop._shortcmd(f"AUTH PLAIN {plain}")
    pop.close()


def test_when_the_time_is_over_the_visit_is_welcome(server):
    maildrop = server.maildrop("short")
    visit(maildrop)
    first = int(state(maildrop)["pop3_login"])

    def may_visit():
        try:
            visit(maildrop)
        except poplib.error_proto:
            return False
        return True
    server.wait_for(may_visit, 60, "the end of the delay")
    assert int(state(maildrop)["pop3_login"]) >= first + 2


@pytest.mark.parametrize("ago, left", [(HOUR - 60, 60), (1, HOUR - 1)])
def test_so_much_is_left(maildrop, ago, left):
    maildrop.deliver(1)
    last_login_was(maildrop, ago)
    assert left - 30 < seconds_of(refusal(maildrop)) <= left


@pytest.mark.parametrize("ago", [HOUR, 2 * HOUR, 10**9])
def test_a_visit_long_ago_is_forgiven(maildrop, ago):
    maildrop.deliver(1)
    last_login_was(maildrop, ago)
    visit(maildrop)


def test_a_clock_that_was_put_back_locks_nobody_out(maildrop):
    visit(maildrop)
    last_login_was(maildrop, -2 * HOUR)
    visit(maildrop)
    assert is_early(maildrop)


def test_mailboxes_do_not_wait_for_each_other(server, maildrop):
    visit(maildrop)
    visit(server.maildrop("hour"))
    assert is_early(maildrop)


def test_imap_does_not_wait(maildrop):
    visit(maildrop)
    with maildrop.imap() as imap:
        assert imap.select()[0] == "OK"
    assert is_early(maildrop)


# Who does not count

def test_a_session_that_is_shown_new_mail_does_not_count(maildrop):
    maildrop.deliver(2)
    visit(maildrop)
    visit(maildrop)         # was shown nothing new, and counts
    assert is_early(maildrop)


@pytest.mark.parametrize("group", ["marking", "hiding"])
def test_beside_the_other_keys_of_pop3(server, group):
    maildrop = server.maildrop(group)
    maildrop.deliver(2)
    visit(maildrop, "retr")
    visit(maildrop, "dele")
    visit(maildrop, "retr")
    assert is_early(maildrop)
    assert maildrop.log_problems()[:-1] == []


def test_new_mail_does_not_end_the_delay(maildrop):
    visit(maildrop)
    maildrop.deliver(1)
    assert is_early(maildrop)


def test_mail_that_came_during_a_session_is_new_to_the_next(maildrop):
    maildrop.deliver(1)
    visit(maildrop)
    with maildrop.pop3() as pop:
        maildrop.deliver(1)
        pop.quit()
    last_login_was_long_ago = state(maildrop) | {"pop3_login": "1"}
    write_state(maildrop, "".join(f"{name}={value}\n" for name, value in
                                  last_login_was_long_ago.items()).encode())
    visit(maildrop)         # is shown the second message, and does not count
    visit(maildrop)
    assert is_early(maildrop)


def test_a_session_that_deletes_does_not_count(maildrop):
    maildrop.deliver(3)
    visit(maildrop)
    visit(maildrop, "dele")
    visit(maildrop, "dele")
    visit(maildrop, "retr")
    assert is_early(maildrop)


@pytest.mark.parametrize("leave", ["rset", "close"])
def test_a_deletion_that_was_taken_back_counts(maildrop, leave):
    maildrop.deliver(2)
    visit(maildrop)
    with maildrop.pop3() as pop:
        pop.dele(1)
        if leave == "rset":
            pop.rset()
            pop.quit()
    assert is_early(maildrop)


def test_a_mailbox_with_new_uids_is_new(maildrop):
    maildrop.deliver(1)
    visit(maildrop)
    write_state(maildrop, b"pop3_uidvalidity=1\npop3_uid=1000\n")
    visit(maildrop)
    visit(maildrop)
    assert is_early(maildrop)


def test_a_refused_login_does_not_count(maildrop):
    maildrop.deliver(1)
    last_login_was(maildrop, HOUR - 60)
    before = state(maildrop)
    assert is_early(maildrop)
    assert state(maildrop) == before


def test_a_session_without_quit_counts(maildrop):
    with maildrop.pop3():
        pass
    assert is_early(maildrop)


def test_a_session_that_an_administrator_ends_counts(maildrop):
    with maildrop.pop3():
        maildrop.server.kick(maildrop.user)
    assert is_early(maildrop)


def test_a_session_that_is_killed_does_not_count(maildrop):
    with maildrop.pop3():
        maildrop.server.kill(maildrop.pop3_pid(), signal.SIGKILL)
    visit(maildrop)
    assert is_early(maildrop)


# Who must not see it

def test_a_wrong_password_is_just_that(maildrop):
    visit(maildrop)
    assert refusal(maildrop, password="guess") == "-ERR [AUTH] Authentication failed."


# The policy

@pytest.mark.parametrize("group", ["off", "typo", "user"])
def test_without_a_delay_nothing_is_written(server, group):
    maildrop = server.maildrop(group)
    visit(maildrop)
    visit(maildrop)
    assert not (maildrop.folder / STATE).exists()


def capabilities(maildrop):
    with maildrop.pop3() as pop:
        found = pop.capa()
        pop.quit()
    return found


def test_capa_after_login_announces_the_delay(server, maildrop):
    stock = capabilities(server.maildrop("off"))
    assert capabilities(maildrop) == {**stock, "LOGIN-DELAY": ["3600"]}


def test_capa_is_whole(server, maildrop):
    """As it goes over the wire: one more line, and the last one stays the last."""
    with server.maildrop("off").transcript() as stock:
        stock.say("CAPA", "QUIT")
    with maildrop.transcript() as ours:
        ours.say("CAPA", "QUIT")
    assert ours.text.count(b"LOGIN-DELAY 3600\r\n.\r\n") == 1
    assert ours.text.replace(b"LOGIN-DELAY 3600\r\n", b"") == stock.text


CAPA_LIKE = message("x", "+OK\r\nCAPA\r\nTOP\r\n..\r\n")


def test_a_large_message_arrives_whole(server, maildrop):
    """Through our changes to the output."""
    content = large_message()
    maildrop.deliver(content, CAPA_LIKE)
    plain_maildrop = server.maildrop("off")
    plain_maildrop.deliver(content, CAPA_LIKE)
    for number in (1, 2):
        bodies = []
        for where in (maildrop, plain_maildrop):
            with where.pop3() as pop:
                lines = pop.retr(number)[1]
                bodies.append(lines[lines.index(b""):])
                pop.quit()
            if where is maildrop:
                (maildrop.folder / STATE).unlink()
        assert bodies[0] == bodies[1]
