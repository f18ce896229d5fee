# SPDX-License-Identifier: LGPL-2.1-or-later
"""A notice is a message with two parts, which a mail program shows as it likes."""

import base64
import email
import email.policy
import os
import re
import shutil

import pytest

from inbox_notices import FEW, GENERATION, mails
from names import NOTICE_TEXTS
from notice_mail import Page, html, numbers, plain
from owner import KB, known, limit_fields, of_size

LANGUAGES = ["en", "es", "ca", "pt", "fr", "de"]
POLICY = {"quota_warn": "80 90", "quota_warn_channels": "mail", "quota_warn_recovered": "yes",
          "template_dir": str(NOTICE_TEXTS)}


@pytest.fixture(scope="module")
def server(start):
    return start(quota="1000K", coexist=POLICY, groups={
        **{language: {"coexist_language": language} for language in LANGUAGES}, "other": {},
        **{f"few-{language}": {"coexist_language": language, **FEW[GENERATION]}
           for language in LANGUAGES}})


@pytest.fixture
def owner(server):
    return known(server)


def full(owner, percent=82):
    """Return the one notice that the owner gets of a mailbox so full."""
    owner.fill(percent)
    owner.expect("90%" if percent >= 90 else "80%", channel="mail")
    notice, = mails(owner).values()
    return notice


def of_storage(server, language):
    """Return the notice of a mailbox that is full to 82 %."""
    return full(known(server, language))


def of_messages(server, language):
    """Return the notice of a mailbox that has 8 of 10 messages."""
    owner = known(server, f"few-{language}")
    owner.deliver(7)
    owner.expect("80%", channel="mail")
    notice, = mails(owner).values()
    return notice


def of_room_again(server, language):
    """Return the notice of a mailbox that was full."""
    owner = known(server, language)
    full(owner)
    owner.remove(2)
    owner.visit()
    owner.expect("80%", "recovered", channel="mail")
    notice, = mails(owner).values()
    return notice


def by_pop3(owner):
    """Return the newest message as a POP3 client gets it."""
    with owner.pop3() as pop:
        raw = b"\r\n".join(pop.retr(pop.stat()[0])[1]) + b"\r\n"
        pop.quit()
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


@pytest.mark.parametrize("language", LANGUAGES)
def test_clients_of_both_protocols_see_both_parts(server, language):
    owner = known(server, language)
    for notice in (full(owner), by_pop3(owner)):
        assert notice.defects == []
        assert notice.get_content_type() == "multipart/alternative"
        parts = list(notice.iter_parts())
        # who can show several shows the last one (RFC 2046, section 5.1.4)
        assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
        for part in parts:
            assert part.defects == []
            assert part.get_content_charset() == "utf-8"
            assert part["content-transfer-encoding"] == "quoted-printable"
    assert owner.log_problems() == []


def test_no_line_of_the_message_is_too_long(owner):
    raw = full(owner).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert all(byte < 128 for byte in raw)


def test_the_boundary_is_in_no_part(owner):
    notice = full(owner)
    raw = notice.as_bytes()
    assert raw.count(notice.get_boundary().encode()) == 4
    # what quoted-printable never has (RFC 2045, section 6.7)
    assert notice.get_boundary().startswith("=_")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_parts_say_the_same(server, language):
    owner = known(server, language)
    with owner.imap() as imap:
        imap.append("INBOX", "$POP3Downloaded", None, of_size(100 * KB))
    notice = full(owner, 72)
    page = Page(html(notice))
    text = f"{notice['subject']} {plain(notice)}"
    assert numbers(page.text) == numbers(text)
    # a list has its own marks in HTML
    assert page.words() == " ".join(text.replace("\n- ", "\n").split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [of_storage, of_messages, of_room_again])
