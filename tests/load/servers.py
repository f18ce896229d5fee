# SPDX-License-Identifier: LGPL-2.1-or-later
"""The three servers, whose processes serve many sessions one after the other."""

from instance import NOTICE_TEXTS, Dovecot, Instance
from instance.block import block

BARE, LIGHT, FULL = "bare", "light", "full"
NAMES = (BARE, LIGHT, FULL)
GENERATION = Dovecot.installed().generation
MAILBOXES = [f"user{number}" for number in range(20)]
# Whose messages are near the limit; whose policy changes; who waits in IDLE.
NEARLY_FULL, TOGGLED = "nearly-full", "toggled"
IDLERS = [f"idler{number}" for number in range(10)]
LIMIT, LITTLE = "1G", 100_000

_ENDLESS = ["service_count = 0"] if GENERATION == 23 else ["restart_request_count = unlimited"]
_CONF = "".join(block(f"service {name}", _ENDLESS)
                for name in ("imap", "pop3", "lmtp", "submission"))
# For doveadm, which has no passdb block to look into.
_CONF += block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"]) * (GENERATION == 23)
_ALL = {"quota_warn": "80 95", "template_dir": str(NOTICE_TEXTS),
        "pop3_mark_read": "complete", "pop3_mark_downloaded": "yes", "pop3_delete": "trash",
        "pop3_delete_limit": "500", "pop3_keep_days": "30", "pop3_show_days": "365",
        "sent_copy": "always", "note_last_use": "address",
        "owner_may_change": "pop3_delete pop3_mark_read quota_warn"}
_LITTLE = {23: {"quota_rule": f"*:bytes={LITTLE}"}, 24: {"quota_storage_size": f"{LITTLE}B"}}


def accounts():
    """Return everybody, as Instance has users."""
    return {**{user: {} for user in (*MAILBOXES, *IDLERS, TOGGLED)},
            NEARLY_FULL: _LITTLE[GENERATION]}


def make(name, folder):
    """Return one of the servers, not started yet."""
    common = {"users": accounts(), "quota": LIMIT, "conf": _CONF, "high_performance": True}
    if name == BARE:
        return Instance(folder, modules=None, **common)
    return Instance(folder, gate={}, coexist={} if name == LIGHT else _ALL, **common)


def give_policies(server):
    """Give each mailbox a document, as a panel does."""
    server.store.put("default", imap_tls="any")
    for user in accounts():
        server.store.put(f"mailbox/{user}", pop3_access="allow", sieve_access="deny",
                         imap_networks="127.0.0.0/8 192.0.2.0/24")
