# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `doveadm coexist expire --dry-run` takes in a very large mailbox."""

from .compare import Sample, in_turns
from .lab import ENDLESS, KEEP
from .table import Row
from . import login

BOUND = ("<=", 1.5)
SEARCH, EXPIRE = "search", "expire"
KEYWORD = "$POP3Downloaded"
DOWNLOADED = login.COUNT // 2


def rows(lab, effort, patience):
    """Yield a row for a mailbox that knows its downloads, and one that lost them."""
    lab.add_mailbox("noted", login.COUNT, login.SIZE)
    lab.add_mailbox("lost", login.COUNT, login.SIZE)
    with lab.servers(KEEP, sessions=ENDLESS, timed=True) as servers:
        server = servers[KEEP]
        server.load("noted", "retr", DOWNLOADED)
        server.dovecot.doveadm("flags", "add", "-u", "lost", f"\\Seen {KEYWORD}",
                               "mailbox", "INBOX", f"1:{DOWNLOADED}")
        for user, what in (("noted", "times of download"), ("lost", "keywords alone")):
            commands = {
                SEARCH: ["search", "-u", user, "mailbox", "INBOX", "keyword", KEYWORD],
                EXPIRE: ["coexist", "expire", "--dry-run", "-u", user]}

            def work(name):
                seconds = server.dovecot.doveadm_peak(*commands[name])[1]
                return Sample(seconds, seconds)

            comparison = in_turns([SEARCH, EXPIRE], work, effort, patience)
            yield Row(f"expire --dry-run, {login.COUNT:,} messages, {what}, to a search"
                      " by keyword", _time(comparison, SEARCH), _time(comparison, EXPIRE),
                      comparison.ratio(EXPIRE), BOUND, count=comparison.rounds)


def _time(comparison, name):
    return f"{comparison.median(name) * 1000:.0f} ms"
