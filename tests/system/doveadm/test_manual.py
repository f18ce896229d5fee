# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual doveadm-coexist(1) says of each command what doveadm itself says."""

import re
from pathlib import Path

import pytest

from administrator import EX_USAGE
from instance.instance import built_stage
from pages import commands, section

MANUAL = Path(__file__).parents[3] / "doc/doveadm-coexist.1.in"


def synopsis():
    """Return {command: usage}."""
    text = re.sub(r"\\f[BIR]", "", MANUAL.read_text()).replace(r"\-", "-")
    lines = re.findall(r"^doveadm coexist .*", re.search(
        r"^\.SH SYNOPSIS\n(.*?)^\.SH", text, re.M | re.S)[1], re.M)
    return parse(lines)


def parse(lines):
    return dict(re.match(r"doveadm (coexist(?: policy)? \w+)(.*)", line).groups()
                for line in lines)


def usages(text):
    """Return {command: usage} as doveadm lists them below its first line, on several lines where
    one would be too long."""
    head, *lines = re.sub(r"\n +", " ", text).splitlines()
    assert head.startswith("usage: doveadm ")
    return {command: usage.rstrip() for command, usage in parse(lines).items()}


@pytest.mark.parametrize("arguments", [(), ("policy",), ("frob",), ("policy", "frob"),
                                       ("policy", "sett", "-u", "ana", "pop3_access=deny")],
                         ids=" ".join)
def test_no_command_is_answered_with_all_of_them(admin, arguments):
    done = admin.run(*arguments)
    assert (done.returncode, done.stdout) == (EX_USAGE, "")
    said, found, usage = done.stderr.rpartition("usage: ")
    assert usages(found + usage) == synopsis()
    assert (f"There is no command doveadm coexist {' '.join(arguments)}" in said) == (
        arguments != ())


@pytest.mark.parametrize("word", ["help", "-h", pytest.param("--help", marks=pytest.mark.only_on(
    23, reason="Dovecot 2.4 answers with the usage of the one command"))])
def test_help(admin, word):
    assert usages(admin.ok(word)) == synopsis()


def test_the_page_has_each_usage():
    """SCOPE is its word for whose policy it is."""
    scope = " -u USER [--force] | -d DOMAIN | --default"
    shown = {" ".join(line.split()) for line, _ in commands(section("doveadm-coexist.md", None))}
    wanted = {f"doveadm {command}{usage.replace(scope, ' SCOPE').replace(f'[{scope[1:]}]', '[SCOPE]')}"
              for command, usage in synopsis().items()}
    assert wanted - shown == set()


@pytest.mark.only_on(24)
def test_the_manual_has_each_usage(admin):
    for command, usage in synopsis().items():
        done = admin.run(*command.split()[1:], "--help")
        assert done.stdout.rstrip() == f"doveadm {command}{usage}"


@pytest.mark.parametrize("page", ["man1/doveadm-coexist.1", "man5/coexist-policy.5",
                                  "man7/dovecot-coexist.7", "man8/dovecot-coexist.8"])
def test_the_installed_page_names_its_version(page):
    [path] = built_stage().rglob(page)
    source = (MANUAL.parents[1] / "configure.ac").read_text()
    version = re.search(r"^AC_INIT\(\[dovecot-coexist\], \[(.*)\]\)", source, re.M)[1]
    head = path.read_text().splitlines()[0]
    assert f'"dovecot\\-coexist {version}"' in head
