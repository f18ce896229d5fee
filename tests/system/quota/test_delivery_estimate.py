"""What a delivery is known to have added before anything is counted."""

import shutil
import smtplib

import pytest

from instance import config
from owner import known

SIEVE23 = "plugin {\n  sieve = file:~/sieve;active=~/.dovecot.sieve\n}\n"
AUTOEXPUNGE = """namespace inbox {
  mailbox Trash {
    autoexpunge_max_mails = 1
  }
}
"""


def test_lines_count_as_the_quota_counts_them(owner):
    """It takes two bytes for the end of a line, which is one in the message."""
    line = "Short.\n"
    owner.deliver_by_lda("Subject: filling\n\n" + line * (owner.limit * 82 // 100 // len(line)))
    owner.expect("90%")


@pytest.fixture(scope="module")
def sieve_server(start):
    """A server that has Sieve scripts, and leaves one message in Trash."""
    return start(quota="1000K", conf=AUTOEXPUNGE, conf23=SIEVE23, sieve=True,
                 coexist={"quota_warn": "80 90", "quota_warn_channels": "event"},
                 plugins={"all": ["coexist", "quota", "coexist_quota"], "lmtp": ["sieve"]})


def copying(server):
    """Return the owner of a mailbox whose script puts a copy of each mail elsewhere."""
    owner = known(server)
    with owner.imap() as client:
        client.create("Elsewhere")
    script = owner.folder.with_name(".dovecot.sieve")
    script.write_text('require ["fileinto", "copy"];\nfileinto :copy "Elsewhere";\n')
    shutil.chown(script, *config.owner())
    return owner


def test_each_copy_counts(sieve_server):
    owner = copying(sieve_server)
    owner.fill(41)
    owner.expect("80%")
    assert owner.subjects("Elsewhere") == ["filling"]


def test_what_could_not_be_stored_does_not(sieve_server):
    owner = copying(sieve_server)
    temporary = owner.folder / ".Elsewhere/tmp"
    before = temporary.stat()
    shutil.chown(temporary, 0, 0)
    with pytest.raises(smtplib.SMTPDataError):
        owner.fill(45)
    shutil.chown(temporary, before.st_uid, before.st_gid)
    owner.fill(30)
    owner.visit()
    assert owner.notices() == []


def test_what_a_delivery_removes_does_not(sieve_server):
    owner = known(sieve_server)
    sieve_server.doveadm("mailbox", "create", "-u", owner.user, "Trash")
    for percent in (42, 22):
        owner.fill_silently(percent, "Trash")
    owner.fill(28)
    assert owner.subjects("Trash") == ["filling"]
    owner.visit()
    assert owner.notices() == []
