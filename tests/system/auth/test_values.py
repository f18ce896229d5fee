# SPDX-License-Identifier: LGPL-2.1-or-later
"""Values, texts and names that nobody wishes for, at the gate."""

import re

import pytest

import logins
import texts
from instance import PASSWORD
from logins import Client, pop3_auth_plain, sasl_plain
from wiring import passwords

DENY = logins.refusal("pop3", texts.code("deny", "pop3"), texts.sentence("deny", "pop3"))
PASSES = "passes"

# (scope, raw document or {key: value}, outcome, a word of the warning that is logged)
VALUES = {
    "empty": ("pop3_access=\n", PASSES, None),
    "blank": ("pop3_access=   \n", PASSES, None),
    "a bare yes": ("pop3_access=yes\n", PASSES, "pop3_access=yes"),
    "a bare one": ("pop3_access=1\n", PASSES, "pop3_access=1"),
    "no": ("pop3_access=no\n", DENY, None),
    "zero": ("pop3_access=0\n", DENY, None),
    "unknown": ("pop3_access=denied\n", PASSES, "pop3_access=denied"),
    "unknown in the middle": ("pop3_access=allow deny\n", PASSES, "pop3_access"),
    "an unknown key": ("pop3_acess=deny\n", PASSES, "pop3_acess"),
    "an unknown key beside": ("pop3_acess=deny\npop3_access=deny\n", DENY, "pop3_acess"),
    "an unknown value beside": ("imap_tls=maybe\npop3_access=deny\n", DENY, "imap_tls"),
    "the last one counts": ("pop3_access=deny\npop3_access=allow\n", PASSES, None),
    "blanks around": ("pop3_access =  deny \n", DENY, None),
    "CR LF": ("pop3_access=deny\r\n", DENY, None),
    "letter case": ("pop3_access=Deny\n", DENY, None),
    "case of the key": ("POP3_ACCESS=deny\n", PASSES, "POP3_ACCESS"),
    "10 KB": ("pop3_access=" + "deny" * 2500 + "\n", PASSES, "pop3_access=denydeny"),
    "10 KB of networks": ("pop3_networks=" + "10.0.0.0/8 " * 1000 + "\n", PASSES,
                          "pop3_networks"),
    "4 KB of networks": ("pop3_networks=" + "10.0.0.0/8 " * 350 + "\n", "network", None),
    "no network": ("pop3_networks=example.org\n", PASSES, "pop3_networks"),
    "one that is none": ("pop3_networks=10.0.0.0/8 10.0.0.0/99\n", PASSES,
                         "pop3_networks"),
    "no date": ("pop3_until=2020-02-30\n", PASSES, "pop3_until"),
    "a date of another kind": ("pop3_until=29.02.2020\n", PASSES, "pop3_until"),
    "no policy": ("", PASSES, None),
    "another group": ("[other]\npop3_access=deny\n", PASSES, None),
    "a comment": ("# pop3_access=deny\n", PASSES, None),
    "control characters": ("pop3_access=de\x07ny\n", PASSES, "pop3_access"),
    "a format string": ("pop3_access=%s%n%s\n", PASSES, "pop3_access"),
}
# A panel's column says "on" for everybody.
ON = ("1", "y", "yes", "on", "true", "t", "TRUE")
OFF = ("0", "n", "no", "off", "false", "f", "Off")
FIELDS = {"empty": "", "without a value": None, **{f"on: {word}": word for word in ON},
          "unknown": "denied",
          # Dovecot itself fails from 8 KB on.
          "4 KB": "deny" * 1000}

# What an administrator may have written, and what the client then reads.
LONG = "All work and no play makes Jack a dull boy. " * 250
OURS = re.escape(texts.sentence("deny", "pop3"))
TEXTS = {
    "plain": ("Use IMAP.", r"Use IMAP\."),
    "blanks": ("   Use IMAP.   ", r"Use IMAP\."),
    "empty": ("", OURS),
    "escaped line end": (r"Use IMAP.\r\n+OK Logged in.\r\n.\r\n", r"Use IMAP\. ?\+OK .*"),
    "raw CR": ("Use IMAP.\r+OK Logged in.", r"Use IMAP\. ?\+OK Logged in\."),
    "tab": ("Use\tIMAP.", r"Use ?IMAP\."),
    "control characters": ("\x1b[31mUse\x07 IMAP.\x7f", r"\?? ?\[31mUse\??  ?IMAP\.\??"),
    "a code of its own": ("[AUTH] go away", r"\[AUTH\] go away"),
    "percent": ("%u %s%n", r"%u %s%n"),
    "a placeholder": ("No {protocol} here.", r"No POP3 here\."),
    "unknown placeholders": ("{user} {", r".*"),
    "other letters": ("Bitte IMAP, sch\u00f6ne Gr\u00fc\u00dfe", r"[ -~]+"),
    "no letter of ASCII": ("\u90ae\u4ef6", OURS),
    # Longer than a POP3 reply: such a text counts as missing and is logged.
    "10 KB": (LONG, OURS),
    "of the length that is allowed": ("x" * 400, r"x{400}"),
    "one byte too long": ("x" * 401, OURS),
}

NAMES = {
    "slash": "a/b", "parent": "../../../etc/passwd", "dots": "..", "dot": ".",
    "absolute": "/etc/passwd", "percent": "100%25", "variable": "%u%{user}",
    "space": "two words", "comma": "a,b", "equals": "a=b",
    "brackets": "[policy]", "at": "a@b@c.example", "long": "x" * 199,
    "longest": "y" * 200, "UTF-8": "ünïcödé", "IDN": "post@bücher.example",
    "punycode": "post@xn--bcher-kva.example", "domain of dots": "a@..", "slash@": "a@b/c",
    "dict": "shared/coexist/default",
}
TOO_LONG = {"201 characters": "z" * 201, "300 characters": "z" * 300}
AT = "a@first.example@last.example"
EVERYBODY = "/mnt/etc/everybody"    # a passwd-file with those names


