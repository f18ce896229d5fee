# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist preflight: Dovecot's quota plugin is loaded where notices are looked at."""

import json

import pytest

CONFIG23 = "plugin {\n  coexist_config = /mnt/etc/coexist.conf.ext\n}\n"
PROTOCOLS = ("imap", "pop3", "lmtp", "lda")


def quota_rows(server):
    """Return {protocol: (status, remedy)} of what preflight says of quota."""
    done = server.doveadm("-f", "json", "coexist", "preflight", check=False)
    return {row["check"].split()[-1]: (row["status"], row["remedy"])
            for row in json.loads(done.stdout) if row["check"].startswith("quota in ")}


@pytest.mark.parametrize("plugins, missing", [
    ({"all": ["coexist", "quota"]}, ()),
    ({"all": ["coexist"], "imap": ["quota"], "pop3": ["quota"]}, ("lmtp", "lda")),
], ids=["all is well", "not in deliveries"])
def test_the_plugins_of_each_protocol(start, plugins, missing):
    found = quota_rows(start(quota="1M", plugins=plugins))
    assert set(found) == set(PROTOCOLS)
    assert {name: row for name, row in found.items() if row[0] != "ok"} == {
        name: ("note", f"For quota notices, add to the mail_plugins of protocol {name}: quota")
        for name in missing}


def test_who_has_no_quota_is_told_nothing(start):
    assert quota_rows(start(plugins={"all": ["coexist"]})) == {}


@pytest.mark.parametrize("key", ["quota_warn", "quota_warn_free"])
def test_notices_without_quota(start, key):
    """Nothing else says so: the keys are valid, and nobody looks at them."""
    server = start(plugins={"all": ["coexist"]},
                   coexist={key: {"quota_warn": "80%", "quota_warn_free": "1M"}[key]})
    done = server.doveadm("-f", "json", "coexist", "preflight", check=False)
    [row] = [row for row in json.loads(done.stdout) if row["check"] == "quota"]
    assert (done.returncode, row["status"]) == (0, "warn")
    assert "Add to the global mail_plugins: quota" in row["remedy"]


def test_notices_of_a_document_without_quota(start):
    """What is for everybody counts, too."""
    server = start(gate={}, plugins={"all": ["coexist"]}, conf23=CONFIG23)
    server.store.put("default", quota_warn="80")
    done = server.doveadm("-f", "json", "coexist", "preflight", check=False)
    assert [row["status"] for row in json.loads(done.stdout) if row["check"] == "quota"] == ["warn"]
