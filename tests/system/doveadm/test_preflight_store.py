# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist preflight: the store, its documents and the keys that sign them."""

import pytest

from administrator import EX_CONFIG
from preflight import GATED, IS_23, failed, gated_admin, preflight, without
from instance.gate import MARKER

pytestmark = pytest.mark.differs("how settings are read")


@pytest.fixture(scope="module")
def server(start):
    return start(**GATED)


@pytest.fixture(scope="module")
def admin(server):
    return gated_admin(server)


def tree(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def test_nothing_is_left_behind(admin):
    folder = admin.documents.parent
    admin.server.inside("sh", "-c", "rm -rf /mnt/policy/*")
    assert preflight(admin)[1]["store, read by dovecot"] == ("ok", "")
    assert tree(folder) == []
    admin.ok("policy", "init")
    before = tree(folder)
    assert preflight(admin)[1]["store, read by dovecot"] == ("ok", "")
    assert tree(folder) == before


def test_nor_is_a_store_made_that_was_never_used(admin):
    """The first policy makes its folder, as doc/policy-store.md says."""
    admin.server.inside("mv", "/mnt/policy", "/mnt/policy.away")
    status, found = preflight(admin)
    assert not admin.documents.parent.exists()
    admin.server.inside("mv", "/mnt/policy.away", "/mnt/policy")
    assert (status, failed(found), found["store, folder"][0]) == (0, {}, "note")
    assert "doveadm coexist policy set" in found["store, folder"][1]


def test_a_prefix_that_does_not_end_with_a_slash(admin):
    """Policies go beside the folder then."""
    path = admin.server.folder / "etc/coexist.conf.ext"
    if IS_23:
        text = path.read_text()
        path.write_text(text.replace("/policy/", "/policy"))
        status, found = preflight(admin)
        path.write_text(text)
    else:
        status, found = preflight(admin, without("(prefix = /mnt/policy)/", r"\1"))
    assert found["store, prefix"][0] == "warn"
    assert "/mnt/policy/" in found["store, prefix"][1]
    assert (status, list(failed(found))) == (EX_CONFIG, ["store, read by dovecot"])
    remedy = failed(found)["store, read by dovecot"]
    assert "with a slash" in remedy and "chgrp" not in remedy
    assert "store, prefix" not in preflight(admin)[1]


def test_documents_that_are_of_no_use(admin):
    admin.ok("policy", "set", "-d", "example.org", "--force", "pop3_access=deny")
    assert preflight(admin)[1]["documents"] == ("ok", "")
    admin.put("mailbox/broken", "what is this")
    status, found = preflight(admin)
    (admin.documents / "mailbox/broken").unlink()
    assert (status, found["documents"][0]) == (0, "warn")
    assert "1 of 2" in found["documents"][1]
    assert "doveadm coexist policy check" in found["documents"][1]


def test_documents_that_hide_messages_from_pop3(admin):
    """They could be stored before anything obeyed them."""
    assert "pop3_show" not in preflight(admin)[1]
    admin.ok("policy", "set", "-u", "jo@example.org", "--force", "pop3_show=unread")
    admin.ok("policy", "set", "-d", "example.org", "--force", "pop3_show=all")
    status, found = preflight(admin)
    admin.ok("policy", "unset", "-u", "jo@example.org", "--force", "pop3_show")
    assert (status, found["pop3_show"][0]) == (0, "note")
    assert "1 documents" in found["pop3_show"][1]
    assert "mailbox jo@example.org" in found["pop3_show"][1]


def test_documents_with_other_folders(admin):
    """Without Dovecot's virtual plugin POP3 has INBOX alone."""
    assert "pop3_folders" not in preflight(admin)[1]
    admin.ok("policy", "set", "-u", "jo@example.org", "--force", "pop3_folders=INBOX Sent")
    status, found = preflight(admin)
    mended = preflight(admin, lambda text: text + "protocol pop3 {\n"
                       "  mail_plugins = coexist virtual\n}\n")[1]
    admin.ok("policy", "unset", "-u", "jo@example.org", "--force", "pop3_folders")
    assert (status, found["pop3_folders"][0]) == (0, "warn")
    assert "by 1 documents (mailbox jo@example.org), and" in found["pop3_folders"][1]
    assert found["pop3_folders"][1].endswith("protocol pop3: virtual")
    assert "mailbox jo@example.org" in found["pop3_show"][1]
    assert mended["pop3_folders"] == ("ok", "")


@pytest.mark.night
def test_documents_that_let_owners_choose_folders(admin):
    """A choice needs the plugin as a document does."""
    admin.ok("policy", "set", "-d", "example.org", "--force", "owner_may_change=pop3_show")
    assert "pop3_folders" not in preflight(admin)[1]
    admin.ok("policy", "set", "-d", "example.org", "--force",
             "owner_may_change=pop3_show pop3_folders")
    admin.ok("policy", "set", "--default", "pop3_folders=INBOX")
    found = preflight(admin)[1]
    admin.ok("policy", "unset", "-d", "example.org", "--force", "owner_may_change")
    admin.ok("policy", "unset", "--default", "pop3_folders")
    assert found["pop3_folders"][0] == "warn"
    assert "by 1 documents (domain example.org), and" in found["pop3_folders"][1]
    assert "pop3_show" not in found


@pytest.mark.parametrize("value, is_many", [
    (" ".join(f"f{number}" for number in range(199)), False),
    (" ".join(f"f{number}" for number in range(200)), True),
    # one of them twice, and INBOX
    ("INBOX F0 " + ", ".join(f"F{number}" for number in range(199)), False),
    # how many these are depends on the mailbox
    (" ".join(f"f{number}/*" for number in range(300)), False)],
    ids=["200", "201", "twice", "patterns"])
def test_documents_that_name_too_many_folders(admin, value, is_many):
    admin.ok("policy", "set", "-u", "jo@example.org", "--force", f"pop3_folders={value}")
    status, found = preflight(admin)
    admin.ok("policy", "unset", "-u", "jo@example.org", "--force", "pop3_folders")
    assert status == 0
    assert ("pop3_folders, at most 200" in found) == is_many
    if is_many:
        verdict, remedy = found["pop3_folders, at most 200"]
        assert verdict == "warn" and "1 documents (mailbox jo@example.org)" in remedy


@pytest.mark.night
def test_many_documents_with_long_names(admin):
    """The first five are named."""
    users = [f"{number}-{'a-long-name' * 4}@example.org" for number in range(7)]
    for user in users:
        admin.ok("policy", "set", "-u", user, "--force", "pop3_folders=INBOX Sent")
    status, found = preflight(admin)
    for user in users:
        admin.ok("policy", "unset", "-u", user, "--force", "pop3_folders")
    assert status == 0
    for check in ("pop3_show", "pop3_folders"):
        assert "7 documents" in found[check][1]
        assert sum(user in found[check][1] for user in users) == 5
        assert ", ..." in found[check][1]


def test_no_store(admin):
    if IS_23:
        path = admin.server.folder / "etc/coexist.conf.ext"
        text = path.read_text()
        path.write_text("[site]\n")
        status, found = preflight(admin)
        path.write_text(text)
    else:
        status, found = preflight(admin, without(r"^coexist \{\n(  .*\n)*\}\n"))
    assert status == EX_CONFIG
    assert "posix" in failed(found)["store"]


@pytest.mark.parametrize("action, verdict", [("last-known", "note"), ("allow", "note"),
                                             ("tempfail", "fail")])
def test_a_store_in_which_nothing_was_stored(admin, site, action, verdict):
    """It may be new, and then only `tempfail` stops logins."""
    change = site("on_store_error", action)
    admin.server.store.remove(MARKER)
    status, found = preflight(admin, change)
    assert (status, found["store, marker"][0]) == (EX_CONFIG if verdict == "fail" else 0, verdict)
    assert "doveadm coexist policy init" in found["store, marker"][1]
    admin.ok("policy", "init")
    assert preflight(admin, change)[1]["store, marker"] == ("ok", "")


KEYS = "/mnt/etc/panel.pub"
PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="    # RFC 8032 section 7.1


@pytest.mark.parametrize("make, verdict, remedy", [
    (f"echo {PUBLIC} >{KEYS}", "ok", ""),
    ("true", "fail", f"{KEYS} does not exist"),
    (f": >{KEYS}", "fail", f"{KEYS}: No public key"),
    (f"echo garbage >{KEYS}", "fail", f"{KEYS}: line 1: Not a public key"),
    (f"mkfifo {KEYS}", "fail", f"{KEYS} is not a small file"),
    (f"echo {PUBLIC} >{KEYS}; chmod 600 {KEYS}", "warn", "Let dovecot read"),
], ids=["good", "missing", "empty", "garbage", "fifo", "unreadable"])
def test_the_keys_that_sign_documents(admin, site, make, verdict, remedy):
    admin.server.inside("sh", "-c", f"rm -f {KEYS}; {make}")
    status, found = preflight(admin, site("policy_public_keys", KEYS))
    assert (status, found["policy_public_keys"][0]) == (EX_CONFIG if verdict == "fail" else 0,
                                                        verdict)
    assert remedy in found["policy_public_keys"][1]


def test_documents_that_need_no_signature(admin):
    assert "policy_public_keys" not in preflight(admin)[1]


def test_a_store_that_only_root_reads(admin):
    admin.server.inside("chmod", "700", "/mnt/policy")
    status, found = preflight(admin)
    admin.server.inside("chmod", "2750", "/mnt/policy")
    assert status == EX_CONFIG
    assert "2750" in failed(found)["store, read by dovecot"]


def test_a_store_that_cannot_be_written(admin):
    """There is a file where a folder should be."""
    away = admin.documents.with_name("away")
    if admin.documents.exists():
        admin.documents.rename(away)
    admin.documents.write_text("")
    status, found = preflight(admin)
    admin.documents.unlink()
    if away.exists():
        away.rename(admin.documents)
    assert status == EX_CONFIG
    assert "Not a directory" in failed(found)["store, written by doveadm"]
