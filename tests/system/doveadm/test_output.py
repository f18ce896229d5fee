# SPDX-License-Identifier: LGPL-2.1-or-later
"""What doveadm coexist prints: the same in every format and over the HTTP API."""

import json
import re

import pytest

from administrator import EX_DATAERR, EX_NOUSER, EX_USAGE

TEXT = 'Ask "the office" at <1>, \\ 80 %, ä'


@pytest.fixture(scope="module")
def user(admin):
    name = admin.user()
    admin.ok("policy", "set", "-u", name, "pop3_access=deny", f"deny_text={TEXT}")
    return name


def test_json(admin, user):
    assert json.loads(admin.ok("policy", "get", "-u", user, output="json")) == [
        {"key": "pop3_access", "value": "deny"}, {"key": "deny_text", "value": TEXT}]


def test_tab(admin, user):
    assert admin.ok("policy", "get", "-u", user, output="tab") == (
        f"key\tvalue\npop3_access\tdeny\ndeny_text\t{TEXT}\n")


def test_flow(admin, user):
    assert admin.ok("policy", "get", "-u", user, "pop3_access", output="flow") == (
        "key=pop3_access value=deny\n")


def test_pager(admin, user):
    assert admin.ok("policy", "get", "-u", user, output="pager") == (
        f"key: pop3_access\nvalue: deny\n\f\nkey: deny_text\nvalue: {TEXT}\n")


def test_table(admin, user):
    lines = admin.ok("policy", "get", "-u", user, output="table").splitlines()
    assert [re.split(" +", line.strip(), maxsplit=1) for line in lines] == [
        ["key", "value"], ["pop3_access", "deny"], ["deny_text", TEXT]]


def test_json_of_nothing(admin):
    assert admin.ok("policy", "get", "-u", admin.user(), output="json").strip() == "[]"


def test_json_after_an_error(admin):
    done = admin.run("policy", "get", "-u", "nobody@here", output="json")
    assert (done.returncode, done.stdout.strip()) == (EX_NOUSER, "[]")
    assert "nobody@here" in done.stderr


def test_help_names_every_command(admin):
    usage = re.findall(r"\w+", admin.run("policy").stderr)
    assert {"check", "get", "list", "set", "unset"} <= set(usage)


# HTTP API

def test_http_set_and_get(admin):
    name = admin.user()
    assert admin.http("coexistPolicySet", user=name, reason="panel",
                      values=["pop3_access=deny", "imap_tls=required"]) == [
        "doveadmResponse", [], "tag"]
    assert admin.http("coexistPolicyGet", user=name) == [
        "doveadmResponse", [{"key": "imap_tls", "value": "required"},
                            {"key": "pop3_access", "value": "deny"}], "tag"]
    meta = admin.get("-u", name, "--meta")
    assert (meta["by"], meta["reason"]) == ("http 127.0.0.1", "panel")


def test_http_unset(admin):
    name = admin.user()
    admin.ok("policy", "set", "-u", name, "pop3_access=deny", "imap_tls=required")
    assert admin.http("coexistPolicyUnset", user=name, reason="panel",
                      keys=["pop3_access"]) == ["doveadmResponse", [], "tag"]
    assert admin.get("-u", name) == {"imap_tls": "required"}
    meta = admin.get("-u", name, "--meta")
    assert (meta["by"], meta["reason"]) == ("http 127.0.0.1", "panel")
    assert admin.http("coexistPolicyUnset", user=name, all=True)[0] == "doveadmResponse"
    assert admin.text(f"mailbox/{name}") is None


def test_http_unset_of_an_unknown_key_changes_nothing(admin):
    name = admin.user()
    admin.ok("policy", "set", "-u", name, "pop3_access=deny")
    kind, what, _ = admin.http("coexistPolicyUnset", user=name, keys=["pop3_access", "pop_access"])
    assert (kind, what["exitCode"]) == ("error", EX_DATAERR)
    assert admin.get("-u", name) == {"pop3_access": "deny"}


def test_http_explain(admin):
    """The same rows as on the command line."""
    name = admin.user()
    admin.ok("policy", "set", "-u", name, "pop3_access=deny", "imap_networks=192.0.2.0/24",
             f"deny_text={TEXT}")
    for protocol, address in (("pop3", "192.0.2.1"), ("imap", "192.0.2.1"), ("imap", "10.0.0.1")):
        kind, rows, _ = admin.http("coexistExplain", user=name, protocol=protocol, ip=address,
                                   tls=True)
        assert kind == "doveadmResponse"
        assert rows == admin.rows("explain", "-u", name, "--protocol", protocol, "--ip", address,
                                  "--tls")
        login = {row["key"]: row["value"] for row in rows}["login"]
        assert login == ("passes" if (protocol, address) == ("imap", "192.0.2.1") else "refused")


@pytest.mark.parametrize("parameters", [{}, {"user": "user1", "protocol": "lmtp"},
                                        {"user": "user1", "ip": "192.0.2"}])
def test_http_explain_says_that_it_was_asked_wrongly(admin, parameters):
    kind, what, _ = admin.http("coexistExplain", **parameters)
    assert (kind, what["exitCode"]) == ("error", EX_USAGE)


def test_http_false_is_not_given(admin):
    assert admin.http("coexistPolicySet", domain="http.example", default=False,
                      values="pop3_access=deny")[0] == "doveadmResponse"
    assert "pop3_access=deny" in admin.text("domain/http.example")


@pytest.mark.parametrize("status, parameters", [
    (EX_DATAERR, {"domain": "wrong.example", "values": ["pop3_access=no way"]}),
    (EX_NOUSER, {"user": "nobody@here", "values": ["pop3_access=deny"]}),
    (EX_USAGE, {"values": ["pop3_access=deny"]}),
    (EX_USAGE, {"default": True}),
])
def test_http_errors_have_the_exit_code(admin, status, parameters):
    kind, what, _ = admin.http("coexistPolicySet", **parameters)
    assert (kind, what["exitCode"]) == ("error", status)


def test_http_check_answers_with_what_is_wrong(admin):
    admin.put("domain/http-typo.example", "[policy]\npop3_access=denied\n")
    kind, [problem], _ = admin.http("coexistPolicyCheck", domain="http-typo.example")
    assert kind == "doveadmResponse"
    assert (problem["scope"], problem["name"], problem["key"], problem["value"]) == (
        "domain", "http-typo.example", "pop3_access", "denied")


def test_sessions_do_not_wonder_about_coexist_config(admin, server):
    server.imap(admin.user()).logout()
    assert "coexist_config" not in server.log_text()
