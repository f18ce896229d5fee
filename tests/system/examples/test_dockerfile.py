# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/docker/Dockerfile: no Docker runs it here, but its commands are there."""

import json
import os
import re
import subprocess
from pathlib import Path

TOP = Path(__file__).parents[3]
LINES = [line.split(" ", 1) for line in
         (TOP / "examples/docker/Dockerfile").read_text().splitlines()
         if not line.startswith("#")]


def test_it_has_the_instructions_of_an_image():
    assert [word for word, _ in LINES] == ["FROM", "COPY", "WORKDIR", "RUN", "CMD"]


def test_its_commands_are_in_the_sources():
    text = " ".join(rest for word, rest in LINES if word in ("RUN", "CMD"))
    commands = set(re.findall(r"tests/[\w/]+", text))
    assert commands == {"tests/packages", "tests/build", "tests/demo"}
    assert all(os.access(TOP / command, os.X_OK) for command in commands)


def test_what_it_runs_is_a_shell_command():
    words = dict(LINES)
    subprocess.run(["sh", "-n", "-c", words["RUN"]], check=True)
    assert json.loads(words["CMD"]) == ["tests/demo"]
