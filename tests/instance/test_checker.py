# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a memory checker says of our sources, told apart from what it says of Dovecot's."""

import os
import socket

import pytest

from instance import Instance, checker, message

OURS = """==12== Invalid read of size 4
==12==    at 0x1234: coexist_word (policy-decision.c:12)
==12==    by 0x5678: main (in /usr/lib/dovecot/pop3)
==12==  Address 0x9 is not stack'd, malloc'd or (recently) free'd"""
THEIRS = """==12== 96 bytes in 1 blocks are definitely lost in loss record 1 of 1
==12==    at 0x48: calloc (vg_replace_malloc.c:1328)
==12==    by 0x49: var_expand_program_create (in /usr/lib/dovecot/libdovecot.so.0.0.0)"""
WITHOUT_LINES = """==12== Conditional jump or move depends on uninitialised value(s)
==12==    at 0x48: ??? (in /usr/lib/dovecot/modules/lib20_coexist_plugin.so)"""


@pytest.mark.parametrize("text", [OURS, WITHOUT_LINES], ids=["lines", "object"])
def test_a_report_with_a_frame_of_ours_counts(text):
    assert checker.ours(text) == [text]


def test_a_report_without_does_not():
    assert checker.ours(THEIRS) == []
    assert checker.ours(f"{THEIRS}\n==12== \n{OURS}\n==12== \n{THEIRS}") == [OURS]


def test_what_two_processes_say_alike_is_told_once(tmp_path, monkeypatch):
    monkeypatch.setenv("COEXIST_REPORTS", str(tmp_path))
    checker.begin()
    for pid in ("12", "13"):
        (checker.folder() / f"valgrind.pop3.{pid}").write_text(OURS.replace("12==", f"{pid}=="))
    (checker.folder() / "valgrind.imap.9").write_text(THEIRS)
    count, found = checker.findings()
    assert (count, len(found)) == (3, 1)
    checker.begin()
    assert checker.findings() == (0, [])


def test_each_service_of_ours_is_in_valgrind(tmp_path, monkeypatch):
    monkeypatch.setenv("COEXIST_CHECKER", "valgrind")
    monkeypatch.setenv("COEXIST_REPORTS", str(tmp_path))
    checker.begin()
    monkeypatch.setattr(socket.socket, "settimeout", socket.socket.settimeout)   # put back later
    checker.make_sockets_patient()
    with Instance(tmp_path / "checked", gate={}) as dc:
        dc.deliver("alice", message())
        pop = dc.pop3()
        imap = dc.imap()
        dc.doveadm("who")
        for service in ("pop3", "imap", "auth"):
            pid, *_ = dc.pids(service)
            assert "valgrind" in os.readlink(f"/proc/{pid}/exe")
        pop.quit()
        imap.logout()
        assert list((dc.folder / "log").glob("valgrind.doveadm.*"))


def test_a_test_s_own_wrapper_goes_on_around_it(monkeypatch):
    monkeypatch.setenv("COEXIST_CHECKER", "valgrind")
    wrap = checker.wrapped({"pop3": "env A=b", "imap": "valgrind", "stats": "env"})
    assert wrap["pop3"].startswith("env A=b /usr/bin/valgrind ")
    assert wrap["auth"].startswith("/usr/bin/valgrind ")
    assert (wrap["imap"], wrap["stats"]) == ("valgrind", "env")
    monkeypatch.setenv("COEXIST_CHECKER", "")
    assert checker.wrapped({"pop3": "env A=b"}) == {"pop3": "env A=b"}
