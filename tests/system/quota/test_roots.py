# SPDX-License-Identifier: LGPL-2.1-or-later
"""What counts: the owner's own roots, by storage or by messages."""

import re

import pytest

from instance import Dovecot, message
from owner import known, of_size, unreadable

POLICY = {"quota_warn": "80", "quota_warn_channels": "event"}
DAY = 24 * 60 * 60
GENERATION = Dovecot.installed().generation


def test_messages(start):
    server = start(quota="100M", coexist=POLICY, groups={"few": (
        {"quota_rule": "*:messages=10"} if GENERATION == 23 else
        {"quota_message_count": "10"})})
    owner = known(server, "few")
    owner.deliver(6)
    assert owner.notices() == []
    owner.deliver(1)
    owner.expect("80%")
    assert "resource=messages used=8 limit=10 percent=80" in server.log_text()


def test_free_space(start):
    server = start(quota="1000K", coexist={**POLICY, "quota_warn": "",
                                           "quota_warn_free": "100K 50K 2000K"})
    owner = known(server)
    owner.fill(88)
    assert owner.notices() == []
    owner.fill(3)
    owner.expect("free:102400")
    owner.fill(5)
    owner.expect("free:102400", "free:51200")


def test_without_a_limit(start):
    server = start(quota="0", coexist=POLICY)
    maildrop = server.maildrop()
    maildrop.deliver(of_size(1000000))
    with maildrop.imap() as client:
        client.select()
    assert "Quota notice" not in server.log_text()
    assert not (maildrop.folder / "dovecot-coexist.state").exists()
    assert maildrop.log_problems() == []


SECOND23 = """plugin {
  quota2 = count:Second%s
  quota2_rule = *:storage=500K
}
"""
SECOND24 = """quota second {
  driver = count
  storage_size = 500K
%s}
"""


def with_second_root(start, option23="", option24=""):
    return start(quota="1000K", coexist=POLICY, conf23=SECOND23 % option23,
                 conf24=SECOND24 % option24)


def test_of_several_roots_the_fullest(start):
    owner = known(with_second_root(start))
    owner.fill(41)
    owner.expect("80%")
    assert "limit=512000 " in owner.server.log_text()


@pytest.mark.parametrize("option23, option24", [
    (":noenforcing", "  quota_enforce = no\n"), (":hidden", "  quota_hidden = yes\n")],
    ids=["noenforcing", "hidden"])
def test_a_root_that_does_not_count(start, option23, option24):
    owner = known(with_second_root(start, option23, option24))
    owner.fill(49)
    owner.visit()
    assert owner.notices() == []
    assert owner.log_problems() == []


def quota_of(client, mailbox):
    """Return what IMAP says of the quota roots of a mailbox (RFC 9208)."""
    return b" ".join(line for lines in client.getquotaroot(mailbox)[1] for line in lines if line)


OTHER23 = """namespace other {
  prefix = Other/
  separator = /
  location = maildir:~/other
}
"""
OTHER24 = """namespace other {
  prefix = Other/
  separator = /
  mail_path = ~/other
  quota second {
    driver = count
    storage_size = 500K
  }
}
"""


def test_a_root_of_another_namespace(start):
    owner = known(start(quota="1000K", coexist=POLICY, conf24=OTHER24,
                        conf23=SECOND23 % ":ns=Other/" + OTHER23))
    with owner.imap() as client:
        assert client.create("Other/Box")[0] == "OK"
        assert client.append("Other/Box", None, None, of_size(450 * 1024))[0] == "OK"
        # it counts, at its nine tenths, but not for INBOX
        second = re.compile(rb'"?Second"? \(STORAGE 4[45]\d 500\)', re.I)
        assert re.search(second, quota_of(client, "Other/Box"))
        assert b"econd" not in quota_of(client, "INBOX")
    owner.visit("pop3")
    assert owner.notices() == []
    assert owner.log_problems() == []


