# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist preflight: finds each fault and names the line that mends it."""

import re
import signal
import sys
from pathlib import Path

import pytest

from administrator import EX_CONFIG, Administrator
from instance import Dovecot
from instance.block import block
from instance.config import owner
from preflight import GATED, IS_23, OURS, failed, gated_admin, preflight, without

pytestmark = pytest.mark.differs("how settings are read")
DOVECOT = Dovecot.installed()
[README] = re.findall(rf"^```dovecot-2\.{DOVECOT.generation - 20}\n(.*?)^```",
                      (Path(__file__).parents[3] / "README.md").read_text(), re.M | re.S)

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
    return start(**GATED)


@pytest.fixture(scope="module")
def admin(server):
    return gated_admin(server)


USERDB = ("userdb {\n  driver = coexist\n  args = /mnt/etc/coexist.conf.ext\n}\n" if IS_23 else
          "userdb coexist {\n  driver = coexist\n}\n")
IGNORED = ("passdb {\n  driver = coexist\n  args = /mnt/etc/coexist.conf.ext\n"
           "  skip = unauthenticated\n}\n" if IS_23 else
           "passdb ours {\n  driver = coexist\n  skip = unauthenticated\n}\n")


GATE = IGNORED.replace("  skip = unauthenticated\n", "")


def ignored(text):
    """A gate before all other passdbs that is to be asked behind them."""
    return re.sub("^passdb", IGNORED + "passdb", text, count=1, flags=re.M)


def test_a_good_installation(admin):
    status, found = preflight(admin)
    assert {check for check, (verdict, _) in found.items() if verdict == "ok"} >= {
        "module auth/libauthdb_coexist.so", "module lib20_coexist_plugin.so",
        "module settings/libcoexist_settings.so",
        "passdb coexist",
        "gate of imap", "gate of pop3", "gate of submission", "gate of sieve",
        "mail_plugins of pop3", "mail_plugins of imap", "mail_plugins of lmtp",
        "mail_plugins of lda", "mail_plugins of submission", "site settings", "store",
        "store, read by dovecot", "store, written by doveadm"}
    assert (status, failed(found)) == (0, {})


@pytest.mark.parametrize("change, check, remedy", [
    pytest.param(lambda text: without(OURS % "passdb")(text) + USERDB, "userdb passwd-file",
                 "result_success = continue-ok", id="the userdb does not go on"),
    pytest.param(without(r"(mail_plugins =) coexist\b", r"\1"), "mail_plugins of imap", "coexist",
                 id="no coexist"),
    pytest.param(ignored, "passdb coexist", "skip = unauthenticated",
                 id="the passdb is ignored"),
])
def test_a_fault_in_dovecot_conf(admin, change, check, remedy):
    status, found = preflight(admin, change)
    assert status == EX_CONFIG
    assert remedy in failed(found)[check]


def test_a_gate_of_one_protocol(admin):
    """Where it is, only the auth process can tell."""
    ours = re.search(OURS % "passdb", admin.server.folder.joinpath("etc/dovecot.conf").read_text(),
                     re.M)[0]
    def for_pop3(block):
        return lambda text: text.replace(ours, "") + f"protocol pop3 {{\n{block}}}\n"
    status, found = preflight(admin, for_pop3(ours))
    assert (status, found["passdb coexist"]) == (0, ("ok", ""))
    skips = ours.replace("driver = coexist\n", "driver = coexist\n  skip = unauthenticated\n")
    status, found = preflight(admin, for_pop3(skips))
    assert (status, found["passdb coexist"][0]) == (EX_CONFIG, "fail")


# The gate in the chain of passdbs, in what doveadm reads: nobody has reloaded the auth process.

@pytest.fixture
def chain(site):
    """chain(change) returns the change of a dovecot.conf whose passdbs go on to the gate."""
    at_chain = site("gate_at", "chain")

    def chain(change=lambda text: text):
        def changed(text):
            text = re.sub(r"^(passdb(?: passwd-file)? \{\n)", r"\1  result_success = continue-ok\n",
                          text, count=1, flags=re.M)
            text = re.sub(r"^(passdb(?: coexist)? \{\n)(?=  driver = coexist\n)",
                          r"\1  skip = unauthenticated\n  result_failure = continue\n",
                          text, flags=re.M)
            return change(at_chain(text))
        return changed
    return chain


def test_a_good_chain(admin, chain):
    status, found = preflight(admin, chain())
    assert (status, failed(found)) == (0, {})
    assert found["passdb passwd-file"] == found["passdb coexist, in its chain"] == ("ok", "")


