# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs of the command line that send by SMTP, and keep a copy or not."""

from auth.mail_programs import configured
from imap_programs import ImapProgram, Terminal
from instance import PASSWORD


class NeomuttSender(ImapProgram):
    """neomutt, in which somebody presses the key to send at once.

    record  where it keeps its copy: a folder of the server's, such as "Sent", a path on this
            disk, or None
    """

    command = "neomutt"

    def __init__(self, *arguments, record="Sent", before=False):
        super().__init__(*arguments)
        host, smtp = self.server.host, self.server.port("submission")
        where = f"set record = '{record if str(record).startswith('/') else f'+{record}'}'\n"
        self._config = configured(self.folder, "neomuttrc", (
            f"set folder = imap://{self.user}@{host}:{self.address[1]}/\n"
            f"set imap_user = {self.user}\nset imap_pass = {PASSWORD}\n"
            f"set smtp_url = smtp://{self.user}@{host}:{smtp}/\nset smtp_pass = {PASSWORD}\n"
            "set smtp_authenticators = plain\nset ssl_starttls = no\nset ssl_force_tls = no\n"
            "set imap_authenticators = login\nset mbox_type = Maildir\nset confirmcreate = no\n"
            "set from = alice@example.org\nset use_from = yes\nset hostname = example.org\n"
            f"set fcc_before_send = {'yes' if before else 'no'}\n"
            f"set tmpdir = {self.folder}\nset editor = true\nset autoedit = yes\n"
            "set edit_headers = yes\nset abort_unmodified = no\n"
            "set abort_noattach = no\nset wait_key = no\nset sleep_time = 0\n"
            + (where if record else "set copy = no\n")))

    def start(self, subject, *options):
        """Begin to send a message to Bob; return the Terminal."""
        body = self.folder / "body"
        body.write_text("Good morning\n")
        return Terminal(self.folder, "neomutt", "-n", "-F", self._config, "-s", subject, "-i",
                        body, *options, "--", "bob@example.org", press={b"y:Send": b"y"})

    def send(self, subject, *options):
        """Send a message to Bob."""
        status, shown = self.start(subject, *options).finish()
        assert status == 0, shown
