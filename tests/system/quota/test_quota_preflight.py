# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist preflight: coexist_quota is loaded everywhere, and quota beside it."""

import json

import pytest

PROTOCOLS = ("imap", "pop3", "lmtp")
ALL = ["coexist", "quota", "coexist_quota"]


def quota_rows(server):
    """Return {protocol: (status, remedy)} of what preflight says of coexist_quota."""
    done = server.doveadm("-f", "json", "coexist", "preflight", check=False)
    return {row["check"].split()[-1]: (row["status"], row["remedy"])
            for row in json.loads(done.stdout) if row["check"].startswith("coexist_quota of ")}


@pytest.mark.parametrize("plugins, faults", [
    ({"all": ALL}, {}),
    ({"all": ["coexist"], **{protocol: ["coexist_quota"] for protocol in PROTOCOLS}}, {
        protocol: ("fail", f"Add to the mail_plugins of protocol {protocol}: quota")
        for protocol in PROTOCOLS}),
    ({"all": ["coexist", "quota"], "imap": ["coexist_quota"], "pop3": ["coexist_quota"]}, {
        "lmtp": ("warn", "Add to the mail_plugins of protocol lmtp: coexist_quota")}),
], ids=["all is well", "no quota", "not in LMTP"])
def test_the_plugins_of_each_protocol(start, plugins, faults):
    found = quota_rows(start(quota="1M", plugins=plugins))
    assert set(found) == set(PROTOCOLS)
    assert {name: row for name, row in found.items() if row[0] != "ok"} == faults


def test_without_quota_everywhere_doveadm_says_so_itself(start):
    server = start(quota="1M", plugins={"all": ["coexist", "coexist_quota"]})
    done = server.doveadm("coexist", "preflight", check=False)
    assert done.returncode != 0
    assert "Plugin quota must be loaded also" in done.stderr


def test_who_wants_no_notices_is_told_nothing(start):
    assert quota_rows(start(quota="1M", plugins={"all": ["coexist", "quota"]})) == {}
