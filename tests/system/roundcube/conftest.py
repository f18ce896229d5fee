# SPDX-License-Identifier: LGPL-2.1-or-later
"""A webmail whose owners may choose, and the browser of one of them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from choices import Owner
from instance import NOTICE_TEXTS
from shop import CONF, PLUGINS
from webmail import CHECKOUT

# All that there is, without bounds.
KEYS = ("pop3_mark_read pop3_delete pop3_keep_days pop3_folders pop3_show pop3_show_days "
        "pop3_show_since pop3_show_deleted quota_warn quota_warn_free quota_warn_channels "
        "quota_warn_repeat quota_warn_rearm quota_warn_recovered language").split()
FETCH_AXE = Path(__file__).with_name("fetch-axe")
AXE = CHECKOUT / "build/axe/package/axe.min.js"


@pytest.fixture(scope="module")
def server(start):
    """A site that opens each key to everybody."""
    server = start(gate={}, quota="12M", plugins=PLUGINS,
                   coexist={"template_dir": str(NOTICE_TEXTS)}, **CONF)
    server.store.mark()
    server.store.put("default", owner_may_change=" ".join(KEYS))
    return server


@pytest.fixture(scope="module")
def webmail(server, tmp_path_factory):
    """Roundcube for the server's mailboxes; PHP has nothing to complain of."""
    pytest.importorskip("selenium")
    from roundcube_browser import is_here
    from webmail import Webmail
    if not is_here() or not shutil.which("php"):
        pytest.skip("Chromium, its driver or PHP is missing: tests/packages roundcube")
    with Webmail(tmp_path_factory.mktemp("webmail"), server) as webmail:
        yield webmail
        assert [line for line in webmail.log_text().splitlines()
                if ("coexist" in line or "PHP" in line)
                and "Request security check failed" not in line
                and "Login failed for " not in line] == []


@pytest.fixture(scope="module")
def driver(webmail):
    """A browser that the module's tests share."""
    from roundcube_browser import chromium
    with chromium() as driver:
        yield driver


@pytest.fixture
def page(driver, webmail, maildrop):
    """The owner of `maildrop`, logged in, looks at the page."""
    from roundcube_browser import Page
    return Page(driver, webmail).log_in(maildrop.user)


@pytest.fixture
def owner(maildrop):
    return Owner(maildrop)


@pytest.fixture(scope="session")
def axe():
    """The script of axe-core, which finds what people with a screen reader stumble over."""
    if not AXE.exists() and not shutil.which("npm"):
        pytest.skip("npm is missing")
    subprocess.run([FETCH_AXE, AXE.parents[1]], check=True, timeout=300)
    return AXE.read_text()
