# SPDX-License-Identifier: LGPL-2.1-or-later
"""A store that never answers, and what becomes of those who wait for it."""

import re
import signal
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from instance.block import block
from wiring import GENERATION

SOON = 30
# For wait(): the auth process logs which login asks the gate.
TRACED = "log_debug = category=auth\n"


class Silence:
    """Who asks it waits, as long as `with` lasts."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="coexist-silence.")
        path = Path(self._folder.name) / "dict"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        path.parent.chmod(0o755)
        path.chmod(0o666)
        # what a gate and dovecot.conf need
        self.gate = {"store": f"proxy:{path}:coexist"}
        self.conf = "" if GENERATION == 23 else block("coexist", [block("dict proxy", [
            "name = coexist", f"dict_proxy_socket_path = {path}"])])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
        self._folder.cleanup()


def answer_at_the_end(server, user, way):
    """End the auth process while the user waits in way(server); return the Future of it."""
    asks = (rf"\b{user}\b.*Looks up the policy|"
            rf"{user}.*coexist: Performing|coexist\({user}\b.*: Performing")
    before = len(server.log_text())
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(way, server)
        server.wait_for(lambda: re.search(asks, server.log_text()[before:]), SOON, "a question")
        auth, = server.pids("auth")
        server.kill(auth, signal.SIGTERM)
        server.wait_for(lambda: auth not in server.pids("auth"), SOON, "the process to end")
    assert not re.search("Panic|killed with signal", server.log_text()[before:])
    return waiting
