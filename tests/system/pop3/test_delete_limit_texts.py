# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete_limit: the site's own texts of the notice."""

import pytest

from delete_limit import LANGUAGES, fields, held, notices
from names import NOTICE_TEXTS
from notice_mail import Page, html, plain


# where a server sees the folder "etc" of its own
ETC = "/mnt/etc"
TEXTS = {
    "ca.txt": "Subject: Avís per a {user}\n\n{count} de {limit}\n",
    "nl.txt": "Subject: {count} berichten bewaard\n\nBeste {user}, zie <{session}>.\n",
    "nl.html": "<style>p {{color: red}}</style><p>Beste {user}, é &lt;{session}&gt;</p>\n",
    "es.txt": "Subject: {cuantos}\n\n{count}\n",
    "fr.txt": b"Subject: caf\xe9\n\n{count}\n",
    "pt.txt": "Subject: a\n\n" + "x" * 70000,
    "de.txt": "ohne Betreff\n",
    "en.txt": "Subject: own\n\n{count}\n",
    "en.html": "<p>{nothing}</p>",
}


@pytest.fixture(scope="module")
def own(start):
    """A server with texts of its own behind the installed ones, some of them broken."""
    # names of users are in small letters
    groups = {language.lower(): fields(language=language) for language in
              ("ca", "nl", "nl-BE", "es", "fr", "pt", "de", "en", "tlh")}
    server = start(groups=groups, coexist={"template_dir": f"{NOTICE_TEXTS} {ETC}"})
    for name, content in TEXTS.items():
        (server.folder / "etc" / f"pop3-delete-limit.{name}").write_bytes(
            content if isinstance(content, bytes) else content.encode())
    return server


def test_the_site_s_own_words_come_first(own):
    maildrop = own.maildrop("ca")
    held(maildrop)
    notice, = notices(maildrop)
    assert str(notice["subject"]) == f"Avís per a {maildrop.user}"
    assert plain(notice).splitlines() == ["4 de 3"]
    assert maildrop.log_problems() == []


@pytest.mark.parametrize("language", ["nl", "nl-be"])
def test_the_site_adds_a_language_with_an_html_part(own, language):
    maildrop = own.maildrop(language)
    held(maildrop)
    notice, = notices(maildrop)
    assert notice.get_content_type() == "multipart/alternative"
    assert notice.defects == []
    text, page = notice.iter_parts()
    assert [part.get_content_type() for part in (text, page)] == ["text/plain", "text/html"]
    assert text.get_content().startswith(f"Beste {maildrop.user}, zie <")
    assert page.get_content().startswith(
        f"<style>p {{{{color: red}}}}</style><p>Beste {maildrop.user}, é &lt;")
    assert notice["content-language"] == "nl"
    assert maildrop.log_problems() == []


def test_a_language_that_nobody_translated_is_english(own):
    maildrop = own.maildrop("tlh")
    held(maildrop)
    assert str(notices(maildrop)[0]["subject"]) == "own"


@pytest.mark.parametrize("language, problem", [
    ("es", "es.txt: line 1: Unknown variable {cuantos}"),
    ("fr", "fr.txt: not UTF-8"),
    ("pt", "pt.txt is not a small file"),
    ("de", "de.txt: line 1: Not Subject"),
    ("en", "en.html: line 1: Unknown variable {nothing}")])
def test_a_broken_text_is_said_in_the_log_and_replaced(own, language, problem):
    maildrop = own.maildrop(language)
    held(maildrop)
    notice, = notices(maildrop)
    if language != "en":
        assert LANGUAGES[language] in str(notice["subject"])
    else:
        assert Page(html(notice)).words() == f"own {plain(notice).strip()}"
    line, = maildrop.log_problems()
    assert f"pop3-delete-limit.{problem}" in line


@pytest.fixture(scope="module")
def no_texts(start):
    """A server that finds no texts at all."""
    return start(groups={"user": fields(language="es")}, coexist={"template_dir": ETC})


def test_without_texts_the_notice_is_in_english(no_texts):
    maildrop = no_texts.maildrop()
    held(maildrop)
    notice, = notices(maildrop)
    assert str(notice["subject"]) == "4 deleted messages were kept"
    assert "4 messages" in plain(notice) and maildrop.user in plain(notice)
    line, = maildrop.log_problems()
    assert "pop3-delete-limit.en.txt: Not in " in line
