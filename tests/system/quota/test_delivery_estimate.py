# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a delivery is known to have added before anything is counted."""

import shutil
import smtplib
import subprocess
import time
from pathlib import Path

import pytest

from instance import config
from owner import known

SOURCE = Path(__file__).with_name("hold_rename.c")
SIEVE23 = """plugin {
  sieve = file:~/sieve;active=~/.dovecot.sieve
  quota_rule2 = Ignored:ignore
}
"""
SIEVE24 = """namespace inbox {
  mailbox Ignored {
    quota_ignore = yes
  }
}
"""
AUTOEXPUNGE = """namespace inbox {
  mailbox Trash {
    autoexpunge_max_mails = 1
  }
}
"""


class Hold:
    """Keeps deliveries from being stored, as if all were a moment from it."""

    def __init__(self, start, folder, **options):
        """Start a server, as `server`, whose deliveries it can keep."""
        library = folder / "hold_rename.so"
        subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"],
                       check=True)
        self.server = start(wrap={
            "lmtp": f"env LD_PRELOAD={library} HOLD=/mnt/hold/hold"}, **options)
        self._folder = self.server.folder / "hold"
        self._folder.mkdir()
        self._folder.chmod(0o777)

    def begin(self):
        (self._folder / "hold").touch()

    def end(self, count, owner):
        """Let go so many, as soon as it keeps them; the last one after all others."""
        try:
            self.server.wait_for(lambda: len(list(self._folder.glob("hold.*"))) == count,
                                 what=f"{count} deliveries")
            last = next(self._folder.glob("hold.*"))
            kept = self._folder / last.name.replace(".", "-")
            kept.touch()
        finally:
            (self._folder / "hold").unlink()
        new = owner.folder / "new"
        self.server.wait_for(lambda: len(list(new.iterdir())) >= count - 1,
                             what="the others to be stored")
        another_second(owner)
        kept.unlink()


def another_second(owner):
    """Wait, because Dovecot looks again at a folder that changed when it looked last."""
    changed = (owner.folder / "new").stat().st_mtime
    owner.server.wait_for(lambda: time.time() > changed + 2, what="another second")


def test_deliveries_that_know_nothing_of_each_other(start, tmp_path_factory):
    """Each would be far from any level if it were alone."""
    hold = Hold(start, tmp_path_factory.mktemp("hold"), quota="1000K",
                conf="lmtp_user_concurrency_limit = 30\n",
                coexist={"quota_warn": "80 90", "quota_warn_channels": "event"})
    owner = known(hold.server)
    owner.fill(52)
    # none has to look into the folder, for which it would wait for the others
    another_second(owner)
    owner.server.doveadm("mailbox", "status", "-u", owner.user, "vsize", "INBOX")
    hold.begin()
    owner.deliver_at_once(20, 1.5, meanwhile=lambda: hold.end(20, owner))
    owner.expect("80%")


def test_lines_count_as_the_quota_counts_them(owner):
    """It takes two bytes for the end of a line, which is one in the message."""
    line = "Short.\n"
    owner.deliver_by_lda("Subject: filling\n\n" + line * (owner.limit * 82 // 100 // len(line)))
    owner.expect("90%")


@pytest.fixture(scope="module")
def sieve_server(start):
    """A server that has Sieve scripts, and leaves one message in Trash."""
    return start(quota="1000K", conf=AUTOEXPUNGE, conf23=SIEVE23, conf24=SIEVE24, sieve=True,
                 coexist={"quota_warn": "80 90", "quota_warn_channels": "event"},
                 plugins={"all": ["coexist", "quota"], "lmtp": ["sieve"]})


def filing(server, folder, how=""):
    """Return the owner of a mailbox whose script puts each mail into a folder."""
    owner = known(server)
    with owner.imap() as client:
        client.create(folder)
    script = owner.folder.with_name(".dovecot.sieve")
    script.write_text(f'require ["fileinto", "copy"];\nfileinto {how} "{folder}";\n')
    shutil.chown(script, *config.owner())
    return owner


def copying(server):
    """The same, by a script that puts a copy of each mail there."""
    return filing(server, "Elsewhere", ":copy")


def test_each_copy_counts(sieve_server):
    owner = copying(sieve_server)
    owner.fill(41)
    owner.expect("80%")
    assert owner.subjects("Elsewhere") == ["filling"]


def test_what_is_put_where_the_quota_does_not_count_does_not(sieve_server):
    owner = filing(sieve_server, "Ignored")
    owner.fill_silently(75)
    owner.fill(6)
    assert owner.subjects("Ignored") == ["filling"]
    owner.visit()
    assert owner.notices() == []


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
