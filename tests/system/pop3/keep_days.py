# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes with pop3_keep_days: messages of today that POP3 has downloaded, as their
keyword says, and sessions whose clock is ahead."""

import email
import email.policy
import os
import time
from datetime import datetime

from instance import message
from names import NOTICE_TEXTS

DAYS = 7
WAIT = 7
LATER = 80      # days from now; between 7 and 90
A_MINUTE = 1 / 24 / 60
SETTLED = LATER + WAIT + A_MINUTE
KIND = "pop3-keep-days"
OURS = "filled.test"
SITE = {"template_dir": str(NOTICE_TEXTS)}
# what each language calls what happens: messages are deleted, or moved; and what keeps one:
# flag it, mark it as unread, move it
LANGUAGES = {"en": ("will be deleted", "will be moved to the folder",
                    "flag it", "mark it as unread", "move it to another folder"),
             "es": ("se borrarán", "se moverán a la carpeta",
                    "márquelo con la estrella", "como no leído", "muévalo a otra carpeta"),
             "ca": ("s'esborraran", "es mouran a la carpeta",
                    "marqueu-lo amb l'estrella", "com a no llegit", "moveu-lo a una altra"),
             "pt": ("serão eliminadas", "serão movidas para a pasta",
                    "assinale-a com a estrela", "como não lida", "mova-a para outra pasta"),
             "fr": ("seront supprimés", "seront déplacés vers le dossier",
                    "marquez-le avec l'étoile", "comme non lu", "déplacez-le vers un autre"),
             "de": ("gelöscht", "in den Ordner",
                    "mit dem Stern", "als ungelesen", "in einen anderen Ordner")}


def keeps(days=DAYS, **fields):
    """Return the userdb fields of a mailbox that keeps its messages for so many days."""
    return {"coexist_pop3_keep_days": str(days),
            **{f"coexist_{name}": value for name, value in fields.items()}}


class Visit:
    """visit(maildrop, in_days) has a session that does nothing, in so many days."""

    def __init__(self, clock, in_days=LATER):
        self._clock = clock
        self._in_days = in_days

    def __call__(self, maildrop, in_days=None):
        days = self._in_days if in_days is None else in_days
        with self._clock.days_from_now(days), maildrop.pop3() as pop:
            pop.quit()


class Download:
    """download(maildrop, number, ..., days_ago=40) has a session at that time."""

    def __init__(self, clock):
        self._clock = clock

    def __call__(self, maildrop, *numbers, days_ago=40):
        with self._clock.days_from_now(-days_ago), maildrop.pop3() as pop:
            for number in numbers:
                pop.retr(number)
            pop.quit()


def fill(maildrop, old, new=0):
    """Make a maildir with messages that POP3 has downloaded, and with some that it has
    not."""
    before = set(maildrop.folder.glob("new/*"))
    maildrop.deliver(1)
    [first] = set(maildrop.folder.glob("new/*")) - before
    owner = first.stat()
    first.unlink()
    keywords = maildrop.folder / "dovecot-keywords"
    keywords.write_text("0 $POP3Downloaded\n")
    os.chown(keywords, owner.st_uid, owner.st_gid)
    text = message("old").replace(b"\r\n", b"\n")
    size, wire_size = len(text), len(text) + text.count(b"\n")
    for number in range(old + new):
        path = maildrop.folder / (f"cur/{1700000000 + number}.M1P1.{OURS},S={size},"
                                  f"W={wire_size}:2,{'Sa' if number < old else 'S'}")
        path.write_bytes(text)
        os.chown(path, owner.st_uid, owner.st_gid)


def count(maildrop):
    """Return how many of these messages are there."""
    return len(list(maildrop.folder.glob(f"cur/*.{OURS},*")))


def notices(maildrop):
    """Return the notices in INBOX as email.message.EmailMessage."""
    others = [path for name in ("cur", "new") for path in maildrop.folder.glob(f"{name}/*")
              if OURS not in path.name]
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
             for path in sorted(others)]
    return [notice for notice in found if notice["X-Coexist-Notice"] == KIND]


def settle(maildrop, visit):
    """Have a mailbox whose owner was told, and where what was due is gone."""
    fill(maildrop, 1)
    visit(maildrop, LATER)
    visit(maildrop, SETTLED)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def date_in(days):
    """Return the date in so many days."""
    return datetime.fromtimestamp(time.time() + days * 86400).strftime("%Y-%m-%d")


def problems(maildrop):
    """Return what we warn of."""
    return [line for line in maildrop.log_problems() if "coexist: " in line]
