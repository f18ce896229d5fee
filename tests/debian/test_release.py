# SPDX-License-Identifier: LGPL-2.1-or-later
"""What distributions want of a source: it builds out of tree, and the same twice."""

import hashlib
import os
import re
import subprocess

import pytest

from packages import TOP, git, package

# Once is enough.
SUITES = ["bookworm"]
ABI = {"bookworm": r"dovecot-abi-2\.3\.abiv19\b"}
pytestmark = pytest.mark.usefixtures("suite")


def sums(folder):
    """Return {name: hash} of what is in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.iterdir()}


def test_the_same_sources_give_the_same_package(suite, tmp_path):
    first = package(suite)
    subprocess.run([TOP / "build-aux/package", "--output", tmp_path, suite], check=True,
                   env={**os.environ, "DEB_BUILD_OPTIONS": "nocheck"})
    assert sums(tmp_path) == sums(first.parent)


def make_sources(folder):
    """Make the tarball and Debian's source package of the commit."""
    subprocess.run([TOP / "build-aux/release", "--sources", "HEAD", folder],
                   check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return make_sources(tmp_path_factory.mktemp("sources") / "one")


def test_the_same_commit_gives_the_same_sources(sources, tmp_path):
    assert sums(make_sources(tmp_path / "two")) == sums(sources)


def test_the_source_package(sources, tmp_path):
    """It has what Debian builds from, and lintian has nothing to say about it."""
    [dsc] = sources.glob("*.dsc")
    subprocess.run(["dpkg-source", "-x", dsc, tmp_path / "unpacked"], check=True,
                   capture_output=True)
    version = git("show", "HEAD:debian/changelog").split("(")[1].split(")")[0]
    assert dsc.name == f"dovecot-coexist_{version}.dsc"
    assert (tmp_path / "unpacked/configure").exists()
    done = subprocess.run(["lintian", "--display-info", "--pedantic", dsc],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_a_release_of_a_tag(suite, tmp_path):
    """All of it, for one of the four Dovecots."""
    clone, output = tmp_path / "clone", tmp_path / "release"
    version = re.search(r"^AC_INIT\(\[.*?\], \[(.*?)\]", git("show", "HEAD:configure.ac"), re.M)[1]
    subprocess.run(["git", "-c", "safe.directory=*", "clone", "-q", TOP, clone], check=True)
    subprocess.run(["git", "-C", clone, "tag", f"v{version}"], check=True)
    done = subprocess.run(
        [clone / "build-aux/release", f"--suite={suite}", f"v{version}", output], check=False,
        env={**os.environ, "DEB_BUILD_OPTIONS": "nocheck"}, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert "note:" not in done.stderr
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=output, check=True)
    names = {line.split()[1] for line in (output / "SHA256SUMS").read_text().splitlines()}
    assert names == set(sums(output)) - {"SHA256SUMS"}
    [package] = output.glob("dovecot-coexist_*.deb")
    assert package.name.startswith(f"dovecot-coexist_{version}-")
    depends = subprocess.run(["dpkg-deb", "--field", package, "Depends"], check=True,
                             capture_output=True, text=True).stdout
    assert re.search(ABI[suite], depends)
    assert f"dovecot-coexist-{version}.tar.xz" in names
    assert any(name.endswith(".dsc") for name in names)


def test_the_tarball_has_all_that_it_needs(tmp_path):
    """`make distcheck` unpacks it, builds beside it, runs the unit tests, installs and
    removes what it has installed."""
    archive = subprocess.run(["git", "-c", "safe.directory=*", "-C", TOP, "archive", "HEAD"],
                             check=True, capture_output=True).stdout
    subprocess.run(["tar", "-C", tmp_path, "-xf", "-"], input=archive, check=True)
    done = subprocess.run(
        "mkdir -p m4 build && autoreconf -fi && cd build && "
        "../configure -q --with-dovecot=/usr/lib/dovecot && make -s distcheck", shell=True,
        cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
