# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Roundcube with our plugin: PHP's own server, SQLite, a folder of its own."""

import os
import secrets
import signal
import socket
import subprocess
from pathlib import Path

from instance.wait import wait_for

CHECKOUT = Path(__file__).resolve().parents[3]
PLUGIN = CHECKOUT / "examples/roundcube/coexist"
UNPACK = Path(__file__).with_name("unpack")
INDEX = "usr/share/roundcube/index.php"

CONFIG = """<?php
$config['db_dsnw'] = 'sqlite:///{folder}/roundcube.db?mode=0600';
$config['imap_host'] = '{imap}';
$config['smtp_host'] = 'localhost:1';
$config['des_key'] = '{secret}';
$config['plugins'] = ['coexist'];
$config['skin'] = 'elastic';
$config['product_name'] = 'Webmail';
$config['log_dir'] = '{folder}/log/';
$config['temp_dir'] = '{folder}/temp/';
$config['session_debug'] = false;
{more}
"""

# Debian's has the folder of its package built in.
PREPEND = """<?php
define('INSTALL_PATH', '{folder}/site/');
define('RCMAIL_CONFIG_DIR', '{folder}/config');
"""


def tree(build=None):
    """Return the root that has Debian's Roundcube: this machine's, or one unpacked."""
    if Path("/", INDEX).exists():
        return Path("/")
    found = Path(os.environ.get("COEXIST_ROUNDCUBE")
                 or (build or CHECKOUT / "build") / "roundcube")
    if not (found / INDEX).exists():
        subprocess.run([UNPACK, found], check=True)
    return found


class Webmail:
    """Roundcube on a loopback port, for the mailboxes of an Instance, inside `with`."""

    host = "127.0.0.1"

    def __init__(self, folder, dovecot, more=""):
        self.folder = Path(folder).resolve()
        self.dovecot = dovecot
        self._more = more
        self._tree = tree()
        self._server = None

    def __enter__(self):
        self._make_folder()
        self._start()
        return self

    def __exit__(self, *_):
        if self._server is not None:
            # with the processes that it began
            os.killpg(self._server.pid, signal.SIGTERM)
            self._server.wait()

    @property
    def url(self):
        return f"http://{self.host}:{self._port}/"

    def log_text(self):
        """Return what Roundcube and PHP logged."""
        return "".join(path.read_text(errors="replace")
                       for path in sorted((self.folder / "log").iterdir())
                       if path.name != "server.log")

    def errors(self):
        """Return the lines of errors.log."""
        path = self.folder / "log/errors.log"
        return path.read_text(errors="replace").splitlines() if path.exists() else []

    def _make_folder(self):
        share = self._tree / "usr/share/roundcube"
        for name in ("log", "temp", "config", "site/plugins"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        site = self.folder / "site"
        for name in ("index.php", "program", "skins", "SQL"):
            (site / name).symlink_to(share / name)
        for plugin in (share / "plugins").iterdir():
            (site / "plugins" / plugin.name).symlink_to(plugin)
        (site / "plugins/coexist").symlink_to(PLUGIN)
        (self.folder / "prepend.php").write_text(PREPEND.format(folder=self.folder))
        config = self.folder / "config"
        for name in ("defaults.inc.php", "mimetypes.php"):
            (config / name).symlink_to(self._tree / "etc/roundcube" / name)
        (config / "config.inc.php").write_text(CONFIG.format(
            folder=self.folder, secret=secrets.token_hex(12), more=self._more,
            imap=f"{self.dovecot.host}:{self.dovecot.port('imap')}"))

    def _start(self):
        with socket.socket() as free:
            free.bind((self.host, 0))
            self._port = free.getsockname()[1]
        settings = {"auto_prepend_file": self.folder / "prepend.php",
                    "include_path": f".:{self._tree / 'usr/share/php'}",
                    "error_log": self.folder / "log/php.log", "log_errors": "1",
                    "display_errors": "0", "session.save_path": self.folder / "temp",
                    "date.timezone": "UTC"}
        options = [word for name, value in settings.items()
                   for word in ("-d", f"{name}={value}")]
        with open(self.folder / "log/server.log", "wb") as log:
            self._server = subprocess.Popen(
                ["php", *options, "-S", f"{self.host}:{self._port}",
                 "-t", self.folder / "site"], stdout=log, stderr=log,
                env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"},
                start_new_session=True)
        wait_for(self._is_listening, what="PHP to listen")

    def _is_listening(self):
        with socket.socket() as client:
            return client.connect_ex((self.host, self._port)) == 0
