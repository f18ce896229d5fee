# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ways in which a client can be gone before it confirmed a download.

Each is a function of a poplib client and the number of a large message.
"""

import socket

import wire


def in_the_middle(client, number, *pipelined):
    """The connection dies while the server is still sending."""
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    wire.send(client, f"RETR {number}", *pipelined)
    assert len(client.file.read(20000)) == 20000
    client.close()


def after_the_last_byte(client, number):
    """The client got everything and says no more."""
    client.retr(number)
    client.close()


def within_the_next_command(client, number):
    """The connection dies while the client is sending its next command."""
    client.retr(number)
    client.sock.sendall(b"NOO")
    client.close()


UNCONFIRMED = (in_the_middle, after_the_last_byte, within_the_next_command)


def name(way):
    """The id of a test case."""
    return way.__name__
