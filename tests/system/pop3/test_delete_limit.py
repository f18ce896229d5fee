"""pop3_delete_limit: a session that deletes more is held, and its owner is told once."""

import email
import email.policy
import os
import re
import shutil
import smtplib
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from instance import message
from maildrop import Maildrop
from notice_mail import Page, html, plain

TEXTS = Path(__file__).parents[3] / "plugin/notice/texts"
HIDDEN = "$POP3Hidden"
LIMIT = 3
DELETES = ("expunge", "hide", "trash", "archive")
TARGETS = {"trash": "Trash", "archive": "Archive"}
QUIT_OK = "+OK Logging out, messages deleted."
# what each language calls what the notice is about
LANGUAGES = {"en": "deleted messages", "es": "mensajes borrados", "ca": "missatges esborrats",
             "pt": "mensagens eliminadas", "fr": "messages supprimés",
             "de": "gelöschte Nachrichten"}
# and by what the owner is to ask for help
REFERENCES = {"en": "name this reference:", "es": "indíquele esta referencia:",
              "ca": "indiqueu-li aquesta referència:", "pt": "indique-lhe esta referência:",
              "fr": "en lui indiquant cette référence :", "de": "nennen Sie dieses Kennzeichen:"}
STATE = "dovecot-coexist.state"


def fields(delete="expunge", **more):
    """Return userdb fields of a mailbox with the limit."""
    return {"coexist_pop3_delete": delete, "coexist_pop3_delete_limit": str(LIMIT),
            **{f"coexist_{key}": value for key, value in more.items()}}


GROUPS = {
    **{delete: fields(delete) for delete in DELETES},
    **{f"in-{language}": fields(language=language) for language in LANGUAGES},
    "complete": fields(pop3_mark_read="complete", pop3_mark_downloaded="yes"),
    "never": fields(pop3_mark_read="never"),
    "fetched": fields("hide", pop3_fetcher_networks="127.0.0.0/8"),
    "flagging": {**fields(), "pop3_delete_type": "flag", "pop3_deleted_flag": "$Own"},
}


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, groups=GROUPS,
                 coexist={"template_dir": str(TEXTS)})


@pytest.fixture(params=DELETES)
def delete(request):
    """What pop3_delete says."""
    return request.param


@pytest.fixture
def maildrop(server, delete):
    return server.maildrop(delete)


def notices(maildrop, mailbox="INBOX"):
    """Return the notices in a mailbox as email.message.EmailMessage."""
    with maildrop.imap() as imap:
        if imap.select(mailbox, readonly=True)[0] == "NO":
            return []
        numbers = imap.search(None, "HEADER", "X-Coexist-Notice", '""')[1][0].split()
        return [email.message_from_bytes(imap.fetch(number, "(BODY.PEEK[])")[1][0][1],
                                         policy=email.policy.SMTP) for number in numbers]


def held(maildrop, number=None):
    """Deliver more than the limit, or so many, and delete all of it in one session."""
    number = number or LIMIT + 1
    maildrop.deliver(number)
    return maildrop.delete(*range(1, number + 1))


def shown(maildrop):
    """Return the subjects that a POP3 client is shown, decoded."""
    with maildrop.pop3() as pop:
        texts = [b"\r\n".join(pop.top(n + 1, 0)[1]) for n in range(pop.stat()[0])]
        pop.quit()
    return [str(email.message_from_bytes(text, policy=email.policy.SMTP)["subject"])
            for text in texts]


def log_lines(maildrop):
    """Return what the log says of sessions that were held."""
    return [line for line in maildrop.server.log_text().splitlines()
            if "coexist: Held:" in line and f"({maildrop.user})" in line]


# Which sessions

def test_up_to_the_limit_deletes_as_without_it(maildrop, delete):
    assert held(maildrop, LIMIT) == QUIT_OK
    assert notices(maildrop) == []
    assert shown(maildrop) == []
    if delete == "hide":
        assert maildrop.having(HIDDEN) == maildrop.seen() == [1, 2, 3]
    else:
        assert maildrop.subjects() == []
    if delete in TARGETS:
        assert len(maildrop.subjects(TARGETS[delete])) == LIMIT
    assert log_lines(maildrop) == []


def test_one_more_is_held(maildrop, delete):
    assert held(maildrop) == QUIT_OK
    assert maildrop.subjects()[:4] == [f"number {n}" for n in range(1, 5)]
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]
    assert len(notices(maildrop)) == 1
    assert maildrop.subjects(TARGETS.get(delete, "Trash")) == []
    assert maildrop.log_problems() == []


