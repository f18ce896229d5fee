# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/clients.md is what a person sees in Roundcube who is refused, and what its log has.

"…" of a cell is what the login form says, and our text is in errors.log.
"""

import re

import pytest

from auth import texts
from auth.wiring import ANVIL
from pages import rows

pytestmark = pytest.mark.night
DENIED, FULL, AWAY = "Denied, until, networks", "Too many sessions", "No store (`tempfail`)"
UNREADABLE = "deny everything!\n"


@pytest.fixture(scope="module")
def server(start):
    return start(gate={"on_store_error": "tempfail"}, conf=ANVIL + "log_debug = category=auth\n")


@pytest.fixture
def page(driver, webmail):
    from roundcube_browser import Page
    return Page(driver, webmail)


def shown(heading):
    """Return what the page says that the form shows."""
    [cell] = [row["IMAP"] for row in rows("clients.md", heading)
              if row["Program"].startswith("Roundcube")]
    assert "our text in its `errors.log`" in cell
    return re.search('"(.*?)"', cell)[1]


def logins(server, user):
    """Return how often Roundcube has told the password."""
    return len(re.findall(rf"\({user},.*Performing passdb lookup", server.log_text()))


def refused(page, user):
    """Log in by the form, which tells the password once; return (what it says, the line in
    errors.log)."""
    before = logins(page.webmail.dovecot, user)
    page.type_login(user)
    said = page.message()
    assert logins(page.webmail.dovecot, user) == before + 1
    [line] = [line for line in page.webmail.errors() if f" {user} " in line]
    return said, line


def test_denied(server, page, maildrop):
    server.store.put(f"mailbox/{maildrop.user}", imap_access="deny")
    said, line = refused(page, maildrop.user)
    assert said == shown(DENIED)
    assert f": {texts.sentence('deny', 'imap')} in " in line


def test_too_many_sessions(server, page, maildrop):
    server.store.put(f"mailbox/{maildrop.user}", imap_max_sessions="1")
    with maildrop.imap():
        said, line = refused(page, maildrop.user)
    assert said == shown(FULL)
    assert f": {texts.sentence('max_sessions', 'imap')} in " in line


def test_no_store(server, page, maildrop):
    server.store.put(f"mailbox/{maildrop.user}", UNREADABLE)
    said, line = refused(page, maildrop.user)
    assert said == shown(AWAY)
    assert f": {texts.sentence('store', 'imap')} in " in line


def test_a_page_that_was_open_shows_our_text(server, page, maildrop):
    page.type_login(maildrop.user)
    page.wait(lambda: page.all("#taskmenu"), "the login")
    server.store.put(f"mailbox/{maildrop.user}", imap_access="deny")
    before = logins(server, maildrop.user)
    page.driver.execute_script("rcmail.refresh()")      # as it does by itself each minute
    page.wait(lambda: texts.sentence("deny", "imap") in page.message(), "our text")
    assert logins(server, maildrop.user) == before + 1
    assert page.driver.execute_script("return rcmail.env.refresh_interval") == 60
