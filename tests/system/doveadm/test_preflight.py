# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist preflight: finds each fault and names the line that mends it."""

import json
import re
import sys

import pytest

from administrator import CONF23, EX_CONFIG, Administrator
from instance import Dovecot
from instance.gate import MARKER

pytestmark = pytest.mark.differs("how settings are read")
DOVECOT = Dovecot.installed()
IS_23 = DOVECOT.generation == 23

# The root of another Debian has no mount(8); what is mounted only the server sees.
BIND = """import ctypes, os, sys
MS_BIND = 4096
source, target = map(os.fsencode, sys.argv[1:])
sys.exit(ctypes.CDLL(None).mount(source, target, None, MS_BIND, None) != 0)
"""
UNBIND = """import ctypes, os, sys
sys.exit(ctypes.CDLL(None).umount(os.fsencode(sys.argv[1])) != 0)
"""


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, gate={})


@pytest.fixture(scope="module")
def admin(server):
    server.inside("install", "-d", "-m", "2750", "-g", "dovecot", "/mnt/policy")
    return Administrator(server, key_file=None)


def preflight(admin, change=lambda text: text):
    """Return (exit status, {check: (status, remedy)}) with a changed dovecot.conf."""
    path = admin.server.folder / "etc/dovecot.conf"
    (path.parent / "changed.conf").write_text(change(path.read_text()))
    done = admin.server.inside("doveadm", "-c", "/mnt/etc/changed.conf", "-f", "json",
                               "coexist", "preflight", check=False)
    assert done.stderr == ""
    return done.returncode, {row["check"]: (row["status"], row["remedy"])
                             for row in json.loads(done.stdout)}


def failed(found):
    return {check: remedy for check, (status, remedy) in found.items() if status == "fail"}


def without(pattern, replacement=""):
    """Return a change that must change something."""
    def change(text):
        changed = re.sub(pattern, replacement, text, flags=re.M)
        assert changed != text
        return changed
    return change


OURS = r"^%s(?: coexist)? \{\n(?:(?!\}).*\n)*?  driver = coexist\n(?:(?!\}).*\n)*\}\n"


def test_a_good_installation(admin):
    status, found = preflight(admin)
    assert {check for check, (verdict, _) in found.items() if verdict == "ok"} >= {
        "module auth/libauthdb_coexist.so", "module lib20_coexist_plugin.so",
        "module lib25_pop3_coexist_plugin.so", "module settings/libcoexist_settings.so",
        "passdb passwd-file", "passdb coexist", "userdb passwd-file", "userdb coexist",
        "mail_plugins of pop3", "mail_plugins of imap", "site settings", "store",
        "store, read by dovecot", "store, written by doveadm"}
    assert (status, failed(found)) == (0, {})
    assert found["pop3_uidl_format"][0] == "note"


def test_the_probe_is_gone(admin):
    preflight(admin)
    assert admin.rows("policy", "list", "*preflight*") == []


@pytest.mark.parametrize("change, check, remedy", [
    pytest.param(without(OURS % "passdb"), "passdb coexist", "driver = coexist",
                 id="no passdb"),
    pytest.param(without("^  result_success = continue-ok\n"), "passdb passwd-file",
                 "result_success = continue-ok", id="the passdb does not go on"),
    pytest.param(without("= continue-ok", "= continue-fail"), "passdb passwd-file",
                 "result_success = continue-ok", id="the passdb goes on as a failure"),
    pytest.param(without("^  result_success = continue-ok\n"), "userdb passwd-file",
                 "result_success = continue-ok", id="the userdb does not go on"),
    pytest.param(lambda text: text + (
        "passdb {\n  driver = static\n  args = password=app\n}\n" if IS_23 else
        "passdb static {\n  password = app\n}\n"),
        "passdb static", "before the passdb coexist", id="an app password behind the gate"),
    pytest.param(without(r"^(protocol pop3 \{\n  mail_plugins = ).*", r"\1 coexist"),
                 "mail_plugins of pop3", "pop3_coexist", id="no pop3_coexist"),
    pytest.param(without(r"(mail_plugins =) coexist\b", r"\1"), "mail_plugins of imap", "coexist",
                 id="no coexist"),
])
def test_a_fault_in_dovecot_conf(admin, change, check, remedy):
    status, found = preflight(admin, change)
    assert status == EX_CONFIG
    assert remedy in failed(found)[check]


