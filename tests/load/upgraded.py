# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests/load/upgrade runs with each Dovecot: mailboxes in use, in a folder that the next
one goes on with."""

import argparse
import itertools
import json
import random
import threading
import time
from pathlib import Path

import choices
from instance import Dovecot, Instance, message
from maildrop import Maildrop
from relay import relay_of
from told import told_by

from .careful import Careful
from .killed import COEXIST, CRASH, ONE
from .report import finish

OWNERS = [f"user{number}" for number in range(9)]
QUIET = "quiet"         # a mailbox in which nothing happens
WORKERS = 5
POLICY = {"pop3_delete": "hide", "pop3_show": "unread", "owner_may_change": "language undo"}
# what must be told of the quiet mailbox as it was
TOLD = ("journal", "view", "expire", "flags in INBOX", "flags in Archive", "choices", "listed")


class Site:
    """A server with everything on, its owners, and what they remember from the last server."""

    def __init__(self, folder, storage):
        self._memory = folder / "memory"
        # a server has started when its log says so
        (folder / "site/log/dovecot.log").unlink(missing_ok=True)
        self.server = Instance(
            folder / "site", users=dict.fromkeys([*OWNERS, QUIET], {}), storage=storage,
            quota="1G", gate={}, coexist=COEXIST, conf23=choices.COEXIST_CONFIG +
            ONE % "service_count", conf24=ONE % "restart_request_count")
        self.owners = [Careful(self.server, user) for user in OWNERS]
        self.told = None
        if self._memory.exists():
            kept = json.loads(self._memory.read_text())
            self.told = kept["told"]
            for owner in self.owners:
                owner.recalls(**kept[owner.user])

    def keep(self):
        """Write what the owners know, for the next server."""
        kept = {owner.user: owner.memory() for owner in self.owners}
        self._memory.write_text(json.dumps({"told": self.told, **kept}))

    def begins(self):
        """Say what becomes of messages, and look whether what was told is told again."""
        for owner, delete in zip(self.owners, itertools.cycle(("trash", "archive", "hide"))):
            self.server.store.put(f"mailbox/{owner.user}", pop3_delete=delete)
        self.server.store.put(f"mailbox/{QUIET}", **POLICY)
        quiet = Maildrop(self.server, QUIET)
        if self.told is None:
            for owner in self.owners:
                owner.begins(random.Random(owner.user))
            fill(quiet)
            tell(quiet)     # POP3 remembers what has left its view
            self.told = tell(quiet)
            return []
        return [f"{what}: {now} instead of {self.told[what]}"
                for what, now in tell(quiet).items() if now != self.told[what]]

    def works(self, seconds, is_stopped):
        """The owners use their mailboxes; in the end the server is stopped meanwhile."""
        end = threading.Event()
        workers = [threading.Thread(target=self._work, args=(end, number))
                   for number in range(WORKERS)]
        for worker in workers:
            worker.start()
        time.sleep(seconds)
        if is_stopped:
            self.server.doveadm("stop", check=False)
            time.sleep(1)
        end.set()
        for worker in workers:
            worker.join()

    def _work(self, end, seed):
        chance = random.Random(f"{seed} {Dovecot.installed().version}")
        while not end.is_set():
            chance.choice(self.owners).does_something(chance)

    def crashes(self):
        """Return the lines about what ended otherwise than by us."""
        return [line for line in self.server.log_text().splitlines() if CRASH.search(line)]


def fill(quiet):
    """Have something of each kind in a mailbox."""
    quiet.deliver(*(message(f"mail {number}") for number in range(8)))
    quiet.delete(1, 2)
    with quiet.pop3() as pop:
        pop.retr(1)
        pop.quit()
    with quiet.imap() as imap:
        for box in ("Archive", "Sent"):
            imap.create(box)
        imap.select("INBOX")
        imap.store("4", "+FLAGS", "(\\Flagged Work)")
        imap._simple_command("MOVE", "8", "Archive")
    choices.Owner(quiet).chooses(language="de")


def tell(quiet):
    """Return what is told of it."""
    told = told_by(quiet, None)
    return json.loads(json.dumps({what: told[what] for what in TOLD}))


def count(site):
    """Yield (what, whether it is as it should be, figures), after the owners came back."""
    faults = [f"not deleted: {owner.user} {token}" for owner in site.owners
              for token in owner.still_listed()]
    for owner in site.owners:
        owner.unlock()
        owner.comes_back()
        faults += owner.count()
    for what in ("lost", "twice", "not deleted", "not as it should be"):
        found = [fault for fault in faults if fault.startswith(what)]
        yield what, not found, "; ".join((str(len(found)), *found[:5]))


def main():
    """Go on with the folder, and print what came of it."""
    parser = argparse.ArgumentParser(prog="tests/load/upgrade")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--storage", default="maildir", choices=["maildir", "mdbox", "sdbox"])
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--goes-on", action="store_true")
    wanted = parser.parse_args()
    site = Site(wanted.folder, wanted.storage)
    with site.server, relay_of(site.server):
        before = sum(len(owner.accepted) for owner in site.owners)
        changed = site.begins()
        site.works(wanted.seconds, wanted.goes_on)
        crashes = site.crashes()
        found = [("told as before", not changed, "; ".join(changed)),
                 ("crashed", not crashes, "; ".join(crashes[:3]) or "0")]
        if not wanted.goes_on:
            found += count(site)
        site.keep()
    owners = site.owners
    accepted, deleted, moved, twice = (
        sum(len(getattr(owner, name)) for owner in owners)
        for name in ("accepted", "deleted", "moved_by_imap", "twice_by_imap"))
    finish(f"{wanted.storage}; {wanted.seconds} s; {accepted - before} messages accepted, "
           f"{accepted} in all; {deleted} deleted and confirmed; {moved} moved by IMAP, and "
           f"{twice} of these twice", found)


if __name__ == "__main__":
    main()
