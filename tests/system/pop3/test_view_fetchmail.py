# SPDX-License-Identifier: LGPL-2.1-or-later
"""fetchmail, which leaves its mail on the server and knows it by unique IDs, while keys,
flags and messages change: it stores each message that was shown, and none twice."""

import shutil
import signal
import subprocess

import pytest

from instance import PASSWORD
from test_view_walk import Walk
from view_listing import listed, names

FETCHMAIL = shutil.which("fetchmail")
STEPS = 20
CONFIG = """set no syslog
set no bouncemail
poll {host} protocol pop3 port {port} timeout 60 uidl
  user {user} password {password} keep {options} sslproto ""
  mda "cat >>{folder}/stored{then}"
"""
# its process is the shell's parent
KILLED = "; kill -KILL $PPID"


@pytest.fixture(scope="module")
def server(start):
    if not FETCHMAIL:
        pytest.skip("there is no fetchmail")
    return start(gate={})


class Fetchmail:
    """One that has fetched nothing yet. It takes TOP for messages that it keeps, by which
    nothing is marked; with the option fetchall RETR, and everything that it is shown."""

    def __init__(self, maildrop, folder, options=""):
        self._maildrop, self._folder, self._options = maildrop, folder, options
        self._config = folder / "fetchmailrc"

    def _run(self, then=""):
        server = self._maildrop.server
        self._config.write_text(CONFIG.format(
            host=server.host, port=server.port("pop3"), user=self._maildrop.user,
            password=PASSWORD, folder=self._folder, options=self._options,
            then=then))
        self._config.chmod(0o600)
        return subprocess.run(
            [FETCHMAIL, "-f", self._config, "--idfile", self._folder / "ids",
             "--pidfile", self._folder / "pid"],
            env={"HOME": str(self._folder), "PATH": "/usr/bin:/bin"}, text=True,
            capture_output=True, check=False)

    def killed(self):
        """Be killed after the first message that is fetched, which is stored nowhere."""
        done = self._run(KILLED)
        assert done.returncode == -signal.SIGKILL, done
        for name in ("stored", "pid"):
            (self._folder / name).unlink(missing_ok=True)
        self._maildrop.server.wait_for(lambda: not self._maildrop.server.pids("pop3"))

    def __call__(self):
        """Fetch what is new; return the subjects of all that was ever stored."""
        done = self._run()
        # 1 is no mail
        assert done.returncode in (0, 1), done
        try:
            text = (self._folder / "stored").read_text()
        except FileNotFoundError:
            return []
        return [line[9:] for line in text.splitlines() if line.startswith("Subject: ")]


class FetchmailWalk(Walk):
    """A walk whose sessions are fetchmail's."""

    def __init__(self, server, maildrop, seed, folder):
        super().__init__(server, maildrop, seed)
        self.fetchmail = Fetchmail(maildrop, folder)

    def session(self):
        shown = self.view.session()
        stored = self.fetchmail()
        assert len(stored) == len(set(stored))
        assert {one.subject for one in shown} <= set(stored)


def walk(server, maildrop, seed, folder, steps):
    steps_of = FetchmailWalk(server, maildrop, seed, folder)
    for _ in range(steps):
        for change in (steps_of.change_keys, steps_of.change, steps_of.change):
            if steps_of.random.random() < 0.6:
                change()
        steps_of.session()
    assert len(steps_of.fetchmail()) > 5


@pytest.mark.parametrize("mark_read", ["stock", "complete", "quit"])
def test_one_that_is_killed_finds_the_message_again(server, maildrop, show, mark_read, tmp_path):
    show(pop3_show="unread", pop3_mark_read=mark_read)
    maildrop.deliver(3)
    fetchmail = Fetchmail(maildrop, tmp_path, "fetchall")
    for _ in range(2):
        fetchmail.killed()
    assert fetchmail() == names(1, 2, 3)
    assert fetchmail() == names(1, 2, 3)
    assert listed(maildrop) == []


def test_fetchmail(server, maildrop, seed, tmp_path):
    walk(server, maildrop, seed, tmp_path, STEPS)


@pytest.mark.night
@pytest.mark.parametrize("number", range(1000, 1003))
def test_fetchmail_for_long(server, maildrop, number, tmp_path):
    walk(server, maildrop, number, tmp_path, 200)
