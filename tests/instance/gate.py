# SPDX-License-Identifier: LGPL-2.1-or-later
"""The gate in dovecot.conf, and the documents of its store."""

import re
import shutil

from .block import block

STORE = "policy"    # in the instance's folder
MARKER = "mailbox/coexist-store@invalid"    # what every store has
# In a chain of passdbs, at its end.
_BEHIND = ["skip = unauthenticated", "result_failure = continue"]


def _group(name, lines):
    return f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


def key_file(settings, policy):
    """Return the configuration of the gate on Dovecot 2.3."""
    return (_group("site", {"store": f"fs:posix:prefix=/mnt/{STORE}/", **settings})
            + _group("policy", policy))


def _within(protocol, text):
    return text if protocol is None else block(f"protocol {protocol}", [text])


def render(generation, settings, in_chain, protocol, lines):
    """Return the configuration of the gate and of its store.

    in_chain    as it has to be where passdbs and userdbs go on to it
    protocol    of whose logins the gate decides; None for all
    lines       what else its passdb says
    """
    # Of a protocol's own, the first passdb is ours, and Dovecot would ignore it.
    behind = [*lines, *(_BEHIND if in_chain and protocol is None else [])]
    if generation == 23:
        both = ["driver = coexist", "args = /mnt/etc/coexist.conf.ext"]
        return (_within(protocol, block("passdb", [*both, *behind]))
                + (block("userdb", both) if in_chain else ""))
    dict_fs = block("dict fs", [block("fs posix", [f"prefix = /mnt/{STORE}/"])])
    return (_within(protocol, block("passdb coexist", ["driver = coexist", *behind]))
            + (block("userdb coexist", ["driver = coexist"]) if in_chain else "")
            + block("coexist", [dict_fs] if "store" not in settings else [])
            + "".join(f"coexist_{key} = {value}\n" for key, value in settings.items()
                      if key != "store"))


def continue_after(text, kinds):
    """Let the databases of these kinds that are there pass their users on."""
    return re.sub(rf"^((?:{'|'.join(kinds)})[^{{]*\{{)$", r"\1\n  result_success = continue-ok",
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
