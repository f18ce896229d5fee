# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_show = unread, and what goes wrong between QUIT and its reply: a message that was
downloaded is listed again, or the client was told that all is well."""

import pytest

import wire
from faults import CHANGES, COUNT, FULL_DISK, IO_ERROR, KILL, Faults, Template
from server import Server
from test_delete_faults import LEAKED_VIEW
from view_listing import listed, names


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    return Faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module", params=["maildir", *(
    pytest.param(storage, marks=pytest.mark.night) for storage in ("mdbox", "sdbox"))])
def server(request, tmp_path_factory, faults):
    with Server(tmp_path_factory.mktemp("dovecot"), storage=request.param,
                coexist={"pop3_show": "unread"}, wrap={"pop3": faults.wrapper}) as server:
        yield server
        assert [line for line in server.log_text().splitlines()
                if "Panic: " in line and LEAKED_VIEW not in line] == []


def download(maildrop):
    """Download the first message and say QUIT; return the reply, b"" if there is none."""
    with maildrop.pop3() as pop:
        pop.retr(1)
        wire.send(pop, "QUIT")
        try:
            return wire.read_line(pop)
        except OSError:
            return b""


@pytest.mark.parametrize("action", [KILL, FULL_DISK, IO_ERROR],
                         ids=["killed", "full disk", "error"])
def test_no_download_is_lost(maildrop, faults, action, tmp_path):
    maildrop.deliver(2)
    assert listed(maildrop) == names(1, 2)
    template = Template(maildrop, tmp_path)
    for at in range(1, 300):
        faults.plan(action, CHANGES, at)
        reply = download(maildrop)
        calls = faults.seen(CHANGES)
        faults.plan(COUNT)
        for lock in maildrop.folder.rglob("*.lock"):
            lock.unlink()
        found = listed(maildrop)
        if calls < at:
            break
        if reply.startswith(b"+OK"):
            assert found in (names(2), names(1, 2))
        else:
            # the client has said QUIT: it has the message, and finds it once more
            assert found == names(1, 2) or at == calls
        template.restore()
    assert (reply, found) == (b"+OK Logging out.", names(2))
    assert at > 3
