# SPDX-License-Identifier: LGPL-2.1-or-later
"""fetchmail, which leaves its mail on the server and knows it by unique IDs, while keys,
flags and messages change: it stores each message that was shown, and none twice."""

import shutil
import subprocess

import pytest

from instance import PASSWORD
from test_view_walk import Walk

FETCHMAIL = shutil.which("fetchmail")
STEPS = 20
CONFIG = """set no syslog
set no bouncemail
poll {host} protocol pop3 port {port} timeout 60 uidl
  user {user} password {password} keep sslproto ""
  mda "cat >>{folder}/stored"
"""


@pytest.fixture(scope="module")
def server(start):
    if not FETCHMAIL:
        pytest.skip("there is no fetchmail")
    return start(gate={})


class Fetchmail:
    """One that has fetched nothing yet."""

    def __init__(self, maildrop, folder):
        self._folder = folder
        self._config = folder / "fetchmailrc"
        server = maildrop.server
        self._config.write_text(CONFIG.format(
            host=server.host, port=server.port("pop3"), user=maildrop.user,
            password=PASSWORD, folder=folder))
        self._config.chmod(0o600)

    def __call__(self):
        """Fetch what is new; return the subjects of all that was ever stored."""
        done = subprocess.run(
            [FETCHMAIL, "-f", self._config, "--idfile", self._folder / "ids",
             "--pidfile", self._folder / "pid"],
            env={"HOME": str(self._folder), "PATH": "/usr/bin:/bin"}, text=True,
            capture_output=True, check=False)
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


def test_fetchmail(server, maildrop, seed, tmp_path):
    walk(server, maildrop, seed, tmp_path, STEPS)


@pytest.mark.night
@pytest.mark.parametrize("number", range(1000, 1003))
def test_fetchmail_for_long(server, maildrop, number, tmp_path):
    walk(server, maildrop, number, tmp_path, 200)