CHAIN_FAULTS = {
    "the passdb does not go on": (without("= continue-ok", "= return-ok"), "passdb passwd-file",
                                  "result_success = continue-ok"),
    "the passdb goes on as a failure": (without("= continue-ok", "= continue-fail"),
                                        "passdb passwd-file", "result_success = continue-ok"),
    "an app password behind the gate": (lambda text: text + (
        "passdb {\n  driver = static\n  args = password=app\n}\n" if IS_23 else
        "passdb static {\n  password = app\n}\n"), "passdb static", "before the passdb coexist"),
}


@pytest.mark.parametrize("fault, check, remedy", CHAIN_FAULTS.values(), ids=CHAIN_FAULTS)
def test_a_fault_in_the_chain(admin, chain, fault, check, remedy):
    status, found = preflight(admin, chain(fault))
    assert status == EX_CONFIG
    assert remedy in failed(found)[check]


def test_a_gate_that_is_asked_in_vain(admin, chain):
    """Without skip, it is asked for logins that nobody has authenticated."""
    status, found = preflight(admin, chain(without("^  skip = unauthenticated\n")))
    assert (status, found["passdb coexist, in its chain"][0]) == (0, "warn")
    assert "skip = unauthenticated" in found["passdb coexist, in its chain"][1]


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


def anvil(line):
    return block("service anvil", [block("unix_listener anvil", [line])])


def test_anvil_wants_a_restart(start):
    """A reload keeps the socket that the first configuration made."""
    server = start(**GATED, conf=anvil("mode = 0600"))
    admin = gated_admin(server)
    path = server.folder / "etc/dovecot.conf"
    path.write_text(without("^ *mode = 0600$", "user = dovecot")(path.read_text()))
    server.read_files_again()
    verdict, remedy = preflight(admin)[1]["sessions, counted by dovecot"]
    assert verdict == "note" and "a restart of Dovecot, as a reload keeps" in remedy
    started_with_it = gated_admin(start(**GATED, conf=anvil("user = dovecot")))
    assert preflight(started_with_it)[1]["sessions, counted by dovecot"] == ("ok", "")


def test_a_userdb_of_an_older_configuration(admin):
    status, found = preflight(admin, lambda text: text + USERDB)
    assert (status, found["userdb coexist"][0]) == (0, "note")
    assert "Remove it" in found["userdb coexist"][1]


MASTERS = ("passdb {\n  driver = static\n  args = password=app\n  master = yes\n%s}\n" if IS_23
           else "passdb static {\n  password = app\n  master = yes\n%s}\n")


def test_a_master_passdb_need_not_go_on(admin):
    """Who enters by it passes, also the users of a proxy that does."""
    status, found = preflight(admin, lambda text: text + MASTERS % "")
    assert (status, failed(found), found["passdb static"][0]) == (0, {}, "note")
    assert "master_bypass = no" in found["passdb static"][1]


def test_nor_where_the_policy_is_for_masters_too(admin, site):
    change = site("master_bypass", "no")
    status, found = preflight(admin, lambda text: change(text) + MASTERS % "")
    assert (status, failed(found), "passdb static" in found) == (0, {}, False)


@pytest.mark.parametrize("line, verdict", [("", "warn"), ("  result_success = continue\n", None)])
def test_but_in_a_chain_it_has_to(admin, chain, site, line, verdict):
    change = site("gate_at", "chain", "master_bypass", "no")
    status, found = preflight(admin, chain(lambda text: change(text) + MASTERS % line))
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


def test_mechanisms_that_need_no_passdb(admin, chain):
    kerberos = "auth_mechanisms = plain gssapi\n"
    status, found = preflight(admin, chain(lambda text: text + kerberos))
    assert (status, found["auth_mechanisms gssapi"][0]) == (0, "note")
    assert "auth_mechanisms plain" not in found


def test_they_are_gated_at_the_reply(admin):
    found = preflight(admin, lambda text: text + "auth_mechanisms = plain gssapi\n")[1]
    assert "auth_mechanisms gssapi" not in found


@pytest.mark.only_on(23, reason="2.4 has no key file")
def test_two_key_files(admin):
    status, found = preflight(admin, without("(coexist_config = ).*", r"\1/mnt/etc/other"))
    assert status == EX_CONFIG
    assert "/mnt/etc/other" in failed(found)["passdb coexist args"]
    assert "/mnt/etc/other" in failed(found)["site settings"]


