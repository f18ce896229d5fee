# SPDX-License-Identifier: LGPL-2.1-or-later
"""deny_text that breaks out of its line, in each protocol and from each scope.

The client gets one line, well-formed for its protocol, and what it asks next is
answered next.
"""

import re
import sqlite3

import pytest

import logins
import texts
from instance import PASSWORD
from instance.block import block
from logins import Client
from sasl import Sasl
from wiring import GENERATION

PROTOCOLS = ("pop3", "imap", "submission", "sieve")
CLOSED = {f"{protocol}_access": "deny" for protocol in PROTOCOLS}
OURS = object()     # our own text instead

FAKED = ('No.\r\n+OK Logged in.\r\na OK Logged in\r\n235 2.7.0 Logged in.\r\nOK "Logged in."\r\n'
         "OK\t1\tuser=user0")
IN_ONE_LINE = re.sub(r"\s+", " ", FAKED)

# What the administrator wrote, and what the client reads.
HOSTILE = {
    "quotes": ("Say \"no\" or 'never'", "Say \"no\" or 'never'"),
    "a quote at the end": ('It is "', 'It is "'),
    "backslashes": ("at \\mail\\\"\\", "at \\mail\\\"\\"),
    "tab": ("Use\tIMAP.\t", "Use IMAP."),
    "lines that let in": (FAKED, IN_ONE_LINE),
    "a line of its own": ("\r\n", OURS),
    "control characters": ("\x1b[31mUse\x07 IMAP.\x7f", "[31mUse IMAP."),
    "percent": ("%s%n %u %{user}", "%s%n %u %{user}"),
    "4 KB": ("No. " * 1000, OURS),
}
# Only a field of the userdb can be like that: a document would be a store error.
BYTES = {
    "NUL": (b"Use IMAP.\0\r\n+OK", "Use IMAP."),
    "not UTF-8": (b"caf\xe9 \xff\xfe", OURS),
}

QUERY = ("SELECT name AS user, password, access AS userdb_coexist_pop3_access, "
         "access AS userdb_coexist_imap_access, access AS userdb_coexist_submission_access, "
         "access AS userdb_coexist_sieve_access, text AS userdb_coexist_deny_text "
         "FROM people WHERE name = '%{user}'")
PEOPLE = {
    23: block("passdb", ["driver = sql", "args = /mnt/etc/people.conf.ext",
                         "result_success = continue-ok"]),
    24: block("passdb sql", ["sql_driver = sqlite", "sqlite_path = /mnt/etc/people.db",
                             "default_password_scheme = PLAIN", f"query = {QUERY}",
                             "result_success = continue-ok"])}[GENERATION]
PEOPLE_FILE = ("driver = sqlite\nconnect = /mnt/etc/people.db\n"
               f"default_pass_scheme = PLAIN\npassword_query = {QUERY}\n")

# As dovecot.conf has it, and on Dovecot 2.3 our key file, where "\" is an escape.
BACKSLASH = {23: r"\\", 24: "\\"}[GENERATION]
OF_THE_SITE = f'Say "no" at {BACKSLASH}mail,\tplease.'


def cases(table):
    """Return (number, text, what is read) for each line of a table."""
    return [pytest.param(number, *row, id=name)
            for number, (name, row) in enumerate(table.items())]


def in_document(text):
    """Return the value as a key file has it."""
    for plain, escaped in (("\\", r"\\"), ("\r", r"\r"), ("\n", r"\n"), ("\t", r"\t")):
        text = text.replace(plain, escaped)
    return text


@pytest.fixture(scope="module")
def server(gated):
    """Those with documents are in the passwd-file, those with fields in SQL."""
    server = gated({f"user{number}": {} for number in range(len(HOSTILE))}, chain=PEOPLE,
                   files={"people.conf.ext": PEOPLE_FILE})
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute("CREATE TABLE people (name, password, access, text)")
        rows = [text for text, _ in (HOSTILE | BYTES).values()]
        database.executemany(
            "INSERT INTO people VALUES (?, ?, 'deny', CAST(? AS TEXT))",
            [(f"field{number}", PASSWORD, text if isinstance(text, bytes) else text.encode())
             for number, text in enumerate(rows)])
    return server


def said(protocol, reply):
    """Return the text of a refusal, which must be one line of the protocol."""
    forms = {
        "pop3": r"-ERR \[SYS/PERM\] ([ -~]{1,400})",            # RFC 2449
        "imap": r"NO \[ALERT\] ([ -~]{1,400})",                 # RFC 3501, 5530
        "submission": r"535 5\.7\.8 ([ -~]{1,400})",            # RFC 5321
        "sieve": r'NO "((?:[^"\\\x00-\x1f\x7f]|\\["\\])+)"'}    # RFC 5804
    found = re.fullmatch(forms[protocol], reply)
    assert found, reply
    return re.sub(r'\\(["\\])', r"\1", found[1]) if protocol == "sieve" else found[1]


ANSWERS = {"pop3": r"\+OK Logging out.*", "imap": "b OK .*", "submission": "250 .*",
           "sieve": 'OK "NOOP [Cc]ompleted.?"'}


def check(server, protocol, user, read):
    """The user reads that, and nothing more before the answer to the next command."""
    reply, following = logins.reply_and_next(server, protocol, Client(user))
    assert said(protocol, reply) == (texts.sentence("deny", protocol) if read is OURS
                                     else read)
    assert re.fullmatch(ANSWERS[protocol], following), following


def check_sasl(server, user, read):
    """The same for Postfix: fields of one line, and then the next one."""
    reason = texts.sentence("deny", "sasl") if read is OURS else read
    with Sasl(server) as sasl:
        for _ in range(2):
            kind, _, *fields = sasl.plain(user, PASSWORD)
            assert kind == "FAIL" and f"reason={reason}" in fields, fields
            assert not {"user=user0", "+OK"} & set(fields) - {f"user={user}"}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("number, text, read", cases(HOSTILE))
def test_of_a_document(server, number, text, read, protocol):
    user = f"user{number}"
    server.store.put(f"mailbox/{user}", **CLOSED, deny_text=in_document(text))
    check(server, protocol, user, read)


@pytest.mark.parametrize("number, text, read", cases(HOSTILE))
def test_of_a_document_for_postfix(server, number, text, read):
    user = f"user{number}"
    server.store.put(f"mailbox/{user}", **CLOSED, deny_text=in_document(text))
    check_sasl(server, user, read)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("number, text, read", cases(HOSTILE | BYTES))
def test_of_a_userdb_field(server, number, text, read, protocol):
    if protocol == "sieve" and text == BYTES["not UTF-8"][0]:
        read = "caf\ufffd \ufffd\ufffd"     # it has UTF-8
    check(server, protocol, f"field{number}", read)


@pytest.mark.parametrize("number, text, read", cases(HOSTILE | BYTES))
def test_of_a_userdb_field_for_postfix(server, number, text, read):
    check_sasl(server, f"field{number}", read)


def test_of_dovecot_conf(gated):
    server = gated({"user0": {}}, coexist={**CLOSED, "deny_text": OF_THE_SITE})
    for protocol in PROTOCOLS:
        check(server, protocol, "user0", 'Say "no" at \\mail, please.')
    check_sasl(server, "user0", 'Say "no" at \\mail, please.')
