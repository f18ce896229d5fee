# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete_limit: what the notice of deletions that were held says."""

import re
import time
from email.utils import parsedate_to_datetime

import pytest

from delete_limit import (DELETES, GROUPS, LANGUAGES, LIMIT, fields, held, log_lines,
                          notices, shown, start_limited)
from maildrop import Maildrop
from names import HIDDEN, NOTICE_TEXTS
from notice_mail import Page, html, plain

# by what the owner is to ask for help
REFERENCES = {"en": "name this reference:", "es": "indíquele esta referencia:",
              "ca": "indiqueu-li aquesta referència:", "pt": "indique-lhe esta referência:",
              "fr": "en lui indiquant cette référence :", "de": "nennen Sie dieses Kennzeichen:"}
IN_LANGUAGES = {**GROUPS,
                **{f"in-{language}": fields(language=language) for language in LANGUAGES}}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start_limited(start, IN_LANGUAGES, request.param)


@pytest.fixture(params=DELETES)
def delete(request):
    """What pop3_delete says."""
    return request.param


@pytest.fixture
def maildrop(server, delete):
    return server.maildrop(delete)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_is_a_proper_message(server, language):
    maildrop = server.maildrop(f"in-{language}")
    before = time.time()
    held(maildrop)
    notice, = notices(maildrop)
    assert notice.defects == []
    assert LANGUAGES[language] in str(notice["subject"])
    assert "4" in str(notice["subject"]).split()
    assert notice["return-path"] == "<>"
    assert notice["auto-submitted"] == "auto-generated"
    assert notice["content-language"] == language
    assert notice["mime-version"] == "1.0"
    assert notice["x-coexist-notice"] == "pop3-delete-limit"
    assert notice["from"].addresses[0].username == "postmaster"
    assert notice["to"].addresses[0].username == maildrop.user
    assert re.fullmatch(r"<[0-9a-f]{32}@[\w.-]+>", str(notice["message-id"]))
    sent = parsedate_to_datetime(str(notice["date"])).timestamp()
    assert int(before) <= sent <= time.time()
    assert [part.get_content_type() for part in notice.iter_parts()] == \
        ["text/plain", "text/html"]
    text = plain(notice)
    assert maildrop.user in text and "4" in text and str(LIMIT) in text
    assert "{" not in text
    assert maildrop.log_problems() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_the_message_is_too_long(server, language):
    maildrop = server.maildrop(f"in-{language}")
    held(maildrop)
    with maildrop.imap() as imap:
        imap.select(readonly=True)
        raw = imap.fetch("5", "(BODY.PEEK[])")[1][0][1]
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 76
    assert all(byte < 128 for byte in raw)
    assert b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b"")


def test_the_notice_names_the_session(server):
    maildrop = server.maildrop("expunge")
    held(maildrop)
    session = re.search(r"<\d+><([^>]+)>", log_lines(maildrop)[0])[1]
    assert session in plain(notices(maildrop)[0])


def reference(text, language):
    """Return what the text of a notice tells its owner to ask for help with."""
    return re.search(rf"{REFERENCES[language]} (\S+)", " ".join(text.split()))[1]


def undo(maildrop, session):
    """Put back what a session did."""
    maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user, session)


def test_an_administrator_undoes_it_with_the_reference_of_the_notice(maildrop):
    held(maildrop)
    undo(maildrop, reference(plain(notices(maildrop)[0]), "en"))
    assert maildrop.having(HIDDEN) == []
    assert maildrop.seen() == []
    assert len(shown(maildrop)) == 5


@pytest.mark.parametrize("server", ["maildir"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reference_is_named_in_each_language(server, language):
    maildrop = server.maildrop(f"in-{language}")
    held(maildrop)
    notice, = notices(maildrop)
    session = reference(plain(notice), language)
    assert reference(Page(html(notice)).words(), language) == session
    undo(maildrop, session)
    assert maildrop.having(HIDDEN) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_part_says_the_same(server, language):
    maildrop = server.maildrop(f"in-{language}")
    held(maildrop)
    notice, = notices(maildrop)
    page = Page(html(notice))
    assert page.words() == " ".join(f"{notice['subject']} {plain(notice)}".split())
    # where to look and what to do
    assert len(page.attributes("h2")) >= 3


def test_message_ids_differ(server):
    seen = set()
    for _ in range(3):
        maildrop = server.maildrop("expunge")
        held(maildrop)
        seen.add(str(notices(maildrop)[0]["message-id"]))
    assert len(seen) == 3


def test_a_mailbox_whose_name_is_an_address(start):
    server = start(coexist={"template_dir": str(NOTICE_TEXTS)})
    address = "jane@example.com"
    server.set_user(address, coexist_pop3_delete_limit="1")
    maildrop = Maildrop(server, address)
    held(maildrop, 2)
    notice, = notices(maildrop)
    assert str(notice["to"].addresses[0]) == address
    # postmaster_address, for which Dovecot has a default
    assert notice["from"].addresses[0].username == "postmaster"
