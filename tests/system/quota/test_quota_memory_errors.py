# SPDX-License-Identifier: LGPL-2.1-or-later
"""Memory errors and leaks: valgrind finds none in the processes that watch a quota."""

from owner import known, limit_fields, of_size
from server import Server

POLICY = {"quota_warn": "80 90", "quota_warn_free": "30K", "quota_warn_channels": "alert event",
          "quota_warn_recovered": "yes", "quota_warn_repeat": "1d"}


def test_deliveries_and_sessions(tmp_path):
    """A level, a reminder, garbage, a lowered limit, recovered, and alerts."""
    with Server(tmp_path, quota="1000K", coexist=POLICY, groups={
            "limited": {}, "mailed": {"coexist_quota_warn_channels": "mail"}},
                wrap={name: "valgrind" for name in ("lmtp", "imap", "pop3")}) as server:
        owner = known(server)
        owner.fill(82)
        owner.expect("80%")
        owner.visit("imap")
        owner.change_state(quota_level_at=1, quota_told_at=1)
        owner.visit("pop3")
        owner.expect("80%", "reminder 80%")
        owner.append(of_size(owner.limit // 10))
        owner.write_state(b"quota_level=x\n")
        owner.fill(1)
        owner.remove_all()
        owner.visit("imap")
        limited = known(server, "limited")
        limited.fill(50)
        server.set_user(limited.user, **limit_fields("600K"))
        limited.visit("pop3")
        limited.expect("80%")
        limited.remove_all()
        limited.visit("pop3")
        limited.expect("80%", "recovered")
        mailed = known(server, "mailed")
        mailed.fill(82)
        for _ in range(3):
            mailed.change_state(quota_level_at=1, quota_told_at=1)
            mailed.visit("pop3")
        assert len(mailed.subjects()) == 4
        server.stop()
        assert server.valgrind_reports() == {}