def test_what_is_held_is_as_unread_as_before(maildrop):
    maildrop.deliver(4)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("2", "+FLAGS", "\\Seen")
    maildrop.delete(1, 2, 3, 4)
    assert maildrop.seen() == [2]


def test_what_is_held_is_not_shown_again_and_the_notice_is(maildrop):
    held(maildrop)
    assert shown(maildrop) == ["4 deleted messages were kept"]


def test_the_notice_is_unread_and_not_downloaded(maildrop):
    held(maildrop)
    assert maildrop.flags()[5] - {"\\Recent", "$HasNoAttachment"} == set()


def test_the_notice_can_be_downloaded_and_deleted_by_pop3(maildrop):
    held(maildrop)
    with maildrop.pop3() as pop:
        assert any(line.startswith(b"Subject: ") for line in pop.retr(1)[1])
        pop.dele(1)
        assert pop.quit().decode() == QUIT_OK
    assert shown(maildrop) == []
    assert maildrop.having(HIDDEN)[:4] == [1, 2, 3, 4]


def test_new_mail_is_shown_and_deleted_as_usual_afterwards(maildrop):
    held(maildrop)
    maildrop.deliver(message("new"))
    assert shown(maildrop)[1:] == ["new"]
    maildrop.delete(2)
    assert shown(maildrop) == ["4 deleted messages were kept"]


def test_rset_takes_deletions_back(maildrop):
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.dele(number)
        pop.rset()
        for number in range(1, LIMIT + 1):
            pop.dele(number)
        assert pop.quit().decode() == QUIT_OK
    assert notices(maildrop) == []
    assert shown(maildrop) == ["number 4", "number 5"]


def test_without_quit_nothing_is_held(maildrop):
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        for number in range(1, 6):
            pop.dele(number)
    assert notices(maildrop) == []
    assert len(shown(maildrop)) == 5


def test_messages_are_shown_again_when_imap_clears_the_keyword(maildrop):
    held(maildrop)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:4", "-FLAGS", HIDDEN)
    assert len(shown(maildrop)) == 5


def test_an_administrator_deletes_them_as_the_page_says(server, maildrop):
    held(maildrop)
    server.doveadm("expunge", "-u", maildrop.user, "mailbox", "INBOX", "keyword", HIDDEN)
    assert len(maildrop.subjects()) == 1
    assert len(notices(maildrop)) == 1


# How read

def test_what_was_downloaded_before_is_read_as_dovecot_does_it(maildrop):
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        pop.retr(2)
        for number in range(1, 5):
            pop.dele(number)
        pop.quit()
    assert maildrop.seen() == [2]


def test_what_was_downloaded_is_marked_by_the_policy(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        pop.retr(2)
        pop.retr(3)
        for number in range(1, 5):
            pop.dele(number)
        pop.quit()
    assert maildrop.seen() == maildrop.having("$POP3Downloaded") == [2, 3]
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]


def test_nothing_is_read_where_downloads_are_not(server):
    maildrop = server.maildrop("never")
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        pop.retr(1)
        for number in range(1, 5):
            pop.dele(number)
        pop.quit()
    assert maildrop.seen() == []


def test_a_fetcher_is_held_too(server):
    maildrop = server.maildrop("fetched")
    held(maildrop)
    assert maildrop.seen() == []
    assert len(notices(maildrop)) == 1


# A site that hides by Dovecot's own means

def test_the_site_s_own_keyword_is_used(server):
    maildrop = server.maildrop("flagging")
    assert held(maildrop, LIMIT) == QUIT_OK
    assert maildrop.having("$Own") == [1, 2, 3]
    assert maildrop.seen() == []
    assert notices(maildrop) == []
    maildrop.deliver(4)
    maildrop.delete(1, 2, 3, 4)
    assert maildrop.having("$Own") == [1, 2, 3, 4, 5, 6, 7]
    assert len(notices(maildrop)) == 1


# Once

def test_the_owner_is_told_once_a_day(maildrop):
    held(maildrop)
    maildrop.deliver(5)
    with maildrop.pop3() as pop:
        for number in range(2, 7):
            pop.dele(number)
        pop.quit()
    assert len(notices(maildrop)) == 1
    assert len(maildrop.having(HIDDEN)) == 9
    first, second = log_lines(maildrop)
    assert "hid all 4 messages" in first and first.endswith("the owner was told")
    assert "hid all 5 messages" in second
    assert second.endswith("the owner was told within the last 24 hours")


