# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy export, import and set -F: many policies in one file."""

import fcntl
import imaplib
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path

import pytest

from administrator import (CONF23, CONF24, EX_DATAERR, EX_NOUSER, EX_USAGE, KEY_FILE,
                           Administrator)
from instance import checker

HARD = 'It\'s "quoted", 100 % \\ [x] =#;\tä\nand more '
ALL = """\
[default]
pop3_delete=trash

[domain one.example]
imap_tls=required

[mailbox user1]
pop3_access=deny
deny_text=Moved.\\nAsk us.

[mailbox user2]
imap_access=deny
"""
# A batch of the size of a hosting server, and how long it may take on a machine that is
# ten times slower than the one where it took half a second.
MANY = 5000
PATIENCE_SECONDS = checker.patience(100)


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24, gate={"store": "fs:posix:prefix=/mnt/policy/"})


@pytest.fixture
def admin(server):
    """An administrator whose store is empty."""
    admin = Administrator(server, key_file=None)
    for row in admin.rows("policy", "list"):
        place = {"mailbox": ["-u", row["name"], "--force"], "domain": ["-d", row["name"]],
                 "default": ["--default"]}[row["scope"]]
        admin.ok("policy", "unset", *place, "--all")
    return admin


def write(admin, text, name="policies"):
    """Write a file that the instance sees; return its name there."""
    path = admin.server.folder / "etc" / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return f"/mnt/etc/{name}"


def stored(admin):
    """Return {(scope, name, key): value} of all documents."""
    return {(row["scope"], row["name"], row["key"]): row["value"]
            for row in admin.rows("policy", "list", "--values")}


# There and back

def test_import_stores_what_the_file_says(admin):
    assert admin.run("policy", "import", "--reason", "moved", write(admin, ALL)).returncode == 0
    assert stored(admin) == {
        ("default", "", "pop3_delete"): "trash",
        ("domain", "one.example", "imap_tls"): "required",
        ("mailbox", "user1", "pop3_access"): "deny",
        ("mailbox", "user1", "deny_text"): "Moved.\nAsk us.",
        ("mailbox", "user2", "imap_access"): "deny"}
    meta = admin.get("-u", "user1", "--meta")
    assert (meta["by"], meta["reason"]) == ("root", "moved")
    assert admin.ok("policy", "export") == ALL
    assert admin.ok("policy", "export", "--mask", "*2") == ALL[ALL.index("[mailbox user2]"):]


def test_export_to_a_file_and_back(admin):
    admin.ok("policy", "set", "-u", "user3", f"deny_text={HARD}", "pop3_networks=192.0.2.0/24")
    admin.ok("policy", "set", "--force", "-u", "not] yet@here.example", "imap_access=deny")
    before = stored(admin)
    assert admin.ok("policy", "export", "/mnt/etc/backup") == ""
    path = admin.server.folder / "etc/backup"
    assert path.stat().st_mode & 0o777 == 0o600
    for name in ("user3", "not] yet@here.example"):
        admin.ok("policy", "unset", "--force", "-u", name, "--all")
    assert stored(admin) == {}
    admin.ok("policy", "import", "--force", "/mnt/etc/backup")
    assert stored(admin) == before
    assert HARD.strip() in before["mailbox", "user3", "deny_text"]


def test_nothing_is_an_empty_text(admin):
    assert admin.ok("policy", "export").strip() == ""


def test_import_replaces_and_removes(admin):
    admin.ok("policy", "set", "-u", "user4", "pop3_access=deny", "imap_tls=required")
    admin.ok("policy", "set", "-u", "user5", "pop3_access=deny")
    admin.ok("policy", "set", "-u", "user6", "pop3_access=deny")
    admin.ok("policy", "import", write(admin, "[mailbox user4]\npop3_tls=required\n"
                                              "[mailbox user5]\n[mailbox user7]\n"))
    assert stored(admin) == {("mailbox", "user4", "pop3_tls"): "required",
                             ("mailbox", "user6", "pop3_access"): "deny"}


def test_the_http_api_takes_and_gives_the_text(admin):
    assert admin.http("coexistPolicyImport", file=ALL, errors=True) == ["doveadmResponse", [], "tag"]
    kind, [row], _ = admin.http("coexistPolicyExport")
    assert (kind, row["text"] + "\n") == ("doveadmResponse", ALL)
    kind, what, _ = admin.http("coexistPolicyExport", file="/mnt/etc/stolen")
    assert (kind, what["exitCode"]) == ("error", EX_USAGE)
    assert not (admin.server.folder / "etc/stolen").exists()
    kind, rows, _ = admin.http("coexistPolicyImport", errors=True, file="[default]\nx=1\n")
    assert [row["error"] for row in rows] == ["file:2: x: No such key", "Nothing was changed"]


# All or nothing