def test_a_gate_that_is_asked_in_vain(admin):
    """Without skip, it is asked for logins that nobody has authenticated."""
    status, found = preflight(admin, without("^  skip = unauthenticated\n"))
    assert (status, found["passdb coexist"][0]) == (0, "warn")
    assert "skip = unauthenticated" in found["passdb coexist"][1]


def test_anvil_that_the_auth_process_may_not_ask(admin):
    """It matters to those who have a limit only, and it is Dovecot's default up to 2.4.3."""
    socket = "/mnt/run/anvil"
    admin.server.inside("chown", "root:root", socket)
    admin.server.inside("chmod", "600", socket)
    status, found = preflight(admin)
    remedy = "service anvil { unix_listener anvil { user = dovecot } }"
    assert (status, found["sessions, counted by dovecot"][0]) == (0, "note")
    assert remedy in found["sessions, counted by dovecot"][1]
    if not IS_23:
        status, found = preflight(admin, lambda text: text + "coexist_imap_max_sessions = 3\n")
        assert (status, found["sessions, counted by dovecot"][0]) == (0, "warn")
    admin.server.inside("chown", "dovecot", socket)
    status, found = preflight(admin)
    assert found["sessions, counted by dovecot"] == ("ok", "")


def test_no_userdb(admin):
    status, found = preflight(admin, without(OURS % "userdb"))
    assert (status, found["userdb coexist"][0]) == (0, "warn")
    assert "driver = coexist" in found["userdb coexist"][1]


def test_a_master_passdb_need_not_go_on(admin):
    status, found = preflight(admin, lambda text: text + (
        "passdb {\n  driver = static\n  args = password=app\n  master = yes\n}\n" if IS_23
        else "passdb static {\n  password = app\n  master = yes\n}\n"))
    assert (status, failed(found)) == (0, {})


@pytest.fixture
def policy_for_masters(admin):
    """master_bypass = no; what dovecot.conf has of it, if that is where it is said."""
    if not IS_23:
        yield "coexist_master_bypass = no\n"
        return
    path = admin.server.folder / "etc/coexist.conf.ext"
    before = path.read_text()
    path.write_text(before.replace("[site]\n", "[site]\nmaster_bypass=no\n"))
    yield ""
    path.write_text(before)


@pytest.mark.parametrize("line, verdict", [("", "warn"), ("  result_success = continue\n", None)])
def test_a_master_passdb_has_to_go_on_if_the_policy_is_for_masters_too(
        admin, policy_for_masters, line, verdict):
    masters = f"  password = app\n  master = yes\n{line}}}\n"
    masters = ("passdb {\n  driver = static\n" + masters.replace("password", "args = password")
               .replace("password = ", "password=") if IS_23 else "passdb static {\n" + masters)
    status, found = preflight(admin, lambda text: text + policy_for_masters + masters)
    assert (status, found.get("passdb static", [None])[0]) == (0, verdict)


PROXY = (
    "passdb {\n  driver = static\n  args = %s host=192.0.2.10\n"
    "  result_success = continue-ok\n}\n" if IS_23 else
    "passdb static {\n  fields {\n    %s\n    host = 192.0.2.10\n  }\n"
    "  result_success = continue-ok\n}\n")


@pytest.mark.parametrize("fields, is_warned", [
    (("nopassword=y", "proxy=y"), True), (("nopassword=y", "proxy_maybe=y"), True),
    (("nopassword=y",), False), (("proxy=y",), False)])
def test_a_proxy_that_verifies_no_passwords(admin, fields, is_warned):
    text = (" " if IS_23 else "\n").join(fields)
    status, found = preflight(admin, lambda conf: re.sub(
        "^passdb", PROXY % text + "passdb", conf, count=1, flags=re.M))
    assert status == 0
    assert ("passdb static nopassword" in found) == is_warned
    if is_warned:
        verdict, remedy = found["passdb static nopassword"]
        assert verdict == "warn" and "verified_networks" in remedy


def with_pop3(text):
    return lambda before: before + f"protocol pop3 {{\n{text}\n}}\n"


def test_ids_that_a_deletion_changes(admin):
    rename = "  pop3_uidl_duplicates = rename"
    status, found = preflight(admin, with_pop3(rename))
    assert (status, found["pop3_uidl_duplicates"][0]) == (0, "warn")
    assert "pop3_save_uidl = yes" in found["pop3_uidl_duplicates"][1]
    saved = preflight(admin, with_pop3(rename + "\n  pop3_save_uidl = yes"))[1]
    assert "pop3_uidl_duplicates" not in saved


