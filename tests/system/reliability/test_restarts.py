# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dovecot is reloaded, restarted and upgraded while mailboxes are in use.

No message that was accepted is lost, none is there twice, what a session was told is done, a policy
is obeyed by the next login, nobody is told that a password is wrong, and open sessions end as
without our modules. `-s` shows the figures.
"""

import random
import re
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import cycle

import pytest

import logins
from choices import COEXIST_CONFIG
from instance import NOTICE_TEXTS, checker, message, wait_for
from load.careful import Careful
from login_load import told
from logins import Client
from relay import relay_of
from restartable import Prober, Restartable
from server import CRASH
from wiring import CLIENTS, NO_PENALTY

EVENTS = {"reload": Restartable.reload_it, "restart": Restartable.restart_it,
          "upgrade": Restartable.upgrade_it}
COEXIST = {"quota_warn": "80 95", "template_dir": str(NOTICE_TEXTS),
           "pop3_mark_read": "complete", "pop3_mark_downloaded": "yes", "pop3_delete": "trash",
           "pop3_keep_days": "365", "retention_notice_days": "0", "sent_copy": "always",
           "note_last_use": "address", "owner_may_change": "pop3_delete pop3_mark_read undo"}
OWNERS = [f"owner{number}" for number in range(8)]
PROBES, TOGGLED = {"pop3": "probe0", "imap": "probe1"}, "toggled"
NAMES = [f"sitter{number}" for number in range(6)]
ACCOUNTS = dict.fromkeys([*OWNERS, *PROBES.values(), TOGGLED, *NAMES], {})
WORKERS = 5
SHORT_SECS, LONG_SECS = 6, 60
# policies that are changed meanwhile, at least
TURNS = 2
# How much longer than in bare Dovecot logins may fail, on a busy machine.
LONGER_SECS = checker.patience(3)


def ours(folder, storage="maildir"):
    """Return a server with everything of ours on, not started yet."""
    return Restartable(folder, users=ACCOUNTS, storage=storage, quota="1G", gate={}, coexist=COEXIST,
                       conf=CLIENTS + NO_PENALTY, conf23=COEXIST_CONFIG)


def bare(folder):
    """Return Dovecot without our modules, not started yet."""
    return Restartable(folder, users=ACCOUNTS, modules=None, quota="1G", conf=CLIENTS + NO_PENALTY)


@pytest.fixture
def run(tmp_path):
    """run(server) starts it for the test; no process may have crashed."""
    with ExitStack() as running:
        servers = []

        def start(make, **settings):
            servers.append(running.enter_context(
                make(tmp_path / f"server{len(servers)}", **settings)))
            return servers[-1]
        tmp_path.chmod(0o755)
        yield start
        for server in servers:
            assert CRASH.findall(server.log_text()) == []


# Messages

class Toggler(threading.Thread):
    """An administrator who switches POP3 off and on; the next login has to obey.

    faults  what was not as it should be; turns  how often a policy was obeyed
    """

    def __init__(self, server):
        super().__init__(daemon=True)
        self._server, self._is_over = server, threading.Event()
        self.faults, self.turns = [], 0

    def run(self):
        for access, wanted in cycle((("deny", "deny"), ("allow", "passes"))):
            if self._is_over.is_set():
                return
            done = self._server.doveadm("coexist", "policy", "set", "-u", TOGGLED,
                                        f"pop3_access={access}", check=False)
            if done.returncode == 0:
                self._obeyed(wanted)

    def has_turned(self, times):
        """Wait until so many policies were obeyed: on a slow machine that is later."""
        wait_for(lambda: self.turns >= times or self.faults, what="policies that are obeyed")

    def end(self):
        self._is_over.set()
        self.join()

    def _obeyed(self, wanted):
        """Log in until there is an answer."""
        while not self._is_over.is_set():
            reply = told(self._server, "pop3", Client(TOGGLED))
            if reply in ("passes", "deny", "wrong"):
                self.turns += reply == wanted
                self.faults += [f"{reply} instead of {wanted}"] if reply != wanted else []
                return
            time.sleep(0.01)


def described(failures):
    """Return how many there were of each kind."""
    kinds = Counter(re.sub(r"\d+", "#", failure)[:70] for failure in failures)
    return f"{len(failures)} {dict(kinds)}"


def work_until(owners, end, seed):
    chance = random.Random(seed)
    while time.monotonic() < end:
        chance.choice(owners).does_something(chance)


@pytest.mark.parametrize("event, storage, seconds", [
    *((event, "maildir", SHORT_SECS) for event in EVENTS),
    *(pytest.param(event, storage, LONG_SECS, marks=pytest.mark.night)
      for event in EVENTS for storage in ("maildir", "mdbox", "sdbox")
      if storage == "maildir" or event == "restart")])
def test_no_message_is_lost(run, event, storage, seconds):
    server = run(ours, storage=storage)
    chance = random.Random(seconds)
    with relay_of(server), ExitStack() as probing:
        probers = [probing.enter_context(Prober(server, *probe)) for probe in PROBES.items()]
        owners = [Careful(server, user) for user in OWNERS]
        for owner in owners:
            owner.begins(chance)
        toggler = Toggler(server)
        toggler.start()
        end = time.monotonic() + seconds
        workers = [threading.Thread(target=work_until, args=(owners, end, number))
                   for number in range(WORKERS)]
        for worker in workers:
            worker.start()
        events = 0
        while time.monotonic() < end:
            time.sleep(chance.uniform(0.5, 2.5))
            EVENTS[event](server)
            events += 1
        for worker in workers:
            worker.join()
        for prober in probers:
            prober.succeeds_after(time.monotonic())
        toggler.has_turned(TURNS)
        toggler.end()
    faults = [f"{owner.user}: not deleted: {token}" for owner in owners
              for token in owner.still_there()]
    for owner in owners:
        owner.unlock()
        owner.comes_back()
        faults += owner.count()
    accepted = sum(len(owner.accepted) for owner in owners)
    deleted = sum(len(owner.deleted) for owner in owners)
    failures = sum((prober.failures() for prober in probers), [])
    print(f"\n{event}, {storage}: {events} in {seconds} s, {accepted} messages accepted, "
          f"{deleted} deleted, "
          f"{sum(len(owner.moved_by_imap) for owner in owners)} moved by IMAP and "
          f"{sum(len(owner.twice_by_imap) for owner in owners)} of these twice, "
          f"{toggler.turns} policies obeyed, {described(failures)} of "
          f"{sum(len(prober.seen) for prober in probers)} logins failed")
    assert faults == [] and toggler.faults == []
    assert accepted > 0 and deleted > 0 and toggler.turns >= TURNS and "wrong" not in failures


# Sessions and logins, beside bare Dovecot

# (what it is, the protocol, what it has said, what it says then to see whether it goes on)
SESSIONS = (("POP3", "pop3", (), "NOOP"), ("POP3 with deletions", "pop3", ("DELE 1", "DELE 2"), "QUIT"),
            ("IMAP", "imap", (), "z NOOP"), ("IMAP in IDLE", "imap", ("b SELECT INBOX", "c IDLE"), "DONE"),
            ("submission", "submission", (), "NOOP"),
            ("submission in a mail", "submission", ("MAIL FROM:<>",), "NOOP"))
SITTERS = dict(zip((what for what, *_ in SESSIONS), NAMES))


def sit(server):
    """Return {what it is: a session that is open}."""
    sessions = {}
    for what, protocol, commands, _ in SESSIONS:
        client = Client(SITTERS[what])
        server.deliver(client.user, [message(f"message {number}") for number in range(3)])
        sessions[what] = logins.connect(server, protocol, client)
        assert logins.passes(protocol, logins.authenticate(sessions[what], protocol, client))
        for command in commands:
            sessions[what].ask(command, r"\+|b |250")
    return sessions


def without_numbers(line):
    return re.sub(r"\d+", "#", line)


def last_words(line):
    """Return what the server says until it hangs up."""
    said = []
    with suppress(AssertionError, OSError), line:
        while True:
            said.append(without_numbers(line.hear()))
    return said


def messages_of(server, what):
    """Return how many messages the inbox has by now."""
    with server.imap(SITTERS[what]) as client:
        return int(client.select("INBOX")[1][0])


@pytest.mark.night
def test_open_sessions_end_as_in_bare_dovecot(run):
    """By the same words, with nothing deleted that had no QUIT. It takes Dovecot half a minute."""
    servers = [run(make) for make in (bare, ours)]
    with relay_of(servers[0]), relay_of(servers[1]):
        open_sessions = [sit(server) for server in servers]
        for server in servers:
            server.restart_it()
        heard = [{what: last_words(line) for what, line in sessions.items()}
                 for sessions in open_sessions]
    assert heard[0] == heard[1] and all(heard[0].values())
    assert [messages_of(server, "POP3 with deletions") for server in servers] == [3, 3]


@pytest.mark.parametrize("event", ["reload", "upgrade"])
def test_open_sessions_go_on(run, event):
    """And what they delete by QUIT is deleted."""
    server = run(ours)
    with relay_of(server):
        sessions = sit(server)
        EVENTS[event](server)
        for what, _, _, command in SESSIONS:
            sessions[what].send(command)
            assert sessions[what].hear(r"\+OK|z OK|c OK|250"), what
    server.wait_for(lambda: messages_of(server, "POP3 with deletions") == 1, what="the deletion")


@pytest.mark.night
@pytest.mark.parametrize("event, count", [(event, count) for event in EVENTS for count in (1, 10)
                                          if count > 1 or event != "reload"])
def test_logins_fail_no_longer_than_in_bare_dovecot(run, event, count):
    longest = {}
    for make in (bare, ours):
        # apt has nothing of ours to change there, and reloads
        befall = EVENTS["reload" if make is bare and event == "upgrade" else event]
        server = run(make)
        with ExitStack() as probing:
            probers = [probing.enter_context(Prober(server, *probe)) for probe in PROBES.items()]
            for _ in range(count):
                befall(server)
                moment = time.monotonic()
                for prober in probers:
                    prober.succeeds_after(moment)
        failures = sum((prober.failures() for prober in probers), [])
        longest[make] = max(prober.longest_gap() for prober in probers)
        print(f"\n{event}, {make.__name__}, {count} times: {described(failures)} of "
              f"{sum(len(prober.seen) for prober in probers)} logins failed, "
              f"none succeeded for {longest[make]:.2f} s at most")
        assert "wrong" not in failures
    assert longest[ours] <= longest[bare] + LONGER_SECS
