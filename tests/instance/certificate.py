# SPDX-License-Identifier: LGPL-2.1-or-later
"""A self-made certificate for 127.0.0.1."""

import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

NAMES = ("cert.pem", "key.pem")


@lru_cache(maxsize=None)
def _made():
    """Return the contents of the files: one certificate for all that this process starts."""
    with tempfile.TemporaryDirectory() as folder:
        cert, key = (Path(folder) / name for name in NAMES)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "3650",
             "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-keyout", str(key), "-out", str(cert)],
            check=True, capture_output=True)
        return cert.read_bytes(), key.read_bytes()


def create(folder):
    """Write cert.pem and key.pem into folder."""
    for name, content in zip(NAMES, _made()):
        path = folder / name
        path.touch(0o600 if name == "key.pem" else 0o644)
        path.write_bytes(content)
