# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our packages for each Debian, and bare Debians to install them in: made once, kept in
build/debian-tests and in /var/cache/dovecot-coexist.
"""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

TOP = Path(__file__).parents[2]
BUILD = TOP / "build/debian-tests"
CACHE = Path("/var/cache/dovecot-coexist")
# Debian's suites of each test, and the next one that has a newer Dovecot.
NEXT = {"bookworm": "bookworm-backports", "trixie": "sid"}
SERIES = {"bookworm": "2.3", "bookworm-backports": "2.3", "trixie": "2.4", "sid": "2.4"}
OLDER = "0.0.1-1"
# Tests that the package does not have.
NOT_OF_THE_PACKAGE = ("tests/debian", "tests/packaging", "tests/system", "tests/instance")


def git(*arguments):
    """Return what git prints about the checkout."""
    return subprocess.run(["git", "-c", "safe.directory=*", "-C", TOP, *arguments], check=True,
                          capture_output=True, text=True).stdout


def state():
    """Return a name for what a package is built from."""
    names = git("ls-files", "-co", "--exclude-standard", "-z").split("\0")
    whole = hashlib.sha256()
    for name in sorted(filter(None, names)):
        path = TOP / name
        if not name.startswith(NOT_OF_THE_PACKAGE) and path.is_file():
            whole.update(f"{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return whole.hexdigest()[:12]


def package(suite):
    """Return the file of the package of this checkout for the Dovecot of a suite."""
    folder = BUILD / f"{suite}-{state()}"
    if not folder.is_dir():
        part = folder.with_name(folder.name + ".part")
        # the unit tests have tiers of their own
        subprocess.run([TOP / "build-aux/package", "--output", part, suite], check=True,
                       env={**os.environ, "DEB_BUILD_OPTIONS": "nocheck"})
        part.rename(folder)
    [found] = folder.glob("dovecot-coexist_*.deb")
    return found


def older_package(suite):
    """Return the file of the same package with an older version: none was released before."""
    newest = package(suite)
    field = subprocess.run(["dpkg-deb", "--field", newest, "Version"], check=True,
                           capture_output=True, text=True).stdout.strip()
    older = BUILD / f"older/{newest.name.replace(field, OLDER)}"
    older.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "package"
        subprocess.run(["dpkg-deb", "--raw-extract", newest, folder], check=True)
        control = folder / "DEBIAN/control"
        control.write_text(control.read_text().replace(f"\nVersion: {field}\n",
                                                       f"\nVersion: {OLDER}\n"))
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", folder, older], check=True,
                       capture_output=True)
    return older


def mirror():
    """Return the mirror that this machine installs Debian from."""
    lines = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)",
         "Created-By: Packages"], check=True, capture_output=True, text=True).stdout
    for line in lines.splitlines():
        url, _, name = line.partition(" ")
        if name.isalpha():
            return url.rstrip("/")
    raise LookupError("apt knows no mirror of Debian: run apt-get update")


def _date(suite):
    """Return the date of a suite's Release file."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        file = Path(folder) / "InRelease"
        subprocess.run(["/usr/lib/apt/apt-helper", "download-file",
                        f"{mirror()}/dists/{suite}/InRelease", file],
                       check=True, capture_output=True)
        return next(line for line in file.read_text().splitlines() if line.startswith("Date:"))


def bare_debian(suite, folder):
    """Unpack a minimal Debian into the folder. It has curl, and no Dovecot."""
    options = ["--variant=apt", "--include=curl,sqlite3,procps,perl-base",
               '--aptopt=Acquire::Check-Valid-Until "false"', "--dpkgopt=force-unsafe-io"]
    key = hashlib.sha256("\n".join([_date(suite), *options]).encode()).hexdigest()[:16]
    packed = CACHE / f"bare-{suite}-{key}.tar.zst"
    if not packed.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"bare-{suite}-*.tar.zst"):
            old.unlink()
        part = packed.with_name("part-" + packed.name)
        subprocess.run(["mmdebstrap", "--quiet", *options, suite, part,
                        f"deb {mirror()} {suite} main"],
                       check=True, stdin=subprocess.DEVNULL)
        part.rename(packed)
    folder.mkdir(parents=True)
    subprocess.run(f"zstd -dcq {packed} | tar -C {folder} --numeric-owner -xf -",
                   shell=True, check=True)
    return folder


def page_commands(text, heading):
    """Return the commands of the indented blocks below a heading of a page."""
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [line.strip() for line in section.splitlines() if line.startswith("    ")]
