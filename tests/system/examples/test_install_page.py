# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands of doc/install.md that stay: Dovecot's start in a container, a POP3 session by hand."""

import poplib
import re
import shutil
import subprocess

import pytest

from instance import wait_for
from instance.instance import built_stage
from pages import commands, section
from site_example import Site

pytestmark = pytest.mark.differs("how settings are read")
ANA = "ana@example.org"
SWITCH = "/mnt/bin/dovecot-coexist"


def command(heading, word):
    """Return the command of the page that has the word."""
    [found] = [line.removeprefix("$ ") for line, _ in commands(section("install.md", heading))
               if word in line]
    return found


class Container(Site):
    """The example, switched off, which is started as the page says for hosts without systemd."""

    def __init__(self, folder):
        super().__init__(folder, switched_on=False)

    def _write_config(self):
        super()._write_config()
        [switch] = built_stage().rglob("sbin/dovecot-coexist")
        shutil.copy(switch, self.folder / "bin")

    def _command(self):
        *mounts, program, option = super()._command()
        assert (program, option) == ("dovecot", "-F")
        start = command("The switch", "exec dovecot")
        # a memory checker adds options
        return [*mounts, "sh", "-c", f'PATH=/mnt/bin:$PATH; {start} "$@"', "sh"]


def test_without_systemd_the_guard_puts_it_in_force(tmp_path):
    with Container(tmp_path / "site") as site:
        assert site.inside(SWITCH, "status").stdout.startswith("on: ")
        site.doveadm("coexist", "policy", "set", "-u", ANA, "pop3_access=deny")
        with pytest.raises(poplib.error_proto, match=r"\[SYS/PERM\]"):
            site.pop3(ANA)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site")) as running:
        yield running


def dialogue():
    """Return (command, the lines that somebody types) of the session by hand."""
    block = re.search(r"^    \$ (openssl s_client .*)\n((?:    .*\n)+)",
                      section("install.md", "Check that it works"), re.M)
    typed = [line.strip() for line in block[2].splitlines()]
    assert typed[0] == "+OK Dovecot ready."
    return block[1], typed[1:]


def test_a_download_is_read_while_the_session_by_hand_is_open(site):
    site.deliver(ANA, b"Subject: hello\n\nhello\n")
    client, typed = dialogue()
    client = client.replace("localhost:995", f"127.0.0.1:{site.port('pop3s')}")
    with subprocess.Popen(client.split(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, bufsize=0) as session:
        try:
            assert session.stdout.readline().startswith(b"+OK")
            for line in typed:
                words = {"USER": f"USER {ANA}", "PASS": "PASS change-me"}
                session.stdin.write(f"{words.get(line.split()[0], line)}\n".encode())
                assert session.stdout.readline().startswith(b"+OK"), line
                if line.startswith("RETR"):
                    while session.stdout.readline().rstrip() != b".":
                        pass
            look = command("Check that it works", "uid flags").replace("USER", ANA)
            wait_for(lambda: r"\Seen" in site.inside("sh", "-c", look).stdout,
                     what="the message to be read")
            assert session.poll() is None
        finally:
            session.kill()
