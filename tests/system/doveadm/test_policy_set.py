# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy get, set and unset: one document, all or nothing."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from administrator import EX_DATAERR, EX_NOUSER, EX_USAGE
from instance import checker


def test_what_is_set_is_got(admin):
    user = admin.user()
    assert admin.ok("policy", "set", "-u", user, "pop3_access=deny",
                    "deny_text=Ask the office, please: 80 %") == ""
    assert admin.get("-u", user) == {"pop3_access": "deny",
                                     "deny_text": "Ask the office, please: 80 %"}


def test_get_of_one_key(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "pop3_access=deny", "imap_access=deny")
    assert admin.get("-u", user, "imap_access", "sieve_access") == {"imap_access": "deny"}


def test_nothing_set_is_an_empty_list(admin):
    assert admin.rows("policy", "get", "-u", admin.user()) == []


def test_a_later_set_leaves_other_keys_alone(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "pop3_access=deny", "imap_access=deny")
    admin.ok("policy", "set", "-u", user, "pop3_access=allow")
    assert admin.get("-u", user) == {"pop3_access": "allow", "imap_access": "deny"}


@pytest.mark.parametrize("scope, name", [
    (("-u", "user59"), "mailbox/user59"), (("--user", "user59"), "mailbox/user59"),
    (("-d", "example.org"), "domain/example.org"), (("--default",), "default")])
def test_each_scope_has_its_document(admin, scope, name):
    admin.ok("policy", "set", *scope, "sieve_until=2030-01-31")
    assert "sieve_until=2030-01-31" in admin.text(name)
    admin.ok("policy", "unset", *scope, "--all")
    assert admin.text(name) is None


def generation(admin):
    """What tells auth that the store has changed (plugin/state/store-generation.h)."""
    return (admin.server.folder / "run/coexist-policy.lock").stat().st_mtime_ns


def begins_generation(admin, *arguments):
    """Does the command, which may fail, begin a generation of the store?"""
    before = generation(admin)
    admin.run("policy", *arguments)
    return generation(admin) != before


def test_each_change_begins_a_generation(admin):
    user = admin.user()
    admin.ok("policy", "init")
    for change in (("set", "-u", user, "pop3_access=deny"), ("set", "-u", user, "pop3_access=deny"),
                   ("unset", "-u", user, "pop3_access"), ("set", "-u", user, "pop3_access=deny"),
                   ("unset", "-u", user, "--all"), ("init",)):
        assert begins_generation(admin, *change), change


def test_what_changes_nothing_begins_none(admin):
    """Auth would forget which documents it has seen lost, and sessions believe the loss."""
    user, signer = admin.user(), admin.server.folder / "etc/signer.pem"
    (admin.server.folder / "etc/nothing").write_text(f"[mailbox {user}]\n")
    if not signer.exists():
        admin.ok("policy", "keygen", "/mnt/etc/signer.pem")
    admin.ok("policy", "init")
    for change in (("unset", "-u", user, "pop3_access"), ("unset", "-u", user, "--all"),
                   ("set", "-u", user, "pop3_access=perhaps"), ("import", "/mnt/etc/nothing"),
                   ("sign", "-u", user, "--sign-key", "/mnt/etc/signer.pem")):
        assert not begins_generation(admin, *change), change
    assert admin.text(f"mailbox/{user}") is None


def test_the_user_name_is_normalised(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user.upper(), "pop3_access=deny")
    assert admin.get("-u", user) == {"pop3_access": "deny"}


def test_the_domain_is_normalised(admin):
    admin.ok("policy", "set", "-d", "Example.COM", "pop3_access=deny")
    assert admin.get("-d", "example.com") == {"pop3_access": "deny"}


def test_an_unknown_user_is_refused_unless_forced(admin):
    change = ("policy", "set", "-u", "nobody@here", "pop3_access=deny")
    assert "nobody@here" in admin.fails(EX_NOUSER, *change)
    assert admin.text("mailbox/nobody@here") is None
    admin.ok(*change, "--force")
    assert "pop3_access=deny" in admin.text("mailbox/nobody@here")


def test_one_wrong_value_stores_nothing_and_every_error_is_named(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "imap_access=deny")
    before = admin.text(f"mailbox/{user}")
    errors = admin.fails(EX_DATAERR, "policy", "set", "-u", user, "imap_access=allow",
                         "pop3_access=perhaps", "pop3_acces=deny", "imap_until=soon")
    assert re.search(r"pop3_access: .*allow deny suspend", errors)
    assert re.search(r"pop3_acces: No such key", errors)
    assert re.search(r"imap_until: .*YYYY-MM-DD", errors)
    assert admin.text(f"mailbox/{user}") == before


