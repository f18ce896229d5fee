# SPDX-License-Identifier: LGPL-2.1-or-later
"""Login to a very large mailbox of which POP3 is shown a part: processor time of the pop3
process, which serves one session after the other, so its start does not count."""

import shutil
from pathlib import Path

from instance import config

from . import mailboxes
from .compare import Sample, in_turns
from .lab import ALL_SHOWN, BARE, ENDLESS, NEWEST, UNREAD, driver
from .table import Row

COUNT, SIZE, PART = 100_000, 400, 1000
# (server, user, what, bound)
CASES = (
    (NEWEST, "view-maildir", "newest 1,000, maildir", 0.7),
    (NEWEST, "view-mdbox", "newest 1,000, mdbox", 0.05),
    (NEWEST, "view-sdbox", "newest 1,000, sdbox", 0.05),
    (UNREAD, "view-unread", "unread 1,000, mdbox", 0.2),
    (ALL_SHOWN, "view-all", "a filter that hides nothing, mdbox", 1.03),
    (ALL_SHOWN, "view-all-maildir", "a filter that hides nothing, maildir", 1.03),
)
# user: (storage, whose mailbox it is a copy of)
COPIES = {"view-all-maildir": ("maildir", "view-maildir"), "view-unread": ("mdbox", "view-mdbox"),
          "view-all": ("mdbox", "view-mdbox")}
IMPORTS = ("mdbox", "sdbox")
PATIENCE = 1800


def rows(lab, effort, patience):
    """Yield a row for each case."""
    _make(lab)
    for name, user, what, bound in CASES:
        yield _row(lab, name, user, what, bound, effort, patience)
    yield _row(lab, NEWEST, "view-mdbox", "newest 1,000 after 100,000 flags, mdbox", 0.1,
               effort, patience,
               before=_Flagged(lab.home / "view-mdbox/mail/mailboxes/INBOX/dbox-Mails"))


def _make(lab):
    """Make the mailboxes: the same messages in each."""
    lab.add_mailbox("view-maildir", COUNT, SIZE)
    for storage in IMPORTS:
        lab.add_user(f"view-{storage}", **driver(storage))
    for user, (storage, _) in COPIES.items():
        lab.add_user(user, **(driver(storage) if storage in IMPORTS else {}))
    with lab.servers(BARE, conf="mail_fsync = never\n") as servers:
        doveadm = servers[BARE].dovecot.doveadm
        for storage in IMPORTS:
            doveadm("import", "-u", f"view-{storage}",
                    f"maildir:{lab.home}/view-maildir/mail", "", "all", timeout=PATIENCE)
        for user, (_, original) in COPIES.items():
            mailboxes.copy(lab.home / original, lab.home / user)
        # every hundredth stays unread
        doveadm("flags", "add", "-u", "view-unread", "\\Seen", "mailbox", "INBOX", "all",
                timeout=PATIENCE)
        doveadm("flags", "remove", "-u", "view-unread", "\\Seen", "mailbox", "INBOX",
                "uid", ",".join(map(str, range(COUNT // PART, COUNT + 1, COUNT // PART))))


class _Flagged:
    """Changes a flag of each message, so that this one change is in the log of the index.

    Dovecot applies what is in the log at each open, and would have hundreds of such changes
    there in the end: the index is put back as it was before.
    """

    def __init__(self, folder):
        self._folder, self._kept = folder, folder.with_name("kept-index")

    def __call__(self, servers, user):
        if not self._kept.exists():
            shutil.copytree(self._folder, self._kept, copy_function=_copy)
        for path in self._folder.iterdir():
            path.unlink()
        for path in self._kept.iterdir():
            _copy(path, self._folder / path.name)
        servers[BARE].dovecot.doveadm("flags", "add", "-u", user, "\\Flagged", "mailbox",
                                      "INBOX", "all")


def _copy(source, target):
    shutil.copy2(source, target)
    shutil.chown(target, *config.owner())


def _row(lab, name, user, what, bound, effort, patience, before=None):
    with lab.servers(BARE, name, sessions=ENDLESS, timed=True) as servers:
        def login(which):
            if before:
                before(servers, user)
            return measure(servers[which], user)
        comparison = in_turns([BARE, name], login, effort, patience)
    return Row(f"pop3 process, login, {COUNT:,} messages, {what}",
               time_of(comparison, BARE), time_of(comparison, name),
               comparison.ratio(name, "cpu"), ("<=", bound),
               count=comparison.rounds)


def measure(server, user):
    """Have a session that logs in and says STAT; return what its process took."""
    before = _cpu(server)
    with server.login(user) as client:
        seconds = float(client.stdout.readline())
        taken = _cpu(server) - before
        client.stdin.close()
    return Sample(seconds, taken / 1e9)


def _cpu(server):
    return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
               for pid in server.dovecot.pids("pop3"))


def time_of(comparison, name):
    return f"{comparison.median(name, 'cpu') * 1000:.1f} ms"
