# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page for who has no mouse, does not see it, or has a small or dark screen."""

import pytest

pytestmark = pytest.mark.night


@pytest.mark.parametrize("size", ["DESKTOP", "PHONE"])
def test_axe_finds_nothing_serious(webmail, maildrop, axe, size):
    import roundcube_browser
    maildrop.server.store.put(f"mailbox/{maildrop.user}", pop3_delete="trash",
                              pop3_show="unread")
    with roundcube_browser.chromium(getattr(roundcube_browser, size)) as driver:
        page = roundcube_browser.Page(driver, webmail).log_in(maildrop.user)
        for is_dark in (False, True):
            page.dark(is_dark)
            assert page.problems(axe) == []
        page.dark(False)
        page.tick("quota_warn", **{"50_%": True})
        maildrop.server.store.put(f"mailbox/{maildrop.user}", quota_warn="80")
        assert page.save() == "Your administrator has fixed quota_warn."
        for is_dark in (False, True):
            page.dark(is_dark)
            assert page.problems(axe) == []


def test_a_keyboard_is_enough(page, owner):
    """From the first answer to the button, in the order in which they are read."""
    from roundcube_browser import Keys
    page.driver.execute_script("document.querySelector('#coexist input[type=radio]').focus()")
    page.press(Keys.ARROW_DOWN)     # of what a download does: the second answer
    seen = []
    for _ in range(80):
        seen.append(page.focus())
        if seen[-1] == "coexist-save":
            break
        page.press(Keys.TAB)
        if page.focus() == "coexist-pop3-delete-is-standard":
            page.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
        elif page.focus() == "coexist-language-pick":
            page.press(Keys.SPACE)      # the skin's own list opens
            page.wait(lambda: page.driver.switch_to.active_element.tag_name == "a",
                      "the list to have the focus")
            page.press("d")
            page.wait(lambda: page.driver.switch_to.active_element.text.startswith("D"),
                      "Deutsch to have it")
            page.press(Keys.ENTER)
    assert seen[-1] == "coexist-save", seen
    assert page.submit(lambda: page.press(Keys.ENTER)) == ""
    assert owner.lines() == ["language=de", "pop3_delete=trash", "pop3_mark_read=complete"]
    places = [page.driver.execute_script(
        "return arguments[0].compareDocumentPosition(arguments[1])",
        page.find(f"#{before}"), page.find(f"#{after}")) for before, after in zip(seen, seen[1:])
        if before != after]     # a date has three fields of one name
    assert all(place & 4 for place in places), seen


def test_the_focus_can_be_seen(page):
    from roundcube_browser import Keys
    page.driver.execute_script("document.querySelector('#coexist input[type=radio]').focus()")
    page.press(Keys.TAB)
    assert page.focus() == "coexist-pop3-delete-is-standard"
    assert page.driver.execute_script(
        "return getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_nothing_is_wider_than_a_phone(webmail, maildrop):
    import roundcube_browser
    with maildrop.imap() as client:
        client.create("A-folder-with-a-name-that-is-longer-than-a-phone-is-wide-" * 3)
    with roundcube_browser.chromium(roundcube_browser.PHONE) as driver:
        page = roundcube_browser.Page(driver, webmail).log_in(maildrop.user)
        assert page.driver.execute_script(
            "return [...document.querySelectorAll('#coexist *')].filter(part => "
            "part.getBoundingClientRect().right > innerWidth + 1).map(part => part.id)") == []
