# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail programs with windows: what they show when they log in once, as mail_programs.py has it
of those of the command line."""

from programs.claws import Claws
from instance import wait_for
from programs.thunderbird import Thunderbird

PATIENCE = 60


class _OnePort:
    """A server of which one protocol is known."""

    def __init__(self, host, port):
        self.host, self._port = host, port

    def port(self, _):
        return self._port


def thunderbird(folder, protocol, host, port, user, _):
    """Return what its dialog says."""
    with Thunderbird(_OnePort(host, port), user, folder / "profile", protocol) as program:
        program.inbox()
        return None, wait_for(program.dialog, PATIENCE, "a dialog of Thunderbird's")


def claws(folder, protocol, host, port, user, _):
    """Return the titles of its windows, and its network log, which the button View log shows:
    the dialog is a picture for xdotool."""
    program = Claws(_OnePort(host, port), user, folder / "claws", protocol)
    with program.running("--receive-all") as windows:
        wait_for(lambda: "Error" in windows.titles(), PATIENCE, "a dialog of Claws'")
        return None, "\n".join([*windows.titles(), program.log])


PROGRAMS = {"Thunderbird": (thunderbird, ("imap", "pop3")), "Claws": (claws, ("imap", "pop3"))}
COMMANDS = {"Thunderbird": Thunderbird.command, "Claws": Claws.command}
