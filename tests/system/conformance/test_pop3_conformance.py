# SPDX-License-Identifier: LGPL-2.1-or-later
"""POP3 as RFC 1939, 2449, 3206 and 5034 want it, with and without ours."""

from datetime import datetime, timezone
from functools import lru_cache

import pytest

from instance import message
from pop3_client import Pop3Client
from rows import CONFIGURED, Difference, Row, compare, hold

RECEIVED = datetime(2024, 2, 29, 12, 0, tzinfo=timezone.utc)
MESSAGES = [
    message("one", "Hello.\n" * 5, date=RECEIVED),
    message("dots", ".\n..\n.hidden\nlast.\n.", date=RECEIVED),
    b"Subject: no end of line\r\n\r\nthe last line",
    b"Subject: no body\r\n\r\n",
    b"Subject: no empty line\r\n",
    b"Subject: long\r\n\r\n" + b"x" * 9000 + b"\r\n",
    b"Subject: =?utf-8?q?=C3=A9?=\r\n\r\n" + "eight bits: é\r\n".encode(),
]
COUNT = len(MESSAGES)
OK, ERR = r"\+OK", r"-ERR"
EITHER = r"\+OK|-ERR"
LOGIN = ("!login", OK)
AGAIN = ("!again", OK)
QUIT = ("QUIT", OK)
ALL = (("STAT", OK), ("LIST", OK), ("UIDL", OK))
NUMBERS = ("0", "-1", "+1", "99", "abc", "1x", "1.5", "0x1", "4294967297",
           "18446744073709551617", "9" * 40)
EXPIRE = Difference(r"EXPIRE 30\r\n", "pop3_keep_days = 30", kinds=("everything",))


def capabilities(*names):
    """Return the pattern of CAPA's reply."""
    return OK + "".join(rf"(?=.*\r\n{name}(?: [^\r]*)?\r\n)" for name in names)


def each(command, numbers=NUMBERS):
    """Return the steps with a bad number each."""
    return tuple((command.format(number), ERR) for number in numbers)


