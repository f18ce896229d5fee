# SPDX-License-Identifier: LGPL-2.1-or-later
"""A POP3 session that Dovecot ends because the client says nothing.

That takes ten minutes; in the POP3 processes of these tests, they pass faster.
"""

import subprocess
from pathlib import Path

import pytest


SOURCE = Path(__file__).with_name("skip_waiting.c")


@pytest.fixture(scope="module")
def server(start, tmp_path_factory):
    library = tmp_path_factory.mktemp("preload") / "skip_waiting.so"
    subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"],
                   check=True)
    return start(wrap={"pop3": f"env LD_PRELOAD={library}"},
                 groups={policy: {"coexist_pop3_mark_read": policy}
                         for policy in ("stock", "complete", "quit", "never")})


@pytest.mark.parametrize("policy, last_commands, seen", [
    ("stock", ["RETR 1"], [1]),
    ("complete", ["RETR 1"], []),
    ("complete", ["RETR 1", "RETR 2"], [1]),
    ("complete", ["RETR 1", "NOOP"], [1]),
    ("quit", ["RETR 1"], []),
    ("quit", ["RETR 1", "NOOP"], []),
    ("never", ["RETR 1", "NOOP"], []),
], ids=str)
def test_a_session_that_times_out_leaves_seen(server, policy, last_commands, seen):
    maildrop = server.maildrop(policy)
    maildrop.deliver(2)
    with maildrop.transcript() as pop:
        pop.say(*last_commands)
        pop.hear_end()
    assert b"-ERR Disconnected for inactivity" in pop.text
    assert maildrop.seen() == seen
