# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sessions that delete more than pop3_delete_limit, and what their owner is told."""

import email
import email.policy

from names import NOTICE_TEXTS

LIMIT = 3
DELETES = ("expunge", "hide", "trash", "archive")
TARGETS = {"trash": "Trash", "archive": "Archive"}
# what each language calls what the notice is about
LANGUAGES = {"en": "deleted messages", "es": "mensajes borrados", "ca": "missatges esborrats",
             "pt": "mensagens eliminadas", "fr": "messages supprimés",
             "de": "gelöschte Nachrichten"}


def fields(delete="expunge", **more):
    """Return userdb fields of a mailbox with the limit."""
    return {"coexist_pop3_delete": delete, "coexist_pop3_delete_limit": str(LIMIT),
            **{f"coexist_{key}": value for key, value in more.items()}}


GROUPS = {delete: fields(delete) for delete in DELETES}


def start_limited(start, groups, storage="maildir", **settings):
    """Return a running Server whose mailboxes have the limit."""
    return start(storage=storage, groups=groups, coexist={"template_dir": str(NOTICE_TEXTS)},
                 **settings)


def notices(maildrop, mailbox="INBOX"):
    """Return the notices in a mailbox as email.message.EmailMessage."""
    with maildrop.imap() as imap:
        if imap.select(mailbox, readonly=True)[0] == "NO":
            return []
        numbers = imap.search(None, "HEADER", "X-Coexist-Notice", '""')[1][0].split()
        return [email.message_from_bytes(imap.fetch(number, "(BODY.PEEK[])")[1][0][1],
                                         policy=email.policy.SMTP) for number in numbers]


def held(maildrop, number=None):
    """Deliver more than the limit, or so many, and delete all of it in one session."""
    number = number or LIMIT + 1
    maildrop.deliver(number)
    return maildrop.delete(*range(1, number + 1))


def shown(maildrop):
    """Return the subjects that a POP3 client is shown, decoded."""
    with maildrop.pop3() as pop:
        texts = [b"\r\n".join(pop.top(n + 1, 0)[1]) for n in range(pop.stat()[0])]
        pop.quit()
    return [str(email.message_from_bytes(text, policy=email.policy.SMTP)["subject"])
            for text in texts]


def log_lines(maildrop):
    """Return what the log says of sessions that were held."""
    return [line for line in maildrop.server.log_text().splitlines()
            if "coexist: Held:" in line and f"({maildrop.user})" in line]
