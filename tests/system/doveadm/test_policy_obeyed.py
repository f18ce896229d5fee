# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy that no login obeys is an error of policy set, and explain says so."""

import re

import pytest

from administrator import CONF24, CONFIG23, EX_CONFIG, KEY_FILE, Administrator
from instance.gate import continue_after
from preflight import IS_23

GATE = ("passdb {\n  driver = coexist\n  args = /mnt/etc/coexist.conf.ext\n}\n" if IS_23 else
        "passdb coexist {\n  driver = coexist\n}\n")
USERDB = GATE.replace("passdb", "userdb")
STORE24 = CONF24.replace("passdb coexist {\n  driver = coexist\n}\n", "")
STORED = "Stored, and no login by any protocol obeys it: "
DENIES = ("policy", "set", "-u", "alice", "pop3_access=deny")


def administrator(start, **settings):
    """Return the administrator of a server with a store, whose gate is in settings."""
    server = start(conf23=CONFIG23, conf24=STORE24, files={"coexist.conf.ext": KEY_FILE},
                   **settings)
    server.set_user("alice")
    return Administrator(server, key_file=None)


@pytest.fixture(scope="module")
def open_site(start):
    """A site on which auth has no gate."""
    return administrator(start)


@pytest.fixture
def configured(open_site):
    """configured(text) adds the text to dovecot.conf, which auth does not read."""
    path = open_site.server.folder / "etc/dovecot.conf"
    before = path.read_text()

    def configured(text, change=lambda text: text):
        path.write_text(change(before + text))
    yield configured
    path.write_text(before)


def test_a_policy_that_no_gate_obeys(open_site):
    errors = open_site.fails(EX_CONFIG, *DENIES)
    assert STORED + "there is no gate. Add behind the last passdb: passdb" in errors
    assert "run: doveadm reload" in errors and errors.count("Error") == 1
    assert open_site.get("-u", "alice") == {"pop3_access": "deny"}
    open_site.server.pop3("alice").quit()


def test_nor_that_something_is_not_set_any_more(open_site):
    assert STORED in open_site.fails(EX_CONFIG, "policy", "set", "-u", "alice",
                                     "quota_warn=80", "imap_access=deny")
    assert STORED in open_site.fails(EX_CONFIG, "policy", "unset", "-u", "alice", "imap_access")
    open_site.ok("policy", "unset", "-u", "alice", "--all")


@pytest.mark.parametrize("command", [DENIES, ("policy", "unset", "-u", "alice", "--all")])
def test_no_owner_is_told_of_what_no_login_obeys(open_site, command):
    open_site.run("policy", "set", "-u", "alice", "imap_access=deny")
    errors = open_site.fails(EX_CONFIG, *command, "--tell")
    assert ("Nobody is told and nothing stored: no login by any protocol obeys it: there is no gate"
            in errors and errors.count("Error") == 1)
    assert open_site.get("-u", "alice") == {"imap_access": "deny"}
    open_site.run("policy", "unset", "-u", "alice", "--all")


def test_what_it_says_can_be_done(start):
    admin = administrator(start)
    errors = admin.fails(EX_CONFIG, *DENIES)
    [line] = re.findall(r"Add behind the last passdb: (.*), and run: doveadm reload$", errors, re.M)
    line = line.replace("/etc/dovecot/dovecot-coexist.conf.ext", "/mnt/etc/coexist.conf.ext")
    path = admin.server.folder / "etc/dovecot.conf"
    path.write_text(path.read_text() + re.sub(r"(?<=[{\w])  ?(?=\w+ =|\})|(?<=\{) ", "\n",
                                              line) + "\n")
    assert STORED + "Dovecot runs without the gate that is configured. Run: doveadm reload" in (
        admin.fails(EX_CONFIG, *DENIES))
    admin.server.read_files_again()
    admin.ok(*DENIES)


def test_a_gate_that_was_not_reloaded(open_site, configured):
    configured(GATE)
    assert STORED + "Dovecot runs without the gate that is configured. Run: doveadm reload" in (
        open_site.fails(EX_CONFIG, *DENIES))


