# SPDX-License-Identifier: LGPL-2.1-or-later
"""The names that mail_plugins had before there was one: pop3_coexist, imap_coexist, coexist_quota.

`make install-old-names` installs modules of these names. They load, and do nothing.
"""

import imaplib
import json
import poplib

import pytest

from instance import message
from spoilt import stage_with_old_names

pytestmark = pytest.mark.differs("how modules are loaded")
QUOTA = {"quota_warn": "50", "quota_warn_channels": "event"}
NEVER = {"never": {"coexist_pop3_mark_read": "never"}}
HALF_FULL = message("big", "Nobody is going to read this line.\n" * 1000)
# The configurations that there were, and all names wherever they can be.
OLD = {"all": ["coexist", "quota", "coexist_quota"], "imap": ["imap_coexist"],
       "pop3": ["pop3_coexist"]}
EVERYWHERE = {"all": ["coexist_quota", "pop3_coexist", "imap_coexist", "quota", "coexist"]}


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    return stage_with_old_names(tmp_path_factory.mktemp("old") / "stage")


@pytest.fixture(scope="module", params=[OLD, EVERYWHERE], ids=["old", "everywhere"])
def server(start, modules, request):
    server = start(modules=modules, plugins=request.param, quota="60K", groups=NEVER,
                   coexist=QUOTA)
    yield server
    assert server.log_problems() == []


def test_pop3_leaves_messages_unread(server):
    maildrop = server.maildrop("never")
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert maildrop.seen() == []


def test_the_journal_has_each_change_once(server):
    maildrop = server.maildrop("never")
    maildrop.deliver(2)
    maildrop.delete(1)
    rows = json.loads(server.doveadm("-f", "json", "coexist", "journal", "-u", maildrop.user))
    assert len(rows) == 1


def test_the_owner_is_told_once(server):
    maildrop = server.maildrop()
    for content in (1, HALF_FULL, 1):
        maildrop.deliver(content)
    assert server.log_text().count(f"Quota notice: user=<{maildrop.user}>") == 1


def findings(server):
    done = server.doveadm("-f", "json", "coexist", "preflight", check=False)
    return {row["check"]: (row["status"], row["remedy"]) for row in json.loads(done.stdout)}


def test_preflight_notes_them(server):
    found = findings(server)
    for check in ("pop3_coexist in pop3", "imap_coexist in imap", "coexist_quota in lmtp"):
        assert found[check][0] == "note"
        assert "Remove it from mail_plugins" in found[check][1]
    assert found["module lib25_pop3_coexist_plugin.so"][0] == "ok"


@pytest.mark.parametrize("name, log_in, error", [
    ("pop3_coexist", lambda server: server.pop3("user0"), poplib.error_proto),
    ("imap_coexist", lambda server: server.imap("user0").select(), imaplib.IMAP4.error),
    ("coexist_quota", lambda server: server.pop3("user0"), poplib.error_proto)])
def test_alone_they_are_refused(start, modules, name, log_in, error):
    server = start(modules=modules, plugins={"imap": [name], "pop3": [name]})
    with pytest.raises(error, match="Internal error"):
        log_in(server)
    server.wait_log(f"Couldn't load required plugin .*{name}_plugin.so: "
                    "Plugin coexist must be loaded also")


def test_preflight_says_that_they_are_not_installed(start):
    server = start(plugins={"all": ["coexist"], "pop3": ["pop3_coexist"]})
    assert findings(server)["module lib25_pop3_coexist_plugin.so"][0] == "fail"
    with pytest.raises(poplib.error_proto, match="Internal error"):
        server.pop3("user0")
