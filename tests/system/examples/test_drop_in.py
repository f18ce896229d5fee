# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files of examples/ do what they say beside the plugins of others."""

import re
from pathlib import Path

import pytest

from instance import Dovecot

pytestmark = pytest.mark.differs("how settings are read")
GENERATION = Dovecot.installed().generation
[EXAMPLE] = (Path(__file__).parents[3] / "examples"
             / f"dovecot-{GENERATION // 10}.{GENERATION % 10}").glob("*.conf")

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
    files = {**NEIGHBOURS, EXAMPLE.name: example}
    return "".join(files[name] for name in sorted(files))


@pytest.fixture(scope="module")
def server(start):
    return start(plugins={}, conf=conf_d(EXAMPLE.read_text()))


def plugins_of(server, service, user):
    """Return the mail plugins that a session's process has loaded."""
    pid = server.session_pid(service, user)
    maps = Path(f"/proc/{pid}/maps").read_text()
    return set(re.findall(r"/lib\d\d_(\w+)_plugin\.so", maps))


def test_the_configuration_is_accepted_in_silence(server):
    done = server.inside("doveconf", "-n", "-c", "/mnt/etc/dovecot.conf")
    assert "pop3_mark_read = complete" in done.stdout
    assert done.stderr == ""


def test_pop3_loads_both_plugins(server, maildrop):
    with maildrop.pop3():
        assert plugins_of(server, "pop3", maildrop.user) == {
            "coexist", "pop3_coexist", "quota", "notify"}


def test_imap_loads_the_common_plugin(server, maildrop):
    with maildrop.imap():
        assert plugins_of(server, "imap", maildrop.user) == {
            "coexist", "quota", "imap_quota"}


def test_every_suggested_setting_is_valid(start):
    text, count = re.subn(r"^(\s*)#(coexist_)", r"\1\2", EXAMPLE.read_text(), flags=re.M)
    assert count > 0
    server = start(plugins={}, conf=conf_d(text))
    with server.maildrop().pop3():
        assert server.log_problems() == []


def test_the_policy_is_obeyed(maildrop):
    maildrop.deliver(1)
    with maildrop.pop3() as client:
        client.retr(1)  # and gone: stock Dovecot marks it read
    assert maildrop.seen() == []