def test_sessions_that_decide_themselves(start):
    """A userdb coexist alone hands the policy over, and auth can't be asked about it."""
    admin = administrator(start, conf=continue_after(USERDB, []), passes_on=True)
    admin.ok(*DENIES)


def test_a_host_that_serves_no_logins(open_site, configured):
    configured("protocols = lmtp\n", lambda text: re.sub(r"(?m)^protocols =.*\n", "", text, count=1))
    open_site.ok(*DENIES)


def test_a_dovecot_that_does_not_run(start):
    """The store may be that of other hosts."""
    admin = administrator(start)
    admin.server.inside("mv", "/mnt/run/auth-client", "/mnt/run/away")
    admin.ok(*DENIES)


def test_a_gate_for_one_protocol(start):
    admin = administrator(start, conf=f"protocol pop3 {{\n{GATE}}}\n")
    admin.ok(*DENIES)
    admin.ok("policy", "set", "-u", "alice", "quota_warn=80")
    for key in ("imap_access=deny", "webmail_access=deny"):
        assert ("Stored, and no login by imap obeys it: the passdb coexist is for other protocols"
                in admin.fails(EX_CONFIG, "policy", "set", "-u", "alice", key))


def test_an_open_chain(start):
    server = start(gate={"gate_at": "chain"}, conf23=CONFIG23)
    server.set_user("alice")
    errors = Administrator(server, key_file=None).fails(EX_CONFIG, *DENIES)
    assert "no login by pop3 obeys it: a passdb lets logins in past the gate" in errors


def test_explain_says_so(open_site):
    open_site.run(*DENIES)
    for options in ((), ("--protocol", "pop3")):
        done = open_site.run("explain", "-u", "alice", *options)
        assert done.returncode == 0 and "refused" in done.stdout
        assert re.search("Warning: .*This is what a gate would say, and no login by any protocol "
                         "obeys it: there is no gate", done.stderr)


def test_no_database_is_asked_about_it(admin, server):
    """Each change would cost a look-up of a user that there is not, and some take seconds."""
    admin.ok("policy", "set", "-u", admin.user(), "pop3_access=deny")
    assert "coexist-preflight@invalid" not in server.log_text()


@pytest.mark.parametrize("command, status", [
    (("policy", "set", "-d", "new.example", "pop3_access=deny"), EX_CONFIG),
    (("explain", "-u", "alice"), 0)], ids=["set", "explain"])
def test_the_configuration_is_read_once(open_site, command, status):
    """By whichever part of the command: auth's user, the userdbs and the gate are all in it."""
    done = open_site.server.doveadm("-D", "coexist", *command, check=False)
    assert done.returncode == status
    assert done.stderr.count("coexist: doveconf -n was run") == 1


MANY = (("set", "-F", "/mnt/etc/mailboxes", "pop3_access=deny"), ("import", "/mnt/etc/policies"))


@pytest.fixture
def lists(open_site):
    """The files of the commands for many."""
    etc = open_site.server.folder / "etc"
    (etc / "mailboxes").write_text("alice\nuser1\nuser2\n")
    (etc / "policies").write_text("[mailbox user1]\nimap_access=deny\n\n"
                                  "[mailbox user2]\npop3_access=deny\n")


@pytest.mark.parametrize("command", [DENIES[1:], *MANY], ids=["one", "list", "import"])
def test_no_session_is_told_of_what_no_login_obeys(open_site, lists, command):
    """It would stay, and be waited for."""
    sessions = [open_site.server.pop3(user) for user in ("alice", "user2")]
    done = open_site.run("policy", *command)
    for session in sessions:
        session.quit()
    assert (done.returncode, done.stdout) == (EX_CONFIG, "")
    for user in ("alice", "user1", "user2"):
        open_site.run("policy", "unset", "-u", user, "--all")


def test_many_at_once_are_one_question(open_site, lists):
    """Of all the policies that one command stores."""
    for command in MANY:
        errors = open_site.fails(EX_CONFIG, "policy", *command)
        assert errors.count(STORED) == errors.count("\n") == 1
    for user in ("user1", "user2"):
        open_site.run("policy", "unset", "-u", user, "--all")
