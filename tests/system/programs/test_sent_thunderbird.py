# SPDX-License-Identifier: LGPL-2.1-or-later
"""Thunderbird sends, and stores its copy by IMAP or on its own disk: Sent has the message
once."""

import pytest

from appended import appended
from sent_once import is_the_programs, is_the_servers
from thunderbird import Thunderbird

pytestmark = pytest.mark.night


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start_sending):
    return start_sending(storage=request.param)


@pytest.mark.parametrize("how", [{}, {"bcc": "carol@example.org"}, {"html": True}],
                         ids=["plain", "bcc", "html"])
def test_by_imap(outbox, use, how):
    with use(Thunderbird) as thunderbird:
        thunderbird.send("Hello", **how)
        outbox.server.wait_for(lambda: appended(outbox.server, outbox.user), 60,
                               "Thunderbird's copy")
    is_the_programs(outbox)


@pytest.mark.parametrize("maildrop", ["pop"], indirect=True)
def test_by_pop3_alone(outbox, use):
    outbox.server.deliver(outbox.user, b"Subject: number 1\r\n\r\n")
    with use(Thunderbird, protocol="pop3") as thunderbird:
        outbox.server.wait_for(lambda: thunderbird.inbox() == {"number 1": False}, 60,
                               "the download")
        thunderbird.send("Hello")
        outbox.server.wait_for(lambda: outbox.relay.messages, 60, "the message")
        outbox.server.wait_for(outbox.listed, 60, "the copy")
        is_the_servers(outbox)
