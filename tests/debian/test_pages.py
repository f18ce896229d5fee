# SPDX-License-Identifier: LGPL-2.1-or-later
"""The other commands of README.md and doc/install.md, as they stand there."""

import json
import re
import shutil

from machine import Machine
from packages import NEXT, TOP, mirror, package, page_commands
from site_on_debian import (ANA, JO, PASSWORD, assert_mail_flows, assert_stock, copy_sources,
                            is_in_force, message)

README = (TOP / "README.md").read_text()
DOCKERFILE = (TOP / "examples/docker/Dockerfile").read_text()
INSTALL = (TOP / "doc/install.md").read_text()
EXAMPLE = "/root/src/examples/site-$(dovecot --version | cut -c1-3)/dovecot-coexist.conf*"


def test_from_source(debian):
    """The second block of README's "Install", and the way back."""
    build = page_commands(README, "Install")[2:]
    assert re.match("autoreconf ", build[0]) and build[-1].endswith("make install")
    copy_sources(debian)
    debian.run("apt-get update")
    debian.run("apt-get build-dep ./src")
    debian.run("\n".join(build), folder="/root/src")
    debian.run(f"cp {EXAMPLE} /etc/dovecot/")
    debian.run("dovecot-coexist on")
    debian.run(f"doveadm coexist policy set -u {ANA} pop3_access=deny")
    assert is_in_force(debian)
    assert_mail_flows(debian, "from source")

    assert "From source, it is\n`make uninstall`" in INSTALL
    debian.run("dovecot-coexist off")
    debian.run("make uninstall", folder="/root/src/build")
    assert_stock(debian, "uninstalled")
    assert debian.service("restart")
    assert_stock(debian, "uninstalled and started")
    left = debian.run("find /usr/lib/dovecot /usr/sbin /usr/local /usr/share/man "
                      "-name '*coexist*'").stdout
    assert left == ""


def test_upgrade(site, suite):
    """"Upgrade" has the commands for the Dovecot of Debian 12's backports."""
    reload, build, both = page_commands(INSTALL, "Upgrade")
    assert build == "build-aux/package bookworm-backports"
    build = build.replace("bookworm-backports", NEXT[suite])
    both = both.replace("bookworm-backports", NEXT[suite])
    if suite != "bookworm":
        both = both.replace("*bpo_*", "*")
    site.run(reload)
    assert is_in_force(site)

    site.write("etc/apt/sources.list.d/next.list", f"deb {mirror()} {NEXT[suite]} main\n")
    site.run("apt-get update")
    # the command itself is what builds every package of these tests
    assert build.split()[1:] == [NEXT[suite]]
    (site.root / "root/build/packages").mkdir(parents=True)
    shutil.copy(package(NEXT[suite]), site.root / "root/build/packages")
    before = site.run("dovecot --version").stdout
    site.run(both)
    assert site.run("dovecot --version").stdout != before
    assert is_in_force(site)
    assert_mail_flows(site, "upgraded")


def test_remove_it(site):
    commands = page_commands(INSTALL, "Remove it")
    assert [command.split()[0] for command in commands] == ["dovecot-coexist", "apt"]
    site.run(f"doveadm coexist policy set -u {JO} pop3_delete=hide")
    site.deliver(JO, message("hidden"))
    session = site.pop3(JO, PASSWORD)
    session.dele(session.stat()[0])
    session.quit()
    printed = [site.run(command).stdout for command in commands]
    assert re.search(r"^Hidden from POP3, .*: 1 message", printed[0])
    assert_stock(site, "removed")
    assert site.service("restart")
    assert_stock(site, "removed and started")


def test_the_demo(bare):
    """As the Dockerfile has it, on a Debian that has nothing."""
    [demo] = page_commands(README, "See it, test it")[:1]
    lines = dict(line.split(" ", 1) for line in DOCKERFILE.splitlines()
                 if line and line[0] != "#")
    assert json.loads(lines["CMD"]) == [demo]
    with Machine(bare) as debian:
        copy_sources(debian)
        debian.run(f"cp -r src {lines['WORKDIR']}")
        debian.run(lines["RUN"], folder=lines["WORKDIR"], network=True)
        printed = debian.run(f"{demo} --once", folder=lines["WORKDIR"]).stdout
    assert re.search(r"downloads it, then says QUIT +unread +read +read +read +unread", printed)