@pytest.mark.parametrize("text, said", [
    ("pop3_access=deny\n", ["1: Expected [default]"]),
    ("[mailbox user1]\npop3_access=perhaps\n", ["2: pop3_access: Not a value"]),
    ("[mailbox user1]\npop3_acces=deny\nimap_tls=maybe\n",
     ["2: pop3_acces: No such key, did you mean pop3_access?", "3: imap_tls: Not a value"]),
    ("[mailbox user1]\npop3_access=deny\npop3_access=allow\n", ["3: pop3_access is there twice"]),
    ("[mailbox user1]\n[mailbox USER1]\n", ["mailbox user1 is there twice"]),
    ("[user user1]\n", ["1: Expected [default]"]),
    ("[default]\ndeny_text=C:\\x\n", ["2: A backslash"]),
    (b"[default]\ndeny_text=\xff\n", ["2: Not UTF-8"]),
    ("nonsense\n" * 1000, ["100: Expected KEY=VALUE", "Too many errors"]),
    ("# nothing\n", ["names no policy"]),
    (b"[default]\ndeny_text=" + b"x" * 200000, ["failed"]),
], ids=range(11))
def test_a_wrong_line_changes_nothing(admin, text, said):
    good = b"[mailbox user9]\npop3_access=deny\n" if not isinstance(text, str) or "[" in text else b""
    raw = text if isinstance(text, bytes) else text.encode()
    done = admin.run("policy", "import", write(admin, raw + b"\n" + good))
    assert done.returncode in (EX_DATAERR, 66) and done.stdout == ""
    for words in said:
        assert words in done.stderr
    assert stored(admin) == {}


def test_an_unknown_user_changes_nothing(admin):
    path = write(admin, "[mailbox user1]\npop3_access=deny\n[mailbox nobody@here]\n")
    assert "nobody@here doesn't exist" in admin.fails(EX_NOUSER, "policy", "import", path)
    assert stored(admin) == {}
    admin.ok("policy", "import", "--force", path)
    assert stored(admin) == {("mailbox", "user1", "pop3_access"): "deny"}


def test_a_policy_that_is_too_long_with_the_files_own_domain(admin):
    networks = " ".join(f"10.{n // 250}.{n % 250}.0/24" for n in range(280))
    free = " ".join(f"{n}M" for n in range(1, 800))
    path = write(admin, f"[mailbox a@long.example]\npop3_fetcher_networks={networks}\n"
                        f"[domain long.example]\nquota_warn_free={free}\n")
    said = admin.fails(EX_DATAERR, "policy", "import", "--force", path)
    assert "mailbox a@long.example: With the wider scopes'" in said
    assert stored(admin) == {}


def test_a_file_that_is_not_there(admin):
    done = admin.run("policy", "import", "/mnt/etc/none")
    assert done.returncode != 0 and "none" in done.stderr
    assert admin.fails(EX_USAGE, "policy", "import")


# Sessions

def test_sessions_that_it_forbids_have_ended(admin, server):
    """And nobody else's."""
    server.imap("user10").logout()
    other, gone = server.imap("user11"), server.imap("user12")
    admin.ok("policy", "import", write(admin, "[mailbox user12]\nimap_access=deny\n"
                                              "[mailbox user10]\nimap_access=deny\n"))
    with pytest.raises(imaplib.IMAP4.abort, match="IMAP is switched off"):
        gone.noop()
    assert other.noop()[0] == "OK"
    for session in (other, gone):
        session.shutdown()


def test_the_brake(admin, server):
    sessions = [server.imap(f"user{number}") for number in range(51)]
    path = write(admin, "".join(f"[mailbox user{n}]\nimap_access=deny\n" for n in range(51)))
    assert "This ends 51 open sessions" in admin.fails(EX_USAGE, "policy", "import", path)
    assert stored(admin) == {}
    assert all(session.noop()[0] == "OK" for session in sessions)
    assert "This ends 51 open sessions" in admin.fails(
        EX_USAGE, "policy", "set", "-F",
        write(admin, "".join(f"user{n}\n" for n in range(51)), "list"), "imap_access=deny")
    for session in sessions:
        session.shutdown()


@pytest.fixture
def aside():
    """A base_dir of its own, whose path a socket's name can have."""
    folder = Path(tempfile.mkdtemp(prefix="coexist-aside."))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("command", [
    ["import", "--yes", ALL], ["set", "--yes", "-F", "user1\nuser2\n", "pop3_access=deny"]],
    ids=["import", "set"])
