# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configuration that is installed, taken in, beside the plugins of others."""

import re
from pathlib import Path

import pytest

from instance import Dovecot

pytestmark = pytest.mark.differs("how settings are read")
GENERATION = Dovecot.installed().generation
SWITCH = Path(__file__).parents[3] / f"switch/conf-2.{GENERATION - 20}"
[INCLUDE] = SWITCH.glob("[0-9]*.conf")
# Without the gate, which test_switch.py takes in as well.
EXAMPLE = re.sub("^#(?! [^ ])", "", (SWITCH / "dovecot-coexist.conf").read_text().partition(
    "# The gate:")[0], flags=re.M)

NEIGHBOURS = {
    23: {"10-mail.conf": "mail_plugins = $mail_plugins quota\n",
         "20-imap.conf": "protocol imap {\n  mail_plugins = $mail_plugins imap_quota\n}\n",
         "20-pop3.conf": "protocol pop3 {\n  mail_plugins = $mail_plugins notify\n}\n"},
    24: {"10-mail.conf": "mail_plugins {\n  quota = yes\n}\n",
         "20-imap.conf": "protocol imap {\n  mail_plugins {\n    imap_quota = yes\n  }\n}\n",
         "20-pop3.conf": "protocol pop3 {\n  mail_plugins {\n    notify = yes\n  }\n}\n"},
}[GENERATION]


def conf_d(example):
    """Return the example among its neighbours as `!include conf.d/*.conf` reads them."""
    files = {**NEIGHBOURS, INCLUDE.name: example}
    return "".join(files[name] for name in sorted(files))


@pytest.fixture(scope="module")
def server(start):
    return start(plugins={}, conf=conf_d(EXAMPLE))


def plugins_of(server, service, user):
    """Return the mail plugins that a session's process has loaded."""
    pid = server.session_pid(service, user)
    maps = Path(f"/proc/{pid}/maps").read_text()
    return set(re.findall(r"/lib\d\d_(\w+)_plugin\.so", maps))


def test_the_configuration_is_accepted_in_silence(server):
    done = server.inside("doveconf", "-n", "-c", "/mnt/etc/dovecot.conf")
    assert "pop3_mark_read = complete" in done.stdout
    assert done.stderr == ""


def test_pop3_loads_the_plugin(server, maildrop):
    with maildrop.pop3():
        assert plugins_of(server, "pop3", maildrop.user) == {"coexist", "quota", "notify"}


def test_imap_loads_the_same_plugin(server, maildrop):
    with maildrop.imap():
        assert plugins_of(server, "imap", maildrop.user) == {
            "coexist", "quota", "imap_quota"}


def test_nothing_is_wrong_with_it(server, maildrop):
    with maildrop.pop3():
        assert server.log_problems() == []


def test_the_policy_is_obeyed(maildrop):
    maildrop.deliver(1)
    with maildrop.pop3() as client:
        client.retr(1)  # and gone: stock Dovecot marks it read
    assert maildrop.seen() == []
