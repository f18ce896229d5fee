# SPDX-License-Identifier: LGPL-2.1-or-later
"""An administrator: doveadm coexist on the command line and over the HTTP API."""

import json
import urllib.request

STORE = "policy"    # in the instance's folder

# Where doveadm finds the key file, at a server that has a gate.
CONFIG23 = "plugin {\n  coexist_config = /mnt/etc/coexist.conf.ext\n}\n"
# The store, and the gate that reads it: a change that no login would obey is an error.
CONF23 = (CONFIG23 + "passdb {\n  driver = coexist\n  args = /mnt/etc/coexist.conf.ext\n}\n")
CONF24 = (f"coexist {{\n  dict fs {{\n    fs posix {{\n      prefix = /mnt/{STORE}/\n    }}\n  }}\n}}\n"
          "passdb coexist {\n  driver = coexist\n}\n")
KEY_FILE = f"[site]\nstore = fs:posix:prefix=/mnt/{STORE}/\n"

# sysexits
EX_USAGE, EX_DATAERR, EX_NOUSER, EX_TEMPFAIL, EX_CONFIG = 64, 65, 67, 75, 78


class Administrator:
    """Runs commands at a Server that was started with CONF23 and CONF24.

    key_file is the configuration on Dovecot 2.3; None leaves what is there.
    """

    def __init__(self, server, key_file=KEY_FILE):
        self.server = server
        if key_file is not None:
            (server.folder / "etc/coexist.conf.ext").write_text(key_file)
        self.documents = server.folder / STORE / "coexist"
        self._unused = iter(range(60))

    def user(self):
        """Return the name of a user that no other test uses."""
        return f"user{next(self._unused)}"

    def run(self, *arguments, output=None):
        """Run doveadm coexist; return the CompletedProcess."""
        formatter = ["-f", output] if output else []
        return self.server.doveadm(*formatter, "coexist", *arguments, check=False)

    def ok(self, *arguments, output=None):
        """Run it, which must succeed in silence; return its output."""
        done = self.run(*arguments, output=output)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def rows(self, *arguments):
        """Run it with -f json; return the rows."""
        return json.loads(self.ok(*arguments, output="json"))

    def fails(self, status, *arguments):
        """Run it, which must print nothing and end with the status; return its errors."""
        done = self.run(*arguments)
        assert done.returncode == status, done
        return done.stderr

    def get(self, *arguments):
        """Return {key: value} of `policy get`."""
        return {row["key"]: row["value"] for row in self.rows("policy", "get", *arguments)}

    def http(self, command, **parameters):
        """Run a command over the HTTP API; return the one result."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port('http')}/doveadm/v1",
            json.dumps([[command, parameters, "tag"]]).encode(),
            {"Content-Type": "application/json", "Authorization":
             "X-Dovecot-API dGVzdGtleQ=="})
        with urllib.request.urlopen(request, timeout=60) as reply:
            [answer] = json.load(reply)
        return answer

    def put(self, scope, text):
        """Put a raw text into the store, whose scope is e.g. "mailbox/user1"."""
        path = self.documents / scope
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def text(self, scope):
        """Return what the store has, or None."""
        path = self.documents / scope
        return path.read_text() if path.exists() else None
