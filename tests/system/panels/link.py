# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network between a node and its store, which can be cut."""

import select
import socket
import threading


class Link:
    """Forwards connections to `listener` to where `connect()` leads, until it is cut."""

    def __init__(self, listener, connect):
        self._listener = listener
        self._connect = connect
        self._is_cut = False
        self._stop, self._stopped = socket.socketpair()
        self._pairs = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def cut(self):
        """Close all connections, and those that come."""
        with self._lock:
            self._is_cut = True
            self._drop_all()

    def mend(self):
        """Forward again."""
        with self._lock:
            self._is_cut = False

    def close(self):
        """End it."""
        self._stop.close()
        self._thread.join()
        with self._lock:
            self._drop_all()
        self._listener.close()
        self._stopped.close()

    def _drop_all(self):
        for one in list(self._pairs):
            one.close()
        self._pairs.clear()

    def _run(self):
        while True:
            with self._lock:
                watched = [self._listener, self._stopped, *self._pairs]
            try:
                ready = select.select(watched, [], [], 0.1)[0]
            except (OSError, ValueError):   # one was closed meanwhile
                continue
            if self._stopped in ready:
                return
            with self._lock:
                for one in ready:
                    if one is self._listener:
                        self._accept()
                    elif one in self._pairs:
                        self._forward(one)

    def _accept(self):
        client = self._listener.accept()[0]
        try:
            store = None if self._is_cut else self._connect()
        except OSError:
            store = None
        if store is None:
            client.close()
        else:
            self._pairs.update({client: store, store: client})

    def _forward(self, one):
        try:
            data = one.recv(65536)
            if data:
                self._pairs[one].sendall(data)
                return
        except OSError:
            pass
        other = self._pairs.pop(one)
        self._pairs.pop(other, None)
        one.close()
        other.close()


def to_postgresql(backend, folder):
    """Return (Link, the folder of its socket)."""
    listener = socket.socket(socket.AF_UNIX)
    path = folder / ".s.PGSQL.5432"
    listener.bind(str(path))
    path.chmod(0o777)
    listener.listen()

    def connect():
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(backend.folder / ".s.PGSQL.5432"))
        return client
    return Link(listener, connect), str(folder)


def to_redis(backend, _folder):
    """Return (Link, its port)."""
    listener = socket.create_server(("127.0.0.1", 0))
    return (Link(listener, lambda: socket.create_connection(("127.0.0.1", backend.port))),
            str(listener.getsockname()[1]))
