# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real mail programs at a private Dovecot, two of them at one mailbox."""

import shutil

import pytest

from appended import SETTINGS, watch
from sent.outbox import Outbox
from sent.relay import relay_of

pytest.register_assert_rewrite("sent_once")

def needs(command):
    if shutil.which(command) is None:
        pytest.skip(f"there is no {command}")


@pytest.fixture
def use(server, maildrop, tmp_path):
    """use(class, **how) returns a mail program for the test's mailbox, with a new folder."""
    folders = (tmp_path / str(number) for number in range(99))

    def make(program, **how):
        needs(program.command)
        return program(server, maildrop.user, next(folders), **how)
    return make


# Mailboxes whose owners send

@pytest.fixture(scope="module")
def start_sending(start):
    """Start a server whose mailboxes have sent_copy=always, those of the group "pop"
    sent_copy=pop3."""
    def start_one(**settings):
        return start(coexist={"sent_copy": "always"}, **SETTINGS,
                     groups={"pop": {"coexist_sent_copy": "pop3"}}, **settings)
    return start_one


@pytest.fixture(scope="module")
def relay(server):
    with relay_of(server) as relay:
        yield relay


@pytest.fixture
def maildrop(request, server):
    """A mailbox of the group "user", or of the one that the test says."""
    return server.maildrop(getattr(request, "param", "user"))


@pytest.fixture
def outbox(server, relay, maildrop):
    """The mailbox of somebody who sends; what is stored there by IMAP is noted."""
    relay.answer = "250 2.0.0 Queued"
    relay.messages.clear()
    watch(server, maildrop.user)
    with maildrop.imap() as client:
        for folder in ("Sent", "Archive"):
            client.create(folder)
    yield Outbox(server, maildrop.user, relay)
    relay.go_on.set()
