# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy keygen, sign and verify: documents that the site trusts."""

import json
import os

import pytest

from administrator import (CONF23, CONF24, EX_CONFIG, EX_DATAERR, EX_USAGE, KEY_FILE,
                           Administrator)

EX_NOINPUT, EX_CANTCREAT = 66, 73
SETTING = "policy_public_keys = /mnt/etc/panel.pub\n"
KEY = "/mnt/etc/panel.key"


@pytest.fixture(scope="module")
def admin(start):
    admin = Administrator(start(conf23=CONF23, conf24=CONF24 + "coexist_" + SETTING),
                          KEY_FILE + SETTING)
    etc = admin.server.folder / "etc"
    (etc / "panel.pub").write_text("# nothing yet\n")
    [key] = admin.rows("policy", "keygen", KEY)
    (etc / "panel.pub").write_text(f"# the panel, {key['id']}\n{key['public']}\n")
    return admin


def test_a_key_is_only_the_owners_and_never_overwritten(admin):
    path = admin.server.folder / "etc/panel.key"
    secret = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEY in admin.fails(EX_CANTCREAT, "policy", "keygen", KEY)
    assert path.read_text() == secret
    assert secret.splitlines()[1] not in admin.run("policy", "keygen", KEY + "2").stdout


def test_set_with_a_key_is_valid(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "--sign-key", KEY, "pop3_access=deny")
    admin.ok("policy", "set", "-u", user, "--sign-key", KEY, "imap_access=deny")
    assert admin.rows("policy", "verify", "-u", user) == [
        {"scope": "mailbox", "name": user, "signature": "valid", "problem": ""}]
    assert admin.rows("policy", "check", "-u", user) == []


def test_set_and_unset_without_a_key_are_refused(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "--sign-key", KEY, "pop3_access=deny",
             "imap_access=deny")
    before = admin.text(f"mailbox/{user}")
    for change in (("set", "pop3_access=allow"), ("unset", "pop3_access")):
        assert "--sign-key" in admin.fails(EX_USAGE, "policy", *change, "-u", user)
    assert admin.text(f"mailbox/{user}") == before
    admin.ok("policy", "unset", "-u", user, "--all")
    assert admin.text(f"mailbox/{user}") is None


def test_that_is_found_before_anybody_is_told(admin):
    """A forecast needs no key."""
    user = admin.user()
    done = admin.run("policy", "set", "-u", user, "--tell", "pop3_access=deny")
    assert done.returncode == EX_USAGE and done.stderr.count("--sign-key") == 1
    assert "told" not in done.stderr
    done = admin.run("policy", "set", "-u", user, "--dry-run", "pop3_access=deny")
    assert done.returncode == 0 and "--sign-key" not in done.stderr
    assert admin.text(f"mailbox/{user}") is None


def test_sign_a_document_that_is_there(admin):
    user = admin.user()
    admin.put(f"mailbox/{user}", "[policy]\npop3_access=deny\n[meta]\nreason=mine\n")
    assert admin.run("policy", "verify", "-u", user).returncode == EX_DATAERR
    admin.ok("policy", "sign", "-u", user, "--sign-key", KEY)
    assert admin.rows("policy", "verify", "-u", user)[0]["signature"] == "valid"
    assert admin.get("-u", user, "--meta") == {"pop3_access": "deny", "reason": "mine"}


@pytest.mark.parametrize("text", [
    "[policy]\nimap_access=allow\n",
    "[policy]\nimap_access=allow\n[signature]\nkey=00000000\ned25519=AAAA\n"],
    ids=["none", "a stranger's"])
def test_a_change_does_not_sign_what_somebody_else_wrote(admin, text):
    """Who can write to the store and has no key must not get a signature that way."""
    user = admin.user()
    admin.put(f"mailbox/{user}", text)
    for change in (("set", "language=es"), ("unset", "imap_access")):
        error = admin.fails(EX_DATAERR, "policy", *change, "-u", user, "--sign-key", KEY)
        assert f"mailbox/{user}" in error and "policy sign" in error
    assert admin.text(f"mailbox/{user}") == text
    admin.ok("policy", "unset", "-u", user, "--all")
    admin.ok("policy", "set", "-u", user, "--sign-key", KEY, "language=es")
    assert admin.rows("policy", "verify", "-u", user)[0]["signature"] == "valid"


@pytest.mark.parametrize("forge", [
    lambda text: text.replace("pop3_access=deny", "pop3_access=allow"),
    lambda text: text.split("[signature]")[0]])
