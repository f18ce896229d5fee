# SPDX-License-Identifier: LGPL-2.1-or-later
"""A store of policies that is frozen: each key, documents of each scope, a signed one, and odd
ones as panels and people write them."""

import json

from administrator import CONF23, CONF24, KEY_FILE, Administrator

KEY = "/mnt/etc/panel.key"
PUBLIC = "/mnt/etc/panel.pub"
# What a signed document needs besides.
SIGNED = "policy_public_keys = /mnt/etc/panel.pub\n"
SERVER = {"conf23": CONF23, "conf24": CONF24}
# A value of each key that is not its default.
VALUES = {
    "imap_access": "allow", "imap_networks": "192.0.2.0/24 2001:db8::/32",
    "imap_until": "2031-02-03", "imap_max_sessions": "9", "imap_tls": "required",
    "pop3_access": "suspend", "pop3_networks": "198.51.100.7", "pop3_until": "2031-02-04",
    "pop3_max_sessions": "2", "pop3_tls": "required", "submission_access": "deny",
    "submission_networks": "203.0.113.0/25", "submission_until": "2031-02-05",
    "submission_max_sessions": "3", "submission_tls": "required", "sieve_access": "deny",
    "sieve_networks": "192.0.2.9", "sieve_until": "2031-02-06", "sieve_max_sessions": "4",
    "sieve_tls": "required", "webmail_access": "deny", "webmail_networks": "192.0.2.10",
    "webmail_until": "2031-02-07", "webmail_max_sessions": "5", "until_notice": "30d 7d 1d",
    "pop3_login_delay": "15m", "deny_text": "Write to help@example.test, 80% do; \\ \"ü\".",
    "language": "pt-BR", "pop3_mark_read": "quit", "pop3_mark_read_days": "14",
    "pop3_mark_downloaded": "yes", "pop3_fetcher_networks": "192.0.2.77",
    "pop3_delete": "archive", "pop3_delete_limit": "500", "pop3_keep_days": "90",
    "pop3_show": "unread", "pop3_show_days": "60", "pop3_show_since": "2025-06-07",
    "pop3_show_deleted": "no", "pop3_max_messages": "1000",
    "pop3_folders": 'INBOX Sent "Sent Items" Archive/*', "sent_copy": "pop3",
    "sent_copy_bcc": "yes", "sent_copy_max_size": "10M", "sent_copy_over_quota": "save",
    "quota_warn": "80 95", "quota_warn_free": "10M 1M", "quota_warn_rearm": "7",
    "quota_warn_repeat": "3d", "quota_warn_channels": "mail alert event",
    "quota_warn_recovered": "yes", "junk_notice": "14d", "junk_notice_list": "yes",
    "owner_may_change": "pop3_delete pop3_keep_days quota_warn undo",
    "owner_bounds": "pop3_delete=hide,trash pop3_keep_days=7..90", "preset": "multi-device"}
# As somebody else has written them, and where they are.
ODD = {
    "user2": "\ufeff[policy]\r\n# from the panel\r\n\r\npop3_access = deny\r\n"
             "deny_text = Gr\u00fc\u00dfe,\\nask us.\r\n",
    "user3": "[meta]\nby=panel\n[policy]\nimap_access=deny\npop3_keep_days=30\nunheard_of=1\n"
             "[plan]\nname=gold\n",
    "user4": "[policy]\npop3_delete=hide\npop3_delete=trash\npop3_mark_read=sometimes\n"
             "quota_warn=\n",
    "user5": "[policy]\npop3_access=0\nimap_access=TRUE\npop3_mark_downloaded=On\n"}
USERS = ["user0", "user1", *ODD]
LOGINS = (["--protocol", "pop3", "--ip", "198.51.100.7"], ["--protocol", "imap", "--ip", "192.0.2.1", "--tls"])


def administrator(server, signed=False):
    return Administrator(server, KEY_FILE + (SIGNED if signed else ""))


def make(admin):
    """Make the documents."""
    [key] = admin.rows("policy", "keygen", KEY)
    (admin.server.folder / "etc/panel.pub").write_text(f"{key['public']}\n")
    admin.ok("policy", "set", "-u", "user0", "--reason", "all keys",
             *(f"{name}={value}" for name, value in VALUES.items()))
    admin.ok("policy", "set", "-u", "user1", "--sign-key", KEY,
             "pop3_access=deny", "deny_text=Signed.")
    admin.ok("policy", "set", "--default", "pop3_mark_read=complete", "quota_warn=90")
    admin.ok("policy", "set", "-d", "example.test", "sieve_access=deny", "preset=safe")
    for user, text in ODD.items():
        admin.put(f"mailbox/{user}", text)


def told(admin):
    """Return {what was asked: what is told}."""
    asked = {}
    for scope in (["--default"], ["-d", "example.test"], *(["-u", user] for user in USERS)):
        for words in (["policy", "get", *scope], ["policy", "check", *scope]):
            done = admin.run(*words, output="json")
            asked[" ".join(words)] = [done.returncode, json.loads(done.stdout or "[]")]
    for user in USERS:
        for login in LOGINS:
            words = ["explain", "-u", user, *login]
            asked[" ".join(words)] = json.loads(admin.run(*words, output="json").stdout)
    return asked


def write_told(folder, found):
    (folder / "told.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
