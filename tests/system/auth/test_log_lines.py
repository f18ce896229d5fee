# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients call themselves makes no log lines of its own.

With an auth_username_chars that lets them: Dovecot's default has no such letters.
"""

import pytest

import logins
from instance import PASSWORD, config
from instance.block import block
from logins import Client
from sasl import Sasl
from wiring import GENERATION

FORGED = "forged> protocol=pop3 client=192.0.2.66 <"
NAMES = [f"evil\n{FORGED}", f"evil\r\n{FORGED}", f"evil {FORGED}"]
ANYBODY = (block("passdb", ["driver = static", f"args = password={PASSWORD}",
                            "result_success = continue-ok"]) if GENERATION == 23 else
           block("passdb static", [f"passdb_static_password = {PASSWORD}",
                                   "result_success = continue-ok"]))

# all of them have one mailbox
FIELDS = ["home=/mnt/home/anybody", *map("{}={}".format, ("uid", "gid"), config.owner())]
EVERYBODY = (block("userdb", ["driver = static", f"args = {' '.join(FIELDS)}",
                              "result_success = continue-ok"]) if GENERATION == 23 else
             block("userdb static", [block("fields", [field.replace("=", " = ")
                                                      for field in FIELDS]),
                                     "result_success = continue-ok"]))


@pytest.fixture(scope="module")
def server(gated):
    server = gated({}, chain=ANYBODY, conf="auth_username_chars =\n")
    server.store.put("default", submission_access="deny")
    return server


def refused(server, name):
    """Be refused by this name; return the log's lines about it."""
    before = len(server.log_text())
    with Sasl(server) as sasl:
        assert "switched off" in " ".join(sasl.plain(name, PASSWORD))
        other = f"other{NAMES.index(name)}"
        sasl.plain(other, PASSWORD)
    server.wait_for(lambda: f"user=<{other}>" in server.log_text()[before:])
    return server.log_text()[before:].splitlines()


def shown(name):
    """Return the name as we log it."""
    return name.translate({**dict.fromkeys(b"\r\n", "\N{REPLACEMENT CHARACTER}"),
                           **dict.fromkeys(b"<>", "?")})


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_refusal_is_one_line_in_its_form(server, name):
    lines = [line for line in refused(server, name) if "forged" in line and "coexist" in line]
    assert len(lines) == 1
    assert (f" auth: Info: coexist: refused user=<{shown(name)}> protocol=submission "
            "client=192.0.2.1 submission_access=deny ") in lines[0]


@pytest.fixture(scope="module")
def early(gated):
    """Where who comes back too early would be refused."""
    server = gated({}, chain=ANYBODY + EVERYBODY, gate={"log_only": "yes"},
                   conf="auth_username_chars =\n")
    server.store.put("default", pop3_login_delay="1h")
    logins.pop3_auth_plain(server, Client("first"))
    server.wait_for((server.folder / "home/anybody/mail/dovecot-coexist.state").exists)
    return server


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_login_that_comes_early_is_one_line_in_its_form(early, name):
    """What Dovecot puts before it has the name as it is, and may be torn."""
    before = len(early.log_text())
    assert logins.passes("pop3", logins.pop3_auth_plain(early, Client(name)))
    wanted = (f"coexist: would refuse user=<{shown(name)}> protocol=pop3 "
              "client=192.0.2.1 pop3_login_delay=1h ")
    early.wait_for(lambda: wanted in early.log_text()[before:])
    assert early.log_text()[before:].count("coexist: would refuse") == 1