def test_the_page_is_in_the_language_and_of_one_piece(server, kind, language):
    notice = kind(server, language)
    text = html(notice)
    page = Page(text)
    assert numbers(page.text) == numbers(f"{notice['subject']} {plain(notice)}") != []
    assert page.attributes("html") == [{"lang": language}]
    assert {tag for tag, _ in page.tags} <= {"html", "head", "meta", "title", "body", "table", "tr",
                                             "td", "h1", "h2", "p", "ul", "li", "br"}
    for _, attributes in page.tags:
        assert not {"src", "href", "background", "srcset"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in text and "@import" not in text and "{" not in text


@pytest.mark.parametrize("percent, color", [(82, "#ef8c00"), (97, "#d32f2f")])
def test_the_bar_is_as_long_as_the_mailbox_is_full(owner, percent, color):
    notice = full(owner, percent)
    shown = int(numbers(str(notice["subject"]))[0])
    assert shown >= percent
    page = Page(html(notice))
    assert f"{shown}%" in [table["width"] for table in page.attributes("table")]
    assert color in [cell.get("bgcolor") for cell in page.attributes("td")]


def test_a_bar_is_never_longer_than_its_place(server):
    owner = known(server, "other")
    owner.fill(75)
    server.set_user(owner.user, **limit_fields("600K"))
    owner.visit("pop3")
    owner.expect("90%", channel="mail")
    notice, = mails(owner).values()
    assert int(numbers(str(notice["subject"]))[0]) > 120
    widths = [table["width"] for table in Page(html(notice)).attributes("table")]
    assert set(widths) == {"100%"}


def test_a_notice_of_room_again_has_a_green_bar(server):
    assert "#388e3c" in html(of_room_again(server, "user"))


# Names of folders, which whoever uses the mailbox has chosen

NAMES = ["<script>alert(1)<script>", "a & b \"c\" 'd' <td>",
         "caf\u00e9 \U0001f600 \u4e2d\u6587 \u05d0", "{used} {nothing} {count|a|b}", "=20=_--",
         "x" * 200, "x" * 40 + "\U0001f600" * 21]


@pytest.fixture(scope="module")
def database(start):
    """A server whose storage takes any name for a folder."""
    return start(quota="1000K", coexist=POLICY, storage="sdbox")


def shown(name):
    """Return a name as a notice has it: of at most 60 characters."""
    return name if len(name) <= 60 else name[:59] + "\u2026"


def imap_name(name):
    """Return the name as IMAP says it (RFC 3501, section 5.1.3), in quotes."""
    def encode(part):
        code = base64.b64encode(part[0].encode("utf-16-be")).decode()
        return "&" + code.replace("/", ",").rstrip("=") + "-"
    ascii_only = re.sub(r"[^\x20-\x7e]+", encode, name.replace("&", "&-"))
    return '"' + ascii_only.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_the_name_of_a_folder_is_nothing_but_text(database, name):
    owner = known(database)
    with owner.imap() as imap:
        assert imap.create(imap_name(name))[0] == "OK"
        assert imap.append(imap_name(name), None, None, of_size(100 * KB))[0] == "OK"
    notice = full(owner, 72)
    assert notice.defects == []
    assert f"  {shown(name)} " in plain(notice)
    page = Page(html(notice))
    assert f"\n{shown(name)}\n" in page.text
    assert "script" not in [tag for tag, _ in page.tags]
    assert numbers(page.text) == numbers(f"{notice['subject']} {plain(notice)}")
    assert owner.log_problems() == []


def test_the_name_of_a_folder_that_is_no_utf8(owner):
    inbox = owner.folder
    owner.deliver(of_size(100 * KB))
    folder = inbox / os.fsdecode(b".b\xff<i>")
    shutil.copytree(inbox, folder, ignore=shutil.ignore_patterns("dovecot*"))
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, inbox.stat().st_uid, inbox.stat().st_gid)
    notice = full(owner, 72)
    assert notice.defects == []
    # Dovecot 2.4.5 refuses to open such a folder, and says so itself
    names = re.findall(r"(?m)^  (\S+) +\d+ kB$", plain(notice))
    assert names in (["INBOX", "b\ufffd<i>"], ["INBOX"])
    assert re.findall(r"\n(\S+)\n\d+ kB\n", Page(html(notice)).text) == names
