# SPDX-License-Identifier: LGPL-2.1-or-later
"""Quota notices: what they cost a delivery, and what a crossing costs.

What a crossing costs is what a server needs for deliveries that cross a level
beyond what the same deliveries cost a server that tells nobody: the processor
time of all its processes, scripts and dovecot-lda included, and the time until
the last notice is in its INBOX.
"""

import os
import time
from statistics import median

from instance import Dovecot, processes
from instance.block import block
from instance.wait import wait_for

from . import counting
from .compare import Interval, Sample, in_turns
from .lab import ENDLESS, NOTICES, QUOTA, SCRIPT
from .mailboxes import copy, set_aside
from .table import Row

BOUND, TELL_BOUND = (">=", 0.97), ("<=", 0.1)
COUNT, SIZE = 2000, 10 << 10
FSYNC = {"mail_fsync = optimized": "", "mail_fsync = never": "mail_fsync = never\n"}
# The mailboxes that are told: a hundredth of the limit a message.
OWNERS, LIMIT_KB, MESSAGES, CROSSING = 60, 1000, 77, 40 << 10
FOLDERS = ("Sent", "Drafts", "Trash", "Junk")
# The other folders as they are found mostly, and as they are found just after a mail
# program has moved messages to each of them.
AT_REST, JUST_CHANGED = "folders at rest", "folders just changed"
# Instructions of a delivery are the difference between so many and twice as many,
# so few that 33 more would reach a level in the mailbox where one is near.
COUNTED, ROUNDS = 25, 2
NEAR_KB = 1000


def rows(lab, effort, patience):
    """Yield rows for deliveries that cross no level, and for the telling."""
    lab.add_user("delivered")
    lab.add_user("near", **_limit(NEAR_KB))
    for setting, conf in FSYNC.items():
        with _servers(lab, QUOTA, NOTICES, conf=conf) as servers:
            yield _delivery_row(setting, in_turns(
                [QUOTA, NOTICES], lambda name: _deliver(lab, servers[name]), effort,
                patience))
    yield from _instruction_rows(lab)
    yield from _telling_rows(lab, effort, patience)


def _servers(lab, *names, **options):
    return lab.servers(*names, sessions=ENDLESS, timed=True, high_performance=True,
                       **options)


# Deliveries

def _deliver(lab, server):
    set_aside(lab.home / "delivered")
    os.sync()
    return server.measure_deliveries(["delivered"], COUNT, SIZE)


def _delivery_row(setting, comparison):
    def rate(name):
        return f"{COUNT / comparison.median(name):.0f}/s"

    cost = comparison.ratio(NOTICES)
    return Row(f"LMTP delivery of {COUNT:,} x 10 KB, {setting}", rate(QUOTA), rate(NOTICES),
               Interval(1 / cost.high, 1 / cost.middle, 1 / cost.low), BOUND,
               cpu=comparison.ratio(NOTICES, "cpu"), count=comparison.rounds)


def _instruction_rows(lab):
    for user, where in (("delivered", "far from a level"), ("near", "near a level")):
        costs = counting.in_turns(
            [QUOTA, NOTICES],
            lambda name: counting.per_session(lab, name, ["lmtp"], _work(lab, user), COUNTED),
            ROUNDS)
        yield counting.row(f"LMTP delivery of 10 KB, {where}", costs, QUOTA, NOTICES, None)


def _work(lab, user):
    def work(server, deliveries):
        set_aside(lab.home / user)
        server.deliver([user], deliveries, SIZE)

    return work


# Telling

def _telling_rows(lab, effort, patience):
    owners = [f"told{number}" for number in range(OWNERS)]
    for user in owners:
        lab.add_user(user, **_limit(LIMIT_KB))
    names = [QUOTA, SCRIPT, NOTICES]
    with _servers(lab, *names) as servers:
        _prepare(lab, servers[NOTICES], owners[0])
        for state in (AT_REST, JUST_CHANGED):
            comparison = in_turns(
                names, lambda name, state=state: _cross(lab, servers, name, owners, state),
                effort, patience)
            yield _telling_row(f"{state}, processor time", comparison, "cpu")
            yield _telling_row(f"{state}, time until it is in INBOX", comparison, "seconds")


def _cross(lab, servers, name, owners, state):
    """Let mailboxes in that state reach the level; return the Sample."""
    for user in owners:
        set_aside(lab.home / user)
        copy(lab.folder / state, lab.home / user)
    os.sync()    # what was copied is not the server's to write
    return _tell(lab, servers[name], owners, told=name != QUOTA)


def _limit(kilobytes):
    if Dovecot.installed().generation == 23:
        return {"quota_rule": f"*:storage={kilobytes}K"}
    return {"quota_storage_size": f"{kilobytes}K"}


def _prepare(lab, server, user):
    """Make a mailbox with some folders that is just below the level, in both states."""
    for folder in FOLDERS:
        server.dovecot.doveadm("mailbox", "create", "-u", user, folder)
    server.deliver([user], MESSAGES, SIZE)
    for number, folder in enumerate(FOLDERS, 1):
        server.dovecot.doveadm("move", "-u", user, folder, "mailbox", "INBOX", f"1:{number}")
    copy(lab.home / user, lab.folder / JUST_CHANGED)
    # Dovecot looks again at what has changed in the same second that it looked at it
    changed = max(path.stat().st_mtime for path in (lab.home / user).rglob("*"))
    wait_for(lambda: time.time() > changed + 2, what="another second")
    server.dovecot.doveadm("mailbox", "status", "-u", user, "messages vsize", "*")
    copy(lab.home / user, lab.folder / AT_REST)


def _tell(lab, server, owners, told):
    """Deliver a message that crosses the level to each; return the Sample."""
    boxes = [lab.home / user / "mail" for user in owners]
    expected = sum(map(_messages, boxes)) + OWNERS * (2 if told else 1)
    before = server.cpu_of_all()
    start = time.monotonic()
    server.deliver(owners, OWNERS, CROSSING)
    wait_for(lambda: sum(map(_messages, boxes)) == expected, what="the notices")
    seconds = time.monotonic() - start
    wait_for(lambda: not any("dovecot-lda" in processes.title(pid)
                             for pid in server.dovecot.pids()), what="dovecot-lda")
    return Sample(seconds, server.cpu_of_all() - before)


def _messages(maildir):
    return sum(len(os.listdir(maildir / folder)) for folder in ("new", "cur"))


def _telling_row(what, comparison, cost):
    """Compare what telling adds, with what tells nobody taken off."""
    base, *tellers = ([getattr(sample, cost) for sample in comparison.samples[name]]
                      for name in (QUOTA, SCRIPT, NOTICES))
    script, ours = ([(all_ - bare) / OWNERS for all_, bare in zip(teller, base)]
                    for teller in tellers)
    return Row(f"a crossing, to quota_warning with a script, {what}",
               f"{median(script) * 1000:.1f} ms", f"{median(ours) * 1000:.2f} ms",
               Interval.of([b / a for a, b in zip(script, ours)]), TELL_BOUND,
               count=comparison.rounds)
