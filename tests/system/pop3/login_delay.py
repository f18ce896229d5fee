# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes that may be visited once in so many seconds by POP3."""

import os
import poplib
import re
import time

import pytest

from names import STATE

HOUR = 3600
DELAYS = {"hour": "1h", "short": "2s", "off": "0", "typo": "soon"}
GROUPS = {group: {"coexist_pop3_login_delay": value} for group, value in DELAYS.items()}
GROUPS["marking"] = {**GROUPS["hour"], "coexist_pop3_mark_read": "complete"}
GROUPS["hiding"] = {**GROUPS["hour"], "coexist_pop3_delete": "hide"}


def visit(maildrop, *commands, **how):
    """Log in, say some commands, quit."""
    with maildrop.pop3(**how) as pop:
        for command in commands:
            getattr(pop, command)(1)
        pop.quit()


def refusal(maildrop, **how):
    """Return what a login is refused with."""
    with pytest.raises(poplib.error_proto) as error:
        maildrop.server.pop3(maildrop.user, **how).quit()
    return error.value.args[0].decode()


def is_early(maildrop, **how):
    """The login comes too early."""
    return re.fullmatch(r"-ERR \[LOGIN-DELAY\] Your mail was checked a moment ago\. "
                        r"Please wait \d+ s\.",
                        refusal(maildrop, **how)) is not None


def seconds_of(reply):
    return int(re.search(r"wait (\d+) s", reply)[1])


def state(maildrop):
    """Return what is remembered as {name: value}."""
    path = maildrop.folder / STATE
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines)


def write_state(maildrop, text):
    """Let something else have written the file."""
    path = maildrop.folder / STATE
    path.write_bytes(text)
    os.chown(path, maildrop.folder.stat().st_uid, maildrop.folder.stat().st_gid)


def last_login_was(maildrop, ago):
    """Let the last login be so many seconds ago."""
    write_state(maildrop, b"pop3_login=%d\n" % (time.time() - ago))
