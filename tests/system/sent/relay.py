# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mail server that submission relays to, which keeps what it accepts."""

import socket
import socketserver
import sys
import threading
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    timeout = 60

    def reply(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        relay = self.server.relay
        self.reply("220 relay ESMTP")
        recipients = []
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    self.reply("250-relay\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 200000000")
                case "MAIL" | "RSET":
                    recipients = []
                    self.reply("250 2.1.0 OK")
                case "RCPT" if "refused" in rest:
                    self.reply("550 5.1.1 No such user")
                case "RCPT":
                    recipients.append(rest.partition("<")[2].partition(">")[0])
                    self.reply("250 2.1.5 OK")
                case "DATA":
                    self.reply("354 Go on")
                    self.take(relay, recipients)
                case "QUIT":
                    self.reply("221 2.0.0 Bye")
                    return
                case _:
                    self.reply("250 2.0.0 OK")

    def take(self, relay, recipients):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        relay.got.set()
        relay.go_on.wait(60)
        if relay.answer.startswith("2"):
            relay.messages.append((recipients, b"".join(lines)))
        if relay.answer:
            self.reply(relay.answer)
        else:
            self.connection.shutdown(socket.SHUT_RDWR)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that is killed has nothing to tell."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Relay:
    """answer   what it says to the end of a message; "" hangs up
    messages  (recipients, bytes) of each that it accepted
    """

    def __init__(self):
        self.answer = "250 2.0.0 Queued"
        self.messages = []
        self.got = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()


@contextmanager
def relay_of(server):
    """Run the relay that the server is configured for."""
    with _Server((server.host, server.port("relay")), _Session) as listener:
        listener.relay = Relay()
        thread = threading.Thread(target=listener.serve_forever, daemon=True)
        thread.start()
        try:
            yield listener.relay
        finally:
            listener.shutdown()
            thread.join()
