# SPDX-License-Identifier: LGPL-2.1-or-later
"""IMAP without a login: a program that root or the owner starts on this host.

mutt, offlineimap and mbsync do so through ssh; there is neither TLS nor an address.
"""

import re
import socket

import pytest

from instance import PASSWORD, Instance
from instance.block import block

USERS = {
    "free": {},
    "tls": {"coexist_imap_tls": "required"},
    "office": {"coexist_imap_networks": "192.0.2.0/24"},
    "denied": {"coexist_imap_access": "deny"},
    "suspended": {"coexist_imap_access": "suspend"},
    "sunset": {"coexist_imap_until": "2026-01-31"},
}
# A login without an address: who comes through it may be anybody.
SOCKET = block("service imap-login", [block("unix_listener imap-local", ["mode = 0666"])])


@pytest.fixture(scope="module", params=[None, {}], ids=["userdb", "gate"])
def server(request, tmp_path_factory):
    """With and without the gate, which hands over what it has not decided."""
    with Instance(tmp_path_factory.mktemp("preauth"), users=USERS, gate=request.param,
                  conf=SOCKET) as dc:
        yield dc


def said(server, user):
    """Start such a session; return how it ended."""
    return server.inside(server.dovecot.libexecdir / "imap", "-c", "/mnt/etc/dovecot.conf",
                         "-u", user, input="a NOOP\r\nb LOGOUT\r\n", check=False)


@pytest.mark.parametrize("user", ["free", "tls", "office"])
def test_what_a_local_program_has_not_is_not_asked_for(server, user):
    assert re.match(r"\* PREAUTH .*\r?\na OK ", said(server, user).stdout)


@pytest.mark.parametrize("user, text", [
    ("denied", "IMAP is switched off for this mailbox."),
    ("suspended", "IMAP for this mailbox is suspended."),
    ("sunset", "IMAP was switched off on 2026-01-31.")])
def test_who_is_refused_reads_why(server, user, text):
    lines = said(server, user).stdout.splitlines()
    assert lines[-1].startswith(f"* BYE [UNAVAILABLE] {text}")
    assert not any(line.startswith("a OK") for line in lines)


@pytest.mark.parametrize("user", ["tls", "office"])
def test_a_login_without_an_address_is_asked_for_both(server, user):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(f"/proc/{server.pid}/root/mnt/run/imap-local")
        client.sendall(f"a LOGIN {user} {PASSWORD}\r\n".encode())
        replies = client.makefile()
        reply = next(line for line in replies if re.match(r"a NO|\* BYE", line))
    assert re.search("encrypted connection|this network", reply)
