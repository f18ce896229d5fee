# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes that were used so many days ago, as sessions would have noted it."""

import shutil
import time

from instance import config

TODAY = int(time.time() // 86400)


def date(ago):
    """Return the day so many days ago, as commands print it."""
    return time.strftime("%Y-%m-%d", time.gmtime((TODAY - ago) * 86400))


def used(server, user, since=None, **days):
    """Make a mailbox with notes: used(server, "jo", since=40, pop3=3, imap=(1, "192.0.2.1"))."""
    server.deliver(user, b"Subject: hello\r\n\r\nhello\r\n")
    items = [f"last_use={TODAY - since}"] if since is not None else []
    for protocol, value in days.items():
        ago, address = value if isinstance(value, tuple) else (value, "")
        items.append(f"{protocol}={TODAY - ago}" + (f"@{address}" if address else ""))
    file = server.folder / "home" / user / "mail/dovecot-coexist.state"
    file.write_text(" ".join(items) + "\n" if items else "")
    shutil.chown(file, *config.owner())
