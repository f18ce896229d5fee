# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that download mail by POP3, each with a mailbox of its own on this disk.

POP_PROGRAMS are {what it is: a class}. Each call is one run of the program, as cron starts it
every few minutes; it returns the subjects of all that was ever stored, in that order.
"""

import re
from email import message_from_bytes

from auth.mail_programs import configured, run
from instance import PASSWORD

RUNS = 9


class PopProgram:
    """A program that leaves the mail on the server, unless it is told to delete it.

    command  what has to be installed
    marks    False if it downloads by TOP, which is no download for the server
    forgets  True if it downloads again what was not shown for a while
    """

    command = None
    marks = True
    forgets = False

    def __init__(self, server, user, folder, delete=False):
        self.server, self.user, self.folder, self.delete = server, user, folder, delete
        folder.mkdir(parents=True)

    def __call__(self):
        status, printed = self.download()
        assert status in self.fine, printed
        return self.stored()

    fine = (0,)

    @property
    def address(self):
        return self.server.host, self.server.port("pop3")

    def download(self):
        """Run it once; return (exit status, what it printed)."""
        raise NotImplementedError

    def until_done(self):
        """Run it until a run brings nothing more; return the same."""
        before, now = None, self.stored()
        for _ in range(RUNS):
            if now == before:
                return now
            before, now = now, self()
        raise AssertionError(f"each run brings something: {now}")

    def stored(self):
        return [message["Subject"] for message in self.messages()]

    def messages(self):
        """Return what it has stored, the oldest first: from one mbox, if it has one."""
        path = self.folder / "stored"
        if not path.exists():
            return []
        return [message_from_bytes(text) for text in
                re.split(rb"^From .*\n", path.read_bytes(), flags=re.M)[1:]]


class Fetchmail(PopProgram):
    """`options` are of its user, and `poll` of the server."""

    command = "fetchmail"
    fine = (0, 1, 13)       # 1 is no mail, and 13 that there is more
    options = ""
    poll = "uidl"
    marks = False

    def download(self):
        host, port = self.address
        config = configured(self.folder, "fetchmailrc", (
            f"set no syslog\nset no bouncemail\npoll {host} protocol pop3 port {port} "
            f"timeout 60 {self.poll}\n  user {self.user} password {PASSWORD} sslproto \"\" "
            f"{'nokeep' if self.delete else 'keep'} {self.options}\n"
            f"  mda \"sh -c '(echo From x; cat; echo) >>{self.folder}/stored'\"\n"))
        return run(self.folder, "fetchmail", "-f", config, "--idfile", self.folder / "ids",
                   "--pidfile", self.folder / "pid")


class FetchmailAll(Fetchmail):
    """It downloads all there is at each run, so it is for who deletes it."""

    options = "fetchall"
    marks = True

    def until_done(self):
        return super().until_done() if self.delete else self()


class FetchmailOne(Fetchmail):
    """It has a second connection for each message, and no IDs but those of its file."""

    options = "fetchlimit 1 expunge 1"


class Getmail(PopProgram):
    """It gives each message to a command."""

    command = "getmail"

    def download(self):
        host, port = self.address
        configured(self.folder, "getmailrc", (
            f"[retriever]\ntype = SimplePOP3Retriever\nserver = {host}\nport = {port}\n"
            f"username = {self.user}\npassword = {PASSWORD}\n"
            "[destination]\ntype = MDA_external\npath = /bin/sh\n"
            f"arguments = ('-c', '(echo From x; cat; echo) >>{self.folder}/stored')\n"
            "allow_root_commands = true\n"
            f"[options]\nread_all = false\ndelete = {str(self.delete).lower()}\n"))
        return run(self.folder, "getmail", f"--getmaildir={self.folder}", "--rcfile=getmailrc")


class Mpop(PopProgram):
    """It sends its commands in one go, as CAPA allows."""

    command = "mpop"
    pipelining = "on"

    def download(self):
        host, port = self.address
        return run(self.folder, "mpop", f"--host={host}", f"--port={port}",
                   f"--user={self.user}", f"--passwordeval=echo {PASSWORD}", "--tls=off",
                   "--auth=user", f"--delivery=mbox,{self.folder}/stored",
                   f"--pipelining={self.pipelining}",
                   f"--keep={'off' if self.delete else 'on'}",
                   f"--uidls-file={self.folder}/uidls")


class MpopOneByOne(Mpop):
    pipelining = "off"


class Curl(PopProgram):
    """A script's: it asks for the unique IDs and then for what it has not got yet."""

    command = "curl"

    def __init__(self, *arguments, **how):
        super().__init__(*arguments, **how)
        self._known = set()

    def _curl(self, path, *options):
        host, port = self.address
        return run(self.folder, "curl", "-sS", *options, f"pop3://{host}:{port}/{path}", "-u",
                   f"{self.user}:{PASSWORD}")

    def download(self):
        status, listed = self._curl("", "-X", "UIDL")
        if status:
            return status, listed
        for number, uid in re.findall(r"^(\d+) (\S+)", listed, re.M):
            if uid not in self._known:
                status, text = self._curl(number)
                if status:
                    return status, text
                self._known.add(uid)
                with (self.folder / "stored").open("a") as file:
                    file.write(f"From x\n{text}\n")
        if self.delete:
            for number in sorted(re.findall(r"^(\d+) ", listed, re.M), key=int, reverse=True):
                status, text = self._curl(number, "-X", "DELE", "-l")
                if status:
                    return status, text
        return 0, ""


POP_PROGRAMS = {"fetchmail": Fetchmail, "fetchmail fetchall": FetchmailAll,
                "fetchmail fetchlimit": FetchmailOne, "getmail": Getmail, "mpop": Mpop,
                "mpop one by one": MpopOneByOne, "curl": Curl}
# fetchall downloads again what stays on the server
LEAVE = {name: one for name, one in POP_PROGRAMS.items() if one is not FetchmailAll}
