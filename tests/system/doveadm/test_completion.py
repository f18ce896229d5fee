# SPDX-License-Identifier: LGPL-2.1-or-later
"""bash completion of doveadm coexist: what TAB offers."""

import re
import subprocess
from pathlib import Path

import pytest

from instance.instance import built_stage

MANUAL = Path(__file__).parents[3] / "doc/doveadm-coexist.1.in"
[COMPLETION] = built_stage().rglob("bash-completion/completions/doveadm")


def offers(*words):
    """Return what bash offers for the last word, which may have begun."""
    current, before = words[-1], words[-2]
    script = (f"source {COMPLETION}; COMP_WORDS=({' '.join(map(repr, words))}); "
              f"COMP_CWORD={len(words) - 1}; _doveadm doveadm {current!r} {before!r}; "
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def synopsis():
    """Return {command: options} of the manual."""
    head = MANUAL.read_text().partition(".SH DESCRIPTION")[0]
    lines = head.replace("\\-", "-").replace("\\fB", "").replace("\\fR", "")
    found = re.findall(r"^doveadm coexist ((?:policy )?\w+)(.*)$", lines, re.M)
    return {command: sorted(set(re.findall(r"(?<![\w-])(--?[a-zA-Z][\w-]*)", options)))
            for command, options in found}


def test_the_commands():
    commands = {command.split()[0] for command in synopsis()}
    assert set(offers("doveadm", "coexist", "")) == commands
    assert offers("doveadm", "-D", "coexist", "po") == ["policy"]
    policy = {command.split()[1] for command in synopsis() if command.startswith("policy ")}
    assert set(offers("doveadm", "coexist", "policy", "")) == policy


@pytest.mark.parametrize("command", synopsis())
def test_the_options_are_those_of_the_manual(command):
    assert sorted(offers("doveadm", "coexist", *command.split(), "-")) == synopsis()[command]


def test_keys_and_the_words_that_they_take():
    assert offers("doveadm", "coexist", "policy", "set", "-u", "ana", "pop3_acc") == ["pop3_access="]
    value = ["doveadm", "coexist", "policy", "set", "-u", "ana", "pop3_access", "="]
    assert offers(*value) == ["allow", "deny", "suspend"]
    assert offers(*value, "de") == ["deny"]
    assert offers("doveadm", "coexist", "policy", "get", "-u", "ana", "pop3_del")[0] == "pop3_delete"


def test_nothing_of_other_commands():
    assert offers("doveadm", "mailbox", "") == []
