# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is of no effect is said at once: by policy set, check and get --effective."""

import pytest

from administrator import EX_DATAERR, EX_USAGE

KNOWN, UNKNOWN = "known.example", "konwn.example"
NO_USER = "No user of this domain is known"


@pytest.fixture(scope="module", autouse=True)
def users(server):
    server.set_user(f"jo@{KNOWN}")


@pytest.fixture(autouse=True)
def no_documents(admin, users):
    yield
    for scope in (("-d", KNOWN), ("-d", UNKNOWN), ("--default",), ("-u", f"jo@{KNOWN}")):
        admin.run("policy", "unset", *scope, "--all")


def problems(admin):
    """Return {(name, key): problem} of policy check."""
    done = admin.run("policy", "check", output="tab")
    rows = [line.split("\t") for line in done.stdout.splitlines()[1:]]
    assert done.returncode == (EX_DATAERR if rows else 0)
    return {(row[1], row[2]): row[4] for row in rows}


# A domain that nobody has

def test_a_domain_without_users(admin):
    done = admin.run("policy", "set", "-d", UNKNOWN, "pop3_access=deny")
    assert done.returncode == 0
    assert UNKNOWN in done.stderr and NO_USER in done.stderr
    assert NO_USER in problems(admin)[UNKNOWN, ""]
    done = admin.run("policy", "get", "--effective", "-d", UNKNOWN)
    assert done.returncode == 0 and NO_USER in done.stderr


def test_a_domain_with_users(admin):
    admin.ok("policy", "set", "-d", KNOWN.upper(), "pop3_access=deny")
    admin.ok("policy", "get", "--effective", "-d", KNOWN)
    assert problems(admin) == {}


# A value that means nothing

@pytest.mark.parametrize("value", ["yes", "1", "on", "true", ""])
def test_a_value_that_says_nothing_is_not_stored(admin, value):
    errors = admin.fails(EX_DATAERR, "policy", "set", "--default", f"pop3_access={value}")
    assert "pop3_access: Not a value of this key, expected one of: allow deny" in errors
    assert admin.get("--default") == {}


def test_a_value_that_says_nothing_is_found_in_a_document(admin):
    admin.put("mailbox/user0", "[policy]\npop3_access=1\npop3_delete=yes\nimap_access=0\n")
    found = problems(admin)
    assert sorted(key for _, key in found) == ["pop3_access", "pop3_delete"]
    done = admin.run("policy", "get", "--effective", "-u", "user0")
    for key in ("pop3_access=1", "pop3_delete=yes"):
        assert f"Ignoring unknown value in mailbox: {key}" in done.stderr
    admin.run("policy", "unset", "-u", "user0", "--all")


# An item of a list

def test_the_item_of_a_list_that_is_wrong_is_named(admin):
    networks = "192.0.2.0/24 10.0.0.0/33"
    errors = admin.fails(EX_DATAERR, "policy", "set", "--default", f"pop3_networks={networks}")
    assert "pop3_networks: 10.0.0.0/33: Not an item of this key, expected addresses" in errors
    admin.put("mailbox/user0", f"[policy]\npop3_networks={networks}\n")
    assert problems(admin)["user0", "pop3_networks"].startswith("10.0.0.0/33: ")
    done = admin.run("policy", "get", "--effective", "-u", "user0")
    assert "2001:db8::/32, not 10.0.0.0/33)" in done.stderr
    admin.run("policy", "unset", "-u", "user0", "--all")


# A value that is taken in another sense

@pytest.mark.parametrize("networks, said", [
    ("10.0.0.0/8 192.0.2.5/24", "192.0.2.5/24: Taken as 192.0.2.0/24"),
    ("2001:db8::7/32", "2001:db8::7/32: Taken as 2001:db8::/32")])
def test_a_network_with_bits_of_a_host(admin, networks, said):
    done = admin.run("policy", "set", "-u", "user0", f"pop3_networks={networks}")
    assert done.returncode == 0
    assert "Warning: " in done.stderr
    assert done.stderr.endswith(f": pop3_networks: {said}\n")
    assert problems(admin)["user0", "pop3_networks"] == said
    assert admin.get("-u", "user0") == {"pop3_networks": networks}
    admin.ok("policy", "set", "-u", "user0", "pop3_networks=192.0.2.0/24 192.0.2.5 2001:db8::/32")
    assert problems(admin) == {}
    admin.run("policy", "unset", "-u", "user0", "--all")


# A name

@pytest.mark.parametrize("name", ["pop3access", "coexist_pop3_access", "pop3_acess"])
def test_the_key_that_was_meant(admin, name):
    meant = f"{name}: No such key, did you mean pop3_access?"
    assert meant in admin.fails(EX_DATAERR, "policy", "set", "--default", f"{name}=deny")
    assert meant in admin.fails(EX_DATAERR, "policy", "unset", "--default", name)
    assert meant in admin.fails(EX_USAGE, "policy", "get", "--default", name)
    admin.put("mailbox/user0", f"[policy]\n{name}=deny\n")
    assert problems(admin)["user0", name] == "No such key, did you mean pop3_access?"
    admin.run("policy", "unset", "-u", "user0", "--all")


# A document that is nobody's

def test_documents_of_who_is_gone(admin):
    user = f"jo@{KNOWN}"
    admin.ok("policy", "set", "-u", user, "pop3_access=deny")
    admin.ok("policy", "set", "-u", f"gone@{KNOWN}", "--force", "imap_access=deny")
    admin.ok("policy", "set", "-d", KNOWN, "pop3_access=deny")
    admin.run("policy", "set", "-d", UNKNOWN, "pop3_access=deny")
    admin.ok("policy", "set", "--default", "sieve_access=deny")
    orphans = [{"scope": "domain", "name": UNKNOWN},
               {"scope": "mailbox", "name": f"gone@{KNOWN}"}]
    assert admin.rows("policy", "list", "--orphans") == orphans
    assert admin.rows("policy", "list", "--orphans", "gone@*") == orphans[1:]
    assert admin.rows("policy", "list", "--orphans", "--values", "gone@*") == [
        {**orphans[1], "key": "imap_access", "value": "deny"}]
    admin.ok("policy", "unset", "-u", f"gone@{KNOWN}", "--force", "--all")
    admin.ok("policy", "unset", "-d", UNKNOWN, "--all")
    assert admin.rows("policy", "list", "--orphans") == []
