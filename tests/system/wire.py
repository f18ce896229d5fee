# SPDX-License-Identifier: LGPL-2.1-or-later
"""POP3 as it goes over the wire, for what poplib has no method for.

Works on the connection of any poplib client.
"""


def send(client, *lines):
    """Send command lines in one write."""
    client.sock.sendall("".join(f"{line}\r\n" for line in lines).encode())


def read_line(client):
    """Return the next line without its end, empty if the server is gone."""
    return client.file.readline().rstrip(b"\r\n")


def dele(client, numbers):
    """Mark messages as deleted, in one write."""
    send(client, *(f"DELE {number}" for number in numbers))
    for _ in numbers:
        assert read_line(client).startswith(b"+OK")


def quit_reply(client):
    """Say QUIT; return the reply, b"" if the server is gone before."""
    send(client, "QUIT")
    try:
        return read_line(client)
    except OSError:
        return b""


def read_message(client):
    """Return the reply to RETR or another multi-line command as one text."""
    lines = [client.file.readline()]
    assert lines[0].startswith(b"+OK"), lines[0]
    while lines[-1] not in (b".\r\n", b""):
        lines.append(client.file.readline())
    return b"".join(lines)


def read_to_end(client):
    """Return what the server says until it closes the connection."""
    return client.file.read()
