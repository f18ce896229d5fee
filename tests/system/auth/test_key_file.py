# SPDX-License-Identifier: LGPL-2.1-or-later
"""The site's key file of Dovecot 2.3: its values are read as those of a document are."""

import poplib
import re

import pytest

from logins import Client, pop3_auth_plain
from wiring import DOVEADM

pytestmark = pytest.mark.only_on(23, reason="Dovecot 2.4 has the site in dovecot.conf")

# {name: (lines in [policy], whether POP3 is refused, what is said of them)}
VALUES = {
    "blanks around": (b"pop3_access =  deny \t", True, None),
    "CR LF": (b"pop3_access=deny\r", True, None),
    "an escaped blank": (rb"pop3_access=\sdeny\s", True, None),
    "blank": (b"pop3_access=  ", False, None),
    "unknown": (b"pop3_access=denied", False, "pop3_access=denied"),
    "no line of a key file": (b"imap_access deny\npop3_access=deny", True, "Ignoring line "),
    "not UTF-8": (b"pop3_access=d\xe9ny", False,
                  "pop3_access in group [policy] of /mnt/etc/coexist.conf.ext: Not UTF-8"),
    "another one": (b"deny_text=D\xe9sol\xe9\npop3_access=deny", True,
                    "deny_text in group [policy] of /mnt/etc/coexist.conf.ext: Not UTF-8"),
}


@pytest.fixture(scope="module")
def server(gated):
    """The gate with values that have a blank behind them, and a backslash."""
    return gated({"joe": {}}, conf=DOVEADM, coexist={
        "pop3_access": "deny ", "deny_text": r"Ask \\HELP\mail "})


def test_the_gate_reads_them_as_those_of_a_document(server):
    reply = pop3_auth_plain(server, Client("joe"))
    assert reply.endswith(r" Ask \HELP\mail")
    assert [line for line in server.log_problems() if "Ignoring" in line] == []


@pytest.mark.parametrize("name", VALUES)
def test_value(server, name):
    lines, is_refused, said = VALUES[name]
    key_file = server.folder / "etc/coexist.conf.ext"
    site = key_file.read_bytes().partition(b"[policy]\n")[0]
    key_file.write_bytes(site + b"[policy]\n" + lines + b"\n")
    done = server.doveadm("coexist", "explain", "-u", "joe", "--protocol", "pop3",
                          check=False)
    verdict = "refused" if is_refused else "passes"
    assert re.search(f"login +{verdict}", done.stdout)
    ignored = [line for line in done.stderr.splitlines() if "Ignoring" in line]
    assert len(ignored) == (said is not None)
    assert said is None or said in ignored[0]


def test_a_line_that_is_none_locks_nobody_out(gated):
    server = gated({"joe": {}}, coexist={"pop3_access": "deny"})
    key_file = server.folder / "etc/coexist.conf.ext"
    key_file.write_text("log_only no\n" + key_file.read_text() + "imap_access\n")
    server.read_files_again()
    server.imap("joe").logout()
    with pytest.raises(poplib.error_proto, match="POP3"):
        server.pop3("joe")
    problems = {line.partition("coexist: ")[2] for line in server.log_problems()}
    last = len(key_file.read_text().splitlines())
    assert {f"Ignoring line {number} of /mnt/etc/coexist.conf.ext: It is no key=value of a [group]"
            for number in (1, last)} <= problems
