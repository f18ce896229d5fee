# SPDX-License-Identifier: LGPL-2.1-or-later
"""Modules enabled in the wrong place, or built for another Dovecot.

Dovecot refuses to load them and says why; nothing crashes. The messages below
are what an administrator finds in the log. The client that logs in is told only
"Internal error occurred. Refer to server log for more information."
(Of those that preflight looks for: test_preflight_predicts.py.)
"""

import imaplib
import poplib
import re
from contextlib import contextmanager

import pytest

from instance import InstanceError
from spoilt import stage_with_stale, stage_without

pytestmark = pytest.mark.differs("how modules are loaded")
POP3 = "lib25_pop3_coexist_plugin.so"
SETTINGS = "libcoexist_settings.so"
OTHER_ABI = "Module is for different ABI version"


@contextmanager
def refused(server, service, reason):
    """Inside, the service turns somebody away with an internal error; the log has the reason."""
    with pytest.raises((poplib.error_proto, imaplib.IMAP4.error), match="Internal error"):
        yield
    server.wait_log(rf"{service}\(user\d+\).*: Error: Couldn't load required plugin .*{reason}")


def log_in_by_pop3(server):
    """Log in and out again."""
    server.pop3("user0").quit()


def log_in_by_imap(server):
    """Log in, look at INBOX and log out again."""
    client = server.imap("user0")
    client.select()
    client.logout()


def test_the_pop3_module_in_imap(start):
    server = start(plugins={"all": ["coexist"], "imap": ["pop3_coexist"]})
    with refused(server, "imap", f"{POP3}.*undefined symbol: pop3_module_register"):
        log_in_by_imap(server)
    log_in_by_pop3(server)


def test_the_pop3_module_without_lib20(start):
    server = start(plugins={"pop3": ["pop3_coexist"]})
    with refused(server, "pop3", f"{POP3}: Plugin coexist must be loaded also"):
        log_in_by_pop3(server)
    log_in_by_imap(server)


# The settings module belongs to the config process: there is no session to fail.

@pytest.mark.parametrize("spoil, complaint", [
    (stage_with_stale, f"Error: Couldn't load plugin .*{SETTINGS}: {OTHER_ABI}"),
    (stage_without, None)], ids=["stale", "missing"])
@pytest.mark.only_on(23, reason="Dovecot 2.4 needs the settings module")
def test_a_useless_settings_module_changes_nothing_on_dovecot_23(start, tmp_path, spoil,
                                                                 complaint):
    server = start(modules=spoil(SETTINGS, tmp_path / "stage"),
                   coexist={"pop3_mark_read": "never"})
    maildrop = server.maildrop()
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert maildrop.seen() == []
    if complaint:
        # The master's doveconf says it at the start, to whoever started it.
        started = (server.folder / "log/start.log").read_text()
        assert re.search(complaint, started)


@pytest.mark.parametrize("spoil", [stage_with_stale, stage_without], ids=["stale", "missing"])
@pytest.mark.only_on(24, reason="Dovecot 2.3 has plugin {}")
def test_dovecot_24_does_not_start_on_settings_without_their_module(start, tmp_path, spoil):
    with pytest.raises(InstanceError, match="Unknown setting: coexist_pop3_mark_read"):
        start(modules=spoil(SETTINGS, tmp_path / "stage"),
              coexist={"pop3_mark_read": "never"})


@pytest.mark.parametrize("spoil", [stage_with_stale, stage_without], ids=["stale", "missing"])
@pytest.mark.only_on(24, reason="Dovecot 2.3 has plugin {}")
def test_sessions_of_dovecot_24_are_stock_without_the_settings_module(start, tmp_path, spoil):
    server = start(modules=spoil(SETTINGS, tmp_path / "stage"),
                   groups={"never": {"coexist_pop3_mark_read": "never"}})
    maildrop = server.maildrop("never")
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert maildrop.seen() == [1]
    server.wait_log(rf"pop3\({maildrop.user}\).*: Error: coexist: Can't read the settings, "
                    "going on without them: .*no settings struct named 'coexist'")
