# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small business with one mailbox: what the pictures show, and what `try` starts."""

from contextlib import contextmanager
from pathlib import Path

from instance import NOTICE_TEXTS, message
from server import Server
from webmail import Webmail

USER = "user0"
PLUGINS = {"all": ["coexist", "quota"], "imap": ["imap_quota"], "pop3": ["virtual"]}
NOTE = "coexist_note_last_use = time\n"
CONF = {"conf23": f"plugin {{\n  coexist_config = /mnt/etc/coexist.conf.ext\n  {NOTE}}}\n",
        "conf24": NOTE}
# What the administrator says to everybody.
POLICY = {"owner_may_change": "pop3_mark_read pop3_delete pop3_keep_days pop3_folders undo "
          "quota_warn language",
          "owner_bounds": "pop3_delete=hide,trash pop3_keep_days=0,7..90",
          "pop3_mark_downloaded": "yes", "pop3_delete": "trash", "pop3_delete_limit": "20",
          "quota_warn": "80", "pop3_show_days": "90"}
SUBJECTS = ("Order 2041", "Your parcel is on its way", "Invoice 7", "Opening hours", "Thank you")


@contextmanager
def open_shop(folder, more=""):
    """Yield (Server, Webmail) with mail in USER's mailbox, of which POP fetched some."""
    with Server(Path(folder) / "dovecot", gate={}, quota="20M", plugins=PLUGINS,
                coexist={"template_dir": str(NOTICE_TEXTS)}, **CONF) as dovecot:
        dovecot.store.mark()
        dovecot.store.put("default", **POLICY)
        fill(dovecot)
        with Webmail(Path(folder) / "webmail", dovecot, more) as webmail:
            yield dovecot, webmail


def fill(dovecot):
    """Deliver some mail, download it, delete some, and once by mistake all of it."""
    mailbox = dovecot.maildrop()
    assert mailbox.user == USER
    with mailbox.imap() as client:
        for name in ("Sent", "Customers", "Suppliers"):
            client.create(name)
            client.subscribe(name)
    line = b"A line of a letter, long enough to be one, and then it is repeated.\r\n"
    mailbox.deliver(*(message(f"Letter {n}") + line * 4000 for n in range(25)))
    with mailbox.pop3() as client:
        for number in range(1, 26):
            client.retr(number)
            client.dele(number)
        client.quit()
    mailbox.deliver(*(message(subject) + line * 4000 for subject in SUBJECTS))
    with mailbox.pop3() as client:
        for number in (1, 2, 3):
            client.retr(number)
        client.dele(1)
        client.quit()
