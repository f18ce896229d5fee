# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that show a mailbox by IMAP.

IMAP_PROGRAMS are {what it is: a class}. A call with a folder returns {subject: is it read?}
of what the program shows there; {} if it shows no such folder.
"""

import mailbox
import os
import pty
import re
import select
import time
from urllib.parse import quote

from auth.mail_programs import ENVIRONMENT, PATIENCE, configured, run
from instance import PASSWORD


class ImapProgram:
    """command  what has to be installed"""

    command = None

    def __init__(self, server, user, folder):
        self.server, self.user, self.folder = server, user, folder
        folder.mkdir(parents=True)

    @property
    def address(self):
        return self.server.host, self.server.port("imap")

    def __call__(self, name="INBOX"):
        raise NotImplementedError


def maildir(path):
    """Return {subject: is it read?} of a maildir; each subject there must be another."""
    if not path.is_dir():
        return {}
    found = list(mailbox.Maildir(path, create=False))
    shown = {message["Subject"]: "S" in message.get_flags() for message in found}
    assert len(shown) == len(found)
    return shown


class Mbsync(ImapProgram):
    """It keeps a copy of all folders on this disk, and both sides alike."""

    command = "mbsync"

    def sync(self):
        """Run it once."""
        host, port = self.address
        (self.folder / "mail").mkdir(exist_ok=True)
        config = configured(self.folder, "mbsyncrc", (
            f"IMAPAccount far\nHost {host}\nPort {port}\nUser {self.user}\nPass {PASSWORD}\n"
            "SSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount far\n\n"
            f"MaildirStore near\nPath {self.folder}/mail/\nInbox {self.folder}/mail/INBOX\n"
            "SubFolders Verbatim\n\n"
            "Channel all\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nExpunge Both\n"
            "SyncState *\n"))
        status, printed = run(self.folder, "mbsync", "-c", config, "all")
        assert status == 0, printed

    def path(self, name="INBOX"):
        return self.folder / "mail" / name

    def __call__(self, name="INBOX"):
        self.sync()
        return maildir(self.path(name))

    def remove(self, subject, name="INBOX"):
        """Delete a message here, and then there."""
        box = mailbox.Maildir(self.path(name), create=False)
        [key] = [key for key, message in box.items() if message["Subject"] == subject]
        box.remove(key)
        self.sync()


class Terminal:
    """A command at a terminal of its own.

    press  {what it shows first: the keys that are pressed then}
    """

    def __init__(self, folder, *command, press=None):
        self._press = dict(press or {})
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.execvpe(command[0], list(map(str, command)), {**ENVIRONMENT, "HOME": str(folder)})

    def finish(self, patience=20):
        """Wait until it ends; return (exit status or None if it did not, what it showed)."""
        shown, deadline, status = b"", time.monotonic() + patience, None
        while time.monotonic() < deadline:
            if select.select([self._terminal], [], [], 1)[0]:
                try:
                    shown += os.read(self._terminal, 65536)
                except OSError:     # it has ended
                    status = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
                    break
                for word in [word for word in self._press if word in shown]:
                    os.write(self._terminal, self._press.pop(word))
        else:
            os.kill(self._child, 9)
            os.waitpid(self._child, 0)
        os.close(self._terminal)
        return status, shown.decode(errors="replace")


class Neomutt(ImapProgram):
    """Somebody who saves all that is shown in a maildir, without reading it."""

    command = "neomutt"

    def config(self):
        host, port = self.address
        return configured(self.folder, "neomuttrc", (
            f"set folder = imap://{self.user}@{host}:{port}/\n"
            f"set imap_user = {self.user}\nset imap_pass = {PASSWORD}\n"
            "set ssl_starttls = no\nset ssl_force_tls = no\nset imap_authenticators = login\n"
            "set sleep_time = 0\nset mbox_type = Maildir\nset confirmcreate = no\n"
            "set confirmappend = no\nset mail_check = 1\nset wait_key = no\nset delete = yes\n"
            f"set tmpdir = {self.folder}\nset quit = yes\n"))

    def press(self, keys, name="INBOX"):
        """Open a folder and press these keys; return what was shown when it has ended."""
        host, port = self.address
        status, shown = Terminal(
            self.folder, "neomutt", "-n", "-F", self.config(), "-f",
            f"imap://{self.user}@{host}:{port}/{name}", "-e", f"push '{keys}'").finish()
        assert status is not None, shown
        return status, shown

    def __call__(self, name="INBOX"):
        saved = self.folder / f"saved.{time.monotonic_ns()}"
        status, shown = self.press(
            f"<tag-pattern>~A<enter><tag-prefix-cond><copy-message>{saved}<enter><end-cond>"
            "<exit>", name)
        assert status == 0 or "NONEXISTENT" in shown or "doesn't exist" in shown, shown
        return maildir(saved)


class Curl(ImapProgram):
    """A script's."""

    command = "curl"

    def curl(self, path, *options):
        host, port = self.address
        return run(self.folder, "curl", "-sS", *options, f"imap://{host}:{port}/{quote(path)}",
                   "-u", f"{self.user}:{PASSWORD}")

    def __call__(self, name="INBOX"):
        status, printed = self.curl(name, "-X", "FETCH 1:* (FLAGS ENVELOPE)")
        if status:
            return {}
        found = re.findall(r'FETCH \(FLAGS \((.*?)\) ENVELOPE \("[^"]*" "([^"]*)"', printed)
        shown = {subject: r"\Seen" in flags for flags, subject in found}
        assert len(shown) == len(found) == printed.count(" FETCH ("), printed
        return shown

    def flag(self, number, change):
        """Change the flags of a message in INBOX."""
        status, printed = self.curl("INBOX", "-X", f"STORE {number} {change}")
        assert status == 0, printed


IMAP_PROGRAMS = {"mbsync": Mbsync, "neomutt": Neomutt, "curl": Curl}
