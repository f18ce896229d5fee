# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in the Debian package, and that installing it changes nothing.

Run by tests/package, which builds it and names it in $COEXIST_PACKAGE.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from instance import Dovecot, Instance

TOP = Path(__file__).parents[2]
PACKAGE = os.environ["COEXIST_PACKAGE"]
# Where Dovecot's own unit is.
[UNITS] = [line.strip().removeprefix("/").removesuffix("/dovecot.service")
           for line in subprocess.run(["dpkg", "-L", "dovecot-core"], check=True, text=True,
                                      capture_output=True).stdout.splitlines()
           if line.endswith("/systemd/system/dovecot.service")]
SWITCH = {"etc/default/dovecot-coexist", "etc/dovecot/dovecot-coexist.conf",
          f"{UNITS}/dovecot-coexist-expire.service", f"{UNITS}/dovecot-coexist-expire.timer",
          f"{UNITS}/dovecot.service.d/coexist.conf", "usr/sbin/dovecot-coexist"}
if Dovecot.installed().generation == 23:
    SWITCH.add("etc/dovecot/dovecot-coexist.conf.ext")
CONFD = ("etc/dovecot/conf.d/11-coexist.conf" if Dovecot.installed().generation == 23 else
         "etc/dovecot/conf.d/90-coexist.conf")
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
    modules = {name for name in names(files) if name.startswith("usr/lib/dovecot/")}
    assert {"usr/lib/dovecot/modules/lib20_coexist_plugin.so",
            "usr/lib/dovecot/modules/settings/libcoexist_settings.so"} <= modules
    assert [name for name in modules if not name.endswith(".so")] == []
    # each of these costs each process
    assert [name for name in modules if re.search("/lib2[15]_", name)] == []
    assert {name for name in names(files) - modules
            if not name.startswith("usr/share/")} == SWITCH | {CONFD}


def test_its_configuration_is_comments_only(files):
    lines = [line for name in ("default/dovecot-coexist", "dovecot/dovecot-coexist.conf")
             for line in (files / "etc" / name).read_text().splitlines()]
    assert [line for line in lines if line.strip() and not line.startswith("#")
            and not line.startswith("  #")] == []
    assert [line for line in (files / CONFD).read_text().splitlines()
            if line and not line.startswith("#")] == ["!include_try ../dovecot-coexist.on"]


def test_marks_the_configuration_as_the_administrators(tmp_path):
    run("dpkg-deb", "--control", PACKAGE, str(tmp_path))
    wanted = {f"/{name}" for name in SWITCH | {CONFD} if name.startswith("etc/")}
    assert set((tmp_path / "conffiles").read_text().split()) == wanted


def calls(script, folder, *arguments):
    """Return what a maintainer script calls where systemd runs."""
    folder.mkdir()
    for name in ("deb-systemd-invoke", "deb-systemd-helper", "systemctl", "dovecot-coexist"):
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{folder}/calls\n')
        (folder / name).chmod(0o755)
    (folder / "script").write_text(script.read_text().replace("/run/systemd/system", str(folder)))
    subprocess.run(["sh", folder / "script", *arguments], check=True,
                   env={"PATH": f"{folder}:/usr/bin:/bin"})
    return (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []


def test_an_upgrade_leaves_the_timer_as_it_is(tmp_path):
    """The administrator may have started it; the package never does."""
    run("dpkg-deb", "--control", PACKAGE, str(tmp_path / "control"))
    timer = "dovecot-coexist-expire.timer"
    scripts = {name: tmp_path / "control" / name for name in ("prerm", "postinst", "postrm")}
    assert f"deb-systemd-helper update-state '{timer}'" in scripts["postinst"].read_text()
    for path in scripts.values():
        assert not re.search("deb-systemd-invoke (re)?start", path.read_text())
    stop = f"deb-systemd-invoke stop {timer}"
    assert stop in calls(scripts["prerm"], tmp_path / "remove", "remove")
    assert calls(scripts["prerm"], tmp_path / "upgrade", "upgrade", "9.9") == []


def verified(root):
    """Return what systemd says of the units in a root folder: nothing if they are good."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={root}", "dovecot.service",
         "dovecot-coexist-expire.service", "dovecot-coexist-expire.timer"],
        capture_output=True, text=True, check=False)
    return done.stderr if done.returncode == 0 else f"{done.returncode}: {done.stderr}"


def test_systemd_takes_the_units(files, tmp_path):
    """Dovecot's own with our drop-in, and ours. A word that is wrong is seen."""
    shutil.copytree(files, tmp_path, symlinks=True, dirs_exist_ok=True)
    units = tmp_path / UNITS
    for path in [Path("/", UNITS, "dovecot.service"), *Path("/", UNITS).glob("*.target"),
                 *Path("/", UNITS).glob("*.slice")]:
        shutil.copy(path, units)
    for program in ("usr/sbin/dovecot", "usr/bin/doveadm", "usr/bin/true"):
        (tmp_path / program).parent.mkdir(exist_ok=True)
        shutil.copy(f"/{program}", tmp_path / program)
    assert verified(tmp_path) == ""
    unit = units / "dovecot-coexist-expire.service"
    unit.write_text(unit.read_text().replace("Nice=", "Nicer="))
    assert "Unknown key" in verified(tmp_path)
    (tmp_path / "usr/sbin/dovecot-coexist").unlink()
    assert "dovecot-coexist is not executable" in verified(tmp_path)


def test_the_folder_of_policies_is_there(files):
    assert (files / "var/lib/dovecot-coexist").is_dir()


def test_brings_the_documentation(files):
    doc = names(files / "usr/share/doc/dovecot-coexist")
    wanted = {"README.md", "NEWS", "copyright"}
    wanted |= {str(path.relative_to(TOP)) for path in (TOP / "examples").rglob("*.conf")}
    wanted |= set(re.findall(r"\]\((doc/\w[\w-]*\.md)\)", (TOP / "README.md").read_text()))
    assert wanted - doc == set()
    for page, word in (("man1/doveadm-coexist.1", "policy list"),
                       ("man5/coexist-policy.5", "pop3_mark_read"),
                       ("man8/dovecot-coexist.8", "without_modules")):
        assert word in run("zcat", str(files / f"usr/share/man/{page}.gz"))


def test_pages_link_to_what_is_installed(files):
    folder = files / "usr/share/doc/dovecot-coexist"
    links = [(page, link) for page in folder.rglob("*.md")
             for link in re.findall(r"\]\(([^)#\s]+)", page.read_text()) if ":" not in link]
    assert len(links) > 100
    assert [f"{page.relative_to(folder)}: {link}" for page, link in links
            if not (page.parent / link).exists()] == []


def test_installing_changes_nothing(files, tmp_path):
    stock = doveconf(tmp_path / "stock", modules=None, plugins={})
    installed = doveconf(tmp_path / "installed", modules=files, plugins={})
    assert BANNER.search(installed)
    assert without_ports(BANNER.sub("", installed)) == without_ports(stock)


def test_works_when_it_is_enabled(files, tmp_path):
    assert Dovecot.installed().staged(files).is_dir()
    assert "coexist" in doveconf(tmp_path / "enabled", modules=files,
                                 coexist={"pop3_mark_read": "complete"})
