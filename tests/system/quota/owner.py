# SPDX-License-Identifier: LGPL-2.1-or-later
"""The owner of a mailbox with a limit, and the notices that they are sent."""

import base64
import os
import re
import smtplib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from instance import PASSWORD, Dovecot, message
from maildrop import Maildrop
from names import STATE

NOTICE = re.compile(r"coexist: Quota notice: user=<(.*?)> level=(\S+) \((.*?)\) .*"
                    r"channel=(\S+)")
LDA = "/usr/lib/dovecot/dovecot-lda"
KB = 1024
# Twice as long as a session waits until it looks at the mailbox that it has changed.
SESSION_LOOKS = 1


def of_size(size, subject="filling"):
    """Return a message of about `size` bytes, by less than a hundredth."""
    line = b"Nobody is going to read this line, which is for the quota. 123\r\n"
    content = message(subject)
    return content + line * ((size - len(content)) // len(line))


class Owner(Maildrop):
    """A mailbox whose limit is `limit` bytes."""

    def __init__(self, server, user, limit=1000 * KB, folder="mail"):
        super().__init__(server, user)
        self.limit = limit
        self._state = self.folder.parent / folder / STATE

    def fill(self, percent):
        """Deliver one message that takes so many percent of the limit."""
        self.deliver(of_size(self.limit * percent // 100))

    def fill_silently(self, percent, folder="INBOX"):
        """The same as an administrator, whom nobody is told of."""
        content = of_size(self.limit * percent // 100)
        self.server.doveadm("save", "-u", self.user, "-m", folder, input=content.decode())

    def deliver_by_lda(self, content):
        """Deliver one message by dovecot-lda, as it is."""
        self.server.inside(LDA, "-c", "/mnt/etc/dovecot.conf", "-d", self.user, input=content)

    def forget(self):
        """Let the mailbox be one that was never looked at."""
        self._state.unlink()

    def deliver_at_once(self, count, percent, meanwhile=lambda: None):
        """Deliver so many messages, each over a connection of its own."""
        content = of_size(int(self.limit * percent / 100))
        start = threading.Barrier(count)

        def one(_):
            with smtplib.LMTP(self.server.host, self.server.port("lmtp"), timeout=60) as lmtp:
                # no process has to start then
                start.wait()
                lmtp.sendmail("sender@example.org", [self.user], content)
        with ThreadPoolExecutor(count) as threads:
            deliveries = threads.map(one, range(count))
            meanwhile()
            list(deliveries)

    def swing(self, count):
        """Deliver a message of 3 % and remove it, so many times."""
        content = of_size(self.limit * 3 // 100, "swinging")
        with self.imap() as imap, smtplib.LMTP(self.server.host,
                                               self.server.port("lmtp")) as lmtp:
            imap.select()
            for _ in range(count):
                lmtp.sendmail("sender@example.org", [self.user], content)
                imap.noop()
                numbers = imap.search(None, "SUBJECT", "swinging")[1][0].split()
                assert len(numbers) == 1
                imap.store(numbers[0], "+FLAGS", "\\Deleted")
                imap.expunge()

    def saved(self):
        """Return how many messages were delivered so far."""
        return len(re.findall(rf"lmtp\({self.user}\).* saved mail", self.server.log_text()))

    @contextmanager
    def locked_state(self):
        """Inside, somebody else changes the state, and who wants to has to wait."""
        lock = self._state.with_name(f"{STATE}.lock")
        lock.touch()
        try:
            yield
        finally:
            lock.unlink()

    def notices(self, channel="event"):
        """Return what was told, in order: level names, and "recovered"."""
        words = {"reached": "{}", "still reached": "reminder {}",
                 "below every level again": "recovered"}
        return [words[found[3]].format(found[2])
                for found in NOTICE.finditer(self.server.log_text())
                if found[1] == self.user and found[4] == channel]

    def expect(self, *notices, channel="event"):
        """Wait until exactly this was told since the mailbox exists.

        A delivery has told by its reply. An IMAP session that is open looks a little
        later, and so one notice too many would come a little later.
        """
        self.server.wait_for(lambda: len(self.notices(channel)) >= len(notices),
                             what=f"the notices {notices} to {self.user}")
        if self._is_in_session():
            time.sleep(SESSION_LOOKS)
        assert self.notices(channel) == list(notices)

    def _is_in_session(self):
        """True if an IMAP session is open: the log has its begin and not its end."""
        ends = re.findall(rf"imap\({self.user}\).* in=\d+ out=\d+", self.server.log_text())
        return len(self.server.logins("imap", self.user)) > len(ends)

    def state(self):
        """Return what is remembered as {name: value}."""
        text = self._state.read_bytes().decode("latin-1") if self._state.exists() else ""
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def change_state(self, **values):
        """Let something else have written these values into the state."""
        state = self.state() | {name: str(value) for name, value in values.items()}
        self.write_state("".join(f"{name}={value}\n"
                                 for name, value in state.items()).encode())

    def write_state(self, text):
        """Let something else have written the file."""
        self._state.write_bytes(text)

    def lock_state_folder(self):
        """Let nobody write the state."""
        os.chown(self._state.parent, 0, 0)
        self._state.parent.chmod(0o555)

    def log_problems(self):
        """Return the warnings and errors of this user's sessions and deliveries."""
        return [line for line in self.server.log_problems()
                if re.search(rf"\({self.user}\)|rcpt {self.user}:|/{self.user}/", line)]

    def state_problems(self):
        """Return what was logged about the state of this mailbox."""
        return [line for line in self.log_problems() if STATE in line]

    def wait_level(self, level):
        """Wait until this level is what is remembered."""
        self.server.wait_for(lambda: self.state().get("quota_level") == level,
                             what=f"level {level} to be remembered of {self.user}")

    def remove_all(self):
        """Remove all messages from INBOX as an administrator, which tells nobody."""
        self.server.doveadm("expunge", "-u", self.user, "mailbox", "INBOX", "all")

    def remove(self, number):
        """The same with one message."""
        self.server.doveadm("expunge", "-u", self.user, "mailbox", "INBOX", str(number))

    def visit(self, protocol="imap"):
        """Log in, do nothing, and leave; what it is told is told then."""
        if protocol == "pop3":
            with self.pop3() as client:
                client.quit()
        else:
            before = self._logouts(protocol)
            {"imap": self._imap_visit, "submission": self._submission_visit,
             "sieve": self._sieve_visit}[protocol]()
            self.server.wait_for(lambda: self._logouts(protocol) > before,
                                 what=f"the end of the {protocol} session")

    def _imap_visit(self):
        self.server.imap(self.user).logout()

    def _submission_visit(self):
        with smtplib.SMTP(self.server.host, self.server.port("submission"), timeout=60) as client:
            client.login(self.user, PASSWORD)

    def _sieve_visit(self):
        plain = base64.b64encode(f"\0{self.user}\0{PASSWORD}".encode()).decode()
        with socket.create_connection((self.server.host, self.server.port("sieve")),
                                      60) as client:
            client.sendall(f'AUTHENTICATE "PLAIN" "{plain}"\r\nLOGOUT\r\n'.encode())
            while client.recv(4096):
                pass

    def _logouts(self, service):
        return len(re.findall(rf"{service}\({self.user}\).* Logged out",
                              self.server.log_text()))


@contextmanager
def unreadable(folder):
    """Inside, the server can't look into the folder."""
    before = folder.stat()
    os.chown(folder, 0, 0)
    folder.chmod(0)
    yield
    os.chown(folder, before.st_uid, before.st_gid)
    folder.chmod(before.st_mode)


def limit_fields(size):
    """Return the userdb fields that give a mailbox this limit, such as "600K"."""
    if Dovecot.installed().generation == 23:
        return {"quota_rule": f"*:storage={size}"}
    return {"quota_storage_size": size}


def known(server, group="user", **where):
    """Return the owner of a new mailbox that was looked at before."""
    owner = Owner(server, server.maildrop(group).user, **where)
    owner.deliver(1)
    owner.wait_level("none")
    return owner
