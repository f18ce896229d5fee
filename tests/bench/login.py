# SPDX-License-Identifier: LGPL-2.1-or-later
"""Login to a very large mailbox, in a process of its own."""

from .compare import in_turns
from .lab import BARE, COMPLETE, driver
from .table import Row

BOUND = ("<=", 1.03)
COUNT, SIZE = 100_000, 400


def rows(lab, effort, patience):
    """Yield a row for maildir and one for mdbox."""
    lab.add_mailbox("huge", COUNT, SIZE)
    lab.add_user("mdbox", **driver("mdbox"))
    with lab.servers(BARE, COMPLETE, timed=True) as servers:
        servers[BARE].dovecot.doveadm("import", "-u", "mdbox",
                                      f"maildir:{lab.home}/huge/mail", "", "all")
        for user, storage in (("huge", "maildir"), ("mdbox", "mdbox")):
            comparison = in_turns([BARE, COMPLETE],
                                  lambda name: servers[name].measure_login(user),
                                  effort, patience)
            yield Row(f"login, {COUNT:,} messages, {storage}",
                      _time(comparison, BARE), _time(comparison, COMPLETE),
                      comparison.ratio(COMPLETE), BOUND,
                      cpu=comparison.ratio(COMPLETE, "cpu"), count=comparison.rounds)


def _time(comparison, name):
    return f"{comparison.median(name) * 1000:.0f} ms"
