# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/clients.md says how often a refused Thunderbird logs in again that checks each minute."""

import re
import time
from contextlib import ExitStack

import pytest

from instance import wait_for
from programs.conftest import needs
from thunderbird import PATIENCE, Thunderbird

pytestmark = [pytest.mark.night, pytest.mark.only_on(23, reason="programs of Debian 12")]
# On 1 December 2026 it was ten.
MINUTES = 3
EVERY_MINUTE = {"mail.server.server1.check_new_mail": True, "mail.server.server1.check_time": 1}
# {what it is: (protocol, the window of one that is refused)}
WATCHED = {"IMAP": ("imap", "Alert from account"), "POP3": ("pop3", "Login to server"),
           "not refused": ("pop3", None)}


@pytest.fixture(scope="module")
def server(start):
    return start(gate={}, conf="log_debug = category=auth\n")


@pytest.fixture(scope="module")
def logins(server, tmp_path_factory):
    """[{what it is: its logins}] when each shows its window, and after some minutes of that."""
    needs(Thunderbird.command)
    users = {name: server.maildrop().user for name in WATCHED}

    def count():
        text = server.log_text()
        return {name: len(re.findall(rf"\({user},.*Performing passdb lookup", text))
                for name, user in users.items()}

    with ExitStack() as stack:
        for name, (protocol, window) in WATCHED.items():
            if window:
                server.store.put(f"mailbox/{users[name]}", **{f"{protocol}_access": "deny"})
            program = stack.enter_context(Thunderbird(
                server, users[name], tmp_path_factory.mktemp("program") / "its", protocol,
                prefs=EVERY_MINUTE))
            program.inbox()
            server.wait_for(lambda: count()[name], PATIENCE, f"a login: {name}")
            wait_for(lambda: not window or window in (program.dialog() or ""), PATIENCE, window)
        first = count()
        time.sleep(60 * MINUTES)
        return first, count()


def test_the_one_that_is_not_refused_checks_each_minute(logins):
    first, last = logins
    assert last["not refused"] - first["not refused"] in (MINUTES - 1, MINUTES, MINUTES + 1)


@pytest.mark.parametrize("name, number", [("IMAP", 1), ("POP3", 3)])
def test_none_while_the_window_is_open(logins, name, number):
    first, last = logins
    assert (first[name], last[name]) == (number, number)
