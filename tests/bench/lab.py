# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that differ in nothing but our modules, and share their mailboxes."""

import os
import shutil
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from instance import BUILT, NOTICE_TEXTS, PASSWORD, Dovecot, Instance
from instance.block import block
from instance.gate import STORE, Store

from . import documents, mailboxes, site, stock_deny, stock_warning
from .compare import Sample
from .machine import isolate

BARE, LOADED, COMPLETE = "bare", "loaded", "complete"
# Dovecot with a plugin of its own that does nothing here.
NOTIFY = "notify"
# The gate, with documents that only allow or deny, and with keys for sessions.
ACCESS, KEYS = "access", "keys"
ACCESS_CHANGED, KEYS_CHANGED = "access-changed", "keys-changed"
# The same where the mailbox has no document, and its domain and everybody have one.
NO_DOCUMENT = "no-document"
# Sessions that look whether their mailbox has a note of its use.
NOTED = "noted"
LAZY_EXPUNGE, TRASH, KEEP = "lazy_expunge", "trash", "keep"
# All that a short POP3 session may have to do, without a term and with one.
BUSY, BUSY_KEEP = "busy", "busy-keep"
LARGE = "large"
# What POP3 is shown of a mailbox.
NEWEST, UNREAD, ALL_SHOWN = "newest", "unread", "all-shown"
# The same policy, closed to owners and open.
SETTLED_KEYS, OPENED = "settled-keys", "opened"
# A POP3 maildrop of many mailboxes: ours, and one that is configured by hand.
FOLDERS, HAND = "folders", "by-hand"
SENT = "sent"
QUOTA, NOTICES, SCRIPT, GATED_QUOTA = "quota", "notices", "script", "gated-quota"
# One more passdb of Dovecot's own, which denies.
SQL_DENY, LUA_DENY = "sql-deny", "lua-deny"
LIMIT = "100G"
FEW = 10
LAZY_SETTING = {23: block("plugin", ["lazy_expunge = EXPUNGED"]),
                24: "lazy_expunge_mailbox = EXPUNGED\n"}
_BUSY = {"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes",
         "pop3_delete": "trash", "pop3_delete_limit": "500", "pop3_mark_read_days": "30",
         "pop3_fetcher_networks": "192.0.2.0/24"}

_SETTLED = {"pop3_mark_read": "complete", "pop3_delete": "trash"}
_VIRTUAL = {23: ("location = maildir:~/mail:INBOX=~/mail", "location = virtual:~/virtual"),
            24: ("mail_inbox_path = ~/mail", "mail_driver = virtual\nmail_path = ~/virtual")}


def _by_hand(real, virtual):
    """Return the namespaces of a virtual INBOX over the real mailboxes."""
    return block("namespace inbox", ["inbox = no", "prefix = real/", real]) + block(
        "namespace pop", ["inbox = yes", "separator = /", "hidden = yes", "list = no",
                          *virtual.split("\n")])