def test_a_forged_document_is_found(admin, forge):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "--sign-key", KEY, "pop3_access=deny")
    admin.put(f"mailbox/{user}", forge(admin.text(f"mailbox/{user}")))
    done = admin.run("policy", "verify", "-u", user, output="tab")
    assert (done.returncode, done.stdout.splitlines()[1].split("\t")[2]) == (
        EX_DATAERR, "invalid")
    assert admin.run("policy", "check", "-u", user).returncode == EX_DATAERR


def test_a_document_of_another_mailbox_is_found(admin):
    user, other = admin.user(), admin.user()
    admin.ok("policy", "set", "-u", user, "--sign-key", KEY, "pop3_access=deny")
    admin.put(f"mailbox/{other}", admin.text(f"mailbox/{user}"))
    assert admin.run("policy", "verify", "-u", other).returncode == EX_DATAERR


def test_what_is_missing_is_named(admin):
    user = admin.user()
    assert "nothing to sign" in admin.fails(
        EX_DATAERR, "policy", "sign", "-u", user, "--sign-key", KEY)
    assert "--sign-key" in admin.fails(EX_USAGE, "policy", "sign", "-u", user)
    assert "/mnt/etc/none" in admin.fails(EX_NOINPUT, "policy", "set", "-u", user,
                                          "--sign-key", "/mnt/etc/none", "pop3_access=deny")
    assert admin.text(f"mailbox/{user}") is None
    assert admin.rows("policy", "verify", "-u", user) == []


def test_verify_needs_keys(start):
    admin = Administrator(start(conf23=CONF23, conf24=CONF24))
    assert "policy_public_keys" in admin.fails(EX_CONFIG, "policy", "verify", "--default")


def test_keys_that_are_no_files_sign_and_trust_nothing(start):
    """The site does want signatures, and its administrator made a mistake."""
    wrong = SETTING.replace("/mnt/etc/", "")
    admin = Administrator(start(conf23=CONF23, conf24=CONF24 + "coexist_" + wrong),
                          KEY_FILE + wrong)
    user = admin.user()
    admin.put(f"mailbox/{user}", "[policy]\nimap_access=allow\n")
    for command in (("verify",), ("set", "language=es"), ("check",)):
        assert "policy_public_keys" in admin.fails(EX_CONFIG, "policy", *command, "-u", user)
    assert "language" not in admin.text(f"mailbox/{user}")


def test_a_key_file_that_is_missing_is_named_and_the_others_are_gone_by(start):
    missing = "/mnt/etc/none.pub"
    setting = SETTING.replace("\n", f" {missing}\n")
    admin = Administrator(start(conf23=CONF23, conf24=CONF24 + "coexist_" + setting),
                          KEY_FILE + setting)
    user = admin.user()
    [key] = json.loads(admin.run("policy", "keygen", KEY, output="json").stdout)
    (admin.server.folder / "etc/panel.pub").write_text(f"{key['public']}\n")
    admin.run("policy", "set", "-u", user, "--sign-key", KEY, "pop3_access=deny")
    for command, said in ((("explain", "--protocol", "pop3"), "by pop3_access"),
                          (("policy", "check"), ""), (("policy", "verify"), "valid")):
        done = admin.run(*command, "-u", user, output="tab")
        assert (done.returncode, missing in done.stderr) == (0, True), done
        assert said in done.stdout and "invalid" not in done.stdout


@pytest.mark.parametrize("how", [(), ("-h",), ("-f", "table"), ("-f", "tab")], ids=" ".join)
def test_what_keygen_prints_is_a_key_file(start, how):
    """As doc/doveadm-coexist.md says: all of the line goes into the file."""
    admin = Administrator(start(conf23=CONF23, conf24=CONF24 + "coexist_" + SETTING),
                          KEY_FILE + SETTING)
    printed = admin.server.doveadm(*how, "coexist", "policy", "keygen", KEY)
    (admin.server.folder / "etc/panel.pub").write_text(printed)
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "--sign-key", KEY, "pop3_access=deny")
    assert admin.rows("policy", "verify", "-u", user)[0]["signature"] == "valid"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "directory"])
def test_a_private_key_that_is_no_file(admin, make):
    make(admin.server.folder / f"etc/{make.__name__}.key")
    user = admin.user()
    assert f"/mnt/etc/{make.__name__}.key" in admin.fails(
        EX_NOINPUT, "policy", "set", "-u", user, "--sign-key", f"/mnt/etc/{make.__name__}.key",
        "pop3_access=deny")
    assert admin.text(f"mailbox/{user}") is None
