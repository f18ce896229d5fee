# SPDX-License-Identifier: LGPL-2.1-or-later
"""One user's INBOX: fill it, download it by POP3, look at it by IMAP."""

import hashlib
import imaplib
import os
import poplib
import re
import shutil
import signal
from contextlib import contextmanager, suppress
from datetime import datetime, timezone

from idle import Idle
from instance import InstanceError, config, message, wait
from transcript import Transcript

LINE = b"Nobody is going to read this. " * 30 + b"\r\n"


def large_message(**headers):
    """Return a message of 8 MB, more than socket buffers hold."""
    return message("large", **headers) + LINE * (8 * 1024 * 1024 // len(LINE))


def starttls(server):
    """Return what to do before_login to continue in TLS."""
    return lambda client: client.stls(server.tls_context())


def _is_running(pid):
    return os.path.exists(f"/proc/{pid}")


class Maildrop:
    """The INBOX of `user` at a Server."""

    def __init__(self, server, user):
        self.server = server
        self.user = user

    @property
    def folder(self):
        """Where the mails lie, as seen from outside."""
        return self.server.folder / "home" / self.user / "mail"

    # Filling it

    def deliver(self, *messages):
        """Deliver messages by LMTP; a number stands for so many small ones."""
        made = []
        for item in messages:
            made += [message(f"number {n}") for n in range(1, item + 1)] \
                if isinstance(item, int) else [item]
        self.server.deliver(self.user, made)

    def append(self, *messages, received=None):
        """Store messages by IMAP, byte for byte and with any date."""
        date = imaplib.Time2Internaldate(received or datetime.now(timezone.utc))
        with self.imap() as client:
            for content in messages:
                assert client.append("INBOX", None, date, content)[0] == "OK"

    # POP3

    @contextmanager
    def pop3(self, **how):
        """A session by poplib; afterwards the server has finished with it.

        Without a quit() inside, the connection is just closed.
        """
        with self._session(lambda: self.server.pop3(self.user, **how)) as client:
            yield client

    def delete(self, *numbers):
        """Delete messages in a session of their own; return the reply to QUIT."""
        with self.pop3() as client:
            for number in numbers:
                client.dele(number)
            try:
                return client.quit().decode()
            except poplib.error_proto as error:
                return error.args[0].decode()

    @contextmanager
    def transcript(self):
        """A session as above, but by a bare socket: a Transcript."""
        def log_in():
            connection = Transcript(self.server.host, self.server.port("pop3"))
            connection.login(self.user)
            return connection
        with self._session(log_in) as connection:
            yield connection

    def pop3_pid(self):
        """The process of the POP3 session that is open."""
        return self.server.session_pid("pop3", self.user)

    @contextmanager
    def _session(self, log_in):
        known = len(self.server.logins("pop3", self.user))
        connection = log_in()
        try:
            pid = self.server.session_pid("pop3", self.user, known)
            yield connection
        finally:
            connection.close()
        self._kick_if_forgotten(pid)
        self.server.wait_for(lambda: not _is_running(pid), 20,
                             "the end of the POP3 session")

    def _kick_if_forgotten(self, pid):
        """End a session whose client's end Dovecot has missed.

        That is Dovecot's: doc/dovecot-notes.md, POP3.
        """
        try:
            self.server.wait_for(lambda: not _is_running(pid), 10)
        except InstanceError:
            with suppress(InstanceError):   # it is gone now
                self.server.kill(pid, signal.SIGTERM)

    # IMAP

    @contextmanager
    def imap(self):
        """A session by imaplib."""
        client = self.server.imap(self.user)
        try:
            yield client
        finally:
            client.shutdown()

    @contextmanager
    def idle(self):
        """An IMAP session that waits in IDLE for news."""
        with self.imap() as client:
            yield Idle(client)

    def flags(self, mailbox="INBOX"):
        """Return {message number: set of its flags and keywords}."""
        with self.imap() as client:
            count = int(client.select(mailbox, readonly=True)[1][0])
            lines = client.fetch("1:*", "(FLAGS)")[1] if count else []
        found = {}
        for line in lines:
            number, flags = re.match(rb"(\d+) \(FLAGS \((.*)\)\)", line).groups()
            found[int(number)] = set(flags.decode().split())
        return found

    def having(self, flag):
        """Return the numbers of the messages with a flag or keyword, in order."""
        return [number for number, flags in self.flags().items() if flag in flags]

    def subjects(self, mailbox="INBOX"):
        """Return the subjects in a mailbox, in order; [] if there is no such one."""
        with self.imap() as client:
            status, data = client.select(mailbox, readonly=True)
            if status == "NO":
                return []
            lines = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1] \
                if int(data[0]) else []
        return [re.search(rb"Subject: (.*?)\r\n", line[1])[1].decode()
                for line in lines if isinstance(line, tuple)]

    def seen(self):
        """Return the numbers of the messages that are read, in order."""
        return self.having("\\Seen")

    def search(self, *criteria):
        """Return the message numbers that IMAP SEARCH finds."""
        with self.imap() as client:
            client.select(readonly=True)
            return [int(number) for number in client.search(None, *criteria)[1][0].split()]

    def quota_messages(self):
        """Return how many messages the quota plugin counts."""
        table = self.server.doveadm("-f", "tab", "quota", "get", "-u", self.user)
        return int(re.search(r"\tMESSAGE\t(\d+)\t", table)[1])

    # What the server wrote

    def log_problems(self):
        """Return the warnings and errors of this user's sessions."""
        return [line for line in self.server.log_problems() if f"({self.user})" in line]

    # Files

    def make_virtual(self, name, definition):
        """Define a mailbox of the virtual plugin, below ~/virtual."""
        folder = self.folder.with_name("virtual") / name
        folder.mkdir(parents=True)
        (folder / "dovecot-virtual").write_text(definition)
        for path in (folder.parents[1], folder.parent, folder):
            shutil.chown(path, *config.owner())

    def unlock(self):
        """Take away the locks of the dead, for which Dovecot waits a while."""
        for lock in self.folder.rglob("*lock"):
            lock.unlink()

    def settle(self):
        """Dovecot looks once more at a maildir that had just changed when it was read."""
        for _ in range(2):
            wait.wait_for_next_second()
        self.server.doveadm("mailbox", "status", "-u", self.user, "messages", "INBOX")

    def snapshot(self):
        """Return {file name: hash} of all that is stored of this mailbox."""
        return {str(path.relative_to(self.folder)):
                hashlib.sha256(path.read_bytes()).hexdigest()
                for path in self.folder.rglob("*") if path.is_file()}