PUBLIC23 = """namespace public {
  type = public
  prefix = Public/
  separator = /
  location = maildir:/mnt/home/public:INDEX=~/public
}
"""
PUBLIC24 = """namespace public {
  type = public
  prefix = Public/
  separator = /
  mail_path = /mnt/home/public
  mail_index_path = ~/public
}
"""


def test_what_is_stored_in_a_public_folder_is_not_the_owner_s(start):
    server = start(quota="1000K", coexist=POLICY, conf23=PUBLIC23, conf24=PUBLIC24)
    owner = known(server)
    with owner.imap() as client:
        assert client.create("Public/Team")[0] == "OK"
        assert client.append("Public/Team", None, None, of_size(900 * 1024))[0] == "OK"
    owner.visit()
    assert owner.notices() == []
    assert owner.log_problems() == []


SHARED23 = """namespace shared {
  type = shared
  prefix = Shared/%%u/
  separator = /
  location = maildir:/mnt/home/%%u/mail:INDEX=~/shared/%%u
  list = no
  subscriptions = no
}
"""
SHARED24 = """namespace shared {
  type = shared
  prefix = Shared/$user/
  separator = /
  mail_path = /mnt/home/%{owner_user}/mail
  mail_index_path = ~/shared/%{owner_user}
  list = no
  subscriptions = no
}
"""


def test_what_is_stored_in_somebody_else_s_folder_is_theirs(start):
    """Neither of them is told by it, and its owner at the next login."""
    server = start(quota="1000K", coexist=POLICY, conf23=SHARED23, conf24=SHARED24)
    owner, guest = known(server), known(server)
    with owner.imap() as client:
        client.create("Team")
    with guest.imap() as client:
        assert client.append(f"Shared/{owner.user}/Team", None, None,
                             of_size(900 * 1024))[0] == "OK"
    guest.visit()
    assert guest.notices() == owner.notices() == []
    assert guest.state()["quota_level"] == "none"
    owner.visit()
    owner.expect("80%")
    assert guest.log_problems() == owner.log_problems() == []


@pytest.mark.parametrize("storage", ["mdbox", "sdbox"])
def test_other_storage_formats(start, storage):
    owner = known(start(storage=storage, quota="1000K", coexist=POLICY))
    owner.fill(82)
    owner.expect("80%")
    owner.remove_all()
    owner.visit("pop3")
    owner.wait_level("none")


def test_a_look_up_that_fails_says_nothing(start):
    """Neither is the mailbox empty then, nor full. The log hears it from Dovecot each time, and
    from us once a day."""
    server = start(quota="1000K", coexist=POLICY)
    owner = known(server)
    owner.fill(82)
    owner.expect("80%")
    before = owner.state()
    with owner.imap() as client:
        client.create("Broken")

    def problems():
        return sum("Can't say how full the mailbox is" in line for line in owner.log_problems())
    with unreadable(owner.folder / ".Broken"):
        owner.visit("pop3")
        owner.visit("imap")
        owner.visit("pop3")
        assert problems() == 1
        failed_at = int(owner.state()["quota_failed_at"])
        assert owner.state() == before | {"quota_failed_at": str(failed_at)}
        owner.change_state(quota_failed_at=failed_at - DAY + 60)
        owner.visit("pop3")
        assert problems() == 1
        owner.change_state(quota_failed_at=failed_at - DAY)
        owner.visit("pop3")
        owner.visit("pop3")
        assert problems() == 2
    owner.visit()
    assert owner.notices() == ["80%"]


def test_deliveries_of_which_each_fails_to_count_are_logged_once(start):
    server = start(quota="1000K", coexist=POLICY)
    owner = known(server)
    with owner.imap() as client:
        client.create("Broken")
    with unreadable(owner.folder / ".Broken"):
        for _ in range(3):
            owner.deliver_by_lda(message("small").decode())
    problems = [line for line in owner.log_problems()
                if "Can't say how full the mailbox is" in line]
    assert len(problems) == 1
