# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plain model of what a POP3 client is shown, and one of a program that keeps its mail on
the server, as Thunderbird does: by a map of unique IDs."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

# of the keys that hide messages: these hide none
DEFAULTS = ("0", "all", "yes", "none")


def date_ago(days):
    """Return the date of so many days ago."""
    return (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%d")


@dataclass
class Message:
    """A message of INBOX, named by its subject. The age is in days."""
    subject: str
    age: float = 0
    seen: bool = False
    deleted: bool = False


class View:
    """The rules. `box` has the messages in their order; `keys` are those of the policy."""

    def __init__(self):
        self.box = []
        self.keys = {}
        # subjects: listed at any time, not to come back, to be listed once more
        self._listed, self._left, self._due = set(), set(), set()
        self._filtered = False
        self._unread = set()

    def _passes(self, message):
        days = int(self.keys.get("pop3_show_days", 0))
        if days and message.age > days:
            return False
        since = self.keys.get("pop3_show_since", "none")
        if since != "none" and date_ago(message.age) < since:
            return False
        return not (self.keys.get("pop3_show") == "unread" and message.seen)

    def _is_shown(self, message):
        if message.subject in self._left:
            return False
        if self.keys.get("pop3_show_deleted") == "no" and message.deleted:
            return False
        return message.subject in self._due or self._passes(message)

    def _newest(self, shown):
        """Return what is left of them by pop3_max_messages. All that is older is too old
        from now on, whether it was listed or not."""
        most = int(self.keys.get("pop3_max_messages", 0))
        counted = [message for message in shown if message.subject not in self._due]
        if most == 0 or len(counted) < most:
            return shown
        floor = self.box.index(counted[-most])
        older = {message.subject for message in self.box[:floor]} - self._due
        self._left |= older
        return [message for message in shown if message.subject not in older]

    def filters(self):
        """True if any key hides something."""
        return any(value not in DEFAULTS for key, value in self.keys.items()
                   if key.startswith(("pop3_show", "pop3_max")))

    def session(self):
        """A session begins. Return the messages that are listed."""
        filters = self.filters()
        if not (filters and self._filtered):
            # nobody knows what was listed while there was no filter
            self._listed = {message.subject for message in self.box}
        if not filters:
            self._due.clear()
        self._filtered = filters
        return self._list()

    def _list(self):
        self._unread = {message.subject for message in self.box if not message.seen}
        shown = self._newest([message for message in self.box if self._is_shown(message)])
        names = {message.subject for message in shown}
        self._left |= self._listed & {message.subject for message in self.box} - names
        self._listed |= names
        return shown

    def ends(self, retrieved, quits):
        """A session that has retrieved these messages ends, and marks some of them read."""
        marked = [message for message in retrieved
                  if message.subject in self._unread and self._marks(quits)]
        if self.keys.get("pop3_show") == "unread":
            if quits:
                self._due -= {message.subject for message in retrieved}
            else:
                self._due |= {message.subject for message in marked}
        for message in marked:
            message.seen = True

    def _marks(self, quits):
        mark_read = self.keys.get("pop3_mark_read", "stock")
        return mark_read == "stock" or mark_read == "quit" and quits

    def reset(self):
        """The administrator lets all come back that the keys let through."""
        self._left.clear()
        self._filtered = False


class Program:
    """A mail program that leaves messages on the server: it knows those by their unique
    IDs which were listed last, and fetches the others."""

    def __init__(self):
        self._known, self._listed, self._fetched = set(), [], []
        # subjects, as often as they were stored
        self.stored = []

    def new(self, pop):
        """Return the numbers of the messages that it does not know."""
        self._listed = [line.split()[1] for line in pop.uidl()[1]]
        self._fetched = []
        return [number for number, uid in enumerate(self._listed, 1) if uid not in self._known]

    def fetch(self, pop, number):
        self._fetched.append(next(line[9:].decode() for line in pop.retr(number)[1]
                                  if line.startswith(b"Subject: ")))

    def quits(self, pop):
        """Store what was fetched."""
        pop.quit()
        self.stored += self._fetched
        self._known = set(self._listed)

    def session(self, pop, dies_after=None):
        """Fetch what is new, and QUIT; or be gone after so many messages, which are not
        stored then. Return the numbers of the messages that were retrieved."""
        new = self.new(pop)[:dies_after]
        for number in new:
            self.fetch(pop, number)
        if dies_after is None:
            self.quits(pop)
        return new
