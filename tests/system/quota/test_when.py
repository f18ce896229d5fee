# SPDX-License-Identifier: LGPL-2.1-or-later
"""When a mailbox is looked at: by whom, and by whom not."""


import pytest

from names import NOTICE_TEXTS
from owner import Owner, known, limit_fields, of_size


def filling(owner, percent):
    return of_size(owner.limit * percent // 100)


def test_lmtp(owner):
    owner.fill(82)
    owner.expect("80%")


def test_lda(owner):
    owner.deliver_by_lda(filling(owner, 82).decode())
    owner.expect("80%")
    assert owner.subjects() == ["number 1", "filling"]


def test_append(owner):
    owner.append(filling(owner, 82))
    owner.expect("80%")


def test_a_session_that_goes_on(owner):
    """It is told while the session lasts."""
    with owner.imap() as client:
        client.append("INBOX", None, None, filling(owner, 82))
        owner.expect("80%")
        assert client.noop()[0] == "OK"


def test_copy(owner):
    owner.fill(41)
    with owner.imap() as client:
        client.create("Copies")
        client.select()
        assert client.copy("2", "Copies")[0] == "OK"
        owner.expect("80%")


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_expunge(owner, protocol):
    """What is removed is seen: the level is left."""
    owner.fill(82)
    owner.wait_level("80%")
    if protocol == "pop3":
        owner.delete(2)
    else:
        with owner.imap() as client:
            client.select()
            client.store("2", "+FLAGS", "\\Deleted")
            client.expunge()
            owner.wait_level("none")
    owner.wait_level("none")
    assert owner.notices() == ["80%"]


PROTOCOLS = ["imap", "pop3", "submission", "sieve"]
# Without it a session of submission looks for a host to hand the mails to, and ends.
NO_RELAY = "submission_backend_capabilities = 8BITMIME\n"


@pytest.fixture(scope="module")
def all_protocols(start):
    return start(quota="1000K", conf=NO_RELAY, sieve=True, coexist={
        "quota_warn": "80", "quota_warn_channels": "mail event", "template_dir": str(NOTICE_TEXTS)})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_lowered_limit_is_told_at_the_next_login(all_protocols, protocol):
    owner = known(all_protocols)
    owner.fill(50)
    all_protocols.set_user(owner.user, **limit_fields("600K"))
    owner.visit(protocol)
    owner.expect("80%")
    for again in PROTOCOLS:
        owner.visit(again)
    assert owner.notices() == ["80%"]
    assert owner.subjects() == ["number 1", "filling", "Your mailbox is 83 % full"]
    assert owner.log_problems() == []


TRASH23 = """plugin {
  trash = /mnt/etc/users.trash
  quota_grace = 100K
}
"""
TRASH24 = """namespace inbox {
  mailbox Trash {
    trash_priority = 1
  }
}
quota_storage_grace = 100K
"""


def test_what_a_delivery_has_removed_to_make_room(start):
    """The trash plugin of Dovecot does that."""
    server = start(quota="1000K", conf23=TRASH23, conf24=TRASH24,
                   plugins={"all": ["coexist", "quota", "trash"]},
                   coexist={"quota_warn": "80 90", "quota_warn_channels": "event",
                            "quota_warn_recovered": "yes"})
    (server.folder / "etc/users.trash").write_text("1 Trash\n")
    owner = known(server)
    with owner.imap() as client:
        client.create("Trash")
        # Dovecot 2.3 removes twice as much as it has to
        for percent in (42, 22):
            assert client.append("Trash", None, None, filling(owner, percent))[0] == "OK"
    owner.fill(29)
    owner.expect("90%")
    owner.fill(20)
    owner.expect("90%", "recovered")


# Silence

def test_doveadm_is_silent(server, owner):
    owner.fill(41)
    server.doveadm("mailbox", "create", "-u", owner.user, "Copies")
    server.doveadm("copy", "-u", owner.user, "Copies", "mailbox", "INBOX", "all")
    assert owner.notices() == []
    assert owner.state()["quota_level"] == "none"
    owner.visit()
    owner.expect("80%")


def test_a_migration_by_dsync_mails_nobody(server, owner):
    owner.fill(82)
    migrated = Owner(server, server.maildrop().user)
    server.doveadm("backup", "-R", "-u", migrated.user, f"maildir:/mnt/home/{owner.user}/mail")
    assert migrated.subjects() == ["number 1", "filling"]
    migrated.wait_level("80%")
    assert migrated.notices() == []


@pytest.mark.parametrize("command", ["backup", "sync"])
def test_dsync_into_a_mailbox_that_is_known_is_silent(server, owner, command):
    """It is told at the next login, not by dsync."""
    replica = Owner(server, server.maildrop().user)

    def replicate():
        server.doveadm(command, "-R", "-u", replica.user, f"maildir:/mnt/home/{owner.user}/mail")
    replicate()
    replica.visit()
    replica.wait_level("none")
    owner.fill(82)
    replicate()
    assert (replica.notices(), replica.state()["quota_level"]) == ([], "none")
    replica.visit()
    replica.expect("80%")
    assert replica.subjects() == ["number 1", "filling"]


def test_with_nothing_configured_nothing_is_written(start):
    server = start(quota="1000K")
    maildrop = server.maildrop()
    maildrop.deliver(of_size(800 * 1024))
    with maildrop.imap() as client:
        client.select()
    with maildrop.pop3() as client:
        client.quit()
    assert not (maildrop.folder / "dovecot-coexist.state").exists()
    assert "Quota notice" not in server.log_text()


def test_a_delivery_that_is_refused_is_refused_as_before(server, owner):
    """Over the limit, as stock Dovecot says it."""
    owner.fill(95)
    with pytest.raises(Exception, match=r"552|Quota exceeded"):
        owner.fill(20)
    assert owner.notices() == ["90%"]
