# SPDX-License-Identifier: LGPL-2.1-or-later
"""An owner whose server goes away, and who remembers what it has confirmed."""

import itertools
from contextlib import suppress

from .owners import GONE, TOKEN, Owner

# what an owner remembers from one server to the next, each a set of messages
KEPT = ("accepted", "moved_by_imap", "deleted", "_in_doubt")


class Careful(Owner):
    """An owner who also knows which deletions were confirmed.

    deleted  the messages that POP3 has deleted, and QUIT was replied to by +OK
    """

    def __init__(self, server, user):
        super().__init__(server, user)
        self.deleted = set()

    def begins(self, chance):
        """Have some mail, and delete some."""
        for _ in range(3):
            self._gets_mail(chance)
        self._downloads(chance)

    def does_something(self, chance):
        action = chance.choice((self._gets_mail, self._gets_mail, self._downloads, self._downloads,
                                self._moves, self._stores, self._sends, self._chooses))
        with suppress(*GONE):
            action(chance)

    def _downloads(self, chance):
        client = self._pop3()
        going = set()
        for number in range(client.stat()[0], 0, -1):
            token = TOKEN.search(b"\n".join(client.retr(number)[1]).decode())
            if chance.random() < 0.5:
                client.dele(number)
                going |= {token[1]} if token else set()
        if client.quit().startswith(b"+OK"):
            self.deleted |= going

    def still_there(self):
        """Return the messages of the inbox whose deletion was confirmed."""
        client = self._imap()
        count = int(client.select("INBOX", readonly=True)[1][0])
        lines = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1] if count else []
        client.logout()
        found = {token for line in lines if isinstance(line, tuple)
                 for token in TOKEN.findall(line[1].decode())}
        return sorted(found & self.deleted)

    def still_listed(self):
        """Return the messages whose deletion was confirmed, and that POP3 lists."""
        client = self._pop3()
        texts = [b"\n".join(client.top(number, 0)[1]).decode()
                 for number in range(1, client.stat()[0] + 1)]
        client.quit()
        return sorted(self.deleted & {token for text in texts for token in TOKEN.findall(text)})

    def memory(self):
        """Return what the next server's owner has to know, for recalls()."""
        return {"number": next(self._numbers),
                **{name: sorted(vars(self)[name]) for name in KEPT}}

    def recalls(self, number, **kept):
        """Know what an owner of before did."""
        self._numbers = itertools.count(number)
        for name, messages in kept.items():
            vars(self)[name] = set(messages)
