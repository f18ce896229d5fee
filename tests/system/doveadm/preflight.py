# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist preflight, with a changed dovecot.conf."""

import json
import re

from administrator import CONFIG23, Administrator
from instance import Dovecot

IS_23 = Dovecot.installed().generation == 23
GATED = {"conf23": CONFIG23, "gate": {}}


def gated_admin(server):
    """Return the administrator of a server with a gate, whose store is there."""
    server.inside("install", "-d", "-m", "2750", "-g", "dovecot", "/mnt/policy")
    return Administrator(server, key_file=None)


def preflight(admin, change=lambda text: text):
    """Return (exit status, {check: (status, remedy)}) with a changed dovecot.conf."""
    path = admin.server.folder / "etc/dovecot.conf"
    (path.parent / "changed.conf").write_text(change(path.read_text()))
    done = admin.server.inside("doveadm", "-c", "/mnt/etc/changed.conf", "-f", "json",
                               "coexist", "preflight", check=False)
    assert done.stderr == ""
    return done.returncode, {row["check"]: (row["status"], row["remedy"])
                             for row in json.loads(done.stdout)}


def failed(found):
    return {check: remedy for check, (status, remedy) in found.items() if status == "fail"}


def without(pattern, replacement=""):
    """Return a change that must change something."""
    def change(text):
        changed = re.sub(pattern, replacement, text, flags=re.M)
        assert changed != text
        return changed
    return change


# What configures the gate: OURS % "passdb"
OURS = r"^%s(?: coexist)? \{\n(?:(?!\}).*\n)*?  driver = coexist\n(?:(?!\}).*\n)*\}\n"


def with_policy(text, keys):
    """Return dovecot.conf with these keys for everybody."""
    lines = [f"coexist_{key} = {value}\n" for key, value in keys.items()]
    return text + (f"plugin {{\n{''.join(lines)}}}\n" if IS_23 else "".join(lines))
