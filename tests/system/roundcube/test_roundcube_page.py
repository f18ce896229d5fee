# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the page shows, what it says when the server refuses, and what it lets nobody do."""

import re

import pytest

pytestmark = pytest.mark.night

# What bounds can have, and what a folder's name can.
HOSTILE = "<u>x"
IMAGE = "<img src=x onerror=alert(1)>"


def put(maildrop, **policy):
    maildrop.server.store.put(f"mailbox/{maildrop.user}", **policy)


def test_only_what_may_be_chosen_is_asked(page, maildrop):
    put(maildrop, owner_may_change="pop3_delete pop3_keep_days language",
        owner_bounds="pop3_delete=hide,trash pop3_keep_days=0,7..90 language=en,fr",
        pop3_show_days="30")
    page.open()
    assert page.answers("pop3_delete") == ["", "hide", "trash"]
    assert page.answers("pop3_keep_days") == ["", "0", "="]
    assert page.answers("language") == ["", "en", "fr"]
    number = page.find("#coexist-pop3-keep-days .coexist-own")
    assert (number.get_attribute("min"), number.get_attribute("max")) == ("7", "90")
    assert "From 7 to 90." in page.text("#coexist-pop3-keep-days")
    # the rest: who has set it, and what holds
    assert page.is_open("pop3_mark_read") is False
    assert page.text("#coexist-pop3-show-days") == \
        "Age of what POP downloads\nthe last 30 days\nSet by your mail provider"
    assert page.text("#coexist-pop3-mark-read").endswith("The mail server's standard")
    # neither open, nor set, nor of interest
    assert page.is_open("quota_warn_rearm") is None


def test_what_holds_without_a_choice_is_said(page, maildrop):
    maildrop.server.store.put(f"mailbox/{maildrop.user}", preset="safe")
    page.open()
    assert "As your mail provider has set it: goes to the Trash" in page.text("#coexist-pop3-delete")
    assert page.answer("pop3_delete") == ""


def test_a_choice_that_sleeps_is_said_and_kept(page, owner, maildrop):
    owner.chooses(pop3_delete="archive")
    put(maildrop, owner_bounds="pop3_delete=hide,trash")
    page.open()
    assert "You had chosen “goes to the archive”." in page.text("#coexist-pop3-delete")
    page.choose("pop3_show", "unread")
    assert page.save() == ""
    assert owner.lines() == ["pop3_delete=archive", "pop3_show=unread"]


def test_nothing_is_asked_where_nothing_is_open(page, maildrop):
    put(maildrop, owner_may_change="none")
    page.open()
    assert "There is nothing to choose here" in page.text()
    assert page.all("#coexist-save") == page.all("#coexist input") == []


@pytest.mark.parametrize("policy, sentence", [
    ({"owner_bounds": "pop3_delete=trash"}, "pop3_delete can be: trash."),
    ({"pop3_delete": "trash"}, "Your administrator has fixed pop3_delete."),
    ({"owner_bounds": "pop3_delete=trash", "language": "es"}, "pop3_delete puede ser: trash.")],
    ids=["CANNOT", "NOPERM", "Spanish"])
def test_the_servers_sentence_is_shown_as_it_is(page, owner, maildrop, policy, sentence):
    """Nothing of what was to be saved is then, and the owner is where it is said."""
    page.choose("pop3_show", "unread")
    page.choose("pop3_delete", "hide")
    put(maildrop, **policy)     # since the page was drawn
    assert page.save() == sentence
    assert page.focus() == "coexist-refusal"
    assert page.find("#coexist-refusal").get_attribute("role") == "alert"
    assert owner.lines() == []


def test_a_value_that_is_too_long(page, owner):
    page.choose("language", "de")
    page.driver.execute_script(
        "const option = document.querySelector('#coexist-language option:checked');"
        "option.value = 'x'.repeat(3000)")
    assert page.save() == "The value of language is too long."
    assert owner.lines() == []


def is_text(page):
    """True if nothing of what the server said has become an element."""
    return page.all("#layout-content u, #layout-content img[src=x]") == []


def test_what_the_server_says_is_text(page, maildrop):
    with maildrop.imap() as client:
        for name in (HOSTILE, IMAGE):
            assert client.create(f'"{name}"')[0] == "OK"
            client.subscribe(f'"{name}"')
    page.open()
    assert {HOSTILE, IMAGE} <= set(page.items("pop3_folders")) and is_text(page)
    put(maildrop, owner_may_change="pop3_folders", owner_bounds=f"pop3_folders={HOSTILE},Sent")
    page.open()
    assert list(page.items("pop3_folders")) == [HOSTILE] and is_text(page)
    page.tick("pop3_folders", **{HOSTILE: True})
    put(maildrop, owner_may_change="pop3_folders", owner_bounds=f"pop3_folders={HOSTILE}x")
    assert page.save() == f"pop3_folders can be: {HOSTILE}x." and is_text(page)
    put(maildrop, pop3_folders=f'INBOX "{IMAGE}"')
    page.open()
    assert IMAGE in page.text("#coexist-pop3-folders") and is_text(page)


POST = """const [action, body, done] = arguments;
fetch('./?_task=settings&_action=' + action, body === null ? {} : {method: 'POST', body: body,
    headers: {'Content-Type': 'application/x-www-form-urlencoded'}}).then(answer => done(answer.status))"""


@pytest.mark.parametrize("body, stored", [
    ("_coexist[pop3_delete][pick]=hide", []),
    ("_coexist[pop3_delete][pick]=hide&_token=wrong", []),
    (None, []),
    ("_coexist[pop3_delete][pick]=hide&_token={token}", ["pop3_delete=hide"]),
    ("_coexist[pop3_access][pick]=deny&_coexist[nosuch][pick]=1&_token={token}", []),
    ("_coexist=x&_token={token}", []), ("_coexist[pop3_delete]=x&_token={token}", []),
    ("_coexist[pop3_delete][pick][x]=hide&_coexist[pop3_folders][items][x][y]=1&_token={token}", []),
    ("_coexist[quota_warn][pick]=%3D&_coexist[quota_warn][items][]=80%0d%0ax&_token={token}", [])],
    ids=["no token", "wrong token", "GET", "token", "other keys", "no list", "no answer",
         "nested", "CRLF"])
def test_what_others_post_changes_nothing(page, owner, body, stored):
    token = page.driver.execute_script("return rcmail.env.request_token")
    page.driver.set_script_timeout(60)
    page.driver.execute_async_script(POST, "plugin.coexist-save",
                                     body and body.format(token=token))
    assert owner.lines() == stored


LANGUAGES = {"en-US": "Save", "es-ES": "Guardar", "ca-ES": "Desa", "de-DE": "Speichern",
             "fr-FR": "Enregistrer", "pt-PT": "Guardar", "de-CH": "Speichern",
             "es-419": "Guardar", "pt-BR": "Guardar"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language(webmail, maildrop, language):
    from roundcube_browser import Page, chromium
    with chromium(language=language) as driver:
        page = Page(driver, webmail).log_in(maildrop.user)
        assert page.text("#coexist-save") == LANGUAGES[language]
        text = page.text()
    # a text that is missing is shown as its name in brackets
    assert not re.search(r"\[|_|\$", text), text