@pytest.mark.parametrize("command, remedy", [
    ("mv {0} {0}.away", "Install it"),
    (r"sed -i.away 's/\.ABIv/.ABIw/; s/ABIw[0-9]/ABIv0/' {0}", "Build it"),
    ("sed -i.away 's/ABIv/XXXX/' {0}", "Build it")])
def test_a_module_that_does_not_fit(admin, command, remedy):
    """doveadm does not start without those that mail_plugins has, and says so itself."""
    path = DOVECOT.moduledir / "auth/libauthdb_coexist.so"
    admin.server.inside("sh", "-c", command.format(path))
    status, found = preflight(admin)
    admin.server.inside("mv", f"{path}.away", path)
    assert status == EX_CONFIG
    assert remedy in failed(found)["module auth/libauthdb_coexist.so"]


# Sites without a gate.

@pytest.fixture(scope="module")
def stock(start):
    """The administrator of a server that has what the README says, and no more."""
    return Administrator(start(plugins={}, conf=README), key_file=None)


def test_what_the_readme_configures_is_good(stock):
    status, found = preflight(stock)
    assert (status, failed(found)) == (0, {})
    assert {row[0] for row in found.values()} == {"ok", "note"}
    assert found["passdb coexist"][0] == "note" and "driver = coexist" in found["passdb coexist"][1]
    assert not {"store", "gate of imap"} & set(found)


# Whether sessions may ask auth again: what else dovecot.conf has, whether the userdb says the
# uid, and whether they may.
USER, GROUP = owner()
NO_UID = (r" uid=\S+ gid=\S+", "") if IS_23 else (r"^ *[ug]id:default = .*\n", "")


def userdb_socket(*lines):
    return block("service auth", [block("unix_listener auth-userdb", lines)])


ASKING = {
    "Dovecot's default": ("", True, True),
    "the default, and no uid": ("", False, False),
    "everybody's": (userdb_socket("mode = 0777"), False, True),
    "the default, of the sessions' user": (userdb_socket(f"user = {USER}"), False, True),
    "of the sessions' user alone": (userdb_socket("mode = 0600", f"user = {USER}"), False, True),
    "of another user alone": (userdb_socket("mode = 0600", "user = daemon"), True, False),
}


@pytest.mark.parametrize("conf, has_uid, may_ask", ASKING.values(), ids=ASKING)
def test_sessions_that_ask_again(start, conf, has_uid, may_ask):
    """What preflight says is what becomes of a session that the userdb forbids."""
    server = start(plugins={}, conf=README + f"mail_uid = {USER}\nmail_gid = {GROUP}\n"
                   "log_debug = category=coexist\n" + conf,
                   groups={"user": {"coexist_pop3_access": "allow"}})
    if not has_uid:
        path = server.folder / "etc/dovecot.conf"
        path.write_text(without(*NO_UID)(path.read_text()))
        server.read_files_again()
    status, found = preflight(Administrator(server, key_file=None))
    assert (status, found["auth-userdb"][0]) == (0, "ok" if may_ask else "warn")
    assert may_ask or "service auth { unix_listener auth-userdb { mode = 0777 } }" in \
        found["auth-userdb"][1]
    client = server.pop3("user1")
    server.set_user("user1", coexist_pop3_access="deny")
    server.kill(server.session_pid("pop3", "user1"), signal.SIGURG)
    ended = r"coexist: ended user=<user1> protocol=pop3"
    if may_ask:
        server.wait_log(ended)
    else:
        server.wait_log("Asked again, without an answer")
        client.noop()
        assert not re.search(ended, server.log_text())


def test_sessions_that_nothing_holds_need_not_ask(start):
    server = start(plugins={}, conf=README + userdb_socket("mode = 0600", "user = daemon"))
    status, found = preflight(Administrator(server, key_file=None))
    assert (status, found["auth-userdb"][0]) == (0, "note")


def test_a_server_on_which_nothing_is_enabled_yet(stock):
    status, found = preflight(stock, without("^.*\\bcoexist(?!_).*\n", ""))
    assert (status, failed(found)) == (0, {})
    assert found["mail_plugins"][0] == "note" and "coexist" in found["mail_plugins"][1]
    assert "passdb coexist" not in found


@pytest.mark.parametrize("command", [("get", "-u", "alice"), ("list",), ("set", "-u", "alice",
                                                                      "pop3_access=deny")],
                         ids=lambda words: words[0])
