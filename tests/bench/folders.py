# SPDX-License-Identifier: LGPL-2.1-or-later
"""Login to a POP3 maildrop of 20 mailboxes, against one INBOX with as many messages, and
against a virtual mailbox that an administrator has written by hand: processor time of the
pop3 process, as in view.py."""

from . import counting, mailboxes
from .compare import in_turns
from .lab import BARE, ENDLESS, FOLDERS, HAND
from .table import Row
from .view import measure, time_of

MAILBOXES, COUNT, SIZE = 20, 1000, 2000
LOGINS = 5
ONE, MANY = "folders-one", "folders-many"
VIRTUAL = "".join(f"real/f{number}\n" for number in range(1, MAILBOXES))


def rows(lab, effort, patience):
    """Yield a row for each of the two."""
    _make(lab)
    users = {BARE: ONE, FOLDERS: MANY, HAND: MANY}
    with lab.servers(*users, sessions=ENDLESS, timed=True) as servers:
        def login(which):
            return measure(servers[which], users[which])
        for which in users:
            login(which)    # makes the virtual mailboxes' indexes
        comparison = in_turns(list(users), login, effort, patience)
    what = f"pop3 process, login, {MAILBOXES} mailboxes of {COUNT:,} messages, maildir"
    for base, against, bound in ((BARE, f"an INBOX of {MAILBOXES * COUNT:,}", 2.4),
                                 (HAND, "a virtual mailbox by hand", 1.05)):
        yield Row(f"{what}, against {against}", time_of(comparison, base),
                  time_of(comparison, FOLDERS),
                  comparison.ratio(FOLDERS, "cpu", base), ("<=", bound),
                  count=comparison.rounds)
    yield from _instructions(lab, what, effort)


def _instructions(lab, what, effort):
    """The second in instructions, which no noise reaches."""
    def count(name):
        return counting.per_session(lab, name, ["pop3"], _logins, LOGINS)
    costs = counting.in_turns([HAND, FOLDERS], count, effort.counts)
    yield counting.row(f"{what}, against a virtual mailbox by hand", costs, HAND, FOLDERS,
                       ("<=", 1.05))


def _logins(server, number):
    for _ in range(number):
        with server.login(MANY) as client:
            client.stdout.readline()
            client.stdin.close()


def _make(lab):
    lab.add_mailbox(ONE, MAILBOXES * COUNT, SIZE)
    lab.add_mailbox(MANY, COUNT, SIZE)
    mail = lab.home / MANY / "mail"
    for number in range(1, MAILBOXES):
        mailboxes.maildir(mail / f".f{number}", COUNT + number, SIZE)
    mailboxes.give(mail)
    folder = lab.home / MANY / "virtual/INBOX"
    folder.mkdir(parents=True)
    (folder / "dovecot-virtual").write_text(f"real/INBOX\n{VIRTUAL}  all\n")
    for path in (folder, folder.parent, folder / "dovecot-virtual"):
        mailboxes.give(path)
