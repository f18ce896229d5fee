# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a login and logout in processes of its own, Dovecot's default."""

from . import bounds, counting
from .lab import BARE, KEYS, LOADED, NOTIFY
from .logins import modules_of, prepare, said, work

# So few because valgrind has to translate the code of each process again.
NUMBER = 2
PROTOCOL = "imap"
SERVICES = ("auth", f"{PROTOCOL}-login", PROTOCOL)
NAMES = (BARE, NOTIFY, LOADED, KEYS)
# Any plugin makes Dovecot read its folder of modules.
ROWS = ((BARE, NOTIFY, "Dovecot's plugin notify to none"),
        (NOTIFY, LOADED, "nothing configured, to Dovecot's plugin notify"),
        (BARE, LOADED, "nothing configured"),
        (BARE, KEYS, "session keys"))


def rows(lab, effort, _patience):
    """Yield rows for all the processes of a login, and for the session's alone."""
    prepare(lab)
    costs = counting.in_turns(
        NAMES, lambda name: counting.per_session(lab, name, SERVICES, work(PROTOCOL, name),
                                                 NUMBER, once=True), effort.counts)
    for base, name, what in ROWS:
        what = f"{said(PROTOCOL)}, one process each, {what}"
        limit = bounds.of("idle once") if (base, name) == (NOTIFY, LOADED) else None
        yield counting.row(what, costs, base, name, limit, ours=modules_of(name, PROTOCOL))
        yield counting.row(f"{what}; {PROTOCOL} alone", costs, base, name, None, [PROTOCOL])
