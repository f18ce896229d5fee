# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which functions of the module a session runs, and how many of them lie together.

What the linker has to put side by side for that, plugin/mail/sessions.ld, is written
anew beside the programs of the build folder.
"""

import os
import re
import subprocess
import time
from pathlib import Path

from . import counting, documents
from .compare import Interval
from .lab import COMPLETE, KEYS, LOADED
from .mailboxes import arrive
from .memory import APPLIED_SECS
from .table import Row

LIST = Path(__file__).parents[2] / "plugin/mail/sessions.ld"
SERVICES = ("imap", "pop3")
MESSAGES, SIZE = 3, 1000
HEAD = """/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sessions run stands together: a page that is looked at brings its neighbours
   with it, and each counts in a session's memory. Of the constants, the texts of these
   functions and all tables: a text's section ends in str1.1 or str1.8. Written by
   `tests/bench/run order`. */
"""
TEXTS = """SECTIONS
{
  .rodata.sessions : ALIGN(CONSTANT(MAXPAGESIZE))
  {
%s    *(.rodata.*[!18])
  }
}
INSERT AFTER .rodata;
"""
CODE = """SECTIONS
{
  .text.sessions :
  {
%s  }
}
INSERT BEFORE .text;
"""


def rows(lab, _effort, _patience):
    """Yield a row for the functions that are in the list, and for those that are not."""
    user = documents.user(0)
    lab.add_mailbox(user, MESSAGES, SIZE)
    number = MESSAGES
    found = set()
    for name in (LOADED, COMPLETE, KEYS):
        number += 1
        arrive(lab.home / user / "mail", number)
        found |= _functions(lab, name, user)
    found &= _of_module()
    target = Path(os.environ["COEXIST_BENCH"]) / LIST.name
    target.write_text(_script(sorted(found)))
    listed = set(re.findall(r"\*\(\.text\.(\w+) ", LIST.read_text()))
    yield Row(f"functions that sessions run and {LIST.name} has not; see {target.name}",
              str(len(listed)), str(len(found)), Interval.of([len(found - listed)]),
              style="{:.0f}")


def _functions(lab, name, user):
    """Return the names of the functions that the sessions of a server run."""
    with lab.servers(name, wrap=counting.wrapped(lab, SERVICES)) as servers:
        dovecot = servers[name].dovecot
        with dovecot.imap(user) as imap:
            imap.select("INBOX")
            imap.fetch("1:*", "(FLAGS)")
            imap.noop()
        pop = dovecot.pop3(user)
        pop.stat()
        pop.uidl()
        for message in range(MESSAGES):
            pop.retr(message + 1)
        pop.noop()
        time.sleep(APPLIED_SECS)
        pop.quit()
        log = dovecot.folder / "log"
        found = dovecot.wait_for(lambda: _ended(log), 60, "callgrind's results")
        lab.keep(log, f"{name}.order")
        return set().union(*found)


def _ended(log):
    """Return the functions of a process of each of the services, or None."""
    found = [counting.read_results(log, service, _names) for service in SERVICES]
    return sum(found, []) if all(found) else None


def _names(text):
    """Return the functions that callgrind saw, or None if it is at work yet.

    Whose they are it does not know any more: the module is closed before the end.
    """
    if not re.search(r"^totals: ", text, re.M):
        return None
    # without what marks a recursion, or a part that the compiler made
    return {re.match(r"\w+", name)[0] for name
            in re.findall(r"^c?fn=\(\d+\) (\w.*)$", text, re.M)}


def _of_module():
    """Return the names of the functions that the module has."""
    [module] = Path(os.environ["COEXIST_STAGE"]).rglob(counting.MODULE)
    symbols = subprocess.run(["nm", module], check=True, capture_output=True, text=True).stdout
    return {re.match(r"\w+", name)[0] for name in re.findall(r" [tT] (\w.*)$", symbols, re.M)}


def _script(names):
    """Return what tells the linker to put these functions and their texts together."""
    return HEAD + CODE % "".join(f"    *(.text.{name} .text.{name}.*)\n" for name in names) + \
        TEXTS % "".join(f"    *(.rodata.{name}.str*)\n" for name in names)