VIRTUAL = "namespace pop {\n  inbox = yes\n  %s\n}\n" % (
    "location = virtual:~/virtual" if IS_23 else
    "mail_driver = virtual\n  mail_path = ~/virtual")


def test_a_virtual_inbox_without_a_trash(admin):
    not_inbox = without("^(namespace inbox \\{\n)  inbox = yes\n", r"\1  inbox = no\n#trash\n")
    status, found = preflight(admin, lambda text: not_inbox(text) + VIRTUAL)
    assert (status, found["namespace pop"][0]) == (0, "warn")
    assert "special_use = \\Trash" in found["namespace pop"][1]
    trash = "  mailbox Bin {\n    special_use = \\Trash\n  }\n"
    found = preflight(admin, lambda text: not_inbox(text).replace("#trash\n", trash) + VIRTUAL)[1]
    assert found["namespace pop"][0] == "note"


def test_mechanisms_that_need_no_passdb(admin):
    status, found = preflight(admin, lambda text: text + "auth_mechanisms = plain gssapi\n")
    assert (status, found["auth_mechanisms gssapi"][0]) == (0, "note")
    assert "auth_mechanisms plain" not in found


@pytest.mark.only_on(23, reason="2.4 has no key file")
def test_two_key_files(admin):
    status, found = preflight(admin, without("(coexist_config = ).*", r"\1/mnt/etc/other"))
    assert status == EX_CONFIG
    assert "/mnt/etc/other" in failed(found)["passdb coexist args"]
    assert "/mnt/etc/other" in failed(found)["site settings"]


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


@pytest.fixture
def site(admin):
    """site(name, value) returns the change of dovecot.conf that sets a site setting."""
    path = admin.server.folder / "etc/coexist.conf.ext"
    before = path.read_text()

    def site(name, value):
        if not IS_23:
            return lambda text: text + f"coexist_{name} = {value}\n"
        path.write_text(before.replace("[site]\n", f"[site]\n{name}={value}\n"))
        return lambda text: text
    yield site
    path.write_text(before)


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


@pytest.mark.parametrize("command, remedy", [
    ("mv {0} {0}.away", "Install it"),
    (r"sed -i.away 's/\.ABIv/.ABIw/; s/ABIw[0-9]/ABIv0/' {0}", "Build it"),
    ("sed -i.away 's/ABIv/XXXX/' {0}", "Build it")])
def test_a_module_that_does_not_fit(admin, command, remedy):
    path = DOVECOT.moduledir / "lib25_pop3_coexist_plugin.so"
    admin.server.inside("sh", "-c", command.format(path))
    status, found = preflight(admin)
    admin.server.inside("mv", f"{path}.away", path)
    assert status == EX_CONFIG
    assert remedy in failed(found)["module lib25_pop3_coexist_plugin.so"]


def test_http_answers_with_the_findings(admin):
    kind, rows, _ = admin.http("coexistPreflight")
    assert kind == "doveadmResponse"
    assert {row["status"] for row in rows} == {"ok", "note"}


def test_doveconf_is_asked_each_question_once(admin):
    """An answer costs a process that reads the whole configuration."""
    folder = admin.server.folder
    inside = admin.server.inside
    path = inside("sh", "-c", "command -v doveconf").stdout.strip()
    inside("cp", path, "/mnt/doveconf.stock")
    (folder / "doveconf.asks").write_text(
        '#!/bin/sh\necho "$*" >>/mnt/doveconf.questions\nexec /mnt/doveconf.stock "$@"\n')
    (folder / "doveconf.asks").chmod(0o755)
    inside(sys.executable, "-I", "-c", BIND, "/mnt/doveconf.asks", path)
    try:
        preflight(admin)
    finally:
        inside(sys.executable, "-I", "-c", UNBIND, path)
    # Dovecot's own programs ask, too
    asked = [line for line in (folder / "doveconf.questions").read_text().splitlines()
             if re.match(r"-c \S+ (?:-n|-f protocol=\S+ -h \S+)$", line)]
    assert len(asked) == len(set(asked)) == 7


def test_debugging_says_what_was_asked(admin):
    done = admin.server.doveadm("-D", "coexist", "preflight", check=False)
    assert "The auth process runs as dovecot, by " in done.stderr
    assert re.search(r"doveconf of protocol pop3: mail_plugins = .*pop3_coexist", done.stderr)
