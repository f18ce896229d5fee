# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands that pages tell administrators to run, at the example site."""

import re
import shutil
import stat

import pytest

from instance import checker
from instance.instance import built_stage
from pages import TOP, commands, section
from site_example import Site

pytestmark = pytest.mark.differs("how settings are read")
ANA = "ana@example.org"
# (page, heading or None for all of it)
SECTIONS = [("../README.md", "dovecot-coexist"), ("support.md", None), ("support.es.md", None), ("protocol-policy.md", "Did it work?"),
            ("doveadm-coexist.md", "HTTP API"), ("install.md", "A complete site")]
# Sections whose commands are run on a Debian of their own, by tests/debian, or that are
# about the sources; and those of pages that have no commands for administrators.
ELSEWHERE = [("../README.md", "See it, test it"), ("../README.md", "Install"),
             ("install.md", "Ten minutes"), ("install.md", "Upgrade"),
             ("install.md", "Remove it"), ("upgrade.md", "Before"), ("upgrade.md", "After")]
OF_THE_SOURCES = {"design.md", "dovecot-notes.md", "performance.md", "testing.md"}
PAGES = ["../README.md", *sorted(path.name for path in (TOP / "doc").glob("*.md")
                                 if path.name not in OF_THE_SOURCES)]
# A line that shows what a command takes (tests/system/doveadm/test_manual.py compares those), or
# a dialogue with a server (test_install_page.py has it).
FORM = re.compile(r"SCOPE|\[--| \| -A|…|\bFILE\b|s_client")
# Whoever a page is about is somebody of the example.
PEOPLE = re.compile(r"\b\w+@example\.(com|org)\b|(?<=-u )USER\b")
PROGRAM = re.compile("dovecot-coexist (on|off|status|remove)$")
# What is run elsewhere, as the private Dovecot has no such program or would end by it:
NOT_HERE = re.compile("^(" + "|".join((
    "fail2ban-",                    # tests/system/auth/test_postfix_login.py
    "postfix reload",               # tests/system/sent/test_postfix.py
    "dovecot-coexist guard && exec dovecot",    # test_install_page.py
    "openssl pkeyutl",              # tests/system/auth/test_signatures.py
    "apt install ./roundcube-coexist_",     # nowhere: it is for the host of a webmail
    "time +session ",               # that is the head of a table
)) + ")")
# What makes the site, which is there already.
MAKES_THE_SITE = ("apt ", "useradd ", "cp ", "sqlite3 /etc/dovecot/users.sqlite <")
SQLITE3 = """#!/usr/bin/python3
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    print(*database.execute(sys.argv[2]).fetchall())
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site")) as running:
        bin_ = running.folder / "bin"
        [switch] = built_stage().rglob("sbin/dovecot-coexist")
        shutil.copy(switch, bin_)
        if shutil.which("sqlite3") is None:
            (bin_ / "sqlite3").write_text(SQLITE3)
            (bin_ / "sqlite3").chmod(stat.S_IRWXU)
        running.doveadm("coexist", "policy", "init")
        yield running


@pytest.fixture
def session(site):
    """Ana has deleted a message by POP3, and reads on by IMAP; the session's name."""
    site.deliver(ANA, b"Subject: hello\n\nhello\n")
    client = site.pop3(ANA)
    client.dele(1)
    client.quit()
    reading = site.imap(ANA)
    site.doveadm("coexist", "policy", "set", "-u", ANA, "pop3_access=deny")
    journal = site.wait_for(lambda: site.doveadm("-f", "tab", "coexist", "journal", "-u", ANA)
                            .splitlines()[1:], what="the session in the journal")
    yield journal[-1].split("\t")[1]
    reading.shutdown()
    site.doveadm("coexist", "policy", "unset", "-u", ANA, "--all")
    site.sql("UPDATE mailbox SET enablepop3 = 1")


def words(text):
    """Return the words of a text or table; Dovecot 2.4.5 prints - for an empty value."""
    return " ".join(word for word in text.split() if word != "-")


def sections(page):
    """Yield (heading, text) of a page; what comes before the first heading has none."""
    text = (TOP / "doc" / page).read_text()
    yield None, text.partition("\n## ")[0]
    for heading in re.findall(r"^## (.*)$", text, re.M):
        yield heading, section(page, heading)


def other_commands(page):
    """Yield (command, what it prints) of the sections that are not compared word for word."""
    for heading, text in sections(page):
        if (page, heading) in ELSEWHERE or any(
                page == name and part in (None, heading) for name, part in SECTIONS):
            continue
        for command, printed in commands(text):
            command = command.removeprefix("$ ")
            program = command.split()[0]
            # tests/ is there where the run is begun in the checkout
            is_command = PROGRAM.match(command) or (
                shutil.which(program) and not program.startswith("tests/"))
            if is_command and not FORM.search(command) and not NOT_HERE.search(command):
                yield command, printed


def run(site, command, session):
    """Run a command of a page; return its CompletedProcess."""
    command = command.replace("SESSION", session)
    for name, number in (("http", 8080), ("pop3", 110)):
        command = command.replace(f"localhost:{number}", f"127.0.0.1:{site.port(name)}")
    command = command.replace("pop3://localhost/", f"pop3://127.0.0.1:{site.port('pop3')}/")
    return site.inside("env", "LC_ALL=C.UTF-8", "sh", "-c",
                       f"PATH=/mnt/bin:$PATH; {command}", check=False)


@pytest.mark.skipif(checker.name() == "sanitizers", reason="curl does not end with them")
@pytest.mark.parametrize("page, heading", SECTIONS,
                         ids=lambda word: word and word.removeprefix("../").split(".md")[0])
def test_each_command_of_the_page_works(site, session, page, heading):
    ran = 0
    for command, printed in commands(section(page, heading)):
        if command.startswith(MAKES_THE_SITE):
            continue
        ran += 1
        done = run(site, command, session)
        assert (done.returncode, done.stderr) == (0, ""), command
        if command.startswith("dovecot-coexist "):
            site.read_files_again()
        for line in printed:
            assert words(line) in words(done.stdout), command
    assert ran >= 2


@pytest.fixture
def own_files(site):
    """The folders that an administrator has, with the texts that are installed."""
    texts = site.folder / "share/dovecot-coexist"
    yield lambda command: command.replace("/usr/share/", "/usr/local/share/")
    assert texts.is_dir()
    site.doveadm("coexist", "policy", "unset", "-d", "example.org", "--all")


@pytest.mark.parametrize("page", [page for page in PAGES if any(other_commands(page))])
def test_each_other_command_is_one_that_works(site, session, own_files, page):
    """What the page shows as its output is an example, unless it is an error."""
    for command, printed in other_commands(page):
        command = PEOPLE.sub(ANA, command)
        command = re.sub(r"\b[\w+]{6,}/AAAB", "SESSION", own_files(command))
        done = run(site, command, session)
        if any("Error: " in line for line in printed):
            # before it stands which program it is, or on Dovecot 2.4 which command
            said = re.sub("(doveadm|cmd [a-z ]+): ", "", done.stderr)
            assert words(said) == words(" ".join(printed)).replace("doveadm: ", "")
            continue
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert "Error" not in done.stderr, f"{command}: {done.stderr}"
        if re.search("reload|dovecot-coexist ", command):
            site.read_files_again()


def test_both_languages_have_the_same_tickets():
    english, spanish = ([re.sub(r'"[^"]*"|language=\w+', "…", command)
                         for command, _ in commands(section(page, None))]
                        for page in ("support.md", "support.es.md"))
    assert english == spanish
    assert (TOP / "doc/support.md").read_text().count("\n## ") == 10
