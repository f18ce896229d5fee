# SPDX-License-Identifier: LGPL-2.1-or-later
"""Claws Mail on a screen that nobody sees (Xvfb), in which somebody presses keys (xdotool)."""

import os
import signal
import subprocess
from contextlib import contextmanager

from instance import PASSWORD, wait_for

PATIENCE = 60
FOLDERS = """<?xml version="1.0" encoding="UTF-8"?>
<folderlist>
  <folder type="mh" name="Mailbox" path="Mail">
    <folderitem type="inbox" name="inbox" path="inbox" />
    <folderitem type="outbox" name="sent" path="sent" />
    <folderitem type="draft" name="draft" path="draft" />
    <folderitem type="queue" name="queue" path="queue" />
    <folderitem type="trash" name="trash" path="trash" />
  </folder>
%s</folderlist>
"""
IMAP_FOLDER = """  <folder type="imap" name="office" account_id="1">
    <folderitem type="inbox" name="INBOX" path="INBOX" />
    <folderitem type="outbox" name="Sent" path="Sent" />
  </folder>
"""
POP3, IMAP = 0, 3
SMTP_PLAIN, IMAP_LOGIN = 16, 1
SENT_BY_IMAP = "#imap/office/Sent"
SENT_BY_POP = "#mh/Mailbox/sent"


@contextmanager
def screen(folder):
    """Have a screen meanwhile; yields the environment of its programs."""
    number = folder / "screen"
    with number.open("wb") as file, subprocess.Popen(
            ["Xvfb", "-displayfd", str(file.fileno()), "-nolisten", "tcp", "-screen", "0",
             "1280x900x24"], pass_fds=[file.fileno()], stderr=subprocess.DEVNULL) as server:
        try:
            display = wait_for(number.read_text, PATIENCE, "the screen")
            yield {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8",
                   "DISPLAY": f":{display.strip()}", "NO_AT_BRIDGE": "1",
                   "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
        finally:
            server.kill()


class Claws:
    """One that has an account at the server, by IMAP or POP3."""

    command = "claws-mail"

    def __init__(self, server, user, folder, protocol="imap"):
        self._folder = folder
        self._config = folder / "config"
        self._config.mkdir(parents=True)
        for name in ("inbox", "sent", "draft", "queue", "trash"):
            (folder / "Mail" / name).mkdir(parents=True)
        is_imap = protocol == "imap"
        account = {
            "account_name": "office", "is_default": 1, "name": "Alice",
            "address": "alice@example.org", "protocol": IMAP if is_imap else POP3,
            "receive_server": server.host, "smtp_server": server.host, "user_id": user,
            "use_smtp_auth": 1, "smtp_auth_method": SMTP_PLAIN, "smtp_user_id": user,
            "set_imapport": 1, "imap_port": server.port("imap"),
            "imap_auth_method": IMAP_LOGIN, "set_popport": 1, "pop_port": server.port("pop3"),
            "remove_mail": 0, "set_smtpport": 1, "smtp_port": server.port("submission"),
            "ssl_imap": 0, "ssl_pop": 0, "ssl_smtp": 0, "set_sent_folder": 1,
            "sent_folder": SENT_BY_IMAP if is_imap else SENT_BY_POP}
        # enable_aspell asks for dictionaries, and 2 is never to show how a download goes
        common = {"enable_aspell": 0, "receive_at_startup": 0, "show_recv_dialog": 2,
                  "no_recv_error_panel": 0}
        self._write("accountrc", "Account: 1", account)
        self._write("clawsrc", "Common", common)
        (self._config / "passwordstorerc").write_text(
            f"[config_version:4]\n\n[account:1]\nrecv {PASSWORD}\nsend {PASSWORD}\n")
        (self._config / "folderlist.xml").write_text(FOLDERS % (IMAP_FOLDER if is_imap else ""))

    def _write(self, name, section, values):
        lines = [f"{key}={value}\n" for key, value in values.items()]
        (self._config / name).write_text(f"[{section}]\n{''.join(lines)}")

    @property
    def log(self):
        """What its window of the network log shows."""
        path = self._config / "claws.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def sent(self):
        """Return the number of messages in the folder for what was sent, on this disk."""
        return len(list((self._folder / "Mail/sent").glob("[0-9]*")))

    @contextmanager
    def running(self, *options):
        """Run it meanwhile, with options such as --receive-all; yields its Windows."""
        with screen(self._folder) as environment, (self._folder / "output").open("wb") as file:
            process = subprocess.Popen(
                ["claws-mail", "--alternate-config-dir", self._config, *options],
                env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                start_new_session=True)
            try:
                yield Windows(environment)
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    @contextmanager
    def sending(self, subject, **headers):
        """Send a message to Bob; inside, the key for that has been pressed."""
        letter = self._folder / "letter"
        lines = [f"{name}: {value}\n" for name, value in
                 {"To": "bob@example.org", "Subject": subject, **headers}.items()]
        letter.write_text("".join(lines) + "\nGood morning\n")
        with self.running("--compose-from-file", letter) as windows:
            windows.press("Compose message", "ctrl+Return")
            yield windows


class Windows:
    """The windows of a screen."""

    def __init__(self, environment):
        self._environment = environment

    def _xdotool(self, *command):
        done = subprocess.run(["xdotool", *command], env=self._environment, text=True,
                              capture_output=True, check=False, timeout=PATIENCE)
        return done.stdout.split("\n")[:-1]

    def titles(self):
        """Return the titles of all that is to be seen."""
        found = self._xdotool("search", "--onlyvisible", "--name", ".")
        return [title for window in found for title in self._xdotool("getwindowname", window)]

    def press(self, title, key):
        """Press a key in a window, as soon as there is such a one."""
        window = wait_for(lambda: self._xdotool("search", "--onlyvisible", "--name", title),
                          PATIENCE, f"the window {title!r}")[0]
        self._xdotool("windowfocus", "--sync", window)
        self._xdotool("key", key)
