# SPDX-License-Identifier: LGPL-2.1-or-later
"""A site's own texts and layout: what is wrong with them never keeps a notice back."""

import shutil

import pytest

from inbox_notices import mails
from names import NOTICE_TEXTS
from notice_mail import Page, html, plain
from owner import known

HUGE = "x" * 70000
# what the installed text says in each of these languages
SUBJECTS = {"en": "Your mailbox is 82 % full", "es": "Su buzón está lleno al 82 %",
            "ca": "La vostra bústia és plena al 82 %",
            "pt": "A sua caixa de correio está 82 % cheia",
            "fr": "Votre boîte aux lettres est remplie à 82 %",
            "de": "Ihr Postfach ist zu 82 % voll"}


# where a server sees the folder "etc" of its own
ETC = "/mnt/etc"


def served(start, files, template_dir=f"{NOTICE_TEXTS} {ETC}", channels="mail", **groups):
    """Return a server with texts of the site's own, {name: content}; None can't be read."""
    server = start(quota="1000K", groups=groups, coexist={
        "quota_warn": "80 90", "quota_warn_channels": channels, "template_dir": template_dir})
    for name, content in files.items():
        path = server.folder / "etc" / name
        path.write_bytes(content if isinstance(content, bytes) else (content or "").encode())
        path.chmod(0 if content is None else 0o644)
    return server


def full(owner):
    """Return the notice that the owner gets of a mailbox that is full to 82 %."""
    owner.fill(82)
    owner.expect("80%", channel="mail")
    notice, = mails(owner).values()
    assert notice.defects == []
    return notice


@pytest.fixture(scope="module")
def own_texts(start):
    """A server with a text in each language, most of them broken."""
    return served(start, {
        "quota-storage.en.txt": "Subject: Full\n\nPlease empty the trash.\n",
        "quota-storage.es.txt": "Subject: {percent} %\n\n{usado}\n",
        "quota-storage.ca.txt": b"Subject: b\xfastia\n\n{used}\n",
        "quota-storage.pt.txt": f"Subject: a\n\n{HUGE}",
        "quota-storage.fr.txt": None,
        "quota-storage.de.txt": "Subject: {percent} %\n\n{downloaded}\n",
    }, **{language: {"coexist_language": language} for language in SUBJECTS})


def test_a_text_need_not_say_anything_that_it_could(own_texts):
    owner = known(own_texts, "en")
    notice = full(owner)
    assert str(notice["subject"]) == "Full"
    assert plain(notice) == "Please empty the trash.\n"
    assert Page(html(notice)).words() == "Full Please empty the trash."
    assert owner.log_problems() == []


@pytest.mark.parametrize("language, problem", [
    ("es", "quota-storage.es.txt: line 3: Unknown variable {usado}"),
    ("ca", "quota-storage.ca.txt: not UTF-8"),
    ("pt", "quota-storage.pt.txt is not a small file"),
    ("fr", "quota-storage.fr.txt) failed: Permission denied"),
    # there is nothing that POP3 has downloaded, and the text says nothing else
    ("de", "quota-storage.de.txt: Nothing is said below the subject")])
def test_a_broken_text_is_said_in_the_log_and_replaced(own_texts, language, problem):
    owner = known(own_texts, language)
    notice = full(owner)
    assert str(notice["subject"]) == SUBJECTS[language]
    assert notice["content-language"] == language
    assert Page(html(notice)).words().startswith(SUBJECTS[language])
    line, = owner.log_problems()
    assert problem in line


def test_what_is_wrong_is_said_once_for_all_channels(start):
    owner = known(served(start, {"quota-storage.en.txt": "Subject: a\n\n{usado}\n"},
                         channels="alert mail"))
    full(owner)
    owner.expect("80%", channel="alert")
    line, = owner.log_problems()
    assert "line 3: Unknown variable {usado}" in line


LAYOUT = "<html lang='{language}'><body><h1>{subject}</h1>\n\n<hr width='{bar}%'>\n\n{text}\n" \
         "</body></html>\n"


def test_a_layout_of_the_site(start):
    server = served(start, {"notice.html": LAYOUT})
    owner = known(server)
    notice = full(owner)
    assert html(notice).startswith(f"<html lang='en'><body><h1>{SUBJECTS['en']}</h1>\n"
                                   "<hr width='82%'>\n<p style=")
    assert owner.log_problems() == []


def test_an_empty_layout_is_a_notice_without_html(start):
    owner = known(served(start, {"notice.html": ""}))
    notice = full(owner)
    assert notice.get_content_type() == "text/plain"
    assert str(notice["subject"]) == SUBJECTS["en"]
    assert owner.log_problems() == []


@pytest.mark.parametrize("layout, problem", [
    ("<p>\n{texto}\n", "notice.html: line 2: Unknown variable {texto}"),
    (b"<p>caf\xe9</p>", "notice.html: not UTF-8"),
    (HUGE, "notice.html is not a small file"),
    (None, "notice.html) failed: Permission denied")],
    ids=["variable", "encoding", "size", "permission"])
def test_a_broken_layout_is_said_in_the_log_and_replaced(start, layout, problem):
    owner = known(served(start, {"notice.html": layout}))
    notice = full(owner)
    assert Page(html(notice)).words().startswith(SUBJECTS["en"])
    line, = owner.log_problems()
    assert problem in line


def test_without_a_layout_the_notice_is_plain_text(start):
    server = served(start, {}, ETC)
    texts = server.folder / NOTICE_TEXTS.relative_to("/mnt")
    shutil.copy(texts / "quota-storage.en.txt", server.folder / "etc")
    owner = known(server)
    notice = full(owner)
    assert notice.get_content_type() == "text/plain"
    assert str(notice["subject"]) == SUBJECTS["en"]
    line, = owner.log_problems()
    assert "notice.html: Not in " in line


def test_without_any_file_the_notice_is_built_in(start):
    owner = known(served(start, {}, ETC))
    notice = full(owner)
    assert notice.get_content_type() == "text/plain"
    assert str(notice["subject"]) == SUBJECTS["en"]
    assert "820 kB of 1000 kB" in plain(notice) and "  INBOX  8" in plain(notice)
    line, = owner.log_problems()
    assert "quota-storage.en.txt: Not in " in line
