# SPDX-License-Identifier: LGPL-2.1-or-later
"""A faked clock: a process has another time of day, from its start on or for a while."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("shift_clock.c")
FAST = Path(__file__).with_name("fast_clock.c")
DAY = 24 * 60 * 60


class Clock:
    """The clock of processes that were started with it; right at first."""

    def __init__(self, folder):
        folder.chmod(0o755)
        self._library = folder / "shift_clock.so"
        self._file = folder / "shift_clock"
        subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", self._library, SOURCE,
                        "-ldl"], check=True)
        self._set(0)

    def _set(self, seconds):
        # in one piece: a process may read it at any time
        file = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(file, f"{round(seconds):+020}".encode(), 0)
        os.close(file)

    @property
    def _variables(self):
        return {"LD_PRELOAD": str(self._library), "SHIFT_CLOCK": str(self._file)}

    @property
    def wrapper(self):
        """The command that runs a program with it."""
        return " ".join(["env", *(f"{name}={value}"
                                  for name, value in self._variables.items())])

    @property
    def live_wrapper(self):
        """The same, for a program whose clock is changed while it runs."""
        return f"{self.wrapper} SHIFT_CLOCK_LIVE=yes"

    def fast_wrapper(self, factor):
        """The same, and its time goes so many times as fast besides."""
        library = _fast_library(self._library.parent)
        variables = {**self._variables, "LD_PRELOAD": f"{self._library}:{library}",
                     "SHIFT_CLOCK_LIVE": "yes", "FAST_CLOCK": factor}
        return " ".join(["env", *(f"{name}={value}" for name, value in variables.items())])

    @property
    def environment(self):
        """The environment in which a program has it, one of Dovecot's too."""
        return {**os.environ, **self._variables,
                "DOVECOT_PRESERVE_ENVS": " ".join(self._variables)}

    def days_from_now(self, days):
        """Processes that start within are so many days ahead; behind, if negative. Those
        that run live_wrapper are for so long."""
        return self.seconds_from_now(days * DAY)

    @contextmanager
    def seconds_from_now(self, seconds):
        """The same in seconds."""
        self._set(seconds)
        try:
            yield
        finally:
            self._set(0)


def _fast_library(folder):
    folder.chmod(0o755)
    library = folder / "fast_clock.so"
    subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", library, FAST, "-ldl"], check=True)
    return library


def fast_wrapper(folder, factor, ahead=0):
    """Return the command that runs a program whose time goes so many times as fast, and begins
    so many seconds ahead."""
    library = _fast_library(folder)
    return f"env LD_PRELOAD={library} FAST_CLOCK={factor} FAST_CLOCK_AHEAD={ahead}"
