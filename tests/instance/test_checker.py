# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a memory checker says of our sources, told apart from what it says of Dovecot's."""

import imaplib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from instance import Dovecot, Instance, checker, message, sanitizers
from instance.instance import built_stage

TESTS = Path(__file__).parents[1]
MISTAKE = Path(__file__).with_name("coexist_mistake.c")
# user -> (the function that it is in, what is said of it)
MISTAKES = {"heap": ("mistake_in_heap", "heap-buffer-overflow"),
            "data-stack": ("mistake_in_data_stack", "heap-buffer-overflow"),
            "frame": ("mistake_after_frame", "heap-use-after-free"),
            "pool": ("mistake_in_pool", "heap-buffer-overflow"),
            "undefined": ("mistake_undefined", "shift exponent 64")}

OURS = """==12== Invalid read of size 4
==12==    at 0x1234: coexist_word (policy-decision.c:12)
==12==    by 0x5678: main (in /usr/lib/dovecot/pop3)
==12==  Address 0x9 is not stack'd, malloc'd or (recently) free'd"""
THEIRS = """==12== 96 bytes in 1 blocks are definitely lost in loss record 1 of 1
==12==    at 0x48: calloc (vg_replace_malloc.c:1328)
==12==    by 0x49: var_expand_program_create (in /usr/lib/dovecot/libdovecot.so.0.0.0)"""
WITHOUT_LINES = """==12== Conditional jump or move depends on uninitialised value(s)
==12==    at 0x48: ??? (in /usr/lib/dovecot/modules/lib20_coexist_plugin.so)"""

ADDRESS = """=================================================================
==imap==12==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000004e38
READ of size 1 at 0x602000004e38 thread T0
    #0 0x7f9a in {}
    #1 0x7f9b in main (/usr/lib/dovecot/imap+0x2047)"""
UNDEFINED = """policy-decision.c:12:9: runtime error: shift exponent 64 is too large
    #0 0x7f9a in coexist_word ../../plugin/policy/policy-decision.c:12"""


@pytest.mark.parametrize("text", [OURS, WITHOUT_LINES], ids=["lines", "object"])
def test_a_report_with_a_frame_of_ours_counts(text):
    assert checker.ours(text) == [text]


def test_a_report_without_does_not():
    assert checker.ours(THEIRS) == []
    assert checker.ours(f"{THEIRS}\n==12== \n{OURS}\n==12== \n{THEIRS}") == [OURS]


@pytest.mark.parametrize("frame, is_ours", [
    ("coexist_word ../plugin/policy/policy-decision.c:12", True),
    ("hook (/usr/lib/dovecot/modules/lib20_coexist_plugin.so+0x606cc)", True),
    ("separate_malloc tests/fuzz/alloconly-pool.c:12", False),
    ("mail_user_init (/usr/lib/dovecot/libdovecot-storage.so.0+0x606cc)", False),
    ("preloaded (/tmp/test_coexist/hold.so+0x12)", False),
])
def test_a_sanitizer_s_report(frame, is_ours):
    report = ADDRESS.format(frame)
    assert checker.ours(report) == ([report.split("\n", 1)[1]] if is_ours else [])
    assert checker.ours(f"{UNDEFINED}\n{report}\n{UNDEFINED}")[::2 if is_ours else 1] == [
        UNDEFINED, UNDEFINED]


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


not_sanitized = pytest.mark.skipif(checker.name() == "sanitizers",
                                   reason="valgrind can't load modules with sanitizers")


@pytest.fixture
def run_with(tmp_path, monkeypatch):
    """run_with(name): let it be a run with that memory checker."""
    def begin(name):
        monkeypatch.setenv("COEXIST_CHECKER", name)
        monkeypatch.setenv("COEXIST_REPORTS", str(tmp_path))
        # put back later
        monkeypatch.setattr(socket.socket, "settimeout", socket.socket.settimeout)
        checker.begin()
        checker.make_sockets_patient()
    return begin


@pytest.mark.night
@not_sanitized
def test_each_service_of_ours_is_in_valgrind(tmp_path, run_with):
    run_with("valgrind")
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


