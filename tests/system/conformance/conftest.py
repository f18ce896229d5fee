# SPDX-License-Identifier: LGPL-2.1-or-later
"""The servers with which each row of the tables is held."""

from functools import lru_cache

import pytest

from rows import KINDS, SITES, plugins

CONF = """auth_mechanisms = plain login apop
namespace inbox {
  mailbox Trash {
    special_use = \\Trash
  }
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
}
"""
CONF23 = """mail_attribute_dict = file:%h/attributes
plugin {
  coexist_config = /mnt/etc/coexist.conf.ext
}
"""
CONF24 = """mail_attribute {
  dict file {
    path = %{home}/attributes
  }
}
"""
GROUPS = {"metadata": {"imap_metadata": "yes"}, "locked": {"pop3_lock_session": "yes"},
          "delay": {"coexist_pop3_login_delay": "1h"},
          "denied": {"coexist_pop3_access": "deny", "coexist_imap_access": "deny"}}


@pytest.fixture(scope="module")
def sites(start):
    """sites(kind) returns the server of that kind, which is started once."""
    @lru_cache(maxsize=None)
    def server(kind):
        return start(groups=GROUPS, quota=True, plugins=plugins(kind),
                     conf=CONF, conf23=CONF23, conf24=CONF24, **SITES[kind])
    return server


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    """What of ours a server has."""
    return request.param
