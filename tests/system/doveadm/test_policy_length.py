# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy that is too long for what sessions can be told: set refuses it, check names it.

What the documents of a mailbox, its domain and everybody say is added up.
"""

import json
import poplib

import pytest

from administrator import CONFIG23, EX_DATAERR, Administrator

NETWORKS = " ".join(f"10.{number // 256}.{number % 256}.0/24" for number in range(280))
FREE = " ".join(f"{number}M" for number in range(1, 800))       # 3 kB each
DOMAIN = "long.example"


@pytest.fixture
def scopes(admin):
    """Documents of three scopes; gone after the test."""
    names = {"default": "default", "domain": f"domain/{DOMAIN}",
             "mailbox": f"mailbox/jo@{DOMAIN}"}

    def put(**texts):
        for scope, text in texts.items():
            admin.put(names[scope], f"[policy]\n{text}\n")
    yield put
    for name in names.values():
        (admin.documents / name).unlink(missing_ok=True)


def check(admin, *scope):
    """Run the check, which finds something; return {(scope, name): keys}."""
    done = admin.run("policy", "check", *scope, output="json")
    assert (done.returncode, done.stderr) == (EX_DATAERR, "")
    rows = json.loads(done.stdout)
    assert all("Too long for sessions" in row["problem"] for row in rows)
    return {(row["scope"], row["name"]): row["key"] for row in rows}


def test_set_refuses_what_sessions_could_not_be_told(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, f"quota_warn_free={FREE}")
    before = admin.text(f"mailbox/{user}")
    error = admin.fails(EX_DATAERR, "policy", "set", "-u", user,
                        f"pop3_fetcher_networks={NETWORKS}", "imap_access=deny")
    assert "pop3_fetcher_networks" in error or "quota_warn_free" in error
    assert admin.text(f"mailbox/{user}") == before


def test_keys_that_the_gate_alone_obeys_do_not_count(admin):
    """Nor do those of another protocol."""
    user = admin.user()
    admin.ok("policy", "set", "-u", user, *(
        f"{protocol}_networks={NETWORKS}"
        for protocol in ("imap", "pop3", "submission", "sieve", "webmail")))
    admin.ok("policy", "check", "-u", user)


@pytest.mark.parametrize("scope", [("-u", f"jo@{DOMAIN}", "--force"), ("-d", DOMAIN)],
                         ids=["mailbox", "domain"])
def test_set_adds_the_wider_scopes_up(admin, scopes, scope):
    scopes(default=f"quota_warn_free={FREE}")
    assert "quota_warn_free" in admin.fails(EX_DATAERR, "policy", "set", *scope,
                                            f"pop3_fetcher_networks={NETWORKS}")
    admin.ok("policy", "set", *scope, f"pop3_fetcher_networks={NETWORKS}",
             "quota_warn_free=1M")


def test_what_is_too_long_can_be_made_shorter(admin):
    """By set and by unset, step by step."""
    user = admin.user()
    admin.put(f"mailbox/{user}", f"[policy]\nquota_warn_free={FREE}\n"
              f"pop3_fetcher_networks={NETWORKS}\nquota_warn={'80 ' * 1200}\n")
    admin.ok("policy", "set", "-u", user, "quota_warn=80")
    admin.fails(EX_DATAERR, "policy", "set", "-u", user, f"quota_warn={'80 ' * 1200}")
    admin.ok("policy", "unset", "-u", user, "quota_warn_free")
    admin.ok("policy", "check", "-u", user)


def test_who_is_beside_what_is_too_long_already_can_be_suspended(start):
    """At once, and with no work on everybody's document before."""
    admin = Administrator(start(gate={}, conf23=CONFIG23), key_file=None)
    user = admin.user()
    admin.put("default", f"[policy]\nquota_warn_free={FREE}\npop3_fetcher_networks={NETWORKS}\n")
    admin.server.pop3(user).quit()
    admin.ok("policy", "set", "-u", user, "pop3_access=suspend")
    with pytest.raises(poplib.error_proto, match="suspended"):
        admin.server.pop3(user)
    before = admin.text(f"mailbox/{user}")
    assert "quota_warn_free" in admin.fails(EX_DATAERR, "policy", "set", "-u", user,
                                            f"quota_warn_free={FREE} 900M")
    assert admin.text(f"mailbox/{user}") == before


def test_check_names_documents_that_are_too_long_together(admin, scopes):
    scopes(default=f"quota_warn_free={FREE}", domain="quota_warn=80",
           mailbox=f"pop3_fetcher_networks={NETWORKS}")
    # beside the mailboxes of the other tests
    assert check(admin)["mailbox", f"jo@{DOMAIN}"] == "quota_warn_free"
    assert set(check(admin, "-u", f"jo@{DOMAIN}", "--force")) == {("mailbox", f"jo@{DOMAIN}")}


def test_check_names_each_that_is_too_long_itself(admin, scopes):
    both = f"quota_warn_free={FREE}\npop3_fetcher_networks={NETWORKS}"
    scopes(domain=both, mailbox="quota_warn_free=1M")
    assert {("domain", DOMAIN)} == set(check(admin))
    scopes(mailbox="imap_access=deny")
    assert {("domain", DOMAIN), ("mailbox", f"jo@{DOMAIN}")} == set(check(admin))
