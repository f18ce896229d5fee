# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plain model of a POP3 maildrop of several mailboxes, made of one view each
(view_model.py), and random changes of a real one beside it."""

import json
import random
from collections import Counter
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatch
from imaplib import Time2Internaldate

from folders import quoted
from instance import message
from view_model import Message, View, date_ago

FILTERS = {"pop3_show": ("all", "unread"), "pop3_show_days": ("0", "0", "5", "15"),
           "pop3_show_since": ("none", "none", date_ago(6), date_ago(15)),
           "pop3_show_deleted": ("yes", "no"), "pop3_max_messages": ("0", "0", "2", "4"),
           "pop3_mark_read": ("stock", "quit", "never")}
# where each pop3_delete moves what is deleted in INBOX
DELETES = {"expunge": None, "hide": None, "trash": "Trash", "archive": "Archive"}
FOLDERS = ("INBOX", "Sent", "Sent Work/*", "Sent Work/*", "Work/*", "Work/0 Sent", "*",
           # a target is left out, be it named or not
           "Sent Trash Archive")


def explained(maildrop):
    """Return {mailbox: how many messages POP3 is shown} as an administrator is told."""
    rows = json.loads(maildrop.server.doveadm("-f", "json", "coexist", "explain", "--pop3-view",
                                              "-u", maildrop.user))
    return Counter(row["mailbox"] for row in rows if row["shown"] == "yes")


class FolderView(View):
    """A mailbox besides INBOX: what was listed of it is known precisely."""

    def session(self):
        if not self.filters():
            self._due.clear()
        return self._list()

    def out(self):
        """A session was without it."""
        self._left |= self._listed & {one.subject for one in self.box}
        self._due -= self._left


class Mailbox:
    """A mailbox with its model; `messages` has all that IMAP lists."""

    def __init__(self, name):
        self.name, self.messages = name, []
        self.view = View() if name == "INBOX" else FolderView()

    def visible(self):
        return [one for one in self.messages if not one.hidden]


class Changes:
    """A maildrop and its model, side by side."""

    def __init__(self, server, maildrop, seed):
        self.random = random.Random(seed)
        self.server, self.maildrop = server, maildrop
        # under expunge POP3 is shown again what hide had hidden in INBOX, and what was moved
        # is shown where it is no target any more
        self.delete = self.random.choice(list(DELETES))
        self.target = DELETES[self.delete]
        self.keys = {"pop3_delete": self.delete}
        server.store.put("mailbox/" + maildrop.user, **self.keys)
        others = ["Sent", "Work/0"] + [self.target] * (self.target is not None)
        self.boxes = {name: Mailbox(name) for name in ("INBOX", *others)}
        self.count = self.made = 0
        with maildrop.imap() as imap:
            for name in others:
                imap.create(name)

    # Changes

    def change_keys(self):
        self.keys = {key: self.random.choice(values) for key, values in FILTERS.items()
                     if self.random.random() < 0.4}
        self.keys["pop3_delete"] = self.delete
        if self.random.random() < 0.8:
            self.keys["pop3_folders"] = self.random.choice(FOLDERS)
        self.server.store.put("mailbox/" + self.maildrop.user, **self.keys)

    def arrive(self, imap, box):
        for _ in range(self.random.randint(1, 3)):
            # never at the edge of a day
            age = self.random.choice((0, 0, 3, 8, 20))
            new = Message(f"m{self.count}", age)
            new.hidden = False
            self.count += 1
            date = Time2Internaldate(datetime.now(timezone.utc) - timedelta(days=age))
            assert imap.append(quoted(box.name), None, date, message(new.subject))[0] == "OK"
            box.messages.append(new)

    def flag(self, imap, box):
        for number, one in enumerate(box.messages, 1):
            if self.random.random() < 0.2:
                one.seen = not one.seen
                imap.store(str(number), "+FLAGS" if one.seen else "-FLAGS", "(\\Seen)")
            if self.random.random() < 0.1:
                one.deleted = not one.deleted
                imap.store(str(number), "+FLAGS" if one.deleted else "-FLAGS", "(\\Deleted)")

    def expunge(self, imap, box):
        imap.expunge()
        box.messages = [one for one in box.messages if not one.deleted]

    def make(self, imap, _):
        self.made += 1
        name = f"Work/{self.made}"
        assert imap.create(name)[0] == "OK"
        self.boxes[name] = Mailbox(name)

    def remove(self, imap, box):
        if not box.name.startswith("Work/"):
            return
        imap.unselect()
        assert imap.delete(box.name)[0] == "OK"
        del self.boxes[box.name]

    def rename(self, imap, box):
        """In the pattern, or out of it, or back."""
        if box.name in ("INBOX", "Sent", self.target):
            return
        imap.unselect()
        self.made += 1
        name = self.random.choice((f"Work/{self.made}", f"Else/{self.made}"))
        assert imap.rename(box.name, name)[0] == "OK"
        self.boxes[name] = self.boxes.pop(box.name)
        box.name = name

    def change(self):
        box = self.random.choice(list(self.boxes.values()))
        change = self.random.choice((self.arrive, self.arrive, self.arrive, self.flag, self.flag,
                                     self.expunge, self.make, self.remove, self.rename))
        with self.maildrop.imap() as imap:
            imap.select(quoted(box.name))
            change(imap, box)

    def changes(self):
        for change in (self.change_keys, self.change, self.change, self.change):
            if self.random.random() < 0.6:
                change()

    # Sessions

    def _has(self, name):
        if name == self.target:
            return False
        items = self.keys.get("pop3_folders", "INBOX").split()
        return name == "INBOX" or any(fnmatch(name, item) for item in items)

    def shown(self):
        """A session begins. Return the messages that it is shown, with their mailboxes."""
        found = []
        for box in self.boxes.values():
            box.view.keys = self.keys
            box.view.box = box.visible()
            if self._has(box.name):
                found += [(box, one) for one in box.view.session()]
            else:
                box.view.out()
        return found

    def ends(self, retrieved, quits):
        """It ends, and has retrieved these."""
        for box in self.boxes.values():
            if self._has(box.name):
                box.view.ends([one for where, one in retrieved if where is box], quits)

    def deletes(self, deleted):
        """It has deleted these by QUIT."""
        for box, one in deleted:
            if box.name != "INBOX":
                one.hidden = True
            else:
                self._delete_in_inbox(box, one)

    def _delete_in_inbox(self, box, one):
        if self.delete == "hide":
            one.hidden = one.seen = True
            return
        box.messages.remove(one)
        if self.target is not None:
            one.seen = True
            self.boxes[self.target].messages.append(one)

    def seen_by_imap(self):
        """Return {mailbox: [(subject, read, deleted)]} of all that IMAP lists."""
        found = {}
        for box in self.boxes.values():
            subjects = self.maildrop.subjects(quoted(box.name))
            flags = self.maildrop.flags(quoted(box.name)).values()
            found[box.name] = [(subject, "\\Seen" in one, "\\Deleted" in one)
                               for subject, one in zip(subjects, flags, strict=True)]
        return found

    def expected(self):
        """Return the same by the model."""
        return {box.name: [(one.subject, one.seen, one.deleted) for one in box.messages]
                for box in self.boxes.values()}