def accounts():
    """Return {name: userdb fields} of all tests, numbered like their cases."""
    found = {f"value{n}": {} for n in range(len(VALUES))}
    found.update({f"text{n}": {} for n in range(len(TEXTS))})
    for number, value in enumerate(FIELDS.values()):
        for name in (f"field{number}", f"field{number}@closed.example"):
            found[name] = {"coexist_pop3_access": value}
    for number, value in enumerate((*OFF, "allow")):
        for name in (f"word{number}@open.example", f"word{number}@closed.example"):
            found[name] = {"coexist_pop3_access": value}
    return found


@pytest.fixture(scope="module")
def server(gated):
    chain = passwords("everybody", EVERYBODY, "result_success = continue-ok")
    server = gated(accounts(), conf="auth_username_chars =\n", chain=chain)
    names = [*NAMES.values(), *TOO_LONG.values(), AT]
    (server.folder / "etc/everybody").write_text(
        "".join(f"{name}:{PASSWORD}::::::\n" for name in names))
    server.store.put("domain/closed.example", pop3_access="deny")
    return server


def outcome(server, user, way=pop3_auth_plain):
    """Return "passes" or the reply."""
    reply = way(server, Client(user))
    return PASSES if reply == "OK" or logins.passes("pop3", reply) else reply


def cases(table):
    """Return (number, *values) for each line of a table."""
    return [pytest.param(number, *(value if isinstance(value, tuple) else (value,)), id=key)
            for number, (key, value) in enumerate(table.items())]


@pytest.mark.parametrize("number, text, wanted, logged", cases(VALUES))
def test_a_value_of_the_mailbox(server, number, text, wanted, logged):
    user = f"value{number}"
    server.store.put(f"mailbox/{user}", "[policy]\n" + text)
    before = len(server.log_problems())
    for _ in range(2):
        reply = outcome(server, user)
        if wanted == "network":
            assert texts.sentence("network", "pop3") in reply
        else:
            assert reply == wanted
    if logged is not None:
        server.wait_for(lambda: len(server.log_problems()) > before)
    problems = server.log_problems()[before:]
    if logged is None:
        assert problems == []
    else:  # once
        assert [logged in line and "Warning:" in line for line in problems] == [True]
        assert len(problems[0]) < 400


def test_the_same_mistake_is_logged_for_each_mailbox(server):
    for user in ("value0", "value1"):
        server.store.put(f"mailbox/{user}", pop3_tls="sometimes")
        outcome(server, user)
        server.wait_log(rf"{user}.*Warning: .*pop3_tls=sometimes|"
                        rf"Warning: .*{user}.*pop3_tls=sometimes")


@pytest.mark.parametrize("number, value", cases(FIELDS))
def test_a_userdb_field_that_says_nothing_inherits(server, number, value):
    assert outcome(server, f"field{number}") == PASSES
    assert outcome(server, f"field{number}@closed.example") == DENY


@pytest.mark.parametrize("number, word", [*enumerate(OFF)])
@pytest.mark.parametrize("domain", ["open.example", "closed.example"])
def test_a_column_that_is_off_denies(server, number, word, domain):
    assert outcome(server, f"word{number}@{domain}") == DENY


def test_only_allow_lifts_what_the_domain_denies(server):
    assert outcome(server, f"word{len(OFF)}@closed.example") == PASSES


@pytest.mark.parametrize("word", ON)
def test_a_column_that_is_on_is_no_mistake(server, word):
    before = server.log_problems()
    number = list(FIELDS).index(f"on: {word}")
    outcome(server, f"field{number}")
    outcome(server, f"field{number}@closed.example")
    assert server.log_problems() == before


@pytest.mark.parametrize("number, text, wanted", cases(TEXTS))
def test_a_text_of_the_administrator(server, number, text, wanted):
    user = f"text{number}"
    server.store.put(f"mailbox/{user}",
                     f"[policy]\npop3_access=deny\ndeny_text={text}\n")
    reply = outcome(server, user)
    assert re.fullmatch(re.escape("-ERR [SYS/PERM] ") + wanted, reply), reply
    assert len(reply) + 2 <= 512                # RFC 2449 section 4
    assert re.fullmatch("[ -~]*", reply)


def file_name(name):
    """Return the file that dict's fs:posix keeps for a name."""
    dots = {".": "...", "..": "...."}
    return dots.get(name, name.replace("\\", r"\\").replace("/", r"\|"))


@pytest.mark.parametrize("number, name", cases(NAMES))
def test_a_name_is_looked_up_as_it_is_and_leads_nowhere_else(server, number, name):
    assert outcome(server, name, sasl_plain) == PASSES
    server.store.put(f"mailbox/{file_name(name)}", submission_access="deny")
    assert texts.sentence("deny", "sasl") in outcome(server, name, sasl_plain)


@pytest.mark.parametrize("number, name", cases(TOO_LONG))
def test_there_is_no_document_of_a_name_that_is_too_long(server, number, name):
    before = server.log_problems()
    assert outcome(server, name, sasl_plain) == PASSES
    assert server.log_problems() == before


def test_a_domain_is_what_follows_the_last_at(server):
    server.store.put("domain/last.example", submission_access="deny")
    assert texts.sentence("deny", "sasl") in outcome(server, AT, sasl_plain)
