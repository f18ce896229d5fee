# SPDX-License-Identifier: LGPL-2.1-or-later
"""An auth process that ends while somebody waits for a store that never answers."""

from dataclasses import dataclass, field

import pytest

import logins
from logins import Client
from silence import TRACED, Silence, answer_at_the_end
from wiring import GATE_AGAIN


@dataclass
class Case:
    """What waits, and what else is configured.

    Who is let pass is told by Dovecot, if at all, that the process is gone.
    """

    way: object
    answer: str | None = None
    gate: dict = field(default_factory=dict)
    chain: str = ""


def user_pass(server):
    return logins.pop3_user_pass(server, Client("alice"))


def cram_md5(server):
    return logins.pop3_cram_md5(server, Client("alice"))


def user(server):
    return server.doveadm("user", "-f", "uid", "alice").strip()


CASES = {
    "last-known": Case(user_pass),
    "tempfail": Case(user_pass, "-ERR [SYS/TEMP]", {"on_store_error": "tempfail"}),
    "log_only": Case(user_pass, gate={"on_store_error": "tempfail", "log_only": "yes"}),
    "proof": Case(cram_md5),
    "asked twice": Case(user_pass, chain=GATE_AGAIN),
    "user": Case(user, ""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_answers_first(gated, case):
    with Silence() as silence:
        server = gated({"alice": {}}, gate={**silence.gate, **case.gate}, chain=case.chain,
                       conf=TRACED + silence.conf)
        waiting = answer_at_the_end(server, "alice", case.way)
    if case.answer is not None:
        assert waiting.result().startswith(case.answer)
