# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Dovecot is the same whatever is installed, and wherever the checkout is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .dovecot import Dovecot
from .instance import built_stage
from .namespace import TEXTS
from .test_demo import TABLE

INSTANCE = Path(__file__).parent
# Run in a mount namespace of its own, where the suite is installed: with modules that no
# process can load, and with texts that nobody could take for ours.
INSTALLED = """
import os, shutil, sys
from pathlib import Path
import namespace
namespace.enter()
moduledir, texts, staged, program = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
# the folder above is there on every Debian, and what is in it goes on being seen
stock = os.open(moduledir, os.O_RDONLY)
namespace.mount("installed", moduledir, "tmpfs")
os.chmod(moduledir, 0o755)
shutil.copytree(f"/proc/self/fd/{stock}", moduledir, symlinks=True, dirs_exist_ok=True)
for path in Path(staged).rglob("*.so"):
    installed = Path(moduledir) / path.relative_to(staged)
    installed.parent.mkdir(exist_ok=True)
    installed.write_bytes(b"no module")
namespace.mount("installed", Path(texts).parent, "tmpfs")
os.chmod(Path(texts).parent, 0o755)
folder = Path(texts) / "texts"
folder.mkdir(parents=True)
(folder / "pop3-delete-limit.en.txt").write_text("Subject: installed\\n\\n{count}\\n")
pid = namespace.start([sys.executable, "-B", *program])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
# Prints the modules of ours that its Dovecot sees, and what a session that is held is told:
# no texts are configured, so the words are those that are built in.
HELD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from instance import Instance, message
with Instance(sys.argv[2], coexist={"pop3_delete_limit": "1"}) as dc:
    modules = Path(f"/proc/{dc.pid}/root{dc.dovecot.moduledir}")
    print(*sorted(path.name for path in modules.glob("*coexist*")))
    dc.deliver("alice", [message("one"), message("two")])
    pop = dc.pop3("alice")
    pop.dele(1), pop.dele(2), pop.quit()
    dc.wait_for(lambda: not dc.pids("pop3"))
    imap = dc.imap("alice")
    imap.select(readonly=True)
    print(imap.fetch("3", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1].decode().strip())
"""
# The same of a Dovecot without modules of ours.
BARE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from instance import Instance
with Instance(sys.argv[2], modules=None) as dc:
    modules = Path(f"/proc/{dc.pid}/root{dc.dovecot.moduledir}")
    print(*sorted(path.name for path in modules.rglob("*coexist*")))
"""
# Runs a Python program of the checkout that it sees, too, in a folder of root's alone.
ALONE = """
import os, subprocess, sys
from pathlib import Path
import namespace
namespace.enter()
source, folder, program, *arguments = sys.argv[1:]
checkout = Path(folder) / "checkout"
checkout.mkdir(parents=True)
os.chmod(folder, 0o700)
namespace.mount(source, checkout, "", namespace.MS_BIND)
os.chdir("/")
pid = namespace.start([sys.executable, "-B", "-c", program, checkout / "tests", *arguments])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
# Prints what the owners are told there, whose language is not the one of built-in texts.
TOLD = """
import poplib
import sys
sys.path.insert(0, sys.argv[1])
from instance import NOTICE_TEXTS, REFUSAL_TEXTS, Instance, message
SPANISH = {"language": "es", "pop3_delete_limit": "1", "template_dir": NOTICE_TEXTS}
with Instance(sys.argv[2] + "/held", coexist=SPANISH) as dc:
    dc.deliver("alice", [message("one"), message("two")])
    pop = dc.pop3("alice")
    pop.dele(1), pop.dele(2), pop.quit()
    dc.wait_for(lambda: not dc.pids("pop3"))
    imap = dc.imap("alice")
    imap.select(readonly=True)
    print(imap.fetch("3", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1].decode().strip())
with Instance(sys.argv[2] + "/denied", gate={"template_dir": REFUSAL_TEXTS}) as dc:
    dc.store.put("mailbox/bob", language="es", pop3_access="deny")
    try:
        dc.pop3("bob")
    except poplib.error_proto as refusal:
        print(refusal.args[0].decode())
"""


@pytest.fixture
def installed(tmp_path):
    """installed(texts, program...) runs a Python program where the suite is installed."""
    def run(texts, *program):
        dovecot = Dovecot.installed()
        staged = dovecot.staged(built_stage())
        return subprocess.run(
            [sys.executable, "-c", INSTALLED, dovecot.moduledir, texts, staged, *program],
            cwd=INSTANCE, text=True, capture_output=True, timeout=120,
            env={**os.environ, "TMPDIR": str(tmp_path)})
    return run


def test_the_demonstration_is_of_the_checkout(installed):
    done = installed(TEXTS[0], INSTANCE / "demo.py", "--once")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n\n" + TABLE)


@pytest.mark.parametrize("texts", TEXTS)
def test_modules_and_texts_are_those_of_the_checkout(installed, tmp_path, texts):
    done = installed(texts, "-c", HELD, INSTANCE.parent, tmp_path / "run")
    assert (done.returncode, done.stderr) == (0, "")
    modules, subject = done.stdout.splitlines()
    assert "lib20_coexist_plugin.so" in modules
    assert subject == "Subject: 2 deleted messages were kept"


def test_without_modules_there_are_none(installed, tmp_path):
    done = installed(TEXTS[0], "-c", BARE, INSTANCE.parent, tmp_path / "run")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "\n")


def test_a_checkout_that_is_roots_alone(tmp_path):
    """As a clone below /root is: a server's processes can't read the texts in it."""
    done = subprocess.run(
        [sys.executable, "-c", ALONE, INSTANCE.parents[1], tmp_path / "root", TOLD,
         tmp_path / "run"],
        cwd=INSTANCE, text=True, capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Subject: Se han conservado 2 mensajes borrados\n" \
        "-ERR [SYS/PERM] Este buzon tiene POP3 desactivado. " \
        "Consulte al administrador.\n"
