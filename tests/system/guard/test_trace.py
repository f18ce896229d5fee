# SPDX-License-Identifier: LGPL-2.1-or-later
"""log_debug = category=coexist tells, decision by decision, why something was done or not."""

import poplib
import re

import pytest

GROUPS = {"denied": {"coexist_pop3_access": "deny"},
          "trash": {"coexist_pop3_delete": "trash", "coexist_pop3_keep_days": "30"},
          "stock": {}}
PASSES = "The session is not refused: its policy lets it pass"


@pytest.fixture(scope="module")
def server(start, clock):
    return start(groups=GROUPS, wrap={"pop3": clock.wrapper},
                 conf="log_debug = category=coexist\n")


def story(maildrop):
    """Return what POP3 sessions have traced of this mailbox, without what comes before."""
    return re.findall(rf"pop3\({maildrop.user}\).*Debug: (?:.*: )?coexist: (.*)$",
                      maildrop.server.log_text(), re.M)


def told(maildrop, line):
    """Wait for a line of the mailbox's story; return the story."""
    maildrop.server.wait_for(lambda: line in story(maildrop),
                             what=f"{line!r} in {story(maildrop)}")
    return story(maildrop)


IDLE = "No policy: neither the documents nor the userdb nor dovecot.conf says anything"


def test_a_session_without_a_policy(server):
    maildrop = server.maildrop("stock")
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.quit()
    assert told(maildrop, IDLE) == [IDLE]


def test_a_session_that_is_refused(server):
    maildrop = server.maildrop("denied")
    with pytest.raises(poplib.error_proto):
        server.pop3(maildrop.user)
    assert told(maildrop, "The session is refused by pop3_access")[:2] == [
        "pop3_access=deny (userdb)", "The session is refused by pop3_access"]


def test_a_session_that_deletes_and_one_that_finds_what_is_due(server, clock):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(2)
        pop.quit()
    found = told(maildrop, "pop3_keep_days=30: 0 of 1 messages are due and go")
    wanted = ["pop3_delete=trash (userdb)", "pop3_keep_days=30 (userdb)", PASSES,
              "Messages go to Trash: none has the special use, and dovecot.conf names none",
              "pop3_keep_days=30: 0 of 1 messages are due and go"]
    assert [line for line in found if line in wanted] == wanted
    with clock.days_from_now(40), maildrop.pop3() as pop:
        pop.quit()
    told(maildrop, "pop3_keep_days=30: 1 of 1 messages are due and wait until the owner was told")
    with clock.days_from_now(41), maildrop.pop3() as pop:
        pop.quit()
    told(maildrop, "pop3_keep_days=30: 1 of 2 messages are due and wait, as the owner was told")
