# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page "End POP3": each of its commands does what the page shows, one after the other."""

import re
import shlex

import pytest

from instance import Instance
from mailboxes import date, used
from pages import TOP, commands
from wiring import DOVEADM, GENERATION

pytestmark = pytest.mark.differs("how settings are read")
PAGE = (TOP / "doc/end-pop3.md").read_text()
USERS = ("jo@example.org", "ann@example.org", "bob@example.org")
# The page's days, and how long ago they are.
DAYS = {"2026-11-28": 1, "2026-09-01": 90, "2027-01-31": -60, "2027-02-01": -61,
        "2027-03-31": -120}


def today(text):
    """Return a text of the page as if it were written today."""
    return re.sub(r"\d{4}-\d\d-\d\d", lambda day: date(DAYS[day[0]]), text)


def words(text):
    """Return the words of a text or table; Dovecot 2.4.5 prints - for an empty value.

    Dovecot has several ways to begin an error.
    """
    text = re.sub(r"doveadm: |cmd coexist [a-z ]+: ", "", text)
    return " ".join(word for word in text.split() if word != "-")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    note = re.search(rf"```dovecot-{GENERATION / 10}\n(.*?)```", PAGE, re.S)[1]
    with Instance(tmp_path_factory.mktemp("page"), users={user: {} for user in USERS}, gate={},
                  conf=DOVEADM + note) as server:
        used(server, USERS[0], since=90, pop3=1)
        used(server, USERS[1], since=40, imap=2)
        used(server, USERS[2])
        yield server


def test_each_command_of_the_page(server):
    ran = 0
    for command, printed in commands(PAGE):
        done = server.doveadm(*shlex.split(today(command))[1:], check=False)
        assert done.returncode == 0, (command, done.stderr)
        for line in printed:
            assert words(today(line)) in words(done.stdout + done.stderr), command
        ran += 1
    assert ran == 7
    with server.imap(USERS[0]) as imap:
        imap.select("INBOX")
        assert imap.search(None, "SUBJECT", "ends")[1] != [b""]
    assert "passes" in server.doveadm("coexist", "explain", "-u", USERS[0], "--protocol", "pop3",
                                      "--date", date(-119))
    assert "refused" in server.doveadm("coexist", "explain", "-u", USERS[0], "--protocol", "pop3",
                                       "--date", date(-121))
