# SPDX-License-Identifier: LGPL-2.1-or-later
"""A module that is missing or stale: what preflight says of it is how logins fail."""

import imaplib
import json
import poplib

import pytest

from instance.block import block
from spoilt import stage_with_stale, stage_without

pytestmark = pytest.mark.differs("how modules are loaded")
EX_CONFIG = 78
CONF23 = block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"])
SPOILS = {"stale": (stage_with_stale, "Build it for this Dovecot", "different ABI version"),
          "missing": (stage_without, "Install it",
                      "not found|Unknown|No such file|must be loaded also")}
# module -> (its name in the settings, services whose sessions fail)
MODULES = {"lib20_coexist_plugin.so": ("coexist", {"pop3", "imap"})}


# Of each protocol, and not of doveadm, which fails to load them like the sessions do.
PLUGINS = {protocol: ["coexist", "quota"] for protocol in ("pop3", "imap", "lmtp")}


def findings(server):
    """Return {module: (status, remedy)} of preflight."""
    done = server.doveadm("-f", "json", "coexist", "preflight", check=False)
    return done.returncode, {
        row["check"].rpartition("/")[2].removeprefix("module "): (row["status"], row["remedy"])
        for row in json.loads(done.stdout) if row["check"].startswith("module ")}


def fails(server, service):
    """Return whether a session of the service ends at once."""
    try:
        if service == "pop3":
            server.pop3("user0").quit()
        else:
            client = server.imap("user0")
            client.select()
            client.logout()
    except (poplib.error_proto, imaplib.IMAP4.error) as error:
        assert "Internal error" in str(error)
        return True
    return False


@pytest.mark.parametrize("how", SPOILS)
@pytest.mark.parametrize("module", MODULES)
def test_sessions_fail_as_predicted(start, tmp_path, module, how):
    spoil, remedy, reason = SPOILS[how]
    name, services = MODULES[module]
    server = start(modules=spoil(module, tmp_path / "stage"), gate={}, conf23=CONF23,
                   plugins=PLUGINS, quota="1M")
    server.inside("install", "-d", "-m", "2750", "-g", "dovecot", "/mnt/policy")
    status, found = findings(server)
    assert status == EX_CONFIG
    assert {file: row[0] for file, row in found.items() if row[0] != "ok"} == {module: "fail"}
    assert remedy in found[module][1]
    assert {service for service in ("pop3", "imap") if fails(server, service)} == services
    for service in services:
        server.wait_log(rf"{service}\(.*({module}|{name}).*({reason})|"
                        rf"{service}\(.*({reason}).*({module}|{name})")


@pytest.mark.parametrize("how", SPOILS)
def test_nobody_logs_in_as_predicted(start, tmp_path, how):
    """The auth process does not start without the gate that it is told to ask."""
    spoil, remedy, reason = SPOILS[how]
    server = start(modules=spoil("libauthdb_coexist.so", tmp_path / "stage"), gate={},
                   conf23=CONF23)
    status, found = findings(server)
    assert status == EX_CONFIG
    assert {file: row[0] for file, row in found.items() if row[0] != "ok"} == {
        "libauthdb_coexist.so": "fail"}
    assert remedy in found["libauthdb_coexist.so"][1]
    with pytest.raises((OSError, poplib.error_proto)):
        poplib.POP3(server.host, server.port("pop3"), timeout=5)
    server.wait_log(rf"auth: .*(Fatal|Error): .*(coexist.*({reason})|({reason}).*coexist)")
