# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Dovecot that is reloaded, restarted and upgraded as an administrator and apt do it."""

import re
import threading
import time

from instance import Instance, wait_for
from instance.namespace import OURS
from login_load import told
from logins import Client

# What stands in the place of systemd: the sessions of a Dovecot that has ended may live on, and
# another one is started at once.
# Options that are added to the command are Dovecot's.
INIT = "trap '' TERM; while :; do dovecot -F -c {config} \"$@\"; done"


class Restartable(Instance):
    """An Instance in which Dovecot's master is not the first process."""

    def _command(self):
        return ["sh", "-c", INIT.format(config=self.config), "sh"]

    def reload_it(self):
        """doveadm reload; returns when that has returned."""
        self.doveadm("reload")

    def restart_it(self):
        """doveadm stop, and a start as soon as that has ended; returns when it listens."""
        starts = self._starts()
        self.doveadm("stop")
        wait_for(lambda: self._starts() > starts, 60, "Dovecot to start again")

    def upgrade_it(self):
        """Put a new copy in the place of each module of ours by rename, as dpkg does; reload."""
        folder = self.dovecot.moduledir
        self.inside("sh", "-c", f"find {folder} -name '{OURS}' -type f | while read -r file; do "
                    'cp -p "$file" "$file.dpkg-new" && sleep 0.02 && mv "$file.dpkg-new" "$file"; done')
        self.doveadm("reload")

    def _starts(self):
        path = self.folder / "log" / "dovecot.log"
        return len(re.findall(" starting up", path.read_text(errors="replace")))


class Prober(threading.Thread):
    """A client that logs in again and again: `seen` is a list of (begin, end, what it was told)."""

    def __init__(self, server, protocol, user, pause=0.02):
        super().__init__(daemon=True)
        self._server, self._protocol, self._client = server, protocol, Client(user)
        self._pause, self._is_over = pause, threading.Event()
        self.seen = []

    def __enter__(self):
        self.start()
        wait_for(lambda: self.seen and self.seen[-1][2] == "passes", 60, "a login")
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self.join()

    def run(self):
        while not self._is_over.is_set():
            begin = time.monotonic()
            reply = told(self._server, self._protocol, self._client)
            self.seen.append((begin, time.monotonic(), reply))
            self._is_over.wait(self._pause)

    def succeeds_after(self, moment):
        """Wait until a login that began after that moment has succeeded."""
        wait_for(lambda: any(begin > moment and reply == "passes"
                             for begin, _, reply in list(self.seen)), 60, "a login to succeed")

    def failures(self):
        """Return what was told besides that the login passes."""
        return [reply for _, _, reply in self.seen if reply != "passes"]

    def longest_gap(self):
        """Return how long no login succeeded, at most."""
        ends = [end for _, end, reply in self.seen if reply == "passes"]
        return max(after - before for before, after in zip(ends, ends[1:]))
