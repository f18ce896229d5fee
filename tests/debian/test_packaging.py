# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's tools have nothing to say about the packages."""

import subprocess

from machine import Machine
from packages import package
from site_on_debian import DOVECOT, copy_sources, install


def test_lintian_has_nothing_to_say(suite):
    """But for what debian/dovecot-coexist.lintian-overrides has, with the reason."""
    files = list(package(suite).parent.glob("*.deb"))
    assert {file.name.split("_")[0] for file in files} == {
        "dovecot-coexist", "dovecot-coexist-old-names", "roundcube-coexist"}
    done = subprocess.run(["lintian", "--display-info", "--pedantic", *files],
                          capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


def test_autopkgtest_passes(bare, suite):
    """By its runner that has no system of its own: the one that it is in may be broken."""
    with Machine(bare) as debian:
        debian.run("apt-get update")
        debian.run(f"apt-get install autopkgtest dpkg-dev {DOVECOT}")
        install(debian, package(suite))
        copy_sources(debian)
        done = debian.run(
            "autopkgtest --ignore-restrictions=isolation-container,breaks-testbed "
            f"-B ./{package(suite).name} ./src/ -- null", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "site                 PASS" in done.stdout + done.stderr
