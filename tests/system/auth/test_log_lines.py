"""What clients call themselves makes no log lines of its own.

With an auth_username_chars that lets them: Dovecot's default has no such letters.
"""

import pytest

from instance import PASSWORD
from instance.block import block
from sasl import Sasl
from wiring import GENERATION

FORGED = "forged> protocol=pop3 client=192.0.2.66 <"
NAMES = [f"evil\n{FORGED}", f"evil\r\n{FORGED}", f"evil {FORGED}"]
ANYBODY = (block("passdb", ["driver = static", f"args = password={PASSWORD}",
                            "result_success = continue-ok"]) if GENERATION == 23 else
           block("passdb static", [f"passdb_static_password = {PASSWORD}",
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


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_refusal_is_one_line_in_its_form(server, name):
    lines = [line for line in refused(server, name) if "forged" in line and "coexist" in line]
    assert len(lines) == 1
    shown = name.translate({**dict.fromkeys(b"\r\n", "\N{REPLACEMENT CHARACTER}"),
                            **dict.fromkeys(b"<>", "?")})
    assert (f" auth: Info: coexist: refused user=<{shown}> protocol=submission "
            "client=192.0.2.1 submission_access=deny ") in lines[0]
