# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/http-api.md: each request of the page, in its order, answered as the page says."""

import re
import shutil
import subprocess

import pytest

from http_client import SCRIPT
from page import TOP, block_of, fences
from site_example import SERIES, Site

pytestmark = pytest.mark.differs("how settings are read")
ANA = "ana@example.org"
PAGE = (TOP / "doc/http-api.md").read_text()


class PanelSite(Site):
    """The example site with the page's own settings of the API in the place of its own."""

    def _write_config(self):
        super()._write_config()
        path = self.etc / "dovecot-coexist.conf"
        text = re.sub(r"^doveadm_api_key.*\Z", "", path.read_text(), flags=re.M | re.S)
        path.write_text(text + block_of(PAGE, f"dovecot-{SERIES}", "doveadm_allowed_commands"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with PanelSite(tmp_path_factory.mktemp("site")) as running:
        if shutil.which("curl") is None:
            (running.folder / "bin/curl").write_text(SCRIPT)
            (running.folder / "bin/curl").chmod(0o755)
        running.doveadm("coexist", "policy", "init")
        running.sql("UPDATE mailbox SET enablepop3 = 1")
        yield running


def shell(site, *lines):
    """Run lines of the page in one shell; return what they print."""
    text = "\n".join(lines).replace("localhost:8080", f"127.0.0.1:{site.port('http')}")
    done = site.inside("sh", "-c", f"PATH=/mnt/bin:$PATH\n{text}", check=False)
    assert (done.returncode, done.stderr) == (0, ""), text
    return done.stdout


def requests():
    """Return [(request, answer or its beginning)], and the lines before the first."""
    pairs = fences(PAGE)
    (kind, head), *rest = [pair for pair in pairs if pair[0] in ("sh", "json")]
    assert kind == "sh"
    asked = [text for kind, text in rest if kind == "sh"]
    answers = [text.rstrip("\n") for kind, text in rest if kind == "json"]
    assert len(asked) == len(answers) >= 9
    return head, list(zip(asked, answers))


def compact(text):
    """Dovecot's versions write the same JSON with other blanks."""
    return re.sub(r'(?<=[\[{,:])\s+|\s+(?=[\[{,:\]}])', "", text)


@pytest.fixture(scope="module")
def session(site):
    """Ana has deleted a message by POP3, and reads on by IMAP; her POP3 session's name."""
    site.deliver(ANA, b"Subject: hello\n\nhello\n")
    client = site.pop3(ANA)
    client.dele(1)
    client.quit()
    reading = site.imap(ANA)
    [line, *_] = site.wait_for(
        lambda: site.doveadm("-f", "tab", "coexist", "journal", "-u", ANA).splitlines()[1:],
        what="the session in the journal")
    yield line.split("\t")[1]
    reading.shutdown()


def test_the_requests_of_the_page(site, session):
    head, pairs = requests()
    for request, answer in pairs:
        said = shell(site, head, request.replace("SESSION", session))
        assert compact(said).startswith(compact(answer)), request


def test_who_has_not_the_key(site):
    head, _ = requests()
    said = shell(site, head.replace("change-me", "guessed").replace("curl -s", "curl -s -w %{http_code}"),
                 "coexist PolicyGet '\"user\": \"ana@example.org\"'")
    assert said.rstrip().endswith("401")


def test_a_command_that_there_is_not(site):
    head, _ = requests()
    assert '"unknownMethod"' in shell(site, head, "coexist PolicyGett '\"user\": \"a\"'")
