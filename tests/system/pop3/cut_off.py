# SPDX-License-Identifier: LGPL-2.1-or-later
"""A QUIT that is killed when all is in INBOX and in the Trash."""

from contextlib import suppress

import wire
from faults import CHANGES, COUNT, KILL, Template
from folders import quoted

MESSAGES = {"number 1", "number 2", "number 3"}
FINISHING = "messages were in {} already: finishing a move that was cut off"


def delete_all(maildrop):
    """Delete everything; the session may be killed by that."""
    with maildrop.pop3() as pop:
        for number in range(1, pop.stat()[0] + 1):
            pop.dele(number)
        wire.send(pop, "QUIT")
        with suppress(OSError):
            wire.read_line(pop)
    maildrop.unlock()


def cut_off(maildrop, faults, folder, trash="Trash"):
    """Deliver MESSAGES, and have a session killed that moves them to the Trash.

    folder  where the mailbox is kept, to begin anew with for each call
    """
    def is_cut_off():
        return set(maildrop.subjects()) == set(maildrop.subjects(quoted(trash))) == MESSAGES

    maildrop.deliver(len(MESSAGES))
    with maildrop.imap() as imap:
        imap.create(quoted(trash))
    template = Template(maildrop, folder)
    for at in range(1, 200):
        faults.plan(KILL, CHANGES, at)
        delete_all(maildrop)
        if is_cut_off():
            break
        template.restore()
    faults.plan(COUNT)
    assert is_cut_off()


def finished(maildrop, trash="Trash"):
    """Return what the log says of moves that were finished."""
    return [line.rpartition(": coexist: ")[2] for line in
            maildrop.server.log_text().splitlines()
            if f"({maildrop.user})" in line and FINISHING.format(trash) in line]
