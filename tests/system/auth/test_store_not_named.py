# SPDX-License-Identifier: LGPL-2.1-or-later
"""A gate that is told no store: nobody logs in, and the log says what to write where."""

import poplib
import re

import pytest

from instance import Dovecot, wait_for

KEY_FILE = "/mnt/etc/coexist.conf.ext"
GATE = {23: f"passdb {{\n  driver = coexist\n  args = {KEY_FILE}\n}}\n",
        24: "passdb coexist {\n  driver = coexist\n}\n"}[Dovecot.installed().generation]
SAYS = {23: rf"auth: Fatal: passdb coexist: {KEY_FILE}: The key store in the group \[site\] is "
            r"missing\. Add, for example, \[site\] store = fs:posix:prefix=/",
        24: r"auth: Fatal: .*coexist.*\. Add, for example, coexist \{ dict fs \{ fs posix "
            r"\{ prefix = /"}[Dovecot.installed().generation]


TEXTS = {23: ["", "[site]\n", "[site]\nstore=\n", "[policy]\nstore=fs:posix\n"],
         24: [""]}[Dovecot.installed().generation]


@pytest.mark.parametrize("text", TEXTS)
def test_a_store_that_is_not_named(start, text):
    server = start(conf=GATE, files={"coexist.conf.ext": text})
    with pytest.raises((poplib.error_proto, OSError, EOFError)):
        server.pop3("user0")
    wait_for(lambda: re.search(SAYS, server.log_text()), what="the reason in the log")
