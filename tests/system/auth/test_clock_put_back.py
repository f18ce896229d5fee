# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine's clock is put back while the auth process runs: nobody waits for it."""

import pytest

from logins import Client, passes, pop3_auth_plain

USER = "alice@example.org"
SCOPES = ["mailbox/alice@example.org", "domain/example.org", "default"]


@pytest.fixture(scope="module")
def server(gated, clock):
    return gated({USER: {}}, wrap={"auth": clock.live_wrapper},
                 gate={"on_store_error": "tempfail"})


@pytest.mark.parametrize("scope", SCOPES, ids=["mailbox", "domain", "default"])
def test_a_change_is_obeyed(server, clock, scope):
    """What was read in the time that is to come is not new until then."""
    with clock.days_from_now(1):
        server.store.put(scope, pop3_access="allow")
        server.wait_for(lambda: passes("pop3", pop3_auth_plain(server, Client(USER))))
    for access in ("deny", "allow"):
        server.store.put(scope, pop3_access=access)
        server.wait_for(lambda: passes("pop3", pop3_auth_plain(server, Client(USER)))
                        == (access == "allow"), 20, f"{access} to be obeyed")
    server.store.remove(scope)

