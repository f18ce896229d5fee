# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk that is full before the client says QUIT: nothing is lost, and the client is told.

test_delete_faults.py lets single calls fail; on a real disk files and folders can be made, and
nothing can be written into them.
"""

import pytest

ACTIONS = ("hide", "trash", "archive")
# mount(8) is not everywhere
MOUNT = """import ctypes, sys
sys.exit(ctypes.CDLL(None).mount(b"tmpfs", sys.argv[1].encode(), b"tmpfs", 0,
                                 b"size=300k,mode=777"))
"""
FULL = "dd if=/dev/zero of={home}/filling bs=4k 2>/dev/null; true"


@pytest.fixture(scope="module", params=["maildir", *(
    pytest.param(storage, marks=pytest.mark.night) for storage in ("mdbox", "sdbox"))])
def server(request, start):
    return start(storage=request.param, coexist={"pop3_mark_read": "complete"},
                 groups={action: {"coexist_pop3_delete": action} for action in ACTIONS})


@pytest.fixture(params=ACTIONS)
def maildrop(request, server):
    """A mailbox with six messages on a disk of its own."""
    maildrop = server.maildrop(request.param)
    home = maildrop.folder.parent
    home.mkdir()
    server.inside("/usr/bin/python3", "-I", "-c", MOUNT, f"/mnt/home/{home.name}")
    maildrop.deliver(6)
    return maildrop


def everything(maildrop):
    """Return the subjects of all messages, wherever they are, and each once."""
    return sorted({subject for mailbox in ("INBOX", "Trash", "Archive")
                   for subject in maildrop.subjects(mailbox)})


def test_nothing_is_lost(server, maildrop):
    home = f"/mnt/home/{maildrop.user}"
    server.inside("sh", "-c", FULL.format(home=home))
    for _ in range(2):
        reply = maildrop.delete(1, 2)
        assert reply.startswith(("+OK", "-ERR [SYS/TEMP] ")), reply
        assert len(everything(maildrop)) == 6
    server.inside("rm", f"{home}/filling")
    assert maildrop.delete(1).startswith("+OK")
    assert len(everything(maildrop)) == 6