SERVERS = {
    BARE: {},
    NOTIFY: {"plugins": {"all": ["notify"]}},
    LOADED: {"modules": BUILT},
    COMPLETE: {"modules": BUILT, "coexist": {"pop3_mark_read": "complete"}},
    NOTED: {"modules": BUILT, "coexist": {"note_last_use": "address"}},
    ACCESS: {"modules": BUILT, "gate": True},
    KEYS: {"modules": BUILT, "gate": True},
    ACCESS_CHANGED: {"modules": BUILT, "gate": True},
    KEYS_CHANGED: {"modules": BUILT, "gate": True},
    NO_DOCUMENT: {"modules": BUILT, "gate": True},
    LAZY_EXPUNGE: {"plugins": {"pop3": ["lazy_expunge"]},
                   "conf": LAZY_SETTING[Dovecot.installed().generation]},
    TRASH: {"modules": BUILT, "coexist": {"pop3_delete": "trash"}},
    KEEP: {"modules": BUILT, "coexist": {"pop3_keep_days": "30",
                                         "pop3_mark_read": "complete",
                                         "pop3_mark_downloaded": "yes"}},
    BUSY: {"modules": BUILT, "coexist": _BUSY},
    BUSY_KEEP: {"modules": BUILT, "coexist": {**_BUSY, "pop3_keep_days": "30"}},
    LARGE: {"modules": BUILT, "coexist": {
        "pop3_mark_read": "complete", "pop3_delete": "trash", "pop3_delete_limit": "500"}},
    NEWEST: {"modules": BUILT, "coexist": {"pop3_max_messages": "1000"}},
    UNREAD: {"modules": BUILT, "coexist": {"pop3_show": "unread"}},
    ALL_SHOWN: {"modules": BUILT, "coexist": {
        "pop3_show": "unread", "pop3_show_since": "2000-01-01", "pop3_show_deleted": "no",
        "pop3_max_messages": "1000000"}},
    SETTLED_KEYS: {"modules": BUILT, "coexist": _SETTLED},
    OPENED: {"modules": BUILT, "coexist": {
        **_SETTLED, "owner_may_change": "pop3_delete pop3_mark_read quota_warn"}},
    FOLDERS: {"modules": BUILT, "plugins": {"pop3": ["virtual"]}, "coexist": {
        "pop3_folders": "f*"}},
    HAND: {"plugins": {"pop3": ["virtual"]},
           "conf": _by_hand(*_VIRTUAL[Dovecot.installed().generation])},
    SENT: {"modules": BUILT, "coexist": {"sent_copy": "always"}},
    QUOTA: {"quota": LIMIT},
    NOTICES: {"modules": BUILT, "quota": LIMIT, "coexist": {
        "quota_warn": "80 95", "template_dir": str(NOTICE_TEXTS)}},
    GATED_QUOTA: {"modules": BUILT, "quota": LIMIT, "gate": True},
    SCRIPT: {"quota": LIMIT, "conf": stock_warning.conf()},
    SQL_DENY: stock_deny.options(stock_deny.SQL, documents.REFUSED, "imap"),
    LUA_DENY: stock_deny.options(stock_deny.LUA, documents.REFUSED, "imap"),
}
# The store of a server with a gate: (documents of mailboxes, kind of documents).
STORES = {ACCESS: (FEW, documents.ACCESS), KEYS: (FEW, documents.KEYS),
          ACCESS_CHANGED: (FEW, documents.ACCESS), KEYS_CHANGED: (FEW, documents.KEYS),
          NO_DOCUMENT: (FEW, documents.ACCESS),
          GATED_QUOTA: (FEW, documents.KEYS)}
ENDLESS = "unlimited"
SETTLED_SECS = 3


def _sessions(count):
    """Return the options of Instance for processes that serve so many sessions."""
    number = 0 if count == ENDLESS else count
    return {f"conf{generation}": "".join(block(f"service {protocol}", [line])
                                         for protocol in ("imap", "pop3"))
            for generation, line in ((23, f"service_count = {number}"),
                                     (24, f"restart_request_count = {count}"))}


def program(name):
    """Return one of the programs that tests/bench/run has built."""
    return os.path.join(os.environ["COEXIST_BENCH"], name)


