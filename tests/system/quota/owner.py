"""The owner of a mailbox with a limit, and the notices that they are sent."""

import re
import threading

from instance import message
from maildrop import Maildrop

NOTICE = re.compile(r"coexist: Quota notice: user=<(.*?)> level=(\S+) \((.*?)\) .*"
                    r"channel=(\S+)")
STATE = "dovecot-coexist.state"
KB = 1024


def of_size(size, subject="filling"):
    """Return a message of about `size` bytes, by less than a hundredth."""
    line = b"Nobody is going to read this line, which is for the quota. 123\r\n"
    content = message(subject)
    return content + line * ((size - len(content)) // len(line))


class Owner(Maildrop):
    """A mailbox whose limit is `limit` bytes."""

    def __init__(self, server, user, limit=1000 * KB):
        super().__init__(server, user)
        self.limit = limit

    def fill(self, percent):
        """Deliver one message that takes so many percent of the limit."""
        self.deliver(of_size(self.limit * percent // 100))

    def deliver_at_once(self, count, percent):
        """Deliver so many messages, each over a connection of its own."""
        content = of_size(int(self.limit * percent / 100))
        start = threading.Barrier(count)

        def one():
            start.wait()
            self.server.deliver(self.user, content)
        threads = [threading.Thread(target=one) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def notices(self, channel="event"):
        """Return what was told, in order: level names, and "recovered"."""
        words = {"reached": "{}", "still reached": "reminder {}",
                 "below every level again": "recovered"}
        return [words[found[3]].format(found[2])
                for found in NOTICE.finditer(self.server.log_text())
                if found[1] == self.user and found[4] == channel]

    def expect(self, *notices, channel="event"):
        """Wait until exactly this was told since the mailbox exists."""
        self.server.wait_for(lambda: len(self.notices(channel)) >= len(notices),
                             what=f"the notices {notices} to {self.user}")
        assert self.notices(channel) == list(notices)

    def state(self):
        """Return what is remembered as {name: value}."""
        path = self.folder / STATE
        lines = path.read_text().splitlines() if path.exists() else []
        return dict(line.split("=", 1) for line in lines)

    def wait_level(self, level):
        """Wait until this level is what is remembered."""
        self.server.wait_for(lambda: self.state().get("quota_level") == level,
                             what=f"level {level} to be remembered of {self.user}")

    def visit(self, protocol="imap"):
        """Log in, do nothing, and leave; what it is told is told then."""
        if protocol == "pop3":
            with self.pop3() as client:
                client.quit()
        else:
            with self.imap() as client:
                pid = self.server.session_pid("imap", self.user)
                client.logout()
            self.server.wait_for(lambda: pid not in self.server.pids("imap"),
                                 what="the end of the IMAP session")


def known(server, group="user", **limit):
    """Return the owner of a new mailbox that was looked at before."""
    owner = Owner(server, server.maildrop(group).user, **limit)
    owner.deliver(1)
    owner.wait_level("none")
    return owner