def told(maildrop):
    """Return when the owner was told last, for the server."""
    return int(re.search(r"^pop3_delete_limit_told=(\d+)$",
                         (maildrop.folder / STATE).read_text(), re.M)[1])


def set_told(maildrop, when):
    """Let the owner have been told at that time."""
    path = maildrop.folder / STATE
    path.write_text(f"pop3_delete_limit_told={when}\n")
    os.chown(path, maildrop.folder.stat().st_uid, maildrop.folder.stat().st_gid)


@pytest.mark.parametrize("ago, again", [(24 * 3600 + 60, True), (24 * 3600 - 60, False),
                                        (-3600, True), ("garbage", True)])
def test_the_owner_is_told_again_a_day_later(server, ago, again):
    maildrop = server.maildrop("expunge")
    held(maildrop)
    set_told(maildrop, ago if ago == "garbage" else int(time.time()) - ago)
    maildrop.deliver(4)
    maildrop.delete(2, 3, 4, 5)
    assert len(notices(maildrop)) == (2 if again else 1)
    if again:
        assert abs(told(maildrop) - time.time()) < 60


def test_two_sessions_at_once_tell_once(maildrop):
    maildrop.deliver(8)
    with maildrop.pop3() as first, maildrop.pop3() as second:
        for number in range(1, 5):
            first.dele(number)
            second.dele(number + 4)
        assert first.quit().decode() == QUIT_OK
        assert second.quit().decode() == QUIT_OK
    assert maildrop.having(HIDDEN) == list(range(1, 9))
    assert len(notices(maildrop)) == 1


def test_two_sessions_with_the_same_messages(maildrop):
    maildrop.deliver(5)
    with maildrop.pop3() as first, maildrop.pop3() as second:
        for number in range(1, 5):
            first.dele(number)
        for number in range(1, 3):
            second.dele(number)
        assert first.quit().decode() == QUIT_OK
        assert second.quit().startswith(b"+OK")
    assert shown(maildrop)[0] == "number 5"
    assert len(notices(maildrop)) == 1
    assert maildrop.log_problems() == []


def test_a_state_that_can_not_be_kept_does_not_hide_the_notice(server):
    maildrop = server.maildrop("expunge")
    maildrop.deliver(1)
    (maildrop.folder / (STATE + ".lock")).mkdir()
    (maildrop.folder / STATE).mkdir()
    held(maildrop)
    assert len(notices(maildrop)) == 1
    assert any(STATE in line for line in maildrop.log_problems())


# What the notice says

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
    server = start(coexist={"template_dir": str(TEXTS)})
    address = "jane@example.com"
    server.set_user(address, coexist_pop3_delete_limit="1")
    maildrop = Maildrop(server, address)
    held(maildrop, 2)
    notice, = notices(maildrop)
    assert str(notice["to"].addresses[0]) == address
    # postmaster_address, for which Dovecot has a default
    assert notice["from"].addresses[0].username == "postmaster"


# Texts of the site

def own_texts(tmp_path_factory, **files):
    """Return a folder with these files; "pop3-delete-limit." is put before each."""
    folder = tmp_path_factory.mktemp("texts")
    for name, content in files.items():
        path = folder / f"pop3-delete-limit.{name.replace('_', '.')}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for path in [folder, *folder.parents]:
        if path.stat().st_uid == os.getuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    return folder


@pytest.fixture(scope="module")
def own(start, tmp_path_factory):
    """A server with texts of its own behind the installed ones, some of them broken."""
    folder = own_texts(
        tmp_path_factory,
        ca_txt="Subject: Avís per a {user}\n\n{count} de {limit}\n",
        nl_txt="Subject: {count} berichten bewaard\n\nBeste {user}, zie <{session}>.\n",
        nl_html="<style>p {{color: red}}</style><p>Beste {user}, é &lt;{session}&gt;</p>\n",
        es_txt="Subject: {cuantos}\n\n{count}\n",
        fr_txt=b"Subject: caf\xe9\n\n{count}\n",
        pt_txt="Subject: a\n\n" + "x" * 70000,
        de_txt="ohne Betreff\n",
        en_txt="Subject: own\n\n{count}\n", en_html="<p>{nothing}</p>")
    # names of users are in small letters
    groups = {language.lower(): fields(language=language) for language in
              ("ca", "nl", "nl-BE", "es", "fr", "pt", "de", "en", "tlh")}
    return start(groups=groups, coexist={"template_dir": f"{TEXTS} {folder}"})


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
def no_texts(start, tmp_path_factory):
    """A server that finds no texts at all."""
    return start(groups={"user": fields(language="es")},
                 coexist={"template_dir": str(own_texts(tmp_path_factory))})


