# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manual doveadm-coexist(1) says of each command what doveadm itself says."""

import re
from pathlib import Path

import pytest

from instance.instance import built_stage

MANUAL = Path(__file__).parents[3] / "doc/doveadm-coexist.1.in"


def synopsis():
    """Return {command: usage}."""
    text = re.sub(r"\\f[BIR]", "", MANUAL.read_text()).replace(r"\-", "-")
    lines = re.findall(r"^doveadm coexist .*", re.search(
        r"^\.SH SYNOPSIS\n(.*?)^\.SH", text, re.M | re.S)[1], re.M)
    return dict(re.match(r"doveadm (coexist(?: policy)? \w+)(.*)", line).groups()
                for line in lines)


@pytest.fixture
def listed(admin):
    """{command: usage} as doveadm lists them; of subcommands it tells the names."""
    found = {}
    for line in admin.run().stderr.splitlines()[1:]:
        name, _, rest = line.strip().partition(" ")
        if name == "policy":
            found.update({f"coexist policy {word}": None
                          for word in rest.strip().split("|")})
        else:
            found[f"coexist {name}"] = rest.strip()
    return found


def test_the_manual_has_each_command(listed):
    assert "coexist policy list" in listed
    assert set(synopsis()) == set(listed)


def test_the_manual_has_the_usage_that_is_listed(listed):
    usages = {command: usage for command, usage in listed.items() if usage is not None}
    assert {command: synopsis()[command].strip() for command in usages} == usages


@pytest.mark.only_on(24)
def test_the_manual_has_each_usage(admin):
    for command, usage in synopsis().items():
        done = admin.run(*command.split()[1:], "--help")
        assert done.stdout.rstrip() == f"doveadm {command}{usage}"


@pytest.mark.parametrize("page", ["man1/doveadm-coexist.1", "man7/dovecot-coexist.7"])
def test_the_installed_page_names_its_version(page):
    [path] = built_stage().rglob(page)
    source = (MANUAL.parents[1] / "configure.ac").read_text()
    version = re.search(r"^AC_INIT\(\[dovecot-coexist\], \[(.*)\]\)", source, re.M)[1]
    head = path.read_text().splitlines()[0]
    assert f'"dovecot\\-coexist {version}"' in head