def test_unset_lets_the_wider_scope_decide(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "pop3_access=deny", "imap_access=deny")
    admin.ok("policy", "unset", "-u", user, "pop3_access")
    assert admin.get("-u", user) == {"imap_access": "deny"}


def test_the_document_goes_with_its_last_key(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "pop3_access=deny")
    assert admin.text(f"mailbox/{user}") is not None
    admin.ok("policy", "unset", "-u", user, "pop3_access")
    assert admin.text(f"mailbox/{user}") is None


def test_unset_of_nothing_is_fine(admin):
    user = admin.user()
    admin.ok("policy", "unset", "-u", user, "pop3_access")
    admin.ok("policy", "unset", "-u", user, "--all")
    assert admin.text(f"mailbox/{user}") is None


def test_unset_of_an_unknown_key_changes_nothing(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "pop3_access=deny")
    assert "pop_access: No such key" in admin.fails(
        EX_DATAERR, "policy", "unset", "-u", user, "pop3_access", "pop_access")
    assert admin.get("-u", user) == {"pop3_access": "deny"}


def test_meta_says_when_who_and_why(admin):
    user = admin.user()
    admin.ok("policy", "set", "-u", user, "--reason", "ticket 4711", "pop3_access=deny")
    meta = admin.get("-u", user, "--meta")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", meta["updated"])
    assert (meta["by"], meta["reason"]) == ("root", "ticket 4711")
    admin.ok("policy", "set", "-u", user, "imap_access=deny")
    assert "reason" not in admin.get("-u", user, "--meta")


def test_a_broken_document_is_not_overwritten(admin):
    user = admin.user()
    admin.put(f"mailbox/{user}", "no key file")
    assert f"mailbox/{user}: line 1" in admin.fails(
        EX_DATAERR, "policy", "set", "-u", user, "pop3_access=deny")
    assert f"mailbox/{user}: line 1" in admin.fails(EX_DATAERR, "policy", "get", "-u", user)
    assert admin.text(f"mailbox/{user}") == "no key file"
    admin.ok("policy", "unset", "-u", user, "--all")
    assert admin.text(f"mailbox/{user}") is None


def test_what_is_unknown_survives_a_change(admin):
    user = admin.user()
    admin.put(f"mailbox/{user}", "# of the panel\n[policy]\nnew_key=1\n[panel]\nid=7\n")
    admin.ok("policy", "set", "-u", user, "pop3_access=deny")
    text = admin.text(f"mailbox/{user}")
    assert all(part in text for part in ("# of the panel", "new_key=1", "id=7"))


def test_concurrent_changes_of_different_keys_are_all_kept(admin):
    user = admin.user()
    keys = [f"{protocol}_{name}" for protocol in ("imap", "pop3", "submission", "sieve")
            for name in ("access=deny", "until=2030-01-31", "tls=required",
                         "max_sessions=7", "networks=192.0.2.0/24")]
    # who has waited for a minute gives up
    with ThreadPoolExecutor(2 if checker.name() else 8) as pool:
        list(pool.map(lambda key: admin.ok("policy", "set", "-u", user, key), keys))
    assert admin.get("-u", user) == dict(key.split("=") for key in keys)


@pytest.mark.parametrize("arguments, message", [
    (("set", "pop3_access=deny"), "Whose policy"),
    (("set", "-u", "user1", "-d", "example.org", "pop3_access=deny"), "Whose policy"),
    (("set", "-d", "example.org", "--default", "pop3_access=deny"), "Whose policy"),
    (("set", "--default"), "KEY=VALUE"),
    (("set", "--default", "pop3_access"), "KEY=VALUE"),
    (("get", "--default", "pop3_acces"), "No such key"),
    (("unset", "--default"), "--all"),
    (("unset", "--default", "--all", "pop3_access"), "--all"),
    (("set", "-d", "", "pop3_access=deny"), "name"),
    (("set", "-d", "x" * 201, "pop3_access=deny"), "name"),
])
def test_usage_errors_say_what_was_expected(admin, arguments, message):
    assert message in admin.fails(EX_USAGE, "policy", *arguments)
