# SPDX-License-Identifier: LGPL-2.1-or-later
"""docker-mailserver: the third field of its accounts file, which doc/panels.md shows, goes into
the passwd-file that is its passdb and its userdb."""

import re

import pytest

from instance import Instance
from outcomes import outcome
from page import TOP
from wiring import CLIENTS, DOVEADM, NO_PENALTY

USER = "ana@example.org"
LINE = re.search(r"^    (ana@example.org\|.*)$", (TOP / "doc/panels.md").read_text(), re.M)[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    user, _, extra = LINE.split("|")
    fields = dict(field.removeprefix("userdb_").split("=") for field in extra.split())
    with Instance(tmp_path_factory.mktemp("dms"), users={user: fields, "on@example.org": {}}, gate={},
                  sieve=True, conf=CLIENTS + NO_PENALTY + DOVEADM) as running:
        yield running


def test_the_accounts_file_of_the_page(server):
    assert outcome(server, "pop3", USER) == "deny"
    assert outcome(server, "pop3", USER, password="wrong") == "fails"
    for protocol in ("imap", "sieve", "sasl"):
        assert outcome(server, protocol, USER) == "passes"
    assert outcome(server, "pop3", "on@example.org") == "passes"
    assert "pop3_delete\ttrash\tuserdb" in server.doveadm(
        "-f", "tab", "coexist", "policy", "get", "-u", USER, "--effective")
