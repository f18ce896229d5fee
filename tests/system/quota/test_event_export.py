# SPDX-License-Identifier: LGPL-2.1-or-later
"""The event coexist_quota_notice reaches Dovecot's event exporters."""

import pytest

import exported
from owner import KB, known

FIELDS = ("level", "resource", "used", "limit", "percent", "channel")


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", conf23=exported.CONF23, conf24=exported.CONF24, coexist={
        "quota_warn": "80 90", "quota_warn_channels": "event alert",
        "quota_warn_recovered": "yes"})


def test_each_channel_is_an_event_with_all_its_fields(server):
    owner = known(server)
    owner.fill(82)
    events = exported.events(server, owner.user, 2)
    assert [one["event"] for one in events] == ["coexist_quota_notice"] * 2
    assert all("coexist" in one["categories"] for one in events)
    told = [{name: one["fields"][name] for name in FIELDS} for one in events]
    used = told[0]["used"]
    assert 82 * 1000 * KB // 100 <= used < 83 * 1000 * KB // 100
    assert told == [{"level": "80%", "resource": "storage", "used": used, "limit": 1000 * KB,
                     "percent": 82, "channel": channel} for channel in ("event", "alert")]


def test_room_again_is_one_too(server):
    owner = known(server)
    owner.fill(82)
    owner.remove_all()
    owner.visit()
    events = exported.events(server, owner.user, 4)
    assert [one["fields"]["level"] for one in events] == ["80%", "80%", "none", "none"]
    assert [one["fields"]["percent"] for one in events] == [82, 82, 0, 0]
