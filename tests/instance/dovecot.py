# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Dovecot that is installed on this machine."""

import re
import subprocess
from functools import lru_cache
from pathlib import Path

from .wait import InstanceError

CONFIG_SCRIPTS = ("/usr/lib/dovecot/dovecot-config",
                  "/usr/lib64/dovecot/dovecot-config",
                  "/usr/local/lib/dovecot/dovecot-config")
PROTOCOLS = ("imap", "pop3", "lmtp", "submission")


def _directories():
    """Return (libexecdir, moduledir, folder of headers); Debian's choice without a
    dovecot-config."""
    for script in map(Path, CONFIG_SCRIPTS):
        if script.exists():
            found = dict(re.findall(r"^dovecot_(\w+)=(.*)$", script.read_text(), re.M))
            return tuple(Path(found[name])
                         for name in ("pkglibexecdir", "moduledir", "pkgincludedir"))
    return Path("/usr/lib/dovecot"), Path("/usr/lib/dovecot/modules"), Path("/usr/include/dovecot")


class Dovecot:
    """Version, folders and protocols of the installed Dovecot."""

    def __init__(self):
        try:
            text = subprocess.run(["dovecot", "--version"], check=True,
                                  capture_output=True, text=True).stdout
        except FileNotFoundError:
            raise InstanceError("Dovecot is not installed") from None
        numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
        self.version = tuple(int(number) for number in numbers.groups())
        self.generation = self.version[0] * 10 + self.version[1]
        self.libexecdir, self.moduledir, self.headers = _directories()
        self.protocols = [name for name in PROTOCOLS
                          if (self.libexecdir / name).exists()]

    @staticmethod
    @lru_cache(maxsize=None)
    def installed():
        """Return the one Dovecot of this machine."""
        return Dovecot()

    def staged(self, stage):
        """Return the module folder below a `make install DESTDIR=stage` tree."""
        return Path(stage) / self.moduledir.relative_to("/")
