# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory of the processes of idle sessions."""

import re
import time
from pathlib import Path
from statistics import mean

from .compare import Interval
from .lab import BARE, COMPLETE, LOADED
from .mailboxes import arrive
from .table import Row

BOUND_KB = ("<=", 60)
SESSIONS, MESSAGES, RETRS = 12, 50, 5
# Marks are applied half a second after the command that confirms a download.
APPLIED_SECS = 1.5
KINDS = {"PSS": "Pss", "private dirty": "Private_Dirty"}


def rows(lab, _effort, _patience):
    """Yield rows for sessions that did nothing yet and for some that downloaded."""
    names = [BARE, LOADED, COMPLETE]
    # Each session has a mailbox, and a new message in it: else there was no
    # reason to log in, and Dovecot need not look into the mailbox's folders.
    users = {name: [f"memory-{name}-{number}" for number in range(SESSIONS)]
             for name in names}
    for user in sum(users.values(), []):
        lab.add_mailbox(user, MESSAGES, 10 << 10)
    with lab.servers(*names) as servers:
        for user in sum(users.values(), []):
            servers[BARE].load(user, "retr", 0)  # writes the index
            arrive(lab.home / user / "mail", MESSAGES + 1)
        sessions = {name: [servers[name].dovecot.pop3(user) for user in users[name]]
                    for name in names}
        for when, commands in (("after STAT", _stat), (f"after {RETRS} RETR", _retr)):
            for session in sum(sessions.values(), []):
                commands(session)
            time.sleep(APPLIED_SECS)
            found = {name: _memory(servers[name]) for name in names}
            for kind in KINDS:
                bound = BOUND_KB if kind == "PSS" else None
                for name, what in ((LOADED, "nothing configured"),
                                   (COMPLETE, "complete")):
                    yield _row(f"{kind} {when}; {what}", found[BARE][kind],
                               found[name][kind], bound)
        for session in sum(sessions.values(), []):
            session.quit()


def _stat(session):
    session.stat()


def _retr(session):
    for message in range(RETRS):
        session.retr(message + 1)
    session.noop()


def _memory(server):
    """Return {kind: [kB of each process]}."""
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text()
             for pid in server.dovecot.pids("pop3")]
    return {kind: [int(re.search(rf"^{field}:\s*(\d+)", text, re.M)[1])
                   for text in texts]
            for kind, field in KINDS.items()}


def _row(name, bare, ours, bound):
    differences = [value - mean(bare) for value in ours]
    change = Interval(min(differences), mean(differences), max(differences))
    return Row(name, f"{mean(bare):.0f} kB", f"{mean(ours):.0f} kB", change, bound,
               style="{:+.0f} kB", count=len(ours))
