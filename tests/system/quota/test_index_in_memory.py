# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where dovecot.conf keeps indexes in memory, the owner is told when the session is over.

Whoever asks for the quota in the middle of it, be it IMAP's GETQUOTAROOT, lets Dovecot panic
at the next expunge.
"""

import pytest

from owner import known

MEMORY = {"conf23": "mail_location = maildir:~/mail:INDEX=MEMORY\n",
          "conf24": "mail_index_path = MEMORY\n"}


pytestmark = pytest.mark.night      # most of a minute


@pytest.fixture(scope="module")
def owner(start):
    return known(start(quota="1000K", **MEMORY, coexist={
        "quota_warn": "80 90", "quota_warn_channels": "event"}))


def test_a_session_expunges_and_the_owner_is_told(owner):
    owner.fill(82)
    owner.expect("80%")
    assert owner.delete(1) == "+OK Logging out, messages deleted."
    with owner.imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "\\Deleted")
        assert imap.expunge() == ("OK", [b"1"])
    assert owner.subjects() == []
    owner.fill(92)
    owner.expect("80%", "90%")