ROWS = [
    # AUTHORIZATION
    Row("1939 4", "greeting", (("!greet", OK + r" .*\r\n"), QUIT)),
    Row("2449 5", "CAPA before login", (
        ("CAPA", capabilities("TOP", "UIDL", "RESP-CODES", "PIPELINING", "USER", "SASL",
                              "AUTH-RESP-CODE")), QUIT)),
    Row("2449 4", "CAPA in any case", (("capa", OK), ("Capa", OK), QUIT)),
    Row("1939 7", "USER and PASS", (LOGIN, QUIT)),
    Row("1939 7", "PASS first", (("PASS pass", ERR), QUIT)),
    Row("1939 7", "USER of nobody", (("USER", EITHER), QUIT)),
    Row("1939 7", "USER twice", (("USER nobody", OK), LOGIN, ("STAT", OK), QUIT)),
    Row("3206 4", "wrong password", (("!user", OK), ("PASS wrong", ERR + r" \[AUTH\] "),
                                     LOGIN, QUIT)),
    Row("3206 4", "unknown user", (("USER nobody", OK), ("PASS pass", ERR + r" \[AUTH\] "), QUIT)),
    Row("1939 7", "APOP", (("!greet", OK + " .*<.*@.*>"), ("!apop", OK), ("STAT", OK), QUIT)),
    Row("1939 7", "APOP with a wrong digest", (("!apop-wrong", ERR), QUIT)),
    Row("1939 7", "APOP without a digest", (("APOP", ERR), ("APOP nobody", ERR), QUIT)),
    Row("5034 4", "AUTH", (("AUTH", OK), QUIT)),
    Row("5034 4", "AUTH PLAIN", (("!plain", OK), ("STAT", OK), QUIT)),
    Row("5034 4", "AUTH PLAIN in two lines", (("!plain-in-two", OK), ("STAT", OK), QUIT)),
    Row("5034 4", "AUTH PLAIN with a wrong password", (
        ("!plain-wrong", ERR + r" \[AUTH\] "), LOGIN, QUIT)),
    Row("5034 4", "AUTH cancelled", (("AUTH PLAIN", r"\+ "), ("*", ERR), LOGIN, QUIT)),
    Row("5034 4", "AUTH of no base64", (("AUTH PLAIN", r"\+ "), ("?!", ERR), LOGIN, QUIT)),
    Row("5034 4", "AUTH by an unknown mechanism", (("AUTH XYZZY", ERR), LOGIN, QUIT)),
    # too many of them end the connection
    *[Row("1939 4", f"{command} before login", ((command, ERR), QUIT))
      for command in ("STAT", "LIST", "RETR 1", "DELE 1", "UIDL", "RSET", "TOP 1 0", "XYZZY")],
    Row("1939 4", "QUIT before login", (QUIT, ("!end", "$"))),
    Row("2449 6.6", "login in one packet", (
        ("!at-once", r"\+OK.*\r\n\+OK.*\r\n\+OK 7 \d+\r\n\+OK"), AGAIN, *ALL, QUIT)),
    Row("2449 4", "a line too long before login", (("!endless", "$"),)),
    Row("2595 4", "STLS", (
        ("CAPA", capabilities("STLS")), ("STLS", OK), ("!starttls", ""), ("CAPA", OK),
        LOGIN, ("CAPA", OK), QUIT), differs=(EXPIRE,)),
    # TRANSACTION
    Row("2449 5", "CAPA after login", (
        LOGIN, ("CAPA", capabilities("TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE")),
        QUIT), differs=(EXPIRE,)),
    Row("2449 6.7", "EXPIRE and LOGIN-DELAY", (LOGIN, ("CAPA", OK), QUIT), group="delay", differs=(
        EXPIRE, Difference(r"LOGIN-DELAY 3600\r\n", "pop3_login_delay = 1h",
                           kinds=("loaded", *CONFIGURED)))),
    Row("2449 8.1.1", "a login too soon", (
        LOGIN, QUIT, AGAIN, QUIT, ("!again", r"\+OK|-ERR \[LOGIN-DELAY\]")), group="delay", differs=(
        Difference(r"-ERR \[LOGIN-DELAY\] [^\r]*", "pop3_login_delay = 1h", r"+OK Logged in.",
                   kinds=("loaded", *CONFIGURED)),)),
    Row("3206 5", "a mailbox that is locked", (
        LOGIN, ("!other", ERR + r" \[IN-USE\]"), ("STAT", OK), QUIT), group="locked"),
    Row("1939 5", "STAT LIST UIDL", (LOGIN, ("STAT", r"\+OK 7 \d+\r\n"), *ALL, QUIT)),
    Row("1939 5", "LIST of one", (LOGIN, ("LIST 1", r"\+OK 1 \d+\r\n"),
                                  ("LIST 7", r"\+OK 7 \d+\r\n"), ("LIST ", OK), QUIT)),
    Row("1939 7", "UIDL of one", (LOGIN, ("UIDL 1", r"\+OK 1 \S+\r\n"),
                                  ("UIDL 7", r"\+OK 7 \S+\r\n"), QUIT)),
    Row("1939 5", "LIST of bad numbers", (LOGIN, *each("LIST {}"), ("STAT", OK), QUIT)),
    Row("1939 7", "UIDL of bad numbers", (LOGIN, *each("UIDL {}"), ("STAT", OK), QUIT)),
    Row("1939 5", "RETR of bad numbers", (LOGIN, *each("RETR {}"), ("RETR", ERR), QUIT)),
    Row("1939 5", "DELE of bad numbers", (LOGIN, *each("DELE {}"), ("DELE", ERR), ("STAT", OK),
                                          QUIT, AGAIN, *ALL, QUIT)),
    Row("1939 7", "TOP of bad numbers", (
        LOGIN, *each("TOP {} 0"), *each("TOP 1 {}", ("-1", "abc")), ("TOP", ERR),
        ("TOP 1", ERR), QUIT)),
    Row("1939 5", "more arguments than there are", tuple(
        [LOGIN] + [(command, EITHER) for command in
                   ("STAT 1", "LIST 1 2", "UIDL 1 2", "RETR 1 2", "TOP 1 0 2", "NOOP 1",
                    "CAPA 1", "RSET 1", "DELE 7 1", "QUIT 1")]), differs=(EXPIRE,)),
    Row("1939 5", "RETR", tuple([LOGIN] + [(f"RETR {number}", OK)
                                           for number in range(1, COUNT + 1)] + [QUIT])),
    Row("1939 3", "dots are stuffed", (
        LOGIN, ("RETR 2", r"\+OK.*\r\n\r\n\.\.\r\n\.\.\.\r\n\.\.hidden\r\nlast\.\r\n\.\.\r\n\.\r\n"),
        QUIT)),
    Row("1939 7", "TOP", tuple(
        [LOGIN] + [(f"TOP {number} {lines}", OK) for number in range(1, COUNT + 1)
                   for lines in (0, 1, 3, 99999)] + [QUIT])),
    Row("1939 7", "TOP n 0", (LOGIN, ("TOP 1 0", r"\+OK[^\r]*\r\n.*\r\n\r\n\.\r\n$"), QUIT)),
    Row("1939 5", "what is deleted is no more", (
        LOGIN, ("DELE 2", OK), ("DELE 2", ERR), ("RETR 2", ERR), ("TOP 2 0", ERR),
        ("LIST 2", ERR), ("UIDL 2", ERR), ("STAT", r"\+OK 6 "), *ALL, ("RETR 1", OK), QUIT,
        AGAIN, *ALL, QUIT)),
    Row("1939 5", "RSET", (
        LOGIN, ("DELE 1", OK), ("DELE 7", OK), ("STAT", r"\+OK 5 "), ("RSET", OK),
        ("STAT", r"\+OK 7 "), ("RETR 1", OK), ("DELE 3", OK), QUIT, AGAIN, *ALL, QUIT)),
    Row("1939 6", "all deleted", tuple(
        [LOGIN] + [(f"DELE {number}", OK) for number in range(1, COUNT + 1)] +
        [("STAT", r"\+OK 0 0"), *ALL, QUIT, AGAIN, ("STAT", r"\+OK 0 0"), *ALL, QUIT])),
    Row("1939 6", "deleted and no QUIT", (
        LOGIN, ("RETR 1", OK), ("DELE 1", OK), AGAIN, ("STAT", r"\+OK 7 "), *ALL, QUIT)),
    Row("1939 6", "QUIT hangs up", (LOGIN, ("DELE 1", OK), QUIT, ("!end", "$"))),
    Row("1939 5", "NOOP", (LOGIN, ("NOOP", OK), ("noop", OK), QUIT)),
    Row("1460 6", "LAST", (LOGIN, ("LAST", r"\+OK 0|-ERR"), ("RETR 3", OK), ("LAST", r"\+OK 3|-ERR"),
                           ("RSET", OK), ("LAST", r"\+OK 0|-ERR"), QUIT)),
    Row("1939 3", "an empty maildrop", (LOGIN, ("STAT", r"\+OK 0 0\r\n"), *ALL, ("LIST 1", ERR),
                                        ("UIDL 1", ERR), ("RETR 1", ERR), ("RSET", OK), QUIT),
        is_empty=True),
    Row("1939 3", "unknown commands", (
        LOGIN, ("XYZZY", ERR), ("", ERR), ("RETRIEVE 1", ERR), ("USER x", ERR), ("PASS x", ERR),
        ("APOP x y", ERR), ("STLS", ERR), ("STAT", OK), QUIT)),
    Row("1939 3", "odd blanks", (LOGIN, ("LIST  1", r"\+OK|-ERR"), ("LIST 1 ", r"\+OK|-ERR"),
                                 (" STAT", r"\+OK|-ERR"), ("STAT ", OK), QUIT)),
    Row("1939 3", "bare LF", (LOGIN, (b"STAT\n", OK), (b"LIST 1\n", OK), (b"NOOP\r\n", OK), QUIT)),
    Row("2449 4", "a line too long", (LOGIN, ("!endless", "$"), AGAIN, *ALL, QUIT)),
    Row("2449 6.6", "pipelining", (
        LOGIN, (b"STAT\r\nLIST\r\nRETR 1\r\nDELE 1\r\nUIDL\r\nRETR 2\r\nNOOP\r\nDELE 9\r\nTOP 3 0"
                b"\r\nQUIT\r\n", OK), ("!end", "$"), AGAIN, *ALL, QUIT)),
    Row("2449 6.6", "pipelining of everything", (
        LOGIN, (b"".join(b"RETR %d\r\nDELE %d\r\n" % (number, number)
                         for number in range(1, COUNT + 1)) + b"QUIT\r\n", OK), AGAIN, *ALL, QUIT)),
    Row("3206 4", "a protocol that is switched off", (
        ("!login", r"\+OK|-ERR \[SYS/PERM\] POP3 is switched off"),), group="denied", differs=(
        Difference(r"-ERR \[SYS/PERM\] POP3 is switched off [^\r]*", "pop3_access = deny",
                   "+OK Logged in.", kinds=("loaded", *CONFIGURED)),)),
]


def held_with(server, row):
    """Hold a row in a mailbox of its own; return what was heard."""
    maildrop = server.maildrop(row.group)
    if not row.is_empty:
        fill = maildrop.append if row.group != "denied" else lambda *_, **__: None
        fill(*MESSAGES, received=RECEIVED)
    return hold(row, Pop3Client(maildrop))


@pytest.fixture(scope="module")
def bare(sites):
    """Return what is heard of a row by Dovecot alone."""
    return lru_cache(maxsize=None)(lambda row: held_with(sites("bare"), row))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_conversation_is_as_the_rfc_wants_and_as_dovecot_alone_holds_it(sites, bare, kind, row):
    compare(row, kind, held_with(sites(kind), row), bare(row))
