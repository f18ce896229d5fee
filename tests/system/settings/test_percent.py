# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a per cent sign is written in dovecot.conf and in a userdb.

Dovecot 2.3 expands variables in plugin {} and in each userdb field that it does not
know, before a session begins; in a passwd-file, auth has done that once before.
"""

import poplib

import pytest

from instance import Dovecot, message

pytestmark = pytest.mark.differs("how settings are expanded")
GENERATION = Dovecot.installed().generation
SITE = {23: "100%% {{protocol}}", 24: "100% {{protocol}}"}[GENERATION].format()
PASSWD_FILE = {23: "100%%%%_IMAP", 24: "100%_IMAP"}[GENERATION]


@pytest.fixture(scope="module")
def server(start):
    return start(groups={"column": {"coexist_deny_text": PASSWD_FILE,
                                    "coexist_quota_warn": PASSWD_FILE.partition("_")[0]}},
                 coexist={"deny_text": SITE, "pop3_access": "deny"}, quota="1M")


@pytest.mark.parametrize("group, text", [("user", "100% POP3"), ("column", "100%_IMAP")],
                         ids=["dovecot.conf", "passwd-file"])
def test_a_per_cent_sign(server, group, text):
    maildrop = server.maildrop(group)
    maildrop.deliver(message("delivered"))
    with pytest.raises(poplib.error_proto) as error:
        server.pop3(maildrop.user)
    assert error.value.args[0].decode() == f"-ERR [SYS/PERM] {text}"
    assert [line for line in maildrop.log_problems() if "coexist: refused" not in line] == []
