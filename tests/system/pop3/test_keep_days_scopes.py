# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days that is set or lowered in any scope waits: nobody's mail goes before its
owner was told and had time."""

import pytest

from keep_days import A_MINUTE, DAYS, LATER, SITE, Visit, WAIT, count, fill, keeps, notices

MANY = 10_000


@pytest.fixture(scope="module")
def server(start, clock):
    """With a gate and documents, and a domain for each mailbox."""
    return start(gate={}, coexist=SITE, wrap={"pop3": clock.wrapper}, groups={"to@scope": {}})


@pytest.fixture
def visit(clock):
    """A session that does nothing, in so many days."""
    return Visit(clock)


def set_conf(server, _maildrop, days):
    server.reload(coexist={**SITE, "pop3_keep_days": days})


def is_handed_over(server, maildrop, days):
    """Return whether the gate knows it: it keeps the wider documents for a while."""
    return f";pop3_keep_days={days}" in server.doveadm("user", maildrop.user)


def set_default(server, maildrop, days):
    server.store.put("default", pop3_keep_days=days)
    server.wait_for(lambda: is_handed_over(server, maildrop, days))


def set_domain(server, maildrop, days):
    server.store.put("domain/" + maildrop.user.partition("@")[2], pop3_keep_days=days)
    server.wait_for(lambda: is_handed_over(server, maildrop, days))


def set_mailbox(server, maildrop, days):
    server.store.put("mailbox/" + maildrop.user, pop3_keep_days=days)


def set_userdb(server, maildrop, days):
    server.set_user(maildrop.user, **keeps(days))


def set_preset(server, maildrop, days):
    """The preset says 30 days, which LATER is beyond too."""
    before = {"pop3_keep_days": days} if days != str(DAYS) else {}
    server.store.put("mailbox/" + maildrop.user, preset="multi-device", **before)


SCOPES = (set_conf, set_default, set_domain, set_userdb, set_mailbox, set_preset)


@pytest.fixture(params=SCOPES, ids=lambda scope: scope.__name__[4:])
def set_days(request, server):
    """set_days(maildrop, days) in one scope; afterwards no scope says anything."""
    yield lambda maildrop, days: request.param(server, maildrop, str(days))
    if request.param is set_conf:
        server.reload(coexist=SITE)
    if request.param is set_default:
        server.store.remove("default")


@pytest.mark.parametrize("messages", [600, pytest.param(MANY, marks=pytest.mark.night)])
@pytest.mark.parametrize("before", [0, 90])
def test_set_or_lowered_in_any_scope(server, set_days, before, messages, visit):
    maildrop = server.maildrop("to@scope")
    fill(maildrop, messages)
    set_days(maildrop, before)
    visit(maildrop)
    set_days(maildrop, DAYS)
    for in_days in (LATER, LATER + 1, LATER + WAIT - A_MINUTE):
        visit(maildrop, in_days)
        assert count(maildrop) == messages
        assert len(notices(maildrop)) == 1
    visit(maildrop, LATER + WAIT + A_MINUTE)
    assert count(maildrop) == 0
    assert len(notices(maildrop)) == 1
