# SPDX-License-Identifier: LGPL-2.1-or-later
"""A settings module that is missing, or built for another Dovecot.

Nothing crashes. The messages below are what an administrator finds in the log.
(Of the other modules: test_preflight_predicts.py, test_old_names.py.)
"""

import re

import pytest

from instance import InstanceError
from instance.instance import built_stage
from spoilt import stage_with_stale, stage_without

pytestmark = pytest.mark.differs("how modules are loaded")
EX_CONFIG = 78
SETTINGS = "libcoexist_settings.so"
OTHER_ABI = "Module is for different ABI version"


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


@pytest.mark.only_on(24, reason="Dovecot 2.3 knows no settings of ours")
def test_doveadm_says_what_dovecot_24_does_not_know(start, tmp_path):
    """It asks doveconf here; a Dovecot that was not reloaded answers the same."""
    server = start(modules=stage_without(SETTINGS, tmp_path / "stage"))
    done = server.doveadm("coexist", "policy", "get", "-u", "user0", check=False)
    assert done.returncode == EX_CONFIG
    assert "does not know the settings of this dovecot-coexist" in done.stderr
    assert done.stderr.rstrip().endswith("then run: doveadm reload")
    assert "BUG" not in done.stderr

    [module] = built_stage().rglob(SETTINGS)
    server.inside("cp", module, server.dovecot.moduledir / "settings")
    done = server.doveadm("coexist", "policy", "get", "-u", "user0", check=False)
    assert "No store is configured" in done.stderr
