# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy import, export and set -F of the mailboxes of a large server."""

import time

from instance import Dovecot
from instance.block import block

from .compare import Interval
from .lab import FEW
from .table import Row

MAILBOXES = 5000
ROUNDS = 5
BOUND_SECONDS = ("<=", 10)


def name(number):
    """Return a mailbox that has no policy yet."""
    return f"many{number}@batch.example.org"


def commands(folder):
    """Return {what: arguments}, after the files of the arguments were written."""
    policies = "\n".join(f"[mailbox {name(number)}]\npop3_access=deny\npop3_delete=trash\n"
                         for number in range(MAILBOXES))
    (folder / "etc/policies").write_text(policies)
    (folder / "etc/mailboxes").write_text("".join(f"{name(number)}\n"
                                                  for number in range(MAILBOXES)))
    return {"policy import": ["import", "--force", "/mnt/etc/policies"],
            "policy export": ["export", "/mnt/etc/exported"],
            "policy set -F": ["set", "--force", "-F", "/mnt/etc/mailboxes", "imap_tls=required"]}


def seconds_of(server, arguments):
    """Return how long the command takes."""
    start = time.monotonic()
    server.doveadm("coexist", "policy", *arguments)
    return time.monotonic() - start


def rows(lab, _effort, _patience):
    """Yield a row for each command."""
    conf = ""
    if Dovecot.installed().generation == 23:
        conf = block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"])
    with lab.servers(FEW, conf=conf) as servers:
        server = servers[FEW].dovecot
        for what, arguments in commands(server.folder).items():
            times = [seconds_of(server, arguments) for _ in range(ROUNDS)]
            yield Row(f"{what}, {MAILBOXES:,} mailboxes", "", "", Interval.of(times),
                      BOUND_SECONDS, style="{:.1f} s")
