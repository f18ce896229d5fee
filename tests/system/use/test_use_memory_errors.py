# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory errors and leaks: valgrind finds none in what notes a use, tells of an end and refuses."""

import pytest

import logins
from instance import NOTICE_TEXTS, Instance
from logins import Client
from mailboxes import date, used
from wiring import CLIENTS, DOVEADM


@pytest.mark.night
def test_logins_notes_notices_and_refusals(tmp_path):
    with Instance(tmp_path, users=dict.fromkeys(("jo", "ann", "odd"), {}), sieve=True,
                  gate={}, conf=CLIENTS + DOVEADM,
                  coexist={"note_last_use": "address", "template_dir": str(NOTICE_TEXTS)},
                  wrap={name: "valgrind" for name in ("auth", "imap", "pop3")}) as server:
        server.store.put("default", until_notice="30d 7d")
        server.store.put("mailbox/jo", pop3_until=date(-20), imap_until=date(-3))
        server.store.put("mailbox/ann", pop3_access="deny")
        used(server, "odd", since=3, imap=(3, "x" * 99))
        for user in ("jo", "odd"):
            for protocol in ("pop3", "imap", "pop3"):
                with logins.session(server, protocol, Client(user)):
                    pass
        server.store.put("mailbox/odd", "garbage!\n")
        for user in ("ann", "odd"):
            logins.pop3_user_pass(server, Client(user))
        server.wait_for(lambda: not server.pids("pop3") and not server.pids("imap"))
        server.stop()
        assert server.valgrind_reports() == {}


@pytest.mark.night
def test_commands(tmp_path):
    with Instance(tmp_path, users=dict.fromkeys(("jo@a.example", "ann@a.example"), {}), gate={},
                  conf=DOVEADM, coexist={"note_last_use": "time"}) as server:
        used(server, "jo@a.example", since=3, pop3=(3, "192.0.2.1"))
        used(server, "ann@a.example")
        for command in ("status -d a.example --protocol all", "status -A --protocol pop3 --unused",
                        "policy set --dry-run --default pop3_access=deny",
                        f"policy set --tell -d a.example pop3_until={date(-9)}"):
            done = server.inside("env", "GDB=1", "DOVECOT_PRESERVE_ENVS=GDB", "valgrind",
                                 "--quiet", "--leak-check=full", "--trace-children=yes",
                                 "--error-exitcode=99", "--num-callers=40", "/usr/bin/doveadm",
                                 "-c", server.config, "coexist", *command.split(), check=False)
            assert done.returncode == 0, (command, done.stderr)
            assert "coexist" not in "".join(
                line for line in done.stderr.splitlines() if line.startswith("==")), done.stderr
