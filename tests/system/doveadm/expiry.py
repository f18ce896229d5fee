# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes with pop3_keep_days, and doveadm coexist expire for one of them."""

import json

DAYS = 30
COLUMNS = ["expired", "moved", "stayed", "size", "oldest", "waiting", "until"]
GROUPS = {"keep": {"coexist_pop3_keep_days": str(DAYS)},
          "trash": {"coexist_pop3_keep_days": str(DAYS), "coexist_pop3_delete": "trash"}}


def expire(maildrop, *options, **how):
    """Run it for one mailbox; return the CompletedProcess."""
    return maildrop.server.doveadm("-f", "json", "coexist", "expire", "-u", maildrop.user,
                                   *options, check=False, **how)


def row(done):
    """Return the one row that was printed."""
    [found] = json.loads(done.stdout)
    return found


def counts(done):
    """Return (expired, moved, stayed) of the one row."""
    return tuple(row(done)[name] for name in COLUMNS[:3])
