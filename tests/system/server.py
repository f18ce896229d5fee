# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Dovecot with plenty of mailboxes that nobody used before."""

import re

from instance import Instance
from instance.gate import key_file
from maildrop import Maildrop

PLENTY = 60

# What the log says of a process that crashed. Signal 9 is what tests send themselves.
# For tests of what retention does when its owner was told: nothing waits.
AT_ONCE = {"retention_notice_days": "0"}
CRASH = re.compile(r"^.*(?:Panic:|killed with signal (?!9\b)).*$", re.M)

# Sessions that do not wait for the disk, nor for a process where it is not the
# POP3 session's own.
QUICK = """mail_fsync = never
service imap-login {
  %(endless)s
  process_min_avail = 1
}
service pop3-login {
  %(endless)s
  process_min_avail = 1
}
service imap {
  %(many)s
}
"""
QUICK23 = QUICK % {"endless": "service_count = 0", "many": "service_count = 100"}
QUICK24 = QUICK % {"endless": "restart_request_count = unlimited",
                   "many": "restart_request_count = 100"}


class Server(Instance):
    """An Instance that the tests of a module share, each with its own mailboxes.

    groups  {group: userdb fields}: mailboxes besides those of the group "user",
            whose owners have no userdb fields of their own

    A key file that conf23 names is there before auth reads it.
    """

    def __init__(self, folder, groups=None, conf23="", conf24="", files=None, **settings):
        if settings.get("gate") is None and "/mnt/etc/coexist.conf.ext" in conf23:
            files = {"coexist.conf.ext": key_file({}, {}), **(files or {})}
        groups = {"user": {}, **(groups or {})}
        users = {f"{group}{number}": fields
                 for group, fields in groups.items() for number in range(PLENTY)}
        super().__init__(folder, users=users, conf23=QUICK23 + conf23,
                         conf24=QUICK24 + conf24, files=files, **settings)
        self._earlier_log = ""
        self._unused = {group: iter(range(PLENTY)) for group in groups}

    def restart(self):
        """Kill all processes, and start the server with a new log."""
        self._earlier_log += self.log_text()
        self.stop()
        self._log_file.unlink()
        self.start()

    def take_homes_away(self):
        """From now on the userdb says of nobody where the home is."""
        path = self.folder / "etc/dovecot.conf"
        text, count = re.subn(r"\s+home(:default = |=)/mnt/home/\S+", "", path.read_text())
        assert count == 1
        path.write_text(text)
        self.read_files_again()
        assert "/mnt/home/" not in self.doveadm("user", "-f", "home", "user0", check=False).stdout

    def whole_log(self):
        """Return the log since the first start."""
        return self._earlier_log + self.log_text()

    def maildrop(self, group="user"):
        """Return an empty mailbox of the group that no test has used yet."""
        return Maildrop(self, f"{group}{next(self._unused[group])}")