def test_others_need_not_wait_until_sessions_are_counted(admin, aside, command):
    """The store is not locked while anvil is asked for them, which does not answer here."""
    name, *options = [write(admin, word, "text") if "\n" in word else word for word in command]
    with socket.socket(socket.AF_UNIX) as anvil:
        anvil.bind(str(aside / "anvil"))
        anvil.listen()
        anvil.settimeout(60)
        done = []
        thread = threading.Thread(target=lambda: done.append(admin.server.doveadm(
            "-o", f"base_dir={aside}", "-o", "auth_socket_path=/mnt/run/auth-userdb",
            "coexist", "policy", name, *options, check=False)))
        thread.start()
        try:
            asked, _ = anvil.accept()
            with asked, open(aside / "coexist-policy.lock", "ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            anvil.close()
            thread.join()
    assert stored(admin)["mailbox", "user1", "pop3_access"] == "deny", done


def test_a_document_that_can_not_be_changed_is_said_once(admin, server):
    """It is looked at for the sessions of its user, and nothing is changed."""
    sessions = [server.imap("user40") for _ in range(2)]
    admin.put("mailbox/user40", "no document")
    said = admin.fails(EX_DATAERR, "policy", "set", "-F", write(admin, "user41\nuser40\n", "list"),
                       "imap_access=deny")
    assert said.count("mailbox/user40") == 1
    for session in sessions:
        assert session.noop()[0] == "OK"
        session.shutdown()
    assert {row["name"] for row in admin.rows("policy", "list")} == {"user40"}


# set -F

def test_set_for_the_users_of_a_file(admin):
    admin.ok("policy", "set", "-u", "user20", "imap_tls=required")
    admin.ok("policy", "set", "-F", write(admin, "user20\n\nUSER21\n", "list"),
             "--reason", "unpaid", "pop3_access=deny")
    assert stored(admin) == {("mailbox", "user20", "imap_tls"): "required",
                             ("mailbox", "user20", "pop3_access"): "deny",
                             ("mailbox", "user21", "pop3_access"): "deny"}
    assert admin.get("-u", "user21", "--meta")["reason"] == "unpaid"


@pytest.mark.parametrize("arguments, users, status", [
    (["pop3_access=perhaps"], "user22\n", EX_DATAERR),
    (["pop3_access=deny"], "user22\nnobody@here\n", EX_NOUSER),
    (["pop3_access=deny"], "user22\nuser22\n", EX_DATAERR),
    (["pop3_access=deny"], "", EX_DATAERR),
    (["-u", "user23", "pop3_access=deny"], "user22\n", EX_USAGE),
    (["--dry-run", "pop3_access=deny"], "user22\n", EX_USAGE),
])
def test_set_for_a_list_that_is_wrong_changes_nothing(admin, arguments, users, status):
    admin.fails(status, "policy", "set", "-F", write(admin, users, "list"), *arguments)
    assert stored(admin) == {}


def test_set_for_a_list_over_the_http_api(admin):
    assert admin.http("coexistPolicySet", userFile="user24\nuser25\n",
                      values=["pop3_access=deny"])[0] == "doveadmResponse"
    assert {name for _, name, _ in stored(admin)} == {"user24", "user25"}


# Signatures

def test_import_signs_each(start):
    server = start(conf23=CONF23, conf24=CONF24)
    admin = Administrator(server)
    public = admin.ok("policy", "keygen", "/mnt/etc/panel.key")
    (server.folder / "etc/panel.pub").write_text(public)
    if server.generation == 23:
        (server.folder / "etc/coexist.conf.ext").write_text(
            KEY_FILE + "policy_public_keys=/mnt/etc/panel.pub\n")
    else:
        server.reload(extra=server._settings["extra"]
                      + "coexist_policy_public_keys = /mnt/etc/panel.pub\n")
    path = write(admin, ALL)
    said = admin.fails(EX_USAGE, "policy", "import", path)
    assert "--sign-key" in said
    admin.ok("policy", "import", "--sign-key", "/mnt/etc/panel.key", path)
    assert [row["signature"] for row in admin.rows("policy", "verify", "-u", "user1")] == ["valid"]
    assert admin.rows("policy", "check") == []


# Size

@pytest.mark.night
def test_five_thousand_mailboxes(admin, server):
    """Import, export and set -F; others wait for the lock no longer than that takes."""
    text = "\n".join(f"[mailbox many{n}@size.example]\npop3_access=deny\npop3_delete=trash\n"
                     for n in range(MANY))
    begin = time.monotonic()
    admin.ok("policy", "import", "--force", write(admin, text))
    seconds = time.monotonic() - begin
    assert seconds < PATIENCE_SECONDS
    exported = admin.ok("policy", "export")
    assert exported.count("[mailbox ") == MANY
    users = "".join(f"many{n}@size.example\n" for n in range(MANY))
    other = threading.Thread(target=admin.ok, args=("policy", "set", "-u", "user30",
                                                    "pop3_access=deny"))
    other.start()
    admin.ok("policy", "set", "--force", "-F", write(admin, users, "list"), "pop3_access=allow")
    other.join()
    found = stored(admin)
    assert len(found) == 2 * MANY + 1
    assert found["mailbox", "many4999@size.example", "pop3_access"] == "allow"
    print(f"imported {MANY} in {seconds:.1f} s")