def test_without_texts_the_notice_is_in_english(no_texts):
    maildrop = no_texts.maildrop()
    held(maildrop)
    notice, = notices(maildrop)
    assert str(notice["subject"]) == "4 deleted messages were kept"
    assert "4 messages" in plain(notice) and maildrop.user in plain(notice)
    line, = maildrop.log_problems()
    assert "pop3-delete-limit.en.txt: Not in " in line


# No room, no rights

@pytest.fixture(scope="module",
                params=["count", pytest.param("maildir", marks=pytest.mark.only_on(23))])
def full(start, request):
    """A server whose mailboxes have little room, with each driver of quota."""
    return start(quota="6K", groups={delete: fields(delete) for delete in DELETES},
                 coexist={"template_dir": str(TEXTS)},
                 conf23=f"plugin {{\n  quota = {request.param}:User quota\n}}\n")


def fill(maildrop):
    """Deliver small messages until there is no room for another one."""
    count = 0
    with pytest.raises(smtplib.SMTPDataError):
        while count < 100:
            maildrop.deliver(message(f"number {count + 1}"))
            count += 1
    return count


def test_a_full_mailbox_gets_the_notice(full, delete):
    maildrop = full.maildrop(delete)
    count = fill(maildrop)
    before = maildrop.quota_messages()
    assert maildrop.delete(*range(1, count + 1)) == QUIT_OK
    assert len(notices(maildrop)) == 1
    assert maildrop.quota_messages() == before + 1
    assert maildrop.log_problems() == []


def test_the_owner_needs_no_right_to_insert(start):
    server = start(groups={"user": fields()}, coexist={"template_dir": str(TEXTS)},
                   plugins={"all": ["acl", "coexist"], "pop3": ["pop3_coexist"]},
                   conf23="plugin {\n  acl = vfile\n}\n", conf24="acl_driver = vfile\n")
    maildrop = server.maildrop()
    maildrop.deliver(4)
    acl = maildrop.folder / "dovecot-acl"
    acl.write_text("owner lrwstek\n")
    shutil.chown(acl, *map(int, os.stat(maildrop.folder)[4:6]))
    assert maildrop.delete(1, 2, 3, 4) == QUIT_OK
    assert len(notices(maildrop)) == 1


def test_mail_log_and_notify_do_not_see_the_notice(start):
    mail_log = "mail_log_events = delete copy save flag_change\n"
    server = start(groups={"user": fields()}, coexist={"template_dir": str(TEXTS)},
                   plugins={"all": ["notify", "mail_log", "coexist"],
                            "pop3": ["pop3_coexist"]},
                   conf23=f"plugin {{\n  {mail_log}}}\n", conf24=mail_log)
    maildrop = server.maildrop()
    held(maildrop)
    assert len(notices(maildrop)) == 1
    lines = [line for line in server.log_text().splitlines() if "pop3(" in line]
    assert not any(" save: " in line or "save" in line.split(">: ")[-1].split(":")[0]
                   for line in lines), lines


# Other plugins, and Trash

TRASH = {23: "plugin {\n  trash = /mnt/etc/trash.conf\n}\n",
         24: "namespace inbox {\n  mailbox Trash {\n    special_use = \\Trash\n"
             "    trash_priority = 1\n  }\n}\n"}


def with_rubbish(maildrop):
    """Put a message into the Trash of a mailbox."""
    with maildrop.imap() as imap:
        imap.create("Trash")
        imap.append("Trash", None, None, message("rubbish", body=("x" * 70 + "\n") * 60))
    return maildrop


def test_no_trash_is_thrown_away_for_the_notice(start):
    server = start(quota="10K", groups={"user": fields()}, conf23=TRASH[23], conf24=TRASH[24],
                   coexist={"template_dir": str(TEXTS)},
                   plugins={"all": ["quota", "trash", "coexist"], "pop3": ["pop3_coexist"]})
    (server.folder / "etc/trash.conf").write_text("1 Trash\n")
    # how many messages fit until the Trash is thrown away for one
    probe = with_rubbish(server.maildrop())
    fit = 0
    while probe.subjects("Trash") == ["rubbish"] and fit < 100:
        with suppress(smtplib.SMTPDataError):
            probe.deliver(1)
        fit += 1
    maildrop = with_rubbish(server.maildrop())
    maildrop.deliver(fit - 1)
    assert maildrop.delete(*range(1, fit)) == QUIT_OK
    assert len(notices(maildrop)) == 1
    assert maildrop.subjects("Trash") == ["rubbish"]


