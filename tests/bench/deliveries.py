# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of an LMTP delivery, to a mailbox behind the gate and near to no level."""

from . import bounds, counting, documents
from .lab import GATED_QUOTA, NOTICES, QUOTA
from .mailboxes import set_aside

USER, SIZE = documents.user(0), 10 << 10
NUMBER = 25
NAMES = (QUOTA, NOTICES, GATED_QUOTA)
SERVICES = ("auth", "lmtp")


def rows(lab, effort, _patience):
    """Yield rows for lmtp and for both processes that have to do with it."""
    lab.add_user(USER)
    costs = counting.in_turns(NAMES, lambda name: _delivery(lab, name), effort.counts)
    for name, what in ((NOTICES, "quota_warn of dovecot.conf"),
                       (GATED_QUOTA, "behind the gate, quota_warn of documents")):
        limits = ((bounds.of("lmtp"), bounds.of("lmtp and auth"))
                  if name == GATED_QUOTA else (None, None))
        what = f"LMTP delivery of 10 KB, to Dovecot's quota plugin, {what}"
        yield counting.row(f"{what}; lmtp", costs, QUOTA, name, limits[0], ["lmtp"])
        yield counting.row(f"{what}; lmtp and auth", costs, QUOTA, name, limits[1])


def _delivery(lab, name):
    def work(server, number):
        set_aside(lab.home / USER)
        server.deliver([USER], number, SIZE)

    return counting.per_session(lab, name, SERVICES, work, NUMBER)