def test_a_command_without_a_store_says_what_to_configure(stock, command):
    assert "dovecot-coexist/" in stock.fails(EX_CONFIG, "policy", *command)


def test_what_a_protocol_adds_to_the_plugins_of_all(stock):
    """`doveconf -f` of Dovecot 2.4 prints only what the protocol adds."""
    status, found = preflight(stock, lambda text: text + (
        "protocol imap {\n  mail_plugins = $mail_plugins quota\n}\n" if IS_23 else
        "protocol imap {\n  mail_plugins {\n    quota = yes\n  }\n}\n"))
    assert (status, found["mail_plugins of imap"], found["quota in imap"]) == (
        0, ("ok", ""), ("ok", ""))


def test_what_a_protocol_has_instead_of_the_plugins_of_all(stock):
    status, found = preflight(stock, lambda text: text + (
        "protocol imap {\n  mail_plugins = quota\n}\n"))
    assert (status, set(failed(found))) == (EX_CONFIG, {"mail_plugins of imap"})


def test_documents_that_no_gate_obeys(admin):
    """It is half there then."""
    admin.ok("policy", "init")
    status, found = preflight(admin, without(OURS % "passdb"))
    assert (status, set(failed(found))) == (EX_CONFIG, {"passdb coexist"})


@pytest.mark.only_on(23, reason="2.4 has no key file")
def test_a_key_file_that_is_named_and_not_there(stock):
    status, found = preflight(stock, lambda text: text + (
        "plugin {\n  coexist_config = /mnt/etc/none\n}\n"))
    assert (status, set(failed(found))) == (EX_CONFIG, {"passdb coexist", "site settings"})
    assert "/mnt/etc/none" in found["site settings"][1]
    assert "store = fs:posix" in found["site settings"][1]


# What the auth process says of itself.

@pytest.fixture(scope="module")
def asked(start):
    """asked(**settings) returns {service: (status, remedy)} of a server of its own."""
    def asked(change=lambda text: text, **settings):
        server = start(**{**GATED, **settings})
        found = preflight(gated_admin(server), change)[1]
        return {check.removeprefix("gate of "): verdict for check, verdict in found.items()
                if check.startswith("gate of ")}
    return asked


def test_a_complete_chain_that_runs(asked):
    found = asked(gate={"gate_at": "chain"}, passes_on=True)
    assert set(found.values()) == {("ok", "")}


def test_an_open_chain_that_runs(asked):
    found = asked(gate={"gate_at": "chain"})
    assert {status for status, _ in found.values()} == {"fail"}
    assert "result_success = continue-ok" in found["imap"][1]


def test_a_gate_that_runs_for_one_protocol(asked):
    found = asked(gate_for="pop3")
    assert {service: status for service, (status, _) in found.items()} == {
        "imap": "note", "pop3": "ok", "submission": "note", "sieve": "note"}


def test_a_server_that_runs_without_the_gate(asked):
    """It is configured by now, and Dovecot was not reloaded."""
    found = asked(gate=None, change=lambda text: text + GATE)
    assert {status for status, _ in found.values()} == {"fail"}
    assert "reload" in found["imap"][1]


@pytest.mark.parametrize("mechanism", ["login", "cram-md5", "external", "scram-sha-256"])
def test_it_is_asked_by_whichever_mechanism_there_is(asked, mechanism):
    found = asked(conf=f"auth_mechanisms = {mechanism}\n")
    assert set(found.values()) == {("ok", "")}


def test_http_answers_with_the_findings(admin):
    kind, rows, _ = admin.http("coexistPreflight")
    assert kind == "doveadmResponse"
    statuses = {row["status"] for row in rows}
    assert "ok" in statuses and statuses <= {"ok", "note"}


def test_http_finds_what_the_configuration_includes(start):
    """Dovecot leaves a link to the file, and what is included is beside the file."""
    server = start(**GATED, conf="!include extra*.conf\n", files={"extra.conf": "# nothing\n"})
    rows = gated_admin(server).http("coexistPreflight")[1]
    assert {row["check"]: row["status"] for row in rows if row["check"] in (
        "dovecot.conf", "passdb coexist")} == {"passdb coexist": "ok"}


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
    assert len(asked) == len(set(asked)) == 3


def test_debugging_says_what_was_asked(admin):
    done = admin.server.doveadm("-D", "coexist", "preflight", check=False)
    assert "The auth process runs as dovecot, by " in done.stderr
    assert re.search(r"doveconf of protocol pop3: pop3_uidl_duplicates = ", done.stderr)
