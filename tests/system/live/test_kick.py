# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist kick: by protocol, whatever the policy says, and who may not."""

import json
import re

import pytest

from open_session import DOVEADM, GENERATION, LAST, IdleImap, Pop3, Sieve, http, policy, set_for

pytestmark = pytest.mark.differs("what anvil says, and how sessions end")
EX_USAGE, EX_NOPERM = 64, 77
ENDED = {"pop3": r"-ERR \[SYS/TEMP\] The administrator has ended this session\.\r\n",
         "imap": r"\* BYE \[UNAVAILABLE\] The administrator has ended this session\.\r\n"}


@pytest.fixture(scope="module")
def server(gated):
    return gated(groups={"jo@a.example": {}, "jo@b.example": {}}, sieve=True)


@pytest.fixture
def user(server):
    return server.maildrop().user


def kick(server, *arguments, **options):
    return server.doveadm("-f", "json", "coexist", "kick", *arguments, **options)


def rows(text):
    return {(row["user"], row["protocol"], row["state"]) for row in json.loads(text)}


def test_one_protocol_of_a_user(server, user):
    with Pop3(server, user) as pop, IdleImap(server, user) as imap:
        said = kick(server, user, "--protocol", "pop3")
        assert rows(said) == {(user, "pop3", "ended")}
        assert re.fullmatch(ENDED["pop3"], pop.hear_end()[0])
        assert imap.is_open()
    server.wait_log(rf"coexist: ended user=<{user}> protocol=pop3 .*kicked=yes")


def test_the_name_is_taken_as_dovecot_writes_it(server, user):
    with Pop3(server, user) as pop:
        assert rows(kick(server, user.upper())) == {(user, "pop3", "ended")}
        assert re.fullmatch(ENDED["pop3"], pop.hear_end()[0])


def test_who_is_not_in_the_userdb_may_be_named(server):
    assert json.loads(kick(server, "Nobody@nowhere.example")) == []


def test_all_of_a_domain(server):
    with IdleImap(server, "jo@a.example0") as ends, IdleImap(server, "jo@b.example0") as stays:
        assert rows(kick(server, "-d", "A.Example0")) == {("jo@a.example0", "imap", "ended")}
        assert re.fullmatch(ENDED["imap"], ends.hear_end()[0])
        assert stays.is_open()


def test_who_comes_back_is_let_in(server, user):
    with Pop3(server, user):
        kick(server, user)
    with Pop3(server, user) as client:
        assert client.is_open()


def test_if_refused_leaves_whom_the_userdb_let_in_and_says_nothing_of_now(server):
    """A field of the passdb is not in a look-up of the userdb. The warning says so."""
    user = server.maildrop().user
    server.set_user(user, coexist_pop3_access="allow")
    policy(server, "set", "--default", "pop3_access=deny")
    try:
        with Pop3(server, user) as client:
            server.set_user(user)
            server.doveadm("coexist", "kick", user, "--if-refused")
            server.wait_log(r"The session goes on that the policy forbids \(pop3_access=deny")
            assert client.is_open()
    finally:
        policy(server, "unset", "--default", "--all")


def test_if_refused_ends_those_that_the_userdb_forbids_by_now(server, user):
    other = server.maildrop().user
    with Pop3(server, user) as ends, Pop3(server, other) as stays:
        server.set_user(user, coexist_pop3_access="deny")
        kick(server, "--all", "--if-refused")
        assert re.fullmatch(LAST["pop3"], ends.hear_end()[0])
        assert stays.is_open()


def test_a_managesieve_session_is_ended_by_dovecot(server, user):
    with Sieve(server, user) as client, Sieve(server, server.maildrop().user) as stays:
        set_for(server, user, "sieve_access=deny")
        assert "BYE" in client.hear_end()[0]
        assert stays.is_open()


@pytest.mark.parametrize("arguments", [(), ("jo", "--all"), ("--all", "-d", "x")])
def test_whose_has_to_be_said_once(server, arguments):
    done = kick(server, *arguments, check=False)
    assert done.returncode == EX_USAGE and "Whose sessions?" in done.stderr


def test_who_may_not_is_told_which_right_is_missing(server, user):
    """The mail user's shell, say."""
    with Pop3(server, user) as client:
        done = server.inside("setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups",
                             "doveadm", "-c", server.config, "coexist", "kick", user, check=False)
        assert done.returncode == EX_NOPERM
        assert re.search(r"Can't list the open sessions: .*Permission denied.*"
                         r"service anvil \{ unix_listener anvil \{ user", done.stderr)
        assert client.is_open()


def test_over_http(server, user):
    with Pop3(server, user) as client:
        assert http(server, "coexistPolicySet", user=user, values=["pop3_access=deny"]) == \
            ["doveadmResponse", [], "t"]
        assert re.fullmatch(LAST["pop3"], client.hear_end()[0])


class TestLogOnly:
    """Nobody is ended, and the log says who would be."""

    @pytest.fixture(scope="class")
    def server(self, gated):
        return gated(gate={"log_only": "yes"})

    def test_a_denial_is_logged(self, server):
        user = server.maildrop().user
        with Pop3(server, user) as client:
            assert policy(server, "set", "-u", user, "pop3_access=deny") == ""
            server.wait_log(rf"coexist: would refuse user=<{user}> protocol=pop3 ")
            assert client.is_open()


class TestWithoutGate:
    """The session decides by what the userdb says, in English."""

    @pytest.fixture(scope="class")
    def server(self, start):
        conf = {23: {}, 24: {"conf24": "coexist {\n  dict fs {\n    fs posix {\n"
                             "      prefix = /mnt/policy/\n    }\n  }\n}\n"}}[GENERATION]
        return start(conf=DOVEADM, files={
            "coexist.conf.ext": "[site]\nstore = fs:posix:prefix=/mnt/policy/\n"}, **conf)

    @pytest.mark.parametrize("opens, protocol", [(Pop3, "pop3"), (IdleImap, "imap")])
    def test_a_column_of_the_userdb(self, server, opens, protocol):
        user, other = server.maildrop().user, server.maildrop().user
        with opens(server, user) as ends, opens(server, other) as stays:
            server.set_user(user, **{f"coexist_{protocol}_access": "deny"})
            server.doveadm("coexist", "kick", "--all", "--if-refused")
            assert re.fullmatch(LAST[protocol], ends.hear_end()[0])
            assert stays.is_open()
