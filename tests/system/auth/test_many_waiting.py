# SPDX-License-Identifier: LGPL-2.1-or-later
"""Very many logins that wait for a store which never answers: auth lives, and all pass."""

import re
import subprocess
from pathlib import Path

import pytest

from instance import PASSWORD
from instance.block import block
from sasl import Sasl
from silence import Silence
from wiring import GENERATION

FEW, MANY = 2_000, 100_000
# What auth may take for each login that waits, Dovecot's own memory of it included, and
# what it may have grown by for other reasons.
KB_EACH, KB_MORE = 32, 8_192
# Three seconds take as long as 100,000 logins.
SLOW_CLOCK = Path(__file__).parents[2] / "bench/slow_clock.c"


def everybody(*lines):
    """Return a passdb to which every name is a user."""
    if GENERATION == 23:
        return block("passdb", ["driver = static", f"args = password={PASSWORD}", *lines])
    return block("passdb static", [f"password = {PASSWORD}", *lines])


# The gate at the reply, and among the passdbs.
PLACES = {"reply": ({}, {"chain": everybody()}),
          "chain": ({"gate_at": "chain"}, {"chain": everybody("result_success = continue-ok"),
                                           "passes_on": True})}


def memory(pid, field="VmRSS"):
    """Return VmRSS or VmHWM of the process, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{field}:\s*(\d+)", status, re.M)[1])


def auth_that_listens(server):
    """Return (id, memory) of the auth process, to which somebody is connected.

    A server that has begun to listen may have none yet, or one that is still reading its
    configuration: login processes wait for it.
    """
    pid, = server.pids("auth")
    return pid, memory(pid)


def log_in(line, count):
    """Tell the passwords of so many users."""
    line.send_all([f"user{number}@example.org" for number in range(count)], PASSWORD,
                  service="imap")


def all_pass(line, count):
    return all(reply[0] == "OK" for reply in line.replies(count))


@pytest.mark.measures
@pytest.mark.parametrize("where, settings", PLACES.values(), ids=PLACES)
def test_they_pass_when_the_store_is_silent(gated, where, settings):
    """After three seconds."""
    with Silence() as silence:
        server = gated({"alice": {}}, gate={**silence.gate, **where}, conf=silence.conf,
                       **settings)
        with Sasl(server) as line:
            pid, before = auth_that_listens(server)
            log_in(line, FEW)
            assert all_pass(line, FEW)
        server.wait_log("No answer within 3 seconds")
        assert server.pids("auth") == [pid]
        assert memory(pid, "VmHWM") - before <= KB_EACH * FEW + KB_MORE


@pytest.mark.night
@pytest.mark.measures
def test_a_hundred_thousand_wait(gated, tmp_path):
    """Until the store hangs up, when all are answered."""
    tmp_path.chmod(0o755)
    slow = tmp_path / "slow_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", slow, SLOW_CLOCK], check=True)
    with Silence() as silence:
        server = gated({"alice": {}}, gate=silence.gate, conf=silence.conf, chain=everybody(),
                       wrap={"auth": f"env LD_PRELOAD={slow}"})
        line = Sasl(server)
        pid, before = auth_that_listens(server)
        log_in(line, MANY)
        server.wait_for(line.is_read, 300, "all to be read")
    with line:
        assert all_pass(line, MANY)
    assert server.pids("auth") == [pid]
    assert memory(pid, "VmHWM") - before <= KB_EACH * MANY + KB_MORE
