# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gate in dovecot.conf, and the documents of its store."""

import re
import shutil

from .block import block

STORE = "policy"    # in the instance's folder
MARKER = "mailbox/coexist-store@invalid"    # what every store has
_BEHIND = ["driver = coexist", "skip = unauthenticated", "result_failure = continue"]


def _group(name, lines):
    return f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


def key_file(settings, policy):
    """Return the configuration of the gate on Dovecot 2.3."""
    return (_group("site", {"store": f"fs:posix:prefix=/mnt/{STORE}/", **settings})
            + _group("policy", policy))


def render(generation, settings):
    """Return the configuration of the gate and of its store."""
    if generation == 23:
        args = "args = /mnt/etc/coexist.conf.ext"
        return (block("passdb", [*_BEHIND, args])
                + block("userdb", ["driver = coexist", args]))
    dict_fs = block("dict fs", [block("fs posix", [f"prefix = /mnt/{STORE}/"])])
    return (block("passdb coexist", _BEHIND)
            + block("userdb coexist", ["driver = coexist"])
            + block("coexist", [dict_fs] if "store" not in settings else [])
            + "".join(f"coexist_{key} = {value}\n" for key, value in settings.items()
                      if key != "store"))


def continue_after(text):
    """Let the passdb and userdb that are there pass their users on."""
    return re.sub(r"^((?:pass|user)db[^{]*\{)$", r"\1\n  result_success = continue-ok",
                  text, flags=re.M)


class Store:
    """The documents below `folder`, as fs:posix keeps them."""

    def __init__(self, folder):
        self.folder = folder / "coexist"

    def put(self, scope, *raw, **keys):
        """Store {key: value} or a raw text under "default", "domain/D", "mailbox/U"."""
        path = self.folder / scope
        path.parent.mkdir(parents=True, exist_ok=True)
        text = raw[0] if raw else "[policy]\n" + "".join(
            f"{key}={value}\n" for key, value in keys.items())
        new = path.with_name(f".{path.name}.new")
        new.write_bytes(text if isinstance(text, bytes) else text.encode())
        new.rename(path)

    def mark(self):
        """Make it a store, as doc/policy-store.md says and the first change does."""
        for folder in (self.folder.parent, self.folder, self.folder / "mailbox"):
            folder.mkdir(exist_ok=True)
            shutil.chown(folder, group="dovecot")
            folder.chmod(0o2750)
        self.put(MARKER)

    def remove(self, scope):
        (self.folder / scope).unlink()