def mistaken_stage(folder, flags=()):
    """Return a stage with a module that makes mistakes. It has no lines: what is reported of
    it counts by its name."""
    dovecot = Dovecot.installed()
    shutil.copytree(built_stage(), folder, symlinks=True)
    subprocess.run(["gcc", "-std=gnu11", "-O0", "-shared", "-fPIC", *flags, "-DHAVE_CONFIG_H",
                    f"-I{dovecot.headers}", MISTAKE, "-o",
                    dovecot.staged(folder) / "lib99_coexist_mistake_plugin.so"], check=True)
    return folder


@pytest.mark.night
@not_sanitized
def test_valgrind_looks_on_at_what_a_command_of_doveadm_does(run_with, tmp_path):
    """Which becomes doveconf, and doveadm again."""
    run_with("valgrind")
    with Instance(tmp_path / "checked", modules=mistaken_stage(tmp_path / "stage"),
                  users={"heap": {}}, plugins={"all": ["coexist", "coexist_mistake"]}) as server:
        server.doveadm("mailbox", "list", "-u", "heap")
    assert [text for text in checker.findings()[1] if "mistake_in_heap" in text]


@pytest.mark.night
def test_the_sanitizers_find_a_mistake_of_each_kind(run_with, tmp_path):
    run_with("sanitizers")
    stage = mistaken_stage(tmp_path / "stage", sanitizers.FLAGS)
    with Instance(tmp_path / "checked", modules=stage,
                  users=dict.fromkeys([*MISTAKES, "none"], {}),
                  plugins={"all": ["coexist", "coexist_mistake"]}) as server:
        for user in MISTAKES:
            try:
                server.imap(user).logout()
            except imaplib.IMAP4.abort:
                assert user != "undefined"
            else:
                assert user == "undefined"
            server.doveadm("mailbox", "list", "-u", user, check=False)
        server.pop3("none").quit()
    found = checker.findings()[1]
    for program in ("imap", "doveadm"):
        for function, words in MISTAKES.values():
            assert [text for text in found if f"/{program}+0x" in text and function in text
                    and words in text], (program, function)
    assert not [text for text in found if "/pop3+0x" in text]


def collected(name, folder, path):
    """Run pytest with a checker, but no test; stage and reports are in the folder."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", path],
        env={**os.environ, "COEXIST_CHECKER": name, "COEXIST_STAGE": str(folder),
             "COEXIST_REPORTS": str(folder)},
        cwd=TESTS, capture_output=True, text=True, check=False)


def test_modules_without_sanitizers_are_no_run(tmp_path):
    done = collected("sanitizers", tmp_path, __file__)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "tests/build --sanitize" in done.stderr


def test_what_measures_memory_is_not_in_a_run_with_a_checker(tmp_path):
    path = TESTS / "system/auth/test_many_waiting.py"
    assert "test_they_pass_when" in collected("", tmp_path, path).stdout
    assert collected("valgrind", tmp_path, path).returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def libraries(pid):
    """Return the names of the libraries that a process has loaded."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {Path(line.split()[-1]).name for line in maps.splitlines() if "/" in line}


def test_each_process_has_the_sanitizer_and_what_a_test_preloads(run_with, tmp_path):
    run_with("sanitizers")
    with Instance(tmp_path / "checked", gate={},
                  wrap={"pop3": "env LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libz.so.1"}) as server:
        server.deliver("alice", message())
        pop, imap = server.pop3(), server.imap()
        assert {"auth", "config", "imap", "pop3", "stats"} <= {
            Path(f"/proc/{pid}/comm").read_text().strip() for pid in server.pids()}
        for pid in server.pids():
            assert any(name.startswith("libasan.so") for name in libraries(pid))
            assert sanitizers.LIBRARY in libraries(pid)
        assert [name for pid in server.pids("pop3") for name in libraries(pid)
                if name.startswith("libz.so")]
        shown = server.inside("doveconf", "-c", server.config, "import_environment").stdout
        assert "LD_PRELOAD" not in shown
        pop.quit()
        imap.logout()
