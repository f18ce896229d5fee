# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy import and set -F with the documents in a database: what it refuses,
and what logins see of it."""

import os
import re
import threading
import time

import pytest

import logins
import texts
from backends import Example, Sqlite, available, running
from logins import Client, pop3_auth_plain
from wiring import DOVEADM, GENERATION

EX_TEMPFAIL = 75
BAD = "refused!"
# some groups, of which one has the bad one in its middle
MANY = 250
WHERE = 150


@pytest.fixture(scope="module", params=available(), ids=lambda kind: kind.name)
def backend(request):
    """A back end that runs."""
    with running(request.param) as backend:
        backend.prepare_refusals()
        yield backend


@pytest.fixture(scope="module")
def server(gated, backend):
    example = Example(backend, GENERATION)
    return gated({f"user{number}": {} for number in range(8)}, gate={"store": example.store},
                 conf=example.conf + DOVEADM, files=example.files)


@pytest.fixture
def refusing(backend):
    """The database takes no document of the bad one."""
    backend.refuse(BAD)
    yield
    backend.accept()


def names(first, begin="user0", end="user1"):
    """Return the mailboxes of a batch: one that logs in begins and ends it."""
    many = [f"{first}many{number}@batch.example" for number in range(MANY)]
    return [begin, *many[:WHERE], BAD, *many[WHERE:], end]


def write(server, text, name):
    """Write a file that the instance sees; return its name there."""
    (server.folder / "etc" / name).write_text(text)
    return f"/mnt/etc/{name}"


def run(server, command, users, value, **options):
    """Run import or set -F with one value for all; return the CompletedProcess."""
    if command == "import":
        arguments = [write(server, "".join(f"[mailbox {name}]\n{value}\n" for name in users),
                           "policies")]
    else:
        arguments = ["-F", write(server, "".join(f"{name}\n" for name in users), "policies"), value]
    return server.doveadm("coexist", "policy", command, "--force", *arguments, check=False, **options)


def has(server, name, value):
    """True if the mailbox has the value, alone."""
    done = server.doveadm("-f", "flow", "coexist", "policy", "get", "--force", "-u", name)
    key, _, text = value.partition("=")
    return done == f"key={key} value={text}\n"


def login(server, user):
    """Return "passes", "deny" or the reply."""
    reply = pop3_auth_plain(server, Client(user))
    if logins.passes("pop3", reply):
        return "passes"
    return "deny" if reply == logins.refusal(
        "pop3", texts.code("deny", "pop3"), texts.sentence("deny", "pop3")) else reply


@pytest.mark.parametrize("command, who", [("import", ["user2", "user3"]),
                                          ("set", ["user4", "user5"])], ids=["import", "set"])
def test_one_that_the_database_refuses_takes_no_other_along(server, refusing, command, who):
    """It is named with its line, and logins go by the others, as Dovecot's connection is not left
    in a transaction."""
    users = names(command, *who)
    assert [login(server, user) for user in who] == ["passes"] * 2
    done = run(server, command, users, "pop3_access=deny")
    line = users.index(BAD) * 2 + 1 if command == "import" else users.index(BAD) + 1
    assert done.returncode == EX_TEMPFAIL, done
    assert f"/mnt/etc/policies:{line}: mailbox {BAD} is not stored: " in done.stderr
    assert done.stderr.count("not stored") == 1
    assert f"{len(users) - 1} of {len(users)} policies are stored" in done.stderr
    for _ in range(3):
        for user in who:
            server.wait_for(lambda user=user: login(server, user) == "deny")
        server.wait_for(lambda: login(server, "user7") == "passes")
    for name in (users[1], users[WHERE], users[WHERE + 2], users[-2]):
        assert has(server, name, "pop3_access=deny")
    assert "transaction is aborted" not in server.log_text()


@pytest.mark.parametrize("command", ["import", "set"])
def test_odd_names_and_values_in_one_group(server, command):
    users = [f"{name}@odd.example" for name in
             ("100%", "%u", "a b", "o'brien", 'say"so"', "a/b", "ñandú", "$1", "..")]
    value = f"deny_text=100 % of \"{command}\" isn't; $1 'x' %u ñ"
    done = run(server, command, users, value)
    assert done.stderr == ""
    for user in users:
        assert has(server, user, value), user
    done = run(server, "import", ["plain@odd.example"], value)
    assert done.returncode == 0 and has(server, "plain@odd.example", value)


def test_again_when_the_database_takes_it(server, backend):
    users = names("again")
    backend.refuse(BAD)
    assert run(server, "import", users, "imap_access=deny").returncode == EX_TEMPFAIL
    backend.accept()
    done = run(server, "import", users, "imap_access=deny")
    assert (done.returncode, done.stderr) == (0, "")
    assert has(server, BAD, "imap_access=deny")
    done = run(server, "import", [BAD], "")
    assert (done.returncode, done.stderr) == (0, "")


def test_many_that_it_refuses_end_the_command(server, backend):
    """The rest is not tried, and is named by its beginning."""
    if backend.name == "redis":
        users = [f"many{number}!" for number in range(MANY)]
        backend.refuse(BAD)
    else:
        users = [f"refused{number}@batch.example" for number in range(MANY)]
        backend.refuse("refused*")
    done = run(server, "set", users, "pop3_access=deny")
    backend.accept()
    assert done.returncode == EX_TEMPFAIL, done
    assert f"/mnt/etc/policies:100: mailbox {users[99]} is not stored: " in done.stderr
    assert (f"/mnt/etc/policies:101: mailbox {users[100]} and the {MANY - 101} behind it are "
            "not stored") in done.stderr
    assert f"0 of {MANY} policies are stored" in done.stderr


def test_logins_are_told_of_each_group_once(server):
    """The generation of the store changes with the groups, and not with the documents."""
    path = server.folder / "run/coexist-policy.lock"
    seen, ended = set(), threading.Event()

    def watch():
        while not ended.is_set():
            seen.add(os.stat(path).st_mtime_ns)
    thread = threading.Thread(target=watch)
    before = os.stat(path).st_mtime_ns
    thread.start()
    try:
        assert run(server, "import", names("told"), "imap_tls=required").returncode == 0
    finally:
        ended.set()
        thread.join()
    # it may have been busy elsewhere since the last group
    seen.add(os.stat(path).st_mtime_ns)
    assert 1 <= len(seen - {before}) <= 1 + (MANY + 3) // 100


# Enough for a store that goes away after the first group
LONG = 2000
# Dovecot's SQL drivers wait longer before each attempt to connect, and keep a question meanwhile.
PATIENCE = 400


@pytest.mark.night
class TestAway:
    """The store ends while a batch is stored."""

    @pytest.fixture(scope="class", params=[kind for kind in available() if kind is not Sqlite],
                    ids=lambda kind: kind.name)
    def backend(self, request):
        """A server that can be ended."""
        with running(request.param) as backend:
            yield backend

    @pytest.fixture(scope="class")
    def server(self, gated, backend):
        example = Example(backend, GENERATION)
        return gated({"user0": {}}, gate={"store": example.store}, conf=example.conf + DOVEADM,
                     files=example.files)

    def test_the_first_that_is_not_stored_is_named(self, server, backend):
        """And all is stored when it is done again."""
        server.doveadm("coexist", "policy", "init")
        path = server.folder / "run/coexist-policy.lock"
        before = os.stat(path).st_mtime_ns

        def end():
            while os.stat(path).st_mtime_ns == before:
                time.sleep(0.001)
            backend.stop()
        thread = threading.Thread(target=end)
        thread.start()
        users = [f"long{number}@batch.example" for number in range(LONG)]
        done = run(server, "set", users, "pop3_access=deny", timeout=PATIENCE)
        thread.join()
        backend.start()
        assert done.returncode == EX_TEMPFAIL, done
        [line] = re.findall(r"policies:(\d+): mailbox long(\d+)@batch\.example and the (\d+) behind "
                            "it are not stored: ", done.stderr)
        number, name, behind = map(int, line)
        assert 100 <= name == number - 1 == LONG - behind - 1
        assert f"{name} of {LONG} policies are stored" in done.stderr
        assert has(server, users[0], "pop3_access=deny")
        server.wait_for(lambda: run(server, "set", users, "pop3_access=deny",
                                    timeout=PATIENCE).returncode == 0, PATIENCE)
        assert has(server, users[-1], "pop3_access=deny")
