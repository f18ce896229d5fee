# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where nothing is configured for a user, the module does nothing to the user's session.

tests/bench/run logins counts what that costs.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from instance import Dovecot
from instance.instance import built_stage

pytestmark = pytest.mark.differs("what objects have functions")
PROBE = Path(__file__).with_name("idle_probe.c")
# Dovecot sorts the hooks of modules by their files' names.
MODULES = {"lib19_probe_before_plugin.so": ["-DPROBE=probe_before"],
           "lib99_probe_behind_plugin.so": ["-DPROBE=probe_behind", "-DBEHIND"]}
TOLD = {"coexist_pop3_mark_read": "complete"}


@pytest.fixture(scope="module")
def server(start, tmp_path_factory):
    """A Dovecot whose log says what of a session's objects is ours."""
    stage = tmp_path_factory.mktemp("modules") / "stage"
    shutil.copytree(built_stage(), stage)
    for name, defines in MODULES.items():
        subprocess.run(["cc", "-shared", "-fPIC", "-std=gnu99", "-DHAVE_CONFIG_H", *defines,
                        "-I/usr/include/dovecot", "-o",
                        Dovecot.installed().staged(stage) / name, PROBE], check=True)
    return start(modules=stage, plugins={"all": ["coexist", "probe_before", "probe_behind"]},
                 groups={"idle": {}, "told": TOLD})


def use(server, protocol, user):
    """Log in, and look into INBOX."""
    if protocol == "imap":
        client = server.imap(user)
        client.select()
        client.logout()
    else:
        client = server.pop3(user)
        client.stat()
        client.quit()


def probe(server, protocol, user):
    """Return (functions and bytes of the user, most functions of a mailbox) in a session."""
    before = len(server.whole_log())
    use(server, protocol, user)
    found = rf"{protocol}\({user}\).*probe: "
    server.wait_log(found + "mailbox")
    log = server.whole_log()[before:]
    [facts] = re.findall(found + r"user: functions=(\d+) bytes=(\d+)", log)
    mailboxes = re.findall(found + r"mailbox: functions=(\d+)", log)
    return (*map(int, facts), max(map(int, mailboxes)))


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_no_function_is_ours_and_nothing_is_allocated(server, protocol):
    assert probe(server, protocol, "idle0") == (0, 0, 0)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_where_a_field_says_something_they_are(server, protocol):
    """Else the test would not see any."""
    assert min(probe(server, protocol, "told0")) > 0
