# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy import, export and set -F of the mailboxes of a large server, in each
kind of store."""

import sys
import time
from contextlib import contextmanager
from pathlib import Path

from instance import Dovecot, Instance
from instance.block import block

from .compare import Interval
from .lab import FEW
from .table import Row

sys.path.append(str(Path(__file__).parents[1] / "system"))

from backends import Example, available  # noqa: E402

MAILBOXES = 5000
ROUNDS = 5
BOUND_SECONDS = ("<=", 10)
GENERATION = Dovecot.installed().generation
CONF = block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"]) if GENERATION == 23 else ""


def name(number):
    """Return a mailbox that has no policy yet."""
    return f"many{number}@batch.example.org"


def commands(folder, backend):
    """Return {what: arguments}, after the files of the arguments were written."""
    policies = "\n".join(f"[mailbox {name(number)}]\npop3_access=deny\npop3_delete=trash\n"
                         for number in range(MAILBOXES))
    (folder / "etc/policies").write_text(policies)
    (folder / "etc/mailboxes").write_text("".join(f"{name(number)}\n"
                                                  for number in range(MAILBOXES)))
    found = {"policy import": ["import", "--force", "/mnt/etc/policies"],
             "policy set -F": ["set", "--force", "-F", "/mnt/etc/mailboxes", "imap_tls=required"]}
    if backend != "redis":      # which can't be listed
        found["policy export"] = ["export", "/mnt/etc/exported"]
    return found


def seconds_of(server, arguments):
    """Return how long the command takes."""
    start = time.monotonic()
    server.doveadm("coexist", "policy", *arguments)
    return time.monotonic() - start


@contextmanager
def with_files(lab):
    """A server whose store is a folder."""
    with lab.servers(FEW, conf=CONF) as servers:
        yield servers[FEW].dovecot


@contextmanager
def with_backend(lab, kind):
    """A server that asks a database."""
    backend = kind()
    try:
        backend.set_up()
        example = Example(backend, GENERATION)
        folder = lab.folder / f"batch-{backend.name}"
        folder.mkdir()
        gate = {"store": example.store or ""} if GENERATION == 23 else {"store": ""}
        with Instance(folder, users={}, gate=gate, conf=CONF + example.conf,
                      files=example.files) as server:
            server.doveadm("coexist", "policy", "init")
            yield server
    finally:
        backend.close()


def rows(lab, _effort, _patience):
    """Yield a row for each command and store."""
    stores = {"files": with_files(lab)}
    stores.update({kind.name: with_backend(lab, kind) for kind in available()})
    for backend, store in stores.items():
        with store as server:
            for what, arguments in commands(server.folder, backend).items():
                times = [seconds_of(server, arguments) for _ in range(ROUNDS)]
                yield Row(f"{what}, {MAILBOXES:,} mailboxes, {backend}", "", "",
                          Interval.of(times), BOUND_SECONDS, style="{:.1f} s", count=ROUNDS)
