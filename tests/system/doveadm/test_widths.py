# SPDX-License-Identifier: LGPL-2.1-or-later
"""What doveadm coexist prints fits a terminal of 80 columns, there and in a pipe."""

import fcntl
import os
import pty
import re
import struct
import termios

import pytest

from administrator import CONF23, CONF24

COLUMNS = 80
POLICY = {"coexist_pop3_delete": "trash", "coexist_pop3_mark_read": "complete"}
COMMANDS = {"help": ["help"], "journal": ["journal", "-u"], "status": ["status", "-u"]}


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24)


@pytest.fixture(scope="module")
def user(server):
    """Who has a journal with all that a line may have."""
    maildrop = server.maildrop()
    server.set_user(maildrop.user, **POLICY)
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        for number in (1, 2, 3):
            pop.retr(number)
        pop.dele(1)
        pop.quit()
    return maildrop.user


def without_columns():
    """Return the environment of a command that is not told how wide its terminal is."""
    return {name: value for name, value in os.environ.items() if name != "COLUMNS"}


def read_all(fd):
    """Return what was written to the terminal."""
    said = b""
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:     # EIO: nobody has it open any more
            part = b""
        if not part:
            return said.decode().replace("\r\n", "\n")
        said += part


def in_pipe(server, *arguments):
    """Return what the command prints into a pipe."""
    return server.doveadm("coexist", *arguments, env=without_columns())


def in_terminal(server, *arguments):
    """Return what the command prints on a terminal of 80 columns."""
    master, slave = pty.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        server.on_terminal(slave, "doveadm", "-c", server.config, "coexist", *arguments,
                           env=without_columns())
        os.close(slave)
        slave = None
        return read_all(master)
    finally:
        os.close(master)
        if slave is not None:
            os.close(slave)


@pytest.mark.parametrize("show", [in_pipe, in_terminal])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_wider(server, user, command, show):
    arguments = COMMANDS[command]
    text = show(server, *arguments, *[user] * (arguments[-1] == "-u"))
    assert max(map(len, text.splitlines())) <= COLUMNS, text
    # it is there, as a whole
    wanted = {"help": "^doveadm coexist view -u USER", "journal": "^uids: .*moved=1 Trash=1$",
              "status": "^journal_size: [1-9]"}[command]
    assert re.search(wanted, text, re.M), text


def test_a_table_is_a_table_if_asked_for(server, user):
    head, *rows = server.doveadm("-f", "table", "coexist", "status", "-u", user).splitlines()
    assert head.split()[0] == "messages" and len(rows) == 1


def test_who_uses_what_is_a_table(server, user):
    head = server.doveadm("coexist", "status", "-u", user, "--protocol", "all").splitlines()[0]
    assert head.split() == ["protocol", "last_use", "address", "known_since"]
