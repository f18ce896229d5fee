# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a private Dovecot may not be started, the commands say so in a sentence and end."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
COMMANDS = ("run", "run --quick", "demo --once", "matrix", "night walks")
WITHOUT = {
    "root": (["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"],
             "needs root"),
    "the right to unshare": (["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"],
                             "the right to unshare"),
}


@pytest.fixture(scope="module")
def checkout():
    """Its commands where everybody may run them."""
    with tempfile.TemporaryDirectory(prefix="coexist-allowed.") as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "tests/instance").mkdir(parents=True)
        shutil.copy(TESTS / "instance/namespace.py", Path(folder) / "tests/instance")
        for name in ("allowed", "demo", "matrix", "night", "run"):
            shutil.copy(TESTS / name, Path(folder) / "tests")
        yield Path(folder) / "tests"


@pytest.mark.parametrize("lack", WITHOUT)
@pytest.mark.parametrize("line", COMMANDS)
def test_it_is_said_in_one_sentence(checkout, line, lack):
    prefix, reason = WITHOUT[lack]
    command, *arguments = line.split()
    done = subprocess.run([*prefix, checkout / command, *arguments], capture_output=True,
                          text=True, timeout=60)
    assert (done.returncode, done.stdout) == (77, "")
    assert f"tests/{command} " in done.stderr and reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_in_a_chroot_that_is_no_mount_point_it_is_allowed(tmp_path):
    """Where tests/matrix runs."""
    script = """
import os, subprocess, sys
sys.path.insert(0, sys.argv[1])
import namespace
namespace.enter()
root = sys.argv[2]
for name in ("usr", "etc", "proc", "dev"):
    os.mkdir(f"{root}/{name}")
    namespace.mount(f"/{name}", f"{root}/{name}", "", namespace.MS_BIND)
for name in ("bin", "lib", "lib64"):
    if os.path.islink(f"/{name}"):
        os.symlink(os.readlink(f"/{name}"), f"{root}/{name}")
os.mkdir(f"{root}/tests")
namespace.mount(sys.argv[3], f"{root}/tests", "", namespace.MS_BIND)
os.chroot(root)
os.chdir("/")
sys.exit(subprocess.run(["/tests/allowed", "this"]).returncode)
"""
    done = subprocess.run([sys.executable, "-c", script, TESTS / "instance", tmp_path, TESTS],
                          capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
