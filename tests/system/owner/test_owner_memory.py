# SPDX-License-Identifier: LGPL-2.1-or-later
"""valgrind finds no memory error and no leak in the sessions of owners who may choose."""

import os

import pytest

from choices import OPENED, Owner


@pytest.fixture(scope="module")
def server(start):
    return start(coexist=OPENED, wrap={"pop3": "valgrind", "imap": "valgrind"}, quota="100k",
                 conf23="service imap {\n  service_count = 1\n}\n",
                 conf24="service imap {\n  restart_request_count = 1\n}\n")


def chooses(owner):
    owner.chooses(pop3_delete="hide", pop3_keep_days="30", quota_warn="80 95")
    with owner.session() as metadata:
        assert len(metadata.get("", depth="infinity")) == 3 + 6 + 3 * 15 + 1
        assert metadata.set(pop3_show="unread", pop3_delete="x").startswith("NO ")
        assert metadata.set(pop3_show="unread").startswith("OK ")
        assert metadata.set(mailbox="INBOX", pop3_show="unread").startswith("NO ")


def garbage(owner):
    owner.write(bytes(range(1, 256)) * 9)


def fifo(owner):
    owner.replace(lambda path: os.mkfifo(path, 0o666))


@pytest.mark.parametrize("prepare", [chooses, garbage, fifo])
def test_sessions_have_no_memory_error_and_no_leak(server, maildrop, prepare):
    owner = Owner(maildrop)
    before = server.valgrind_reports()
    maildrop.deliver(2)
    prepare(owner)
    with owner.session() as metadata:
        metadata.get("", depth="infinity")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.quit()
    server.wait_for(lambda: not server.pids("imap"), 60, "the end of the IMAP sessions")
    reports = server.valgrind_reports()
    assert [reports[name] for name in reports.keys() - before.keys()] == []
