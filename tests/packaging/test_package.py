# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in the Debian package, and that installing it changes nothing.

Run by tests/package, which builds it and names it in $COEXIST_PACKAGE.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from instance import Dovecot, Instance

TOP = Path(__file__).parents[2]
PACKAGE = os.environ["COEXIST_PACKAGE"]
# Dovecot names the settings modules that it has found in a comment.
BANNER = re.compile(r"^# dovecot-coexist .*\n", re.M)


def run(*command):
    """Return what a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def field(name):
    """Return a field of the package's control file."""
    return run("dpkg-deb", "--field", PACKAGE, name).strip()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The folder that the package was unpacked into."""
    folder = tmp_path_factory.mktemp("package")
    run("dpkg-deb", "--extract", PACKAGE, str(folder))
    return folder


def names(folder):
    """Return the names of all files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def doveconf(folder, **settings):
    """Return the configuration of a Dovecot, after a login by POP3 and one by IMAP."""
    with Instance(folder, **settings) as server:
        server.pop3().quit()
        server.imap().logout()
        assert server.log_problems() == []
        return server.inside("doveconf", "-n", "-c", "/mnt/etc/dovecot.conf").stdout


def without_ports(text):
    return re.sub(r"port = \d+", "port = N", text)


def test_version_is_that_of_the_sources():
    source = re.search(r"^AC_INIT\(\[dovecot-coexist\], \[(.*)\]\)",
                       (TOP / "configure.ac").read_text(), re.M)[1]
    news = re.search(r"^(\d+\.\d+\.\d+)", (TOP / "NEWS").read_text(), re.M)[1]
    assert re.split("[-+~]", field("Version"))[0] == source == news


def test_depends_on_the_abi_of_this_dovecot():
    wanted = re.findall(r"dovecot-abi-\S+?(?=,|$)", field("Depends"))
    provides = run("dpkg-query", "-W", "-f", "${Provides}", "dovecot-core")
    assert wanted == re.findall(r"dovecot-abi-\S+?(?=,|$)", provides)
    assert len(wanted) == 1


def test_can_be_installed():
    run("apt-get", "--simulate", "install", PACKAGE)


def test_brings_modules_and_nothing_that_is_enabled(files):
    modules = {name for name in names(files) if name.startswith("usr/lib/")}
    assert {"usr/lib/dovecot/modules/lib20_coexist_plugin.so",
            "usr/lib/dovecot/modules/lib21_coexist_quota_plugin.so",
            "usr/lib/dovecot/modules/lib25_pop3_coexist_plugin.so",
            "usr/lib/dovecot/modules/settings/libcoexist_settings.so"} <= modules
    assert [name for name in modules if not name.endswith(".so")] == []
    assert [name for name in names(files) - modules
            if not name.startswith("usr/share/")] == []


def test_brings_the_documentation(files):
    doc = names(files / "usr/share/doc/dovecot-coexist")
    wanted = {"README.md", "NEWS", "copyright"}
    wanted |= {str(path.relative_to(TOP)) for path in (TOP / "examples").rglob("*.conf")}
    wanted |= set(re.findall(r"\]\((doc/\w[\w-]*\.md)\)", (TOP / "README.md").read_text()))
    assert wanted - doc == set()
    for page, word in (("man1/doveadm-coexist.1", "policy list"),
                       ("man7/dovecot-coexist.7", "pop3_mark_read")):
        assert word in run("zcat", str(files / f"usr/share/man/{page}.gz"))


def test_installing_changes_nothing(files, tmp_path):
    stock = doveconf(tmp_path / "stock", modules=None, plugins={})
    installed = doveconf(tmp_path / "installed", modules=files, plugins={})
    assert BANNER.search(installed)
    assert without_ports(BANNER.sub("", installed)) == without_ports(stock)


def test_works_when_it_is_enabled(files, tmp_path):
    assert Dovecot.installed().staged(files).is_dir()
    assert "coexist" in doveconf(tmp_path / "enabled", modules=files,
                                 coexist={"pop3_mark_read": "complete"})
