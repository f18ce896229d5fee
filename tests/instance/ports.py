# SPDX-License-Identifier: LGPL-2.1-or-later
"""Free TCP ports on loopback, also when several test processes ask at once."""

import os
import socket

from .wait import InstanceError

# Below 32768: the kernel takes the ports of outgoing connections from there up.
FIRST, LAST, BLOCK = 12000, 32000, 16


def _listen(port):
    """Return a socket that listens on the port, or None if it is taken."""
    guard = socket.socket()
    try:
        guard.bind(("127.0.0.1", port))
        guard.listen(1)
        return guard
    except OSError:
        guard.close()
        return None


def _is_free(port):
    """True if a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Ports:
    """A block of ports; its first one stays bound as the lock of the block."""

    def __init__(self, names):
        blocks = (LAST - FIRST) // BLOCK
        for step in range(blocks):
            first = FIRST + (os.getpid() * 7 + step) % blocks * BLOCK
            self._guard = _listen(first)
            if self._guard is None:
                continue
            ports = range(first + 1, first + 1 + len(names))
            if all(map(_is_free, ports)):
                self.number = dict(zip(names, ports))
                return
            self.close()
        raise InstanceError("no block of free ports found")

    def close(self):
        """Give the block back."""
        self._guard.close()
