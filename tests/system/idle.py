# SPDX-License-Identifier: LGPL-2.1-or-later
"""An IMAP client that waits in IDLE and is told about changes."""

import re
import time

from instance.wait import PATIENCE


class Idle:
    """Watches INBOX with an imaplib client that is logged in."""

    def __init__(self, client):
        self._client = client
        client.select()
        client.send(b"idle IDLE\r\n")
        while not self._line().startswith(b"+"):
            pass

    def expect(self, number, flag):
        """Wait until message `number` is reported with the flag or keyword.

        Return how many seconds that took; TimeoutError if too many.
        """
        started = time.monotonic()
        deadline = started + PATIENCE
        report = re.compile(rb"\* %d FETCH \(.*FLAGS \((.*?)\)" % number)
        while True:
            found = report.match(self._line(deadline))
            if found and flag.encode() in found[1].split():
                return time.monotonic() - started

    def _line(self, deadline=None):
        if deadline is not None:
            self._client.sock.settimeout(max(deadline - time.monotonic(), 0.001))
        return self._client.readline()
