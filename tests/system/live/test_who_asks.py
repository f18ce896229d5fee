# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may ask auth by the question of an open session: what it answers is for the mailbox'
processes, and no other user of the host learns a mailbox' policy by it."""

import sys

import pytest

from instance.config import owner
from open_session import policy

pytestmark = pytest.mark.differs("how auth answers")
ASK = """
import os, pwd, socket, sys
name, claimed, own = sys.argv[1:]
own = int(own) if own.isdigit() else pwd.getpwnam(own).pw_uid
os.setgroups([])
os.setgid(54321)
os.setuid(own)
auth = socket.socket(socket.AF_UNIX)
auth.connect("/mnt/run/auth-userdb")
auth.sendall((f"VERSION\\t1\\t0\\nUSER\\t1\\t{name}\\t%s=pop3\\tforward_fields=coexist_recheck="
              f"uid={claimed or own}\\n").encode())
text = b""
while not any(line[:4] in (b"USER", b"FAIL", b"NOTF") for line in text.split(b"\\n")[:-1]):
    data = auth.recv(4096)
    if not data:
        break
    text += data
print(text.decode())
"""


@pytest.fixture(scope="module")
def server(gated):
    return gated()


def answer(server, user, asker, claimed=""):
    """Return what a process of that uid is answered."""
    service = "service" if server.dovecot.generation == 23 else "protocol"
    lines = server.inside(sys.executable, "-I", "-c", ASK % service, user, claimed,
                          asker).stdout.splitlines()
    return [line for line in lines if line[:4] in ("USER", "FAIL", "NOTF")]


def test_the_mailbox_own_processes_are_answered(server):
    user = server.maildrop().user
    policy(server, "set", "-u", user, "pop3_access=deny", "deny_text=Ask at the office.")
    [line] = answer(server, user, owner()[0])
    assert line.startswith("USER") and "Ask at the office." in line
    assert "home=" not in line


@pytest.mark.parametrize("claimed", ["", "owner"], ids=["own uid", "the owner's uid"])
def test_nobody_else_is(server, claimed):
    user = server.maildrop().user
    policy(server, "set", "-u", user, "pop3_access=deny", "deny_text=Ask at the office.")
    if claimed:
        claimed = server.inside("id", "-u", owner()[0]).stdout.strip()
    [line] = answer(server, user, "54321", claimed)
    assert line.startswith("FAIL") and "office" not in line
