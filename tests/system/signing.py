# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents that are signed as a control panel would do it, by what doc/doveadm-coexist.md says
and nothing of ours."""

import base64
import hashlib
import subprocess


def openssl(*arguments):
    """Return what openssl prints."""
    return subprocess.run(["openssl", *map(str, arguments)], check=True,
                          capture_output=True).stdout


def _group(name, lines):
    return f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


class Panel:
    """A control panel with a key of its own in a folder."""

    def __init__(self, folder):
        self._key, self._lines = folder / "key.pem", folder / "lines"
        openssl("genpkey", "-algorithm", "ed25519", "-out", self._key)
        self.public = openssl("pkey", "-in", self._key, "-pubout").decode()
        der = openssl("pkey", "-in", self._key, "-pubout", "-outform", "DER")
        self._id = hashlib.sha256(der[-32:]).hexdigest()[:8]

    def document(self, scope, meta=None, **keys):
        """Return a signed document for this place in the store."""
        groups = {"policy": keys, **({"meta": meta} if meta else {})}
        lines = sorted(f"{group}.{key}={value}" for group, values in groups.items()
                       for key, value in values.items())
        self._lines.write_text("".join(f"{line}\n" for line in (
            "dovecot-coexist policy 1", f"shared/coexist/{scope}", *lines)))
        signature = openssl("pkeyutl", "-sign", "-rawin", "-inkey", self._key,
                            "-in", self._lines)
        return "".join(_group(*group) for group in groups.items()) + _group("signature", {
            "key": self._id, "ed25519": base64.b64encode(signature).decode()})