class Server:
    """One of the SERVERS, running."""

    def __init__(self, dovecot, timed):
        self.dovecot = dovecot
        self._prepare = isolate if timed else None
        for pid in dovecot.pids() if timed else ():
            isolate(pid)

    def load(self, user, *action):
        """Run pop3-load; return the seconds that it measured."""
        return self._finish(self._pop3(user, *action))

    def measure(self, user, *action):
        """Run pop3-load; return its time and the server's processor time."""
        return self._measure(lambda: self.load(user, *action))

    def login(self, user):
        """Start pop3-load, which logs in, says how long that took, and stays."""
        return self._pop3(user, "login")

    def measure_login(self, user):
        """The same for a login; its process ends only after it was looked at."""
        with self.login(user) as client:
            sample = self._measure(lambda: float(client.stdout.readline()))
            client.stdin.close()
        return sample

    def measure_logins(self, protocol, users, count, clients):
        """The same for logins and logouts of several users by login-load."""
        return self._measure(lambda: self._finish(self._run(
            "login-load", protocol, self.dovecot.port(protocol), ",".join(users),
            PASSWORD, count, clients)))

    def measure_deliveries(self, users, count, size):
        """The same for deliveries of messages of that size to users in turn."""
        return self._measure(lambda: self.deliver(users, count, size))

    def deliver(self, users, count, size):
        """Run lmtp-load; return the seconds that it measured."""
        return self._finish(self._run("lmtp-load", self.dovecot.port("lmtp"),
                                      ",".join(users), count, size))

    def _measure(self, work):
        before = self._cpu()
        seconds = work()
        return Sample(seconds, self._cpu_since(before))

    def _finish(self, client):
        with client:
            seconds = client.communicate()[0]
        if client.returncode != 0:
            raise RuntimeError(f"{client.args[0]} failed:\n"
                               f"{self.dovecot.log_text()[-1000:]}")
        return float(seconds)

    def _pop3(self, user, *action):
        return self._run("pop3-load", self.dovecot.port("pop3"), user, PASSWORD, *action)

    def _run(self, name, *arguments):
        return subprocess.Popen([program(name), *map(str, arguments)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                preexec_fn=self._prepare)

    def cpu_of_all(self):
        """Return the seconds of all the processes so far, of those that ended, too.

        What ended is counted by whoever waited for it, in hundredths of a second.
        """
        living = sum(self._cpu().values()) / 1e9
        ended = 0
        for pid in self.dovecot.pids():
            with suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text()
                ended += sum(map(int, stat.rpartition(")")[2].split()[13:15]))
        return living + ended / os.sysconf("SC_CLK_TCK")

    def _cpu(self):
        """Return {process id: nanoseconds on a processor}."""
        times = {}
        for pid in self.dovecot.pids():
            try:
                text = Path(f"/proc/{pid}/schedstat").read_text()
            except OSError:
                continue
            times[pid] = int(text.split()[0])
        return times

    def _cpu_since(self, before):
        return sum(time - before.get(pid, 0) for pid, time in self._cpu().items()) / 1e9


class Lab:
    """A folder with mailboxes and the servers for them."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.home.chmod(0o777)
        self.users = {}
        self.stores = {}

    def add_user(self, name, **fields):
        """Make an account known to the servers that are started from now on."""
        self.users[name] = fields

    def add_mailbox(self, name, count, size):
        """Make an account with a maildir of unread messages, once."""
        if name not in self.users:
            self.add_user(name)
            mailboxes.maildir(self.home / name / "mail", count, size)

    def store(self, count, kind=documents.KEYS):
        """Return a folder with policies of so many mailboxes, made once."""
        if (count, kind) not in self.stores:
            folder = self.stores[count, kind] = self.folder / f"store.{kind}.{count}"
            documents.make(folder, count, kind)
            Store(folder).mark()
        return self.stores[count, kind]

    @contextmanager
    def servers(self, *names, sessions=1, timed=False, conf="", **options):
        """Run the named SERVERS side by side; {name: Server}.

        A number is the name of a server like KEYS with policies of so many mailboxes.

        sessions  how many of them an imap or pop3 process serves before it ends
        timed     whether nothing else may take the processor from them
        """
        options.update(_sessions(sessions))
        with ExitStack() as stack:
            running = {}
            for name in names:
                folder = self._folder(name)
                settings = site.options(**SERVERS[name if name in SERVERS else KEYS])
                settings["conf"] += conf
                if name == SQL_DENY:
                    stock_deny.fill(folder, documents.REFUSED, "imap")
                if name in STORES or name not in SERVERS:
                    (folder / STORE).symlink_to(self.store(*STORES.get(name, (name,))))
                if name == SCRIPT:
                    _write_script(folder)
                dovecot = Instance(folder, users=self.users, **{**settings, **options})
                running[name] = Server(stack.enter_context(dovecot), timed)
            yield running

    def settle(self, work):
        """Have a bare server do the work, until the mailboxes are what they stay.

        A maildir whose folders changed just now is looked at again at each login.
        """
        with self.servers(BARE, sessions=ENDLESS) as servers:
            work(servers[BARE])
            time.sleep(SETTLED_SECS)
            work(servers[BARE])

    def keep(self, log, name):
        """Keep the results of callgrind in a folder of log/ if that was asked for."""
        target = os.environ.get("COEXIST_BENCH_KEEP")
        for result in log.glob("callgrind.*") if target else ():
            folder = Path(target) / name
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(result, folder)

    def _folder(self, name):
        """Return a new folder for a server, its home folder being everybody's."""
        number = sum(1 for path in self.folder.glob(f"{name}.*"))
        folder = self.folder / f"{name}.{number}"
        folder.mkdir()
        (folder / "home").symlink_to(self.home)
        return folder


def _write_script(folder):
    script = folder / Path(stock_warning.PATH).name
    script.write_text(stock_warning.TEXT)
    script.chmod(0o755)


def driver(storage):
    """Return the userdb fields of an account whose mailbox is no maildir."""
    if Dovecot.installed().generation == 23:
        return {"mail": f"{storage}:~/mail"}
    return {"mail_driver": storage}


def forget_read(server, user, messages="all"):
    """Make messages unread again."""
    server.dovecot.doveadm("flags", "remove", "-u", user, "\\Seen",
                           "mailbox", "INBOX", messages)
