# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/postfix.md at a real Postfix: what a refused program reads, and what fail2ban counts."""

import re
import shutil
import smtplib
import subprocess
import sys
from base64 import b64encode

import pytest

import texts
from instance import PASSWORD, Instance
from logins import WRONG, Client
from pages import TOP, commands, rows, section
from sent.postfix import AUTH, running
from site_example import OVER
from test_postfix_page import failure

pytestmark = pytest.mark.differs("what the passdb drivers say")
DENIED, NO_STORE, JO = "denied", "nostore", "jo"
OURS = texts.sentence("deny", "sasl")
UNREADABLE = "deny everything!\n"
# Debian's jail, which counts logins from here, too, and does nothing.
JAIL = """[DEFAULT]
ignoreself = false
action =
[sshd]
enabled = false
[postfix-sasl]
enabled = true
backend = polling
"""
FAIL2BAN = "[Definition]\nlogtarget = /mnt/fail2ban/log\ndbfile = :memory:\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Instance(tmp_path_factory.mktemp("dovecot"), conf=AUTH,
                      users=dict.fromkeys((DENIED, NO_STORE, JO), {}),
                      gate={"on_store_error": "tempfail"})
    with running(server) as server.postfix:
        server.store.put(f"mailbox/{DENIED}", submission_access="deny")
        server.store.put(f"mailbox/{NO_STORE}", UNREADABLE)
        yield server


def log_in(server, user, password=PASSWORD):
    """Return Postfix's reply to the right password."""
    with smtplib.SMTP("127.0.0.1", server.postfix.submission, timeout=60) as client:
        client.ehlo()
        code, text = client.docmd("AUTH", f"PLAIN {Client(user, password).plain()}")
        return f"{code} {text.decode()}"


def test_who_is_denied_reads_the_line_of_the_page(server):
    [(line, _)] = commands(section("postfix.md", "What the person reads"))
    assert log_in(server, DENIED) == line
    assert line.endswith(OURS)


def test_others_are_let_in(server):
    assert log_in(server, JO).startswith("235 ")


def test_in_steps_it_is_the_same(server):
    """LOGIN, of which Postfix asks for the name and the password."""
    with smtplib.SMTP("127.0.0.1", server.postfix.submission, timeout=60) as client:
        client.ehlo()
        client.docmd("AUTH", "LOGIN")
        client.docmd(b64encode(DENIED.encode()).decode())
        code, text = client.docmd(b64encode(PASSWORD.encode()).decode())
    assert f"{code} {text.decode()}" == log_in(server, DENIED)


def test_no_store_is_told_with_the_code_of_a_refusal(server):
    text = texts.sentence("store", "sasl")
    assert log_in(server, NO_STORE) == f"535 5.7.8 Error: authentication failed: {text}"


def swaks(port, user):
    """Return (exit status, the reply to the password)."""
    if shutil.which("swaks") is None:
        pytest.skip("there is no swaks")
    done = subprocess.run(["swaks", "--server", f"127.0.0.1:{port}", "--quit-after", "AUTH",
                           "--auth", "PLAIN", "--auth-user", user, "--auth-password", PASSWORD],
                          text=True, capture_output=True, check=False, timeout=60)
    return done.returncode, re.findall(r"^<\*\* (.*)", done.stdout, re.M)[0]


@pytest.mark.night
@pytest.mark.parametrize("column", [1, 2], ids=["Dovecot", "Postfix"])
@pytest.mark.parametrize("row, user, kind", [(0, DENIED, "deny"), (1, NO_STORE, "store")],
                         ids=["denied", "no store"])
def test_swaks_prints_what_the_page_of_programs_says(server, row, user, kind, column):
    cell = list(list(rows("clients.md", "Sending"))[row].values())[column]
    words = re.match("`(.*?)`", cell)[1]
    if "our text" in cell:
        words += f" {texts.sentence(kind, 'sasl')}"
    port = (server.port("submission"), server.postfix.submission)[column - 1]
    status, reply = swaks(port, user)
    assert status == 28 and reply.startswith(words), reply


def test_postfix_logs_it_as_the_other_tests_have_it(server):
    log_in(server, DENIED)
    wanted = failure(OURS).partition("SASL ")[2]
    server.wait_for(lambda: wanted in server.postfix.log(), what="Postfix to log it")


# fail2ban


@pytest.fixture
def fail2ban(server):
    """The folder of a fail2ban that reads this Postfix's log as the host's mail.log."""
    folder = server.folder / "fail2ban"
    shutil.copytree("/etc/fail2ban", folder / "etc")
    (folder / "run/fail2ban").mkdir(parents=True)
    (folder / "etc/jail.local").write_text(JAIL)
    (folder / "etc/fail2ban.local").write_text(FAIL2BAN)
    (server.folder / "postfix/log/mail.log").symlink_to("postfix.log")
    server.inside(sys.executable, "-B", OVER, "/mnt/fail2ban/etc=/etc/fail2ban",
                  "/mnt/fail2ban/run=/run", "/mnt/postfix/log=/var/log", "--",
                  "fail2ban-client", "start")
    yield folder
    server.inside("fail2ban-client", "stop")


def test_fail2ban_counts_no_refusal_by_the_commands_of_the_page(server, fail2ban):
    def found():
        return (fail2ban / "log").read_text().count("Found 127.0.0.1 ")

    reload, look = (line for line, _ in commands(section("postfix.md", None))
                    if line.startswith("fail2ban-"))
    wanted = server.postfix.log().count("authentication failed: ") + 1
    log_in(server, DENIED)
    server.wait_for(lambda: found() == wanted,
                    what="fail2ban to count what it should not, without the line of the page")
    [block] = re.findall(r"```fail2ban\n(.*?)```", (TOP / "doc/postfix.md").read_text(), re.S)
    (fail2ban / "etc/filter.d/postfix.local").write_text(block)
    server.inside("sh", "-c", reload)
    for user in (DENIED, NO_STORE, DENIED):
        log_in(server, user)
    log_in(server, JO, WRONG)
    server.wait_for(lambda: found() > wanted, what="fail2ban to count the wrong password")
    assert found() == wanted + 1
    printed = server.inside("sh", "-c", look).stdout
    assert re.search(rf"Lines: \d+ lines, {wanted + 3} ignored, 1 matched", printed), printed
