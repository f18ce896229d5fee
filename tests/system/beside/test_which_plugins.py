# SPDX-License-Identifier: LGPL-2.1-or-later
"""What test_plugin_lists.py walks: which plugins this Dovecot has of those it names."""

import pytest

import plugin_lists
from plugin_lists import KILLERS, LISTS, PLUGINS, Loaded


def test_the_killers_are_there():
    """They took processes with them, on the lists and alone: none may be left out."""
    assert KILLERS <= set(plugin_lists.singles())


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_whole(name):
    missing = sorted(Loaded(LISTS[name]).missing)
    if missing:
        pytest.skip(f"this Dovecot has no {', '.join(missing)}")


def test_each_plugin_is_walked_alone():
    missing = sorted(set(PLUGINS) - plugin_lists.installed())
    if missing:
        pytest.skip(f"this Dovecot has no {', '.join(missing)}")


def test_no_plugin_is_forgotten():
    """A new one of Dovecot is either walked, or named here with the reason."""
    not_walked = {
        "apparmor",                     # the kernel's
        "fts_squat",                    # dies in 2.3.19 at the first INBOX, also without ours
        "mail_lua",                     # does what its script says
        "pop3_migration",               # needs another server
        "push_notification_lua",        # does what its script says
    }
    ours = {"coexist"}
    foreign = {"fts_flatcurve", "fts_lucene", "fts_solr", "fts_xapian"}   # packages of their own
    assert plugin_lists.installed() - ours - foreign - not_walked <= set(PLUGINS)
