# SPDX-License-Identifier: LGPL-2.1-or-later
"""Claws Mail sends, and stores its copy by IMAP or on its own disk: Sent has the message
once."""

import pytest

from appended import appended
from claws import Claws
from sent_once import is_the_programs, is_the_servers

pytestmark = pytest.mark.night


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start_sending):
    return start_sending(storage=request.param)


@pytest.mark.parametrize("headers", [{}, {"Bcc": "carol@example.org"}], ids=["plain", "bcc"])
def test_by_imap(outbox, use, headers):
    with use(Claws).sending("Hello", **headers):
        outbox.server.wait_for(lambda: appended(outbox.server, outbox.user), 60, "Claws' copy")
    is_the_programs(outbox)


@pytest.mark.parametrize("maildrop", ["pop"], indirect=True)
def test_by_pop3_alone(outbox, use):
    outbox.server.deliver(outbox.user, b"Subject: number 1\r\n\r\n")
    claws = use(Claws, protocol="pop3")
    with claws.running("--receive-all"):
        outbox.server.wait_for(lambda: "RETR" in claws.log, 60, "the download")
    with claws.sending("Hello"):
        outbox.server.wait_for(claws.sent, 60, "its own copy")
    outbox.server.wait_for(outbox.listed, 60, "the copy")
    is_the_servers(outbox)
