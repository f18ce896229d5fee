# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a login where some are refused: by us, by SQL, by Lua."""

import imaplib

from . import counting
from .lab import ACCESS, BARE, LUA_DENY, SQL_DENY
from .logins import NUMBER, prepare, work
from .documents import REFUSED

PROTOCOL = "imap"
SERVICES = ("auth", f"{PROTOCOL}-login", PROTOCOL)
NAMES = (BARE, SQL_DENY, LUA_DENY, ACCESS)
WHAT = {SQL_DENY: "one more passdb in SQL (SQLite) that denies",
        LUA_DENY: "one more passdb in Lua that denies",
        ACCESS: "ours, documents that only allow or deny"}


def rows(lab, effort, _patience):
    """Yield a row for each of them, for a login that is allowed."""
    prepare(lab)
    _check(lab)
    costs = counting.in_turns(
        NAMES, lambda name: counting.per_session(lab, name, SERVICES, work(PROTOCOL, name),
                                                 NUMBER), effort.counts)
    for name in NAMES[1:]:
        ours = ("auth", PROTOCOL) if name == ACCESS else ("auth",)
        yield counting.row(f"IMAP login, {WHAT[name]}", costs, BARE, name, None, ours=ours)


def _check(lab):
    """Raise unless each of them refuses, and bare does not: else nothing is compared."""
    with lab.servers(*NAMES) as servers:
        refused = {name for name, server in servers.items() if _is_refused(server.dovecot)}
    if refused != set(NAMES[1:]):
        raise RuntimeError(f"only these refuse: {refused}")


def _is_refused(dovecot):
    try:
        dovecot.imap(REFUSED).logout()
    except imaplib.IMAP4.error:
        return True
    return False
