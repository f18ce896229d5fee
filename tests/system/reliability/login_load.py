# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that log in again and again by POP3 and IMAP, and what each of them was told."""

import threading
import time
from dataclasses import dataclass
from itertools import chain, cycle, product

import logins
import texts

WAYS = {"pop3": logins.pop3_auth_plain, "imap": logins.imap_login}


@dataclass
class Reply:
    """What somebody was told, when, and after how many seconds."""

    role: str
    user: str
    protocol: str
    told: str
    at: float
    seconds: float


def told(server, protocol, client):
    """Log in; return "passes", "deny", "store" or "wrong", else the reply or its failure."""
    try:
        reply = WAYS[protocol](server, client)
    except (OSError, AssertionError) as error:
        return repr(error)
    if logins.passes(protocol, reply):
        return "passes"
    if reply == logins.FAILS[protocol]:
        return "wrong"
    for kind in ("deny", "store"):
        if reply == logins.refusal(protocol, texts.code(kind, protocol),
                                   texts.sentence(kind, protocol)):
            return kind
    return reply


class Load:
    """Some clients, each of which takes whoever is next, as long as `with` lasts.

    people is a list of (role, logins.Client).
    """

    def __init__(self, server, people, clients=8, pause=0.1):
        self._server, self._pause = server, pause
        self._people = cycle(product(people, WAYS))
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._log_in) for _ in range(clients)]
        self.replies = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def insert(self, people):
        """Let these log in next, once by each protocol."""
        with self._lock:
            self._people = chain(product(people, WAYS), self._people)

    def since(self, at):
        """Return the replies to who began after that moment."""
        return [reply for reply in self.replies if reply.at >= at]

    def _log_in(self):
        while not self._is_over.is_set():
            with self._lock:
                (role, client), protocol = next(self._people)
            at = time.monotonic()
            reply = told(self._server, protocol, client)
            self.replies.append(Reply(role, client.user, protocol, reply, at,
                                      time.monotonic() - at))
            self._is_over.wait(self._pause)
