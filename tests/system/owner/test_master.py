# SPDX-License-Identifier: LGPL-2.1-or-later
"""A master user chooses as the owner does, and the log has the name."""

import imaplib

import pytest

from choices import Metadata
from instance import PASSWORD

# "user0*boss" is user0, with boss's password.
MASTERS23 = """auth_master_user_separator = *
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u /mnt/etc/users
  master = yes
  result_success = continue
}
"""
MASTERS24 = """auth_master_user_separator = *
passdb masters {
  driver = passwd-file
  passwd_file_path = /mnt/etc/users
  default_password_scheme = PLAIN
  master = yes
  result_success = continue
}
"""


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"owner_may_change": "pop3_delete"}, groups={"boss": {}},
                 conf23=MASTERS23, conf24=MASTERS24)


def test_a_master_user_chooses_within_the_bounds(server, maildrop):
    client = imaplib.IMAP4(server.host, server.port("imap"))
    client.login(f"{maildrop.user}*boss0", PASSWORD)
    metadata = Metadata(client)
    assert metadata.set(pop3_delete="expunge").startswith("NO [CANNOT] ")
    assert metadata.set(pop3_delete="hide").startswith("OK ")
    client.logout()
    server.wait_log("coexist: choice by master user boss0: pop3_delete=hide, before pop3_delete=")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.subjects() == ["number 1"]
