# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs of the command line send, and store a copy of their own or none: Sent has the
message once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from imap_programs import Mbsync
from pop_programs import Fetchmail, Getmail
from sending import NeomuttSender
from sent_once import is_the_programs, is_the_servers

pytestmark = pytest.mark.night


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start_sending):
    return start_sending(storage=request.param)


@pytest.mark.parametrize("before", [False, True], ids=["sent, stored", "stored, sent"])
@pytest.mark.parametrize("options", [(), ("-b", "carol@example.org"), ("-a", __file__)],
                         ids=["plain", "bcc", "attachment"])
def test_neomutt(outbox, use, before, options):
    use(NeomuttSender, before=before).send("Hello", *options)
    is_the_programs(outbox)


def test_neomutt_into_another_folder(outbox, use):
    use(NeomuttSender, record="Archive").send("Hello")
    is_the_programs(outbox, "Archive")


def test_neomutt_whose_message_the_relay_refuses(outbox, use):
    """It keeps no copy, and nor does the server."""
    outbox.relay.answer = "554 5.7.1 Spam"
    status, _ = use(NeomuttSender).start("Hello").finish(10)
    assert status is None       # it shows the message again, to be sent later
    outbox.settle()
    assert outbox.listed() == []


def test_neomutt_without_a_copy(outbox, use):
    use(NeomuttSender, record=None).send("Hello")
    is_the_servers(outbox)


def test_mbsync_of_a_local_sent(outbox, use):
    """neomutt keeps its copy on the disk, and mbsync brings it to the server, once it is sent.
    Its next run takes the server's copy from the disk."""
    mbsync = use(Mbsync)
    mbsync.sync()
    use(NeomuttSender, record=mbsync.path("Sent")).send("Hello")
    outbox.settle()
    mbsync.sync()
    is_the_programs(outbox)
    assert mbsync("Sent") == {"Hello": True}
    is_the_programs(outbox)


def test_mbsync_while_the_message_is_sent(outbox, use):
    """The copy is at the server before the relay has accepted the message."""
    mbsync = use(Mbsync)
    mbsync.sync()
    neomutt = use(NeomuttSender, record=mbsync.path("Sent"), before=True)
    outbox.relay.got.clear()
    outbox.relay.go_on.clear()
    with ThreadPoolExecutor() as others:
        sending = others.submit(neomutt.send, "Hello")
        assert outbox.relay.got.wait(60)
        mbsync.sync()
        outbox.relay.go_on.set()
        sending.result()
    is_the_programs(outbox)
    assert mbsync("Sent") == {"Hello": True}


@pytest.mark.parametrize("pop_program", [Fetchmail, Getmail])
@pytest.mark.parametrize("maildrop", ["pop"], indirect=True)
def test_pop3_alone(outbox, use, pop_program):
    """Of an owner whose programs use no IMAP, Sent has what is sent from the first download on."""
    neomutt = use(NeomuttSender, record=None)
    neomutt.send("Too early")
    outbox.settle()
    use(pop_program)()
    outbox.relay.messages.clear()
    neomutt.send("Hello")
    is_the_servers(outbox)
