# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/postfix.md: fail2ban's filter for Postfix bans nobody whose password is right.

What the gate says to Postfix is put into the line that Postfix makes of it.
"""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import logins
from logins import Client

TOP = Path(__file__).parents[3]
PAGE = TOP / "doc/postfix.md"
TEXTS = TOP / "plugin/policy/texts/refusals.conf"
LANGUAGES = ("en", "es", "ca", "pt", "pt-BR", "fr", "de")
POLICIES = {"access": "deny", "suspended": "suspend", "until": "2020-02-29",
            "networks": "10.0.0.0/8", "tls": "required"}
OWN = "{protocol} is off until the invoice is paid."
# What Postfix says of a wrong password, by its version and the mechanism.
NO_REASON = ("", "UGFzc3dvcmQ6", "(reason unavailable)")


def policy(name):
    key = "access" if name == "suspended" else name
    return {f"submission_{key}": POLICIES[name]}


@pytest.fixture(scope="module")
def reasons(gated):
    """What Postfix is told of each refusal in each language."""
    users = {f"{name}.{language.lower()}": (policy(name), language)
             for name in POLICIES for language in LANGUAGES}
    server = gated(dict.fromkeys([*users, "own"], {}))
    for user, (document, language) in users.items():
        server.store.put(f"mailbox/{user}", language=language, **document)
    server.store.put("mailbox/own", submission_access="deny", deny_text=OWN)
    replies = [logins.sasl_plain(server, Client(user)) for user in [*users, "own"]]
    assert all(reply.startswith("FAIL ") for reply in replies), replies
    return [reply.removeprefix("FAIL ") for reply in replies]


def failure(reason, name=None):
    """Return Postfix's line; since 3.8 it has the name."""
    behind = f", sasl_username={name}" if name else ""
    return ("Nov 22 08:00:00 mail postfix/smtpd[4711]: warning: unknown[192.0.2.7]: "
            f"SASL PLAIN authentication failed: {reason}{behind}")


def matched(tmp_path, lines, local):
    """Return how many of these lines fail2ban takes for failed logins."""
    folder = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", folder)
    if local:
        block = re.search(r"```fail2ban\n(.*?)```", PAGE.read_text(), re.S)
        (folder / "filter.d/postfix.local").write_text(block[1])
    (tmp_path / "log").write_text("".join(f"{line}\n" for line in lines))
    done = subprocess.run(["fail2ban-regex", "-c", folder, tmp_path / "log",
                           "postfix[mode=auth]"], text=True, check=True, capture_output=True)
    return int(re.search(r"Lines: .*? (\d+) matched", done.stdout)[1])


def test_each_text_has_the_word_that_the_line_looks_for():
    """Also where there is no document to name a language, as without the store. Only
    pop3_login_delay is never said to Postfix."""
    texts = configparser.ConfigParser(interpolation=None)
    texts.read(TEXTS)
    said = {(group, key): text for group in texts.sections() if group != "login_delay"
            for key, text in texts[group].items()}
    assert len(said) > 40
    assert [key for key, text in said.items()
            if "{protocol}" not in text or "," in text.partition("{protocol}")[0]] == []


def refusals(reasons):
    return [failure(reason, name) for reason in reasons for name in (None, "jo@example.org")]


def test_a_refusal_is_no_failure_by_the_line_of_the_page(reasons, tmp_path):
    assert matched(tmp_path, refusals(reasons), local=True) == 0


def test_without_it_each_is_one(reasons, tmp_path):
    assert matched(tmp_path, refusals(reasons), local=False) == 2 * len(reasons)


def test_a_wrong_password_stays_one_whatever_name_is_tried(tmp_path):
    names = (None, "SMTP", "SMTP x", "jo: SASL PLAIN authentication failed: SMTP")
    lines = [failure(reason, name) for reason in NO_REASON for name in names]
    assert matched(tmp_path, lines, local=True) == len(lines)
