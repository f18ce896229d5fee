"""A private Dovecot with plenty of mailboxes that nobody used before."""

from instance import Instance
from maildrop import Maildrop

PLENTY = 60


class Server(Instance):
    """An Instance that the tests of a module share, each with its own mailboxes.

    groups  {group: userdb fields}: mailboxes besides those of the group "user",
            whose owners have no userdb fields of their own
    """

    def __init__(self, folder, groups=None, **settings):
        groups = {"user": {}, **(groups or {})}
        users = {f"{group}{number}": fields
                 for group, fields in groups.items() for number in range(PLENTY)}
        super().__init__(folder, users=users, **settings)
        self._unused = {group: iter(range(PLENTY)) for group in groups}

    def maildrop(self, group="user"):
        """Return an empty mailbox of the group that no test has used yet."""
        return Maildrop(self, f"{group}{next(self._unused[group])}")
