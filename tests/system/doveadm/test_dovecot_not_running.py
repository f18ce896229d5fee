# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands about many mailboxes while Dovecot does not run."""

import pytest

from administrator import CONF23, CONF24, EX_TEMPFAIL


@pytest.fixture(scope="module")
def stopped(start):
    """stopped(*arguments) runs a command that sees no socket of Dovecot's."""
    server = start(conf23=CONF23, conf24=CONF24, gate={})
    server.inside("mkdir", "-m", "777", "/mnt/stopped")

    def run(*arguments):
        return server.doveadm("-o", "base_dir=/mnt/stopped", "-o",
                              "auth_socket_path=/mnt/stopped/auth-userdb", "coexist",
                              *arguments, check=False)
    return run


def test_a_policy_of_a_domain_is_stored(stopped):
    """Nobody can say whether there is such a domain."""
    done = stopped("policy", "set", "-d", "example.org", "pop3_access=deny")
    assert done.returncode == 0, done
    assert "pop3_access" in stopped("policy", "get", "-d", "example.org").stdout


@pytest.mark.parametrize("whose", [["-A"], ["-d", "example.org"]], ids=["all", "domain"])
def test_users_that_can_not_be_listed_are_an_error(stopped, whose):
    done = stopped("status", *whose)
    assert done.returncode == EX_TEMPFAIL, done
    assert done.stderr == ("Error: Can't list the users: auth does not answer at "
                           "/mnt/stopped/auth-userdb. Does Dovecot run?\n")
