"""Servers that differ in nothing but our modules, and share their mailboxes."""

import os
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path

from instance import BUILT, PASSWORD, Instance

from . import mailboxes
from .compare import Sample
from .machine import isolate

BARE, LOADED, COMPLETE = "bare", "loaded", "complete"
SERVERS = {
    BARE: {"modules": None},
    LOADED: {"modules": BUILT},
    COMPLETE: {"modules": BUILT, "coexist": {"pop3_mark_read": "complete"}},
}
ENDLESS = "unlimited"


def _sessions(count):
    """Return the options of Instance for processes that serve so many sessions."""
    number = 0 if count == ENDLESS else count
    return {"conf23": f"service pop3 {{\n  service_count = {number}\n}}\n",
            "conf24": f"service pop3 {{\n  restart_request_count = {count}\n}}\n"}


class Server:
    """One of the SERVERS, running."""

    def __init__(self, dovecot, timed):
        self.dovecot = dovecot
        self._prepare = isolate if timed else None
        for pid in dovecot.pids() if timed else ():
            isolate(pid)

    def load(self, user, *action):
        """Run pop3-load; return the seconds that it measured."""
        with self._client(user, *action) as client:
            seconds = client.communicate()[0]
        if client.returncode != 0:
            raise RuntimeError(f"pop3-load failed:\n{self.dovecot.log_text()[-1000:]}")
        return float(seconds)

    def measure(self, user, *action):
        """Run pop3-load; return its time and the server's processor time."""
        before = self._cpu()
        seconds = self.load(user, *action)
        return Sample(seconds, self._cpu_since(before))

    def measure_login(self, user):
        """The same for a login; its process ends only after it was looked at."""
        before = self._cpu()
        with self._client(user, "login") as client:
            seconds = float(client.stdout.readline())
            sample = Sample(seconds, self._cpu_since(before))
            client.stdin.close()
        return sample

    def _client(self, user, *action):
        port = self.dovecot.port("pop3")
        return subprocess.Popen(
            [os.environ["COEXIST_POP3_LOAD"], str(port), user, PASSWORD,
             *map(str, action)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=self._prepare)

    def _cpu(self):
        """Return {process id: nanoseconds on a processor}."""
        times = {}
        for pid in self.dovecot.pids():
            try:
                text = Path(f"/proc/{pid}/schedstat").read_text()
            except OSError:
                continue
            times[pid] = int(text.split()[0])
        return times

    def _cpu_since(self, before):
        return sum(time - before.get(pid, 0) for pid, time in self._cpu().items()) / 1e9


class Lab:
    """A folder with mailboxes and the servers for them."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.home.chmod(0o777)
        self.users = {}

    def add_user(self, name, **fields):
        """Make an account known to the servers that are started from now on."""
        self.users[name] = fields

    def add_mailbox(self, name, count, size):
        """Make an account with a maildir of unread messages, once."""
        if name not in self.users:
            self.add_user(name)
            mailboxes.maildir(self.home / name / "mail", count, size)

    @contextmanager
    def servers(self, *names, sessions=1, timed=False, **options):
        """Run the named SERVERS side by side; {name: Server}.

        sessions  how many of them a pop3 process serves before it ends
        timed     whether nothing else may take the processor from them
        """
        options.update(_sessions(sessions))
        with ExitStack() as stack:
            running = {}
            for name in names:
                folder = self._folder(name)
                dovecot = Instance(folder, users=self.users, **SERVERS[name], **options)
                running[name] = Server(stack.enter_context(dovecot), timed)
            yield running

    def _folder(self, name):
        """Return a new folder for a server, its home folder being everybody's."""
        number = sum(1 for path in self.folder.glob(f"{name}.*"))
        folder = self.folder / f"{name}.{number}"
        folder.mkdir()
        (folder / "home").symlink_to(self.home)
        return folder


def forget_read(server, user, messages="all"):
    """Make messages unread again."""
    server.dovecot.doveadm("flags", "remove", "-u", user, "\\Seen",
                           "mailbox", "INBOX", messages)
