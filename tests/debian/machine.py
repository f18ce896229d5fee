# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bare Debian with processes and a loopback network of its own, to try packages in.

What apt or a package starts listens inside only. Commands whose name begins with apt see
the network of the host, where the mirror is. A minimal Debian has no systemd: in its
place stands SERVICE, which starts Dovecot as the unit and its drop-ins say.
"""

import ctypes
import fcntl
import imaplib
import os
import poplib
import re
import shutil
import smtplib
import socket
import struct
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "instance"))
import namespace  # noqa: E402  # a module of the folder that it is in
from wait import wait_for  # noqa: E402

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
# The first process: whatever loses its parent is its child and not waited for.
INIT = ["/usr/bin/perl", "-e", '$SIG{CHLD} = "IGNORE"; sleep while 1']
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "LC_ALL": "C.UTF-8", "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}
# Asked by invoke-rc.d, which it tells not to do anything itself.
POLICY = """#!/bin/sh
[ "$1" != dovecot ] || /usr/local/sbin/service-dovecot "$2" || echo "dovecot: $2 failed" >&2
exit 101
"""
SERVICE = r"""#!/bin/sh
# In the place of systemd: start, stop or restart Dovecot by its unit.
pid=$(cat /run/dovecot/master.pid 2>/dev/null)
if [ -n "$pid" ]; then
	case $1 in
	*stop* | *restart*)
		kill "$pid" 2>/dev/null
		while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done ;;
	esac
fi
case $1 in
*start*) ;;
*) exit 0 ;;
esac
pid=$(cat /run/dovecot/master.pid 2>/dev/null)
! kill -0 "${pid:-x}" 2>/dev/null || exit 0
sed -n 's/^ExecStartPre=[+!@:-]*//p' /lib/systemd/system/dovecot.service \
	/lib/systemd/system/dovecot.service.d/*.conf /etc/systemd/system/dovecot.service.d/*.conf \
	2>/dev/null >/run/before-dovecot
while read -r command; do
	$command >>/var/log/service.log 2>&1 || exit
done </run/before-dovecot
nsenter --net=/proc/2/ns/net /usr/sbin/dovecot >>/var/log/service.log 2>&1
"""
CONFFILES = 'Dpkg::Options { "--force-confdef"; "--force-confold"; "--force-unsafe-io"; };\n'


def overlay(lower, folder):
    """Lay an empty folder over the root; return where both are seen."""
    for name in ("upper", "work", "root"):
        (folder / name).mkdir()
    options = f"lowerdir={lower},upperdir={folder}/upper,workdir={folder}/work"
    namespace.call("mount", b"overlay", os.fsencode(folder / "root"), b"overlay",
                   ctypes.c_ulong(0), options.encode())
    return folder / "root"


def start_network(root):
    """Return the process that keeps a network with nothing but loopback."""
    pid = os.fork()
    if pid != 0:
        return pid
    namespace.call("prctl", namespace.PR_SET_PDEATHSIG, 9)
    namespace.call("unshare", CLONE_NEWNET)
    with socket.socket() as anything:
        fcntl.ioctl(anything, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    os.chroot(root)
    os.chdir("/")
    os.execv("/bin/sleep", ["sleep", "infinity"])


def keep(lower, folder):
    """Keep the namespaces until standard input ends; print their processes' ids."""
    namespace.enter()
    root = overlay(lower, Path(folder))
    first = namespace.start(INIT, root)
    network = start_network(root)
    # Until both have entered it, their root is that of the host.
    wait_for(lambda: (root / "proc/2/ns/net").exists() and all(
        os.readlink(f"/proc/{pid}/root") == str(root.resolve()) for pid in (first, network)),
             what="the machine")
    print(first, network, flush=True)
    sys.stdin.read()
    os.kill(first, 9)


class Machine:
    """with Machine(root) as debian: debian.run("apt-get install dovecot-imapd")

    The root is not changed: what is written is gone with the machine.
    """

    def __init__(self, root):
        self._lower = root
        self.commands = []

    def __enter__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="machine-", dir=self._lower.parent))
        self._keeper = subprocess.Popen(
            [sys.executable, "-B", __file__, self._lower, self._folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._first, self._network = map(int, self._keeper.stdout.readline().split())
        self.root = Path(f"/proc/{self._first}/root")
        assert os.readlink(self.root) != "/", "that would be this machine"
        for name, text in (("usr/sbin/policy-rc.d", POLICY),
                           ("usr/local/sbin/service-dovecot", SERVICE),
                           ("etc/apt/apt.conf.d/99machine", CONFFILES +
                            'APT::Get::Assume-Yes "true";\n')):
            self.write(name, text)
        return self

    def __exit__(self, *_):
        self._keeper.stdin.close()
        self._keeper.wait()
        self._keeper.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def save(self, root):
        """Make a root of what the machine has become."""
        root.mkdir()
        subprocess.run(["cp", "-a", "--one-file-system", f"{self.root}/.", root], check=True)

    def write(self, name, text):
        """Write a file, which anybody may run."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, command, check=True, folder="/root", timeout=1800, network=False):
        """Run a shell command as root; return the CompletedProcess.

        It reaches the network if it says so or is apt's.
        """
        network = network or re.search(r"(^|[;&|] *)apt(-get)? ", command)
        space = self._first if network else self._network
        done = subprocess.run(
            ["nsenter", f"--target={space}", "--mount", "--pid", "--net", "--root", "--wd",
             "env", "-i", *[f"{name}={value}" for name, value in ENVIRONMENT.items()],
             "sh", "-c", f"cd {folder} && {{ {command}\n}}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=timeout)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def service(self, what="restart"):
        """start, stop or restart Dovecot as systemd does; return whether that worked."""
        return self.run(f"/usr/local/sbin/service-dovecot {what}", check=False).returncode == 0

    @property
    def service_log(self):
        """What was printed where Dovecot was started."""
        return (self.root / "var/log/service.log").read_text()

    def doveconf(self):
        """Return what `doveconf -n` prints, without the lines that name our version."""
        text = self.run("doveconf -n").stdout
        return re.sub(r"^# (dovecot-coexist|Pigeonhole) .*\n", "", text, flags=re.M)

    @contextmanager
    def inside(self):
        """What connects meanwhile connects within the machine."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        other = os.open(f"/proc/{self._network}/ns/net", os.O_RDONLY)
        try:
            namespace.call("setns", other, CLONE_NEWNET)
            yield
        finally:
            namespace.call("setns", own, CLONE_NEWNET)
            os.close(own)
            os.close(other)

    def pop3(self, user, password):
        """Return a session; poplib.error_proto if it is refused."""
        with self.inside():
            client = poplib.POP3("127.0.0.1", timeout=60)
        client.user(user)
        client.pass_(password)
        return client

    def imap(self, user, password):
        """Return a session in INBOX."""
        with self.inside():
            client = imaplib.IMAP4("127.0.0.1", timeout=60)
        client.login(user, password)
        client.select("INBOX")
        return client

    def deliver(self, user, content):
        """Deliver a message by LMTP, as Postfix does."""
        with smtplib.LMTP(str(self.root / "run/dovecot/lmtp"), timeout=60) as client:
            client.sendmail("sender@example.org", [user], content)

    def deliver_by_lda(self, user, content):
        """Deliver a message by dovecot-lda, as a pipe of an MTA does."""
        self.write("tmp/message", content)
        self.run(f"/usr/lib/dovecot/dovecot-lda -d {user} </tmp/message")


if __name__ == "__main__":
    keep(*sys.argv[1:])
