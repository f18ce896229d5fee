# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_fetcher_networks: sessions from there never mark anything.

The login process takes the client's address from XCLIENT, as it would from a
proxy in front of it.
"""

import pytest

import wire

NETWORKS = ("192.0.2.0/24 203.0.113.7 ::ffff:198.51.100.0/120 "
            "2001:db8:1::/48, 2001:db8:2::7")
POLICIES = ("stock", "complete", "quit", "never")
FETCHER = "192.0.2.1"


@pytest.fixture(scope="module")
def server(start):
    groups = {policy: {"coexist_pop3_mark_read": policy} for policy in POLICIES}
    return start(coexist={"pop3_fetcher_networks": NETWORKS,
                          "pop3_mark_downloaded": "yes"},
                 groups={**groups, "own": {
                     "coexist_pop3_mark_read": "complete",
                     "coexist_pop3_fetcher_networks": "2001:db8:9::/48,192.0.9.9"}},
                 conf="login_trusted_networks = 127.0.0.1\n")


def coming_from(address):
    """Return what to do before_login so that the client has this address."""
    def claim(client):
        wire.send(client, f"XCLIENT ADDR={address}")
        assert wire.read_line(client) == b"+OK Updated"
    return claim


def marks_after_download(maildrop, address):
    """Return the flags that a session from the address adds to a message."""
    maildrop.deliver(1)
    before = maildrop.flags()[1]
    with maildrop.pop3(before_login=coming_from(address)) as pop:
        pop.retr(1)
        pop.quit()
    maildrop.server.wait_log(rf"user=<{maildrop.user}>.* rip={address},")
    return maildrop.flags()[1] - before


@pytest.mark.parametrize("address", [
    "192.0.2.0", "192.0.2.255", "203.0.113.7", "198.51.100.1",
    "::ffff:192.0.2.9", "::ffff:203.0.113.7", "::ffff:198.51.100.1",
    "2001:db8:1::1", "2001:db8:1:ffff::1", "2001:db8:2::7"])
def test_a_fetcher_marks_nothing(server, address):
    assert marks_after_download(server.maildrop("complete"), address) == set()


@pytest.mark.parametrize("address", [
    "192.0.1.255", "192.0.3.0", "203.0.113.8", "198.51.101.0", "127.0.0.1",
    "::ffff:192.0.3.0", "::ffff:198.51.101.1", "::192.0.2.9",
    "2001:db8::1", "2001:db8:2::1", "2001:db8:2::8"])
def test_everybody_else_marks(server, address):
    assert marks_after_download(server.maildrop("complete"), address) == {
        "\\Seen", "$POP3Downloaded"}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_fetcher_marks_nothing_under_any_policy(server, policy):
    assert marks_after_download(server.maildrop(policy), FETCHER) == set()


@pytest.mark.parametrize("address, marks", [
    ("192.0.9.9", set()), ("2001:db8:9::1", set()),
    (FETCHER, {"\\Seen", "$POP3Downloaded"})])
def test_the_networks_of_a_user_replace_those_of_the_site(server, address, marks):
    assert marks_after_download(server.maildrop("own"), address) == marks


def test_a_fetcher_may_delete(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(2)
    with maildrop.pop3(before_login=coming_from(FETCHER)) as pop:
        pop.retr(1)
        pop.dele(1)
        pop.quit()
    assert maildrop.flags().keys() == {1}
