# SPDX-License-Identifier: LGPL-2.1-or-later
"""What POP3 is shown, asked and reset over the HTTP API, under both names of the question."""

import pytest

from administrator import CONF23, CONF24, Administrator


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24,
                 groups={"newest": {"coexist_pop3_max_messages": "1"}})


@pytest.fixture
def maildrop(server):
    return server.maildrop("newest")


@pytest.mark.parametrize("command, parameters", [("coexistView", {}),
                                                 ("coexistExplain", {"pop3View": True})])
def test_what_is_shown(server, maildrop, command, parameters):
    maildrop.deliver(2)
    kind, rows, _ = Administrator(server).http(command, user=maildrop.user, **parameters)
    assert kind == "doveadmResponse"
    assert [(str(row["uid"]), row["shown"], row["why"]) for row in rows] == \
        [("1", "no", "surplus"), ("2", "yes", "")]


def test_a_reset(server, maildrop):
    admin = Administrator(server)
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        assert len(pop.list()[1]) == 1
        pop.quit()
    for parameters, shown in (({"dryRun": True}, 1), ({"since": "2020-01-01"}, 3)):
        kind, [row], _ = admin.http("coexistView", user=maildrop.user, reset=True, **parameters)
        assert (kind, int(row["returned"])) == ("doveadmResponse", 2)
        with maildrop.pop3() as pop:
            assert len(pop.list()[1]) == shown
            pop.quit()


def test_an_option_without_reset(server, maildrop):
    kind, error, _ = Administrator(server).http("coexistView", user=maildrop.user, dryRun=True)
    assert (kind, error["exitCode"]) == ("error", 64)
