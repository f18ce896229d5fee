"""doveadm coexist policy list and check: all documents."""

import pytest

from administrator import CONF23, CONF24, EX_DATAERR, Administrator

MANY = 20000


@pytest.fixture
def empty(start):
    """An administrator of a store without any document."""
    return Administrator(start(conf23=CONF23, conf24=CONF24))


@pytest.fixture
def filled(empty):
    empty.put("default", "[policy]\nimap_access=allow\n")
    empty.put("domain/example.org", "[policy]\npop3_access=deny\n")
    empty.put("mailbox/user1", "[policy]\npop3_access=allow\nimap_tls=required\n")
    empty.put("mailbox/back\\\\slash\\|er@example.org", "[policy]\npop3_access=allow\n")
    return empty


def names(rows):
    return sorted((row["scope"], row["name"]) for row in rows)


def test_an_empty_store_is_an_empty_list(empty):
    assert empty.rows("policy", "list") == []
    assert empty.rows("policy", "check") == []


def test_an_emptied_store_is_an_empty_list(empty):
    empty.ok("policy", "set", "-u", "user1", "pop3_access=deny")
    empty.ok("policy", "unset", "-u", "user1", "--all")
    assert empty.rows("policy", "list") == []


def test_each_document_is_listed_once(filled):
    assert names(filled.rows("policy", "list")) == [
        ("default", ""), ("domain", "example.org"),
        ("mailbox", "back\\slash/er@example.org"), ("mailbox", "user1")]


def test_what_is_listed_is_what_set_wrote(empty):
    for user in ("a/b@example.org", "a\\b@example.org", "ä@example.org", "..@example.org",
                 "a b@example.org"):
        empty.ok("policy", "set", "-u", user, "--force", "pop3_access=deny")
        assert names(empty.rows("policy", "list")) == [("mailbox", user)]
        assert empty.get("-u", user, "--force") == {"pop3_access": "deny"}
        empty.ok("policy", "unset", "-u", user, "--force", "--all")


def test_mask(filled):
    assert names(filled.rows("policy", "list", "*example.org")) == [
        ("domain", "example.org"), ("mailbox", "back\\slash/er@example.org")]


def test_values(filled):
    rows = filled.rows("policy", "list", "--values", "user?")
    assert rows == [
        {"scope": "mailbox", "name": "user1", "key": "imap_tls", "value": "required"},
        {"scope": "mailbox", "name": "user1", "key": "pop3_access", "value": "allow"}]


def test_many_documents_are_listed_and_not_held(empty):
    empty.put("mailbox/user0", "[policy]\npop3_access=deny\n")
    folder = empty.documents / "mailbox"
    for number in range(1, MANY):
        (folder / f"user{number}@a-long-domain-name.example.org").touch()
    before = peak(empty, "policy", "list", "user0")
    assert len(empty.rows("policy", "list")) == MANY
    assert peak(empty, "policy", "list") - before < 1000


def peak(admin, *arguments):
    """Return the memory (KB) that doveadm coexist needs."""
    done = admin.server.inside(
        "/usr/bin/python3", "-c",
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
        "doveadm", "-c", "/mnt/etc/dovecot.conf", "-f", "tab", "coexist", *arguments)
    return int(done.stdout)


def test_good_documents_pass(filled):
    assert filled.rows("policy", "check") == []


def test_each_problem_is_found(filled):
    filled.put("domain/garbage", b"\xff\xfe")
    filled.put("mailbox/half", "[policy]\npop3_access=de\n[meta")
    filled.put("mailbox/typo", "[policy]\npop3_access=denied\npop3_acces=deny\n"
               "imap_networks=192.0.2.0/33\nsieve_access=yes\nimap_access=\n")
    done = filled.run("policy", "check", output="tab")
    assert (done.returncode, done.stderr) == (EX_DATAERR, "")
    found = [line.split("\t") for line in done.stdout.splitlines()[1:]]
    assert sorted(row[:4] for row in found) == [
        ["domain", "garbage", "", ""],
        ["mailbox", "half", "", ""],
        ["mailbox", "typo", "imap_networks", "192.0.2.0/33"],
        ["mailbox", "typo", "pop3_acces", ""],
        ["mailbox", "typo", "pop3_access", "denied"]]
    problem = {(row[1], row[2]): row[4] for row in found}
    assert "line 3" in problem["half", ""]
    assert "allow deny suspend" in problem["typo", "pop3_access"]


def test_check_of_one_scope(filled):
    filled.put("mailbox/user2", "[policy]\npop3_access=denied\n")
    assert filled.rows("policy", "check", "-u", "user1") == []
    assert filled.run("policy", "check", "-u", "user2").returncode == EX_DATAERR
    assert filled.rows("policy", "check", "--default") == []
