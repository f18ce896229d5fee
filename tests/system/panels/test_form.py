# SPDX-License-Identifier: LGPL-2.1-or-later
"""PostfixAdmin's own form, in a browser: what its administrator switches off is refused with the
reason. It makes doc/pictures/postfixadmin-form.png (tests/pictures)."""

import struct

import pytest

import form
from browser import Browser, is_installed
from databases import MariaDb
from instance import Instance
from outcomes import outcome
from page import TOP
from test_odd_database import recipe
from wiring import CLIENTS, DOVEADM, NO_PENALTY

pytestmark = pytest.mark.night
NAME = "postfixadmin-form"
SAVE = "#edit_form input[type=submit]"


def select(key):
    return f"select[name='value[x_coexist_{key}]']"


# One that has no browser or no PostfixAdmin has no such tests, instead of some that are skipped.
@pytest.fixture(scope="module", params=["postfixadmin"] * (is_installed() and form.is_installed()))
def site(request, databases, tmp_path_factory):
    with form.PostfixAdmin(tmp_path_factory.mktemp(request.param), databases(MariaDb)) as running:
        yield running


@pytest.fixture(scope="module")
def server(site, databases, tmp_path_factory):
    panel = form.panel(site.database)
    text, files = recipe(panel, databases(MariaDb), change_flag=False)
    with Instance(tmp_path_factory.mktemp("form"), users={}, gate={}, files=files,
                  conf=CLIENTS + NO_PENALTY + DOVEADM + text) as running:
        yield running


@pytest.fixture(scope="module")
def browser(site):
    with Browser() as browser:
        log_in(browser, site)
        yield browser


def log_in(browser, site, language="en"):
    browser.open(site.url + "login.php")
    browser.write("#fUsername", form.ADMIN)
    browser.write("#fPassword", form.PASSWORD)
    browser.choose("select[name=lang]", language)
    browser.leave("button[type=submit]")


def edit(browser, site, table, item):
    browser.open(f"{site.url}edit.php?table={table}&edit={item}")


def log_in_result(server, protocol, user, password=form.PASSWORD):
    return outcome(server, protocol, user, password=password)


def test_what_the_form_switches_off(site, server, browser, tmp_path):
    user = site.add_mailbox("ana")
    assert log_in_result(server, "pop3", user) == "passes"
    edit(browser, site, "mailbox", user)
    assert browser.chosen(select("pop3_access")) == ("", "as the domain says")
    assert browser.choose(select("pop3_access"), "deny") == "switched off"
    browser.choose(select("pop3_delete"), "trash")
    picture = browser.picture(NAME, "#edit_form", tmp_path)
    browser.leave(SAVE)
    assert log_in_result(server, "pop3", user) == "deny"
    assert log_in_result(server, "pop3", user, "wrong") == "fails"
    assert log_in_result(server, "imap", user) == "passes"
    edit(browser, site, "mailbox", user)
    assert browser.chosen(select("pop3_access")) == ("deny", "switched off")
    browser.choose(select("pop3_access"), "")
    browser.leave(SAVE)
    assert log_in_result(server, "pop3", user) == "passes"
    same_size(picture, TOP / f"doc/pictures/{NAME}.png")


def same_size(made, shown):
    """The page shows a picture of this form: fonts differ, its fields do not."""
    sizes = [struct.unpack(">II", path.read_bytes()[16:24]) for path in (made, shown)]
    assert all(abs(one - other) < 60 for one, other in zip(*sizes)), sizes


def test_what_the_domains_form_switches_off(site, server, browser):
    """A mailbox that says something else wins."""
    users = [site.add_mailbox(name) for name in ("jo", "eva")]
    edit(browser, site, "domain", form.DOMAIN)
    browser.choose(select("imap_access"), "deny")
    browser.leave(SAVE)
    edit(browser, site, "mailbox", users[1])
    browser.choose(select("imap_access"), "allow")
    browser.leave(SAVE)
    assert [log_in_result(server, "imap", user) for user in users] == ["deny", "passes"]
    edit(browser, site, "domain", form.DOMAIN)
    browser.choose(select("imap_access"), "")
    browser.leave(SAVE)
    assert log_in_result(server, "imap", users[0]) == "passes"


def test_a_new_mailbox_by_the_form(site, server, browser):
    """It begins with what the form says at once."""
    browser.open(f"{site.url}edit.php?table=mailbox&domain={form.DOMAIN}")
    browser.write("input[name='value[local_part]']", "new")
    for field in ("password", "password2"):
        browser.write(f"input[name='value[{field}]']", form.PASSWORD)
    welcome = browser.find("input[name='value[welcome_mail]'][type=checkbox]")
    if welcome.is_selected():
        welcome.click()     # there is no mail server
    browser.choose(select("pop3_access"), "deny")
    browser.leave(SAVE)
    user = f"new@{form.DOMAIN}"
    assert log_in_result(server, "pop3", user) == "deny"
    assert log_in_result(server, "imap", user) == "passes"


def test_in_spanish(site, browser):
    with Browser() as other:
        log_in(other, site, "es")
        edit(other, site, "domain", form.DOMAIN)
        labels = [label.text for label in other.driver.find_elements("css selector", "label")]
        assert "Lo que POP3 borra" in labels
        assert other.chosen(select("pop3_access")) == ("", "como diga el dominio")
