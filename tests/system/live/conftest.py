# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server whose policies change while sessions are open."""

import pytest

from names import REFUSAL_TEXTS
from open_session import DOVEADM


@pytest.fixture(scope="module")
def gated(start):
    """gated(**settings) returns a Server with the gate, until the module ends."""
    def start_one(*, gate=None, conf="", **settings):
        return start(gate=gate or {}, conf=DOVEADM + conf, **settings)
    return start_one


@pytest.fixture(scope="module")
def server(gated):
    return gated(gate={"template_dir": REFUSAL_TEXTS})
