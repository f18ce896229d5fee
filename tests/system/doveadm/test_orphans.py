# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy list --orphans while the userdb does not answer."""

import json

import pytest

from administrator import CONF23, CONF24, EX_TEMPFAIL, Administrator


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24)


def orphans(admin, *options):
    """Return (exit code, names, errors)."""
    done = admin.server.doveadm("-f", "json", *options, "coexist", "policy", "list",
                                "--orphans", check=False)
    return done.returncode, {row["name"] for row in json.loads(done.stdout)}, done.stderr


def test_who_can_not_be_looked_up_is_no_orphan(admin):
    for name in ("user1", "gone@here.example"):
        admin.ok("policy", "set", "--force", "-u", name, "pop3_access=deny")
    assert orphans(admin) == (0, {"gone@here.example"}, "")
    status, names, said = orphans(admin, "-o", "auth_socket_path=/mnt/run/none")
    assert (status, names) == (EX_TEMPFAIL, set())
    assert "Can't look up user user1" in said
