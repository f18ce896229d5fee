# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody has locked Sent: who sends waits a few seconds with the next command, and no longer."""

import time
from contextlib import contextmanager

import pytest

import exported
from outbox import Outbox, letter, locked
from relay import relay_of

pytestmark = pytest.mark.differs("the locks of the storage")
# for what Dovecot by itself waits for two minutes and more
LOCKS = {"maildir": ["dovecot-coexist.sent", ".Sent/dovecot-uidlist.lock",
                     ".Sent/dovecot.index.log"],
         "sdbox": ["dovecot-coexist.sent", "mailboxes/Sent/dbox-Mails/dovecot.index.log"],
         "mdbox": ["dovecot-coexist.sent", "mailboxes/Sent/dbox-Mails/dovecot.index.log",
                   "storage/dovecot.map.index.log"]}
CASES = [(storage, lock) for storage, locks in LOCKS.items() for lock in locks]
# a few seconds for each of two locks, and what a busy machine adds
PATIENCE = 15


@pytest.fixture(scope="module")
def servers(start):
    """servers(storage) returns one, with the relay."""
    made = {}

    def one(storage):
        if storage not in made:
            made[storage] = start(storage=storage, coexist={"sent_copy": "always"},
                                  conf23=exported.CONF23, conf24=exported.CONF24)
        return made[storage]
    return one


@contextmanager
def held(path):
    """Lock as Dovecot does: by a file of its own, or the file itself."""
    if path.suffix == ".lock":
        path.touch()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
    else:
        with locked(path):
            yield


@pytest.mark.parametrize("storage, lock", CASES)
def test_the_next_command_waits_for_seconds_only(servers, storage, lock):
    server = servers(storage)
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        first, second, third = letter(), letter(), letter()
        outbox.send(first)
        with outbox.smtp() as client:
            with held(outbox.ring.parent / lock):
                client.sendmail("alice@example.org", ["bob@example.org"], second)
                began = time.monotonic()
                client.noop()
                waited = time.monotonic() - began
            client.sendmail("alice@example.org", ["bob@example.org"], third)
        outbox.settle()
        print(f"waited {waited:.1f} s for {lock} of {storage}")
        assert waited < PATIENCE
        assert len(relay.messages) == 3
        # without the ring the copy is stored, and may be there twice
        kept = [first, second, third] if lock == outbox.ring.name else [first, third]
        assert outbox.texts() == kept, outbox.log()
