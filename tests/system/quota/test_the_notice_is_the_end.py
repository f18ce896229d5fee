# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail loops: nothing that looks at mail or quota acts upon a notice."""

import json
import re
import shutil

import pytest

from instance import config, message
from names import NOTICE_TEXTS
from owner import known, of_size

POLICY = {"quota_warn": "80", "quota_warn_channels": "mail", "template_dir": str(NOTICE_TEXTS)}
USER = config.owner()[0]
SCRIPT = f"""service quota-warning {{
  executable = script /bin/touch
  user = {USER}
  unix_listener quota-warning {{
    user = {USER}
    mode = 0600
  }}
}}
sendmail_path = /mnt/bin/sendmail
"""
SCRIPT23 = """plugin {
  quota_warning = storage=81%% quota-warning /mnt/log/%u
  sieve = file:~/sieve;active=~/.dovecot.sieve
}
"""
SCRIPT24 = """quota user {
  warning stock {
    quota_storage_percentage = 81
    execute quota-warning {
      args = /mnt/log/%{user}
    }
  }
}
"""
SENDMAIL = """#!/bin/sh
echo "$@" >> /mnt/log/replies
cat > /dev/null
"""
VACATION = 'require "vacation";\nvacation :days 1 :addresses "owner@example.org" "I am away.";\n'


@pytest.fixture(scope="module")
def server(start):
    running = start(quota="200K", coexist=POLICY, conf=SCRIPT, conf23=SCRIPT23,
                    conf24=SCRIPT24, sieve=True, plugins={
                        "all": ["coexist", "quota"], "lmtp": ["sieve"]})
    sendmail = running.folder / "bin/sendmail"
    sendmail.write_text(SENDMAIL)
    sendmail.chmod(0o755)
    return running


@pytest.fixture
def owner(server):
    return known(server, limit=200 * 1024)


def away(owner):
    """Let a Sieve script answer all mail."""
    script = owner.folder.with_name(".dovecot.sieve")
    script.write_text(VACATION)
    shutil.chown(script, *config.owner())


def replies(server):
    """Return to whom vacation has replied, by sendmail's arguments."""
    path = server.folder / "log/replies"
    return set(re.findall(r"(\S+)$", path.read_text(), re.M)) if path.exists() else set()


def expect_replies(server, before, *senders):
    """Wait until these were answered since then, and nobody else."""
    server.wait_for(lambda: len(replies(server) - before) >= len(senders), what="the replies")
    assert replies(server) - before == set(senders)


def script_ran(owner):
    return (owner.server.folder / "log" / owner.user).exists()


def test_the_stock_script_runs_for_a_delivery(owner):
    """So that it could run in the test that follows."""
    owner.fill(83)
    owner.server.wait_for(lambda: script_ran(owner), what="the script")


def test_a_notice_runs_no_stock_script(owner):
    owner.deliver(of_size(int(owner.limit * 0.803)))
    owner.expect("80%", channel="mail")
    assert re.search(rf"user=<{owner.user}> .* percent=80 ", owner.server.log_text())
    [row] = json.loads(owner.server.doveadm("-f", "json", "coexist", "quota", "-u",
                                            owner.user))
    assert row["percent"] >= 81
    owner.visit()
    owner.deliver(1)
    assert not script_ran(owner)


def test_a_notice_gets_no_vacation_reply(server, owner):
    away(owner)
    before = replies(server)
    server.deliver(owner.user, of_size(owner.limit * 82 // 100), sender="a@example.com")
    owner.expect("80%", channel="mail")
    server.deliver(owner.user, message("one more"), sender="b@example.com")
    expect_replies(server, before, "a@example.com", "b@example.com")


def test_a_notice_that_is_passed_on_gets_none(server, owner):
    """Whoever the sender is then: it says that nobody wrote it."""
    owner.fill(83)
    owner.expect("80%", channel="mail")
    with owner.imap() as imap:
        imap.select(readonly=True)
        notice = imap.fetch("3", "(BODY.PEEK[])")[1][0][1]
    assert b"X-Coexist-Notice:" in notice
    other = known(server)
    away(other)
    before = replies(server)
    to = b"To: owner@example.org\r\n"
    server.deliver(other.user, re.sub(rb"To: .*\r\n", to, notice), sender="c@example.com")
    server.deliver(other.user, message("from a person"), sender="d@example.com")
    expect_replies(server, before, "d@example.com")
