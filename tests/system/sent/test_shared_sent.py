# SPDX-License-Identifier: LGPL-2.1-or-later
"""sent_copy beside the Sent of a colleague: what a login sends is in its own, whoever else's it
may write to."""

import re

import pytest

from outbox import Outbox, letter
from relay import relay_of

pytestmark = pytest.mark.differs("namespaces and ACLs")
# which names for \Sent what lies there, as sites do that have one list of mailboxes for all
SENT = "  mailbox Sent {\n    special_use = \\Sent\n  }\n"
SHARED23 = """namespace shared {
  type = shared
  prefix = Shared/%%u/
  separator = /
  location = maildir:/mnt/home/%%u/mail:INDEX=~/shared/%%u
  list = children
  subscriptions = no
""" + SENT + """}
plugin {
  acl = vfile
  acl_shared_dict = file:/mnt/home/shared-mailboxes
}
"""
SHARED24 = """namespace shared {
  type = shared
  prefix = Shared/$user/
  separator = /
  mail_path = /mnt/home/%{owner_user}/mail
  mail_index_path = ~/shared/%{owner_user}
  list = children
  subscriptions = no
""" + SENT + """}
acl_driver = vfile
acl_sharing_map {
  dict file {
    path = /mnt/home/shared-mailboxes
  }
}
"""
TEAM = "namespace team {\n  type = public\n  prefix = team/\n  separator = /\n  %s\n" + SENT + "}\n"
RIGHTS = ("lookup", "read", "write", "write-seen", "write-deleted", "insert", "expunge")


@pytest.fixture(scope="module")
def server(start):
    server = start(plugins={"all": ["acl", "coexist"]}, coexist={"sent_copy": "always"},
                   conf23=SHARED23, conf24=SHARED24)
    with relay_of(server) as server.relay:
        yield server


@pytest.fixture
def desk(server):
    """(assistant, boss): the first may do all with the second's Sent, and sees it in the list."""
    assistant, boss = (Outbox(server, server.maildrop().user, server.relay) for _ in range(2))
    with boss.imap() as client:
        client.create("Sent")
    shared = server.folder / "home/shared-mailboxes"
    shared.touch()
    shared.chmod(0o666)
    server.doveadm("acl", "set", "-u", boss.user, "Sent", f"user={assistant.user}", *RIGHTS)
    theirs = f"Shared/{boss.user}/Sent"
    assert theirs in listed(assistant)
    return assistant, boss, theirs


def listed(outbox):
    """Return {mailbox: its flags}, with the special uses (RFC 6154)."""
    with outbox.imap() as client:
        client.xatom("LIST", '""', '"*"', "RETURN (SPECIAL-USE)")
        lines = [line.decode() for line in client.response("LIST")[1]]
    return {name.strip('"'): flags for flags, name in
            (re.match(r'\((.*)\) "/" (.*)', line).groups() for line in lines)}


def test_a_copy_is_in_the_senders_own_sent(desk):
    """Also where the colleague's is the only one that has the special use."""
    assistant, boss, _ = desk
    message = letter()
    assistant.send(message)
    assert (assistant.texts(), boss.texts()) == ([message], [])
    assert not boss.ring.exists()


def test_what_a_program_stores_at_a_colleagues_changes_nothing(desk):
    assistant, boss, theirs = desk
    message, other = letter(), letter()
    assistant.send(message)
    ring = assistant.ring.read_bytes()
    assistant.append(message, folder=theirs)
    assert assistant.ring.read_bytes() == ring
    boss.send(other)
    ring = boss.ring.read_bytes()
    assistant.append(other, folder=theirs)
    assert boss.ring.read_bytes() == ring
    assert (assistant.texts(), boss.texts()) == ([message], [message, other, other])
    boss.append(other)      # which is the boss's own
    assert boss.texts() == [message, other, other]
    assert not re.search("Error:|Can't", assistant.log() + boss.log())


def test_a_public_mailbox_for_sent_messages_is_nobodys_own(start):
    server = start(coexist={"sent_copy": "always"}, conf23=TEAM % "location = maildir:~/team",
                   conf24=TEAM % "mail_driver = maildir\n  mail_path = ~/team")
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        with outbox.imap() as client:
            client.create("team/Sent")
        assert r"\Sent" in listed(outbox)["team/Sent"]
        message = letter()
        outbox.send(message)
        assert (outbox.texts(), outbox.texts("team/Sent")) == ([message], [])
        [uid] = outbox.append(message)
        assert [one for one, _, _ in outbox.listed()] == [uid]
