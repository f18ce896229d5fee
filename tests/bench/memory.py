# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory of the processes of idle sessions."""

import re
import time
from pathlib import Path
from statistics import mean

from . import documents
from .compare import Interval
from .lab import BARE, COMPLETE, KEYS, LOADED, SETTLED_SECS
from .mailboxes import arrive
from .table import Row

BOUND_KB = ("<=", 40)
# The file of the module is counted as a part of it for each session: the bound is of
# a dozen, as it was when it was set. A server has more.
SESSIONS = (12, 100)
MESSAGES, RETRS = 50, 5
# Marks are applied half a second after the command that confirms a download.
APPLIED_SECS = 1.5
KINDS = {"PSS": "Pss", "private dirty": "Private_Dirty"}
WHAT = {LOADED: "nothing configured", COMPLETE: "complete", KEYS: "gate, session keys"}
NAMES = (BARE, *WHAT)


def rows(lab, _effort, _patience):
    """Yield rows for sessions that did nothing yet and for some that downloaded."""
    for count in SESSIONS:
        yield from _sessions(lab, count)


def _sessions(lab, count):
    # Each session has a mailbox, and a new message in it: else there was no
    # reason to log in, and Dovecot need not look into the mailbox's folders.
    # Their domains have a document at the gate.
    users = {name: [f"memory-{count}-{name}-{number}@{documents.domain(number)}"
                    for number in range(count)] for name in NAMES}
    everybody = sum(users.values(), [])
    for user in everybody:
        lab.add_mailbox(user, MESSAGES, 10 << 10)
    with lab.servers(*NAMES) as servers:
        for user in everybody:
            servers[BARE].load(user, "retr", 0)  # writes the index
            arrive(lab.home / user / "mail", MESSAGES + 1)
        for protocol, steps in STEPS.items():
            sessions = {name: [getattr(servers[name].dovecot, protocol)(user)
                               for user in users[name]] for name in NAMES}
            for when, commands in steps:
                for session in sum(sessions.values(), []):
                    commands(session)
                time.sleep(APPLIED_SECS)
                yield from _rows(servers, protocol, when)
            for session in sum(sessions.values(), []):
                session.quit() if protocol == "pop3" else session.logout()
            time.sleep(SETTLED_SECS)


def _stat(session):
    session.stat()


def _retr(session):
    for message in range(RETRS):
        session.retr(message + 1)
    session.noop()


def _select(session):
    session.select("INBOX")


STEPS = {"pop3": (("after STAT", _stat), (f"after {RETRS} RETR", _retr)),
         "imap": (("after SELECT", _select),)}


def _rows(servers, protocol, when):
    found = {name: _memory(server, protocol) for name, server in servers.items()}
    for kind in KINDS:
        bound = BOUND_KB if kind == "PSS" else None
        for name, what in WHAT.items():
            yield _row(f"{kind} of {protocol} {when}; {what}", found[BARE][kind],
                       found[name][kind], bound)


def _memory(server, protocol):
    """Return {kind: [kB of each process]}."""
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text()
             for pid in server.dovecot.pids(protocol)]
    return {kind: [int(re.search(rf"^{field}:\s*(\d+)", text, re.M)[1])
                   for text in texts]
            for kind, field in KINDS.items()}


def _row(name, bare, ours, bound):
    differences = [value - mean(bare) for value in ours]
    change = Interval(min(differences), mean(differences), max(differences))
    return Row(name, f"{mean(bare):.0f} kB", f"{mean(ours):.0f} kB", change, bound,
               style="{:+.0f} kB", count=len(ours))