def test_lazy_expunge_keeps_what_was_deleted_and_not_what_was_held(start):
    server = start(groups={"user": fields()}, coexist={"template_dir": str(TEXTS)},
                   plugins={"all": ["lazy_expunge", "coexist"], "pop3": ["pop3_coexist"]},
                   conf23="plugin {\n  lazy_expunge = EXPUNGED\n}\n",
                   conf24="lazy_expunge_mailbox = EXPUNGED\n")
    maildrop = server.maildrop()
    held(maildrop, LIMIT)
    assert maildrop.subjects("EXPUNGED") == ["number 1", "number 2", "number 3"]
    held(maildrop)
    assert len(maildrop.subjects("EXPUNGED")) == LIMIT
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]
    assert len(notices(maildrop)) == 1


def test_trash_being_the_inbox(start):
    server = start(groups={"user": fields("trash")}, coexist={"template_dir": str(TEXTS)},
                   conf="namespace inbox {\n  mailbox INBOX {\n    special_use = \\Trash\n"
                        "  }\n}\n")
    maildrop = server.maildrop()
    held(maildrop, LIMIT)
    assert maildrop.having(HIDDEN) == maildrop.seen() == [1, 2, 3]
    assert notices(maildrop) == []
    held(maildrop)
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4, 5, 6, 7]
    assert maildrop.seen() == [1, 2, 3]
    assert len(notices(maildrop)) == 1


def test_a_trash_that_exists_stays_as_it_is(server):
    maildrop = with_rubbish(server.maildrop("trash"))
    held(maildrop)
    assert maildrop.subjects("Trash") == ["rubbish"]
    assert notices(maildrop, "Trash") == []


# What goes wrong

def test_a_notice_that_can_not_be_saved_harms_nothing(start):
    server = start(groups={"user": fields()}, coexist={"template_dir": str(TEXTS)})
    maildrop = server.maildrop()
    maildrop.deliver(4)
    with maildrop.pop3() as pop:
        for number in range(1, 5):
            pop.dele(number)
        # maildir writes new messages there
        (maildrop.folder / "tmp").chmod(0o500)
        assert pop.quit().decode() == QUIT_OK
    assert notices(maildrop) == []
    assert maildrop.having(HIDDEN) == [1, 2, 3, 4]
    line, = log_lines(maildrop)
    assert line.endswith("the owner could not be told")
    assert sum("Can't put the notice pop3-delete-limit into INBOX" in line
               for line in maildrop.log_problems()) == 1
    (maildrop.folder / "tmp").chmod(0o700)
    maildrop.deliver(4)
    maildrop.delete(1, 2, 3, 4)
    assert len(notices(maildrop)) == 1


# Many

@pytest.mark.parametrize("group, storage, policy", [
    ("held", "mdbox", {"pop3_delete": "trash", "pop3_delete_limit": "9999"}),
    ("moved", "mdbox", {"pop3_delete": "trash"}),
    ("hidden", "maildir", {"pop3_delete": "hide"})], ids=["held", "moved", "hidden"])
def test_ten_thousand_deletions(start, group, storage, policy):
    server = start(storage=storage, coexist={"template_dir": str(TEXTS), **policy})
    maildrop = server.maildrop()
    with maildrop.imap() as imap:
        for number in range(100):
            assert imap.append("INBOX", None, None, message("many"))[0] == "OK"
        imap.select()
        for _ in range(99):
            imap.copy("1:100", "INBOX")
    begin = time.monotonic()
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 10000
        pop.sock.settimeout(300)
        for number in range(1, 10001):
            pop.dele(number)
        assert pop.quit().decode() == QUIT_OK
    assert time.monotonic() - begin < 300
    with maildrop.imap() as imap:
        inbox = int(imap.select("INBOX", readonly=True)[1][0])
        assert len(imap.search(None, "KEYWORD", HIDDEN)[1][0].split()) == \
            (0 if group == "moved" else 10000)
        assert inbox == {"held": 10001, "moved": 0, "hidden": 10000}[group]
        trash = imap.select("Trash", readonly=True)
        if group == "moved":
            assert int(trash[1][0]) == 10000
        else:
            assert trash[0] == "NO"
