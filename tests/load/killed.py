# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/load/kill, after it has built what is needed."""

import argparse
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import cycle
from pathlib import Path

from bench import machine
from choices import COEXIST_CONFIG
from instance import NOTICE_TEXTS, Instance, processes
from relay import relay_of

from .owners import Owner
from .report import finish

MAILBOXES = [f"user{number}" for number in range(12)]
WORKERS = 6
ROUNDS = 10         # after each of which the messages are counted
# What a session may take at most that nobody kills, and one whose client is gone.
PATIENCE_SECS = 60
SERVICES = ("pop3", "imap", "lmtp", "submission", "doveadm")
_TITLE = re.compile(r"/(pop3|imap|lmtp|submission) \[|(?:^|/)(doveadm) ")
CRASH = re.compile(r"Panic: |killed with signal (?!9\b)|Fatal: .*assert")
ONE = "service lmtp {\n  %s = 1\n}\n"
COEXIST = {"quota_warn": "80 95", "template_dir": str(NOTICE_TEXTS),
           "pop3_mark_read": "complete", "pop3_mark_downloaded": "yes",
           "pop3_delete": "trash", "pop3_delete_limit": "500",
           "pop3_keep_days": "365", "retention_notice_days": "0",
           "pop3_show_days": "3650", "sent_copy": "always",
           "junk_notice": "1d", "note_last_use": "address",
           "owner_may_change": "pop3_delete pop3_mark_read quota_warn undo"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def name_of(pid):
    """Return what serves a client there, "" if nothing does."""
    found = _TITLE.search(processes.title(pid))
    return found[1] or found[2] if found else ""


class Record:
    """A line for each thing that was done and each process that was killed, for whoever asks
    why a message is lost or twice."""

    def __init__(self, path):
        self._file = path.open("w", encoding="utf-8")

    def add(self, *what):
        """Write a line."""
        print(time.strftime("%T"), f"{time.time() % 60:06.3f}", *what, file=self._file,
              flush=True)


class Killer(threading.Thread):
    """Kills a random process of a session or of doveadm, again and again."""

    def __init__(self, server, chance, record):
        super().__init__(daemon=True)
        self._server, self._chance, self._record = server, chance, record
        self._may = threading.Event()
        self._ends = False
        self.kills = Counter()

    def run(self):
        while self._may.wait() and not self._ends:
            # as often one that is rare as one that there are many of
            name = self._chance.choice(SERVICES)
            pid = self._find(name)
            if pid is None:
                continue
            time.sleep(self._chance.uniform(0, 0.05))
            with suppress(Exception):       # it has ended by itself
                title = processes.title(pid)
                if name_of(pid) == name:
                    self._server.kill(pid)
                    self.kills[name] += 1
                    self._record.add("killed", pid, title)

    def _find(self, name):
        """Return a process of that name as soon as there is one; None if there is not."""
        end = time.monotonic() + 0.5
        while time.monotonic() < end and self._may.is_set():
            found = [pid for pid in self._server.pids() if name_of(pid) == name]
            if found:
                return self._chance.choice(found)
            time.sleep(0.002)
        return None

    def go_on(self):
        """Kill from now on."""
        self._may.set()

    def rest(self):
        """Kill nobody for now."""
        self._may.clear()
        time.sleep(0.1)

    def end(self):
        """Kill nobody any more."""
        self._ends = True
        self._may.set()
        self.join()


class Site:
    """A server with everything on, and its owners at work."""

    def __init__(self, stack, folder, storage, seed):
        self._chance = random.Random(seed)
        self.server = stack.enter_context(Instance(
            folder / "site", users={user: {} for user in MAILBOXES}, storage=storage,
            quota="1G", gate={}, coexist=COEXIST, conf23=COEXIST_CONFIG + ONE % "service_count",
            conf24=ONE % "restart_request_count"))
        stack.enter_context(relay_of(self.server))
        self.owners = [Owner(self.server, user) for user in MAILBOXES]
        # What is cut off and then goes to another mailbox is in both: a mailbox has one.
        for owner, delete in zip(self.owners, cycle(("trash", "archive", "hide"))):
            self.server.store.put(f"mailbox/{owner.user}", pop3_delete=delete)
        self.record = Record(folder / "record")
        self.killer = Killer(self.server, random.Random(seed + 1), self.record)
        self.killer.start()
        self.faults = []
        # what is twice in mailboxes of which Dovecot has made an index anew
        self.twice_rebuilt = set()

    def round(self, kills):
        """Work until so many processes more were killed."""
        end = self.killer.kills.total() + kills
        self.killer.go_on()
        workers = [threading.Thread(target=self._work, args=(end, self._chance.random()))
                   for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.killer.rest()
        self._wait_for_the_end()
        for owner in self.owners:
            owner.unlock()
            owner.comes_back()
            for fault in owner.count():
                self.faults.append(fault)
                self.record.add(owner.user, fault, *owner.places(fault))
        log = self.server.log_text()
        for owner in self.owners:
            owner.look_for_rebuilds(log)
        again = [fault for fault in self.faults if fault.startswith("twice") and
                 self._is_rebuilt(fault)]
        self.twice_rebuilt |= set(again)
        self.faults = [fault for fault in self.faults if fault not in self.twice_rebuilt]

    @property
    def rebuilt(self):
        """The users of whose mailboxes Dovecot has made an index anew."""
        return {owner.user for owner in self.owners if owner.is_rebuilt}

    def _is_rebuilt(self, fault):
        return any(fault.startswith(f"twice: {user}{kind}-") for user in self.rebuilt
                   for kind in ("in", "app", "sent"))

    def crashes(self):
        """Return the lines about what ended otherwise than by us."""
        return [line for line in self.server.log_text().splitlines() if CRASH.search(line)]

    def _work(self, end, seed):
        chance = random.Random(seed)
        while self.killer.kills.total() < end:
            owner = chance.choice(self.owners)
            self.record.add(owner.user, *owner.does_something(chance))

    def _wait_for_the_end(self):
        def rest():
            return [processes.title(pid) for pid in self.server.pids() if name_of(pid)]
        end = time.monotonic() + PATIENCE_SECS
        while rest() and time.monotonic() < end:
            time.sleep(0.1)
        self.faults += [f"stays without a client: {title}" for title in rest()]


def results(site):
    """Yield (what, whether it is as it should be, figures)."""
    faults = Counter(fault.partition(":")[0] for fault in site.faults)
    for what in ("lost", "twice", "stays without a client", "not as it should be"):
        examples = [fault for fault in site.faults if fault.startswith(what)]
        yield what, not faults[what], "; ".join((str(faults[what]), *examples[:5]))
    crashes = site.crashes()
    yield "crashed", not crashes, "; ".join(crashes[:3]) or "0"


def main():
    """Kill, count, and print what came of it."""
    parser = argparse.ArgumentParser(prog="tests/load/kill")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--storage", default="maildir", choices=["maildir", "mdbox", "sdbox"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args()
    with ExitStack() as stack:
        folder = wanted.keep or Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix="coexist-kill.")))
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        site = Site(stack, folder, wanted.storage, wanted.seed)
        begin = time.monotonic()
        for number in range(ROUNDS):
            site.round(wanted.kills // ROUNDS)
            say(f"   round {number + 1} of {ROUNDS}, {time.monotonic() - begin:.0f} s, "
                f"{dict(site.killer.kills)}, {len(site.faults)} faults, "
                f"{len(site.twice_rebuilt)} twice by Dovecot, load {machine.load()}")
        site.killer.end()
        found = list(results(site))
        accepted = sum(len(owner.accepted) for owner in site.owners)
        moved = sum(len(owner.moved_by_imap) for owner in site.owners)
        twice = sum(len(owner.twice_by_imap) for owner in site.owners)
    kills = ", ".join(f"{name} {count}" for name, count in sorted(site.killer.kills.items()))
    finish(f"{wanted.storage}; {time.monotonic() - begin:.0f} s\n"
           f"{site.killer.kills.total()} kills: {kills}; {accepted} messages accepted; "
           f"{moved} moved by IMAP, and {twice} of these twice; {len(site.rebuilt)} mailboxes whose "
           f"indexes Dovecot made anew, and {len(site.twice_rebuilt)} messages twice in them", found)


if __name__ == "__main__":
    main()
