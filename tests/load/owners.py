# SPDX-License-Identifier: LGPL-2.1-or-later
"""An owner whose sessions may be killed, and who counts the messages."""

import imaplib
import itertools
import poplib
import re
import smtplib
import threading
import time
from collections import Counter
from contextlib import suppress

from choices import Metadata
from instance import PASSWORD, InstanceError, message, processes

TOKEN = re.compile(r"#(\w+-\d+)#")
BODY = "The quick brown fox jumps over the lazy dog.\n" * 40
# How often a client comes back and deletes again what it is shown. Dovecot may have to make
# the indexes of an mdbox anew, by which what had been expunged is there again.
TURNS = 5
REBUILDING = re.compile(r": [Rr]ebuilding index")
MARKS = ("complete", "quit", "never")
GONE = (OSError, EOFError, poplib.error_proto, imaplib.IMAP4.error, smtplib.SMTPException,
        InstanceError)


class Owner:
    """accepted  the messages that an LMTP session has taken
    moved_by_imap  those that IMAP was told to move. Dovecot's own MOVE that is killed leaves the
        message in both; and where ours was killed, it moves the message away from its copy
    is_rebuilt  whether Dovecot has made an index of the mailbox anew
    """

    def __init__(self, server, user):
        self._server, self.user = server, user
        self._numbers = itertools.count()
        self._turn = threading.Lock()
        self.accepted, self.moved_by_imap = set(), set()
        self.twice_by_imap = set()
        self._in_doubt = set()
        self.is_rebuilt = False

    # What an owner does, of whose sessions each may be killed

    def does_something(self, chance):
        """Do one thing; return what, since when, and what has become of it."""
        action = chance.choice((self._gets_mail, self._gets_mail, self._downloads,
                                self._downloads, self._reads, self._marks, self._moves,
                                self._stores, self._sends, self._chooses, self._expires,
                                self._undoes, self._asks, self._is_told))
        begin = f"since {time.time() % 60:06.3f}"
        try:
            action(chance)
        except GONE as error:
            return action.__name__, begin, repr(error)[:80]
        return action.__name__, begin, "done"

    def _new(self, kind):
        token = f"{self.user}{kind}-{next(self._numbers)}"
        return token, message(f"#{token}#", BODY, to=f"{self.user}@example.org",
                              sender=f"{self.user}@example.org")

    def _gets_mail(self, chance):
        made = dict(self._new("in") for _ in range(chance.randint(1, 4)))
        with smtplib.LMTP(self._server.host, self._server.port("lmtp"), timeout=60) as client:
            for token, content in made.items():
                self._in_doubt.add(token)
                client.sendmail("sender@example.net", [self.user], content)
                self.accepted.add(token)

    def _downloads(self, chance):
        # of an owner's sessions several may delete the same messages
        client = self._pop3()
        for number in range(client.stat()[0], 0, -1):
            if chance.random() < 0.6:
                client.retr(number)
            if chance.random() < 0.5:
                client.dele(number)
        if chance.random() < 0.1:
            client.rset()
        client.quit() if chance.random() < 0.9 else client.close()

    def _reads(self, chance):
        client = self._imap()
        client.select("INBOX")
        client.fetch("1:*", "(BODY[])" if chance.random() < 0.5 else "(FLAGS)")
        client.logout()

    def _marks(self, chance):
        client = self._imap()
        client.select("INBOX")
        flag = chance.choice(("\\Seen", "\\Flagged", "\\Answered", "Work"))
        client.store("1:*", chance.choice(("+FLAGS", "-FLAGS")), f"({flag})")
        client.logout()

    def _moves(self, chance):
        client = self._imap()
        count = int(client.select("INBOX")[1][0])
        if count > 0:
            number = str(chance.randint(1, count))
            header = client.fetch(number, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
            found = TOKEN.search(header[0][1].decode())
            client.create("Projects")
            self.moved_by_imap.add(found and found[1])
            client._simple_command("MOVE", number, "Projects")
        client.logout()

    def _stores(self, _chance):
        client = self._imap()
        token, content = self._new("app")
        self._in_doubt.add(token)
        if client.append("Drafts", None, None, content)[0] == "OK":
            self.accepted.add(token)
        client.logout()

    def _sends(self, _chance):
        token, content = self._new("sent")
        self._in_doubt.add(token)       # it may be in Sent
        with smtplib.SMTP(self._server.host, self._server.port("submission"),
                          timeout=60) as client:
            client.ehlo()
            client.login(self.user, PASSWORD)
            client.sendmail(f"{self.user}@example.org", ["friend@example.net"], content)

    def _chooses(self, chance):
        client = self._imap()
        Metadata(client).set(pop3_mark_read=chance.choice(MARKS))
        client.logout()

    def _expires(self, _chance):
        with self._turn:
            self._doveadm("expire", "-u", self.user)

    def _undoes(self, _chance):
        with self._turn:
            journal = self._doveadm("journal", "-u", self.user)
            sessions = re.findall(r"session: (\S+)", journal)
            if sessions:
                self._doveadm("undo", "-u", self.user, sessions[-1])

    def _asks(self, chance):
        self._doveadm(*chance.choice((("status", "-u", self.user),
                                      ("explain", "--pop3-view", "-u", self.user),
                                      ("policy", "get", "--effective", "-u", self.user))))

    def _is_told(self, chance):
        self._doveadm("policy", "set", "-u", self.user,
                      chance.choice((f"pop3_mark_read={chance.choice(MARKS)}",
                                     "imap_access=allow", "deny_text=Please ask the office")))

    # What it takes

    def _pop3(self):
        client = poplib.POP3(self._server.host, self._server.port("pop3"), timeout=60)
        client.user(self.user)
        client.pass_(PASSWORD)
        return client

    def _imap(self):
        client = imaplib.IMAP4(self._server.host, self._server.port("imap"), timeout=60)
        client.login(self.user, PASSWORD)
        return client

    def _doveadm(self, *arguments):
        result = self._server.doveadm("coexist", *arguments, check=False)
        # it writes to the terminal what others log
        if REBUILDING.search(result.stderr):
            self.is_rebuilt = True
        return result.stdout

    def _waits_for_the_end_of(self, service):
        title = re.compile(rf"/{service} \[{self.user}[ \]]")
        end = time.monotonic() + 60
        while any(title.search(processes.title(pid)) for pid in self._server.pids()):
            if time.monotonic() > end:
                break
            time.sleep(0.01)

    # The account

    def unlock(self):
        """Take the locks of the dead away, for which nobody waits here."""
        for lock in (self._server.folder / "home" / self.user).rglob("*lock"):
            with suppress(OSError):
                lock.unlink()

    def comes_back(self):
        """Delete what POP3 shows, as the client does that was cut off.

        A move in which Dovecot finds an index that it has to make anew fails.
        """
        for _ in range(TURNS):
            client = self._pop3()
            count = client.stat()[0]
            for number in range(1, count + 1):
                client.dele(number)
            with suppress(poplib.error_proto):
                client.quit()
            self._waits_for_the_end_of("pop3")
            if count == 0:
                break
        self._doveadm("expire", "-u", self.user)

    def look_for_rebuilds(self, log):
        """See in Dovecot's log whether it has made an index of the mailbox anew: it brings
        back then what had been expunged."""
        if re.search(rf"\({self.user}\).*{REBUILDING.pattern}", log):
            self.is_rebuilt = True

    def count(self):
        """Return what is wrong, a line each."""
        found = Counter()
        client = self._imap()
        for line in client.list()[1]:
            name = line.decode().rpartition(' "')[2].strip('"') if line.endswith(b'"') else \
                line.decode().rpartition(" ")[2]
            status, data = client.select(f'"{name}"', readonly=True)
            if status == "OK" and int(data[0]):
                # out of the message's file: a cached subject may be another message's
                # (doc/dovecot-notes.md, Storage)
                lines = client.fetch("1:*", "(BODY.PEEK[HEADER])")[1]
                found.update(token for line in lines if isinstance(line, tuple)
                             for token in TOKEN.findall(line[1].decode()))
        client.logout()
        self.twice_by_imap |= {token for token in self.moved_by_imap if found[token] > 1}
        faults = [f"lost: {token}" for token in sorted(self.accepted - set(found))]
        faults += [f"twice: {token}, {times} times" for token, times in sorted(found.items())
                   if times > 1 and token not in self.moved_by_imap]
        faults += [f"not as it should be: nobody has sent {token}"
                   for token in sorted(set(found) - self.accepted - self._in_doubt)]
        return faults

    def places(self, fault):
        """Return lines of where the message of a fault is."""
        token = re.search(r": (\w+-\d+)", fault)
        if token is None:
            return []
        found = self._server.doveadm("-f", "flow", "fetch", "-u", self.user,
                                     "mailbox uid guid flags date.saved", "mailbox", "*",
                                     "header", "subject", f"#{token[1]}#", check=False)
        return ["\n   " + line for line in found.stdout.splitlines()]
