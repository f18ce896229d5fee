# SPDX-License-Identifier: LGPL-2.1-or-later
"""Behind a proxy, TLS is what the gate takes for it: that of the connection, whatever the proxy
says of the person's."""

import pytest

from open_session import Imap, policy

pytestmark = pytest.mark.differs("whose TLS a session knows")
TRUSTED = "login_trusted_networks = 127.0.0.0/8\n"


@pytest.fixture(scope="module")
def server(gated):
    return gated(conf=TRUSTED)


class Forwarded(Imap):
    """What a proxy says of a person who came with or without TLS."""

    def __init__(self, server, user, *, tls, persons):
        self._persons = persons
        super().__init__(server, user, tls=tls)

    def _login(self):
        self.say('ID ("x-originating-ip" "192.0.2.7" "x-originating-port" "999"'
                 f' "x-connected-ip" "192.0.2.1" "x-connected-port" "143"'
                 f' "x-client-transport" "{self._persons}")')
        super()._login()


@pytest.mark.parametrize("persons", ["TLS", "insecure"])
@pytest.mark.parametrize("before", [True, False], ids=["required before", "required now"])
def test_a_connection_that_is_tls_stays(server, persons, before):
    user = server.maildrop().user
    if before:
        policy(server, "set", "-u", user, "imap_tls=required")
    with Forwarded(server, user, tls=True, persons=persons) as client:
        policy(server, "set", "-u", user, "imap_tls=required", "language=es")
        server.doveadm("coexist", "kick", user, "--if-refused")
        assert client.is_open()


@pytest.mark.parametrize("persons", ["TLS", "insecure"])
def test_one_that_is_not_ends(server, persons):
    user = server.maildrop().user
    with Forwarded(server, user, tls=False, persons=persons) as client:
        policy(server, "set", "-u", user, "imap_tls=required")
        assert client.hear_end()[0].startswith("* BYE ")
