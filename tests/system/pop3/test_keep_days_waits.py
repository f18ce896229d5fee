"""pop3_keep_days waits: nobody's mail goes before its owner was told and had time.

The messages are saved today and known to be downloaded by their keyword; the clock of
POP3 sessions is put ahead.
"""

import email
import email.policy
import os
import time
from datetime import datetime
from pathlib import Path

import pytest

import wire
from instance import message
from notice_mail import Page, html, plain

TEXTS = Path(__file__).parents[3] / "plugin/notice/texts"
DAYS = 7
WAIT = 7
LATER = 80      # days from now; between 7 and 90
A_MINUTE = 1 / 24 / 60
SETTLED = LATER + WAIT + A_MINUTE
MANY = 10_000
STATE = "dovecot-coexist.state"
KIND = "pop3-keep-days"
OURS = "filled.test"
# what each language calls what happens: messages are deleted, or moved; and what keeps one:
# flag it, mark it as unread, move it
LANGUAGES = {"en": ("will be deleted", "will be moved to the folder",
                    "flag it", "mark it as unread", "move it to another folder"),
             "es": ("se borrarán", "se moverán a la carpeta",
                    "márquelo con la estrella", "como no leído", "muévalo a otra carpeta"),
             "ca": ("s'esborraran", "es mouran a la carpeta",
                    "marqueu-lo amb l'estrella", "com a no llegit", "moveu-lo a una altra"),
             "pt": ("serão eliminadas", "serão movidas para a pasta",
                    "assinale-a com a estrela", "como não lida", "mova-a para outra pasta"),
             "fr": ("seront supprimés", "seront déplacés vers le dossier",
                    "marquez-le avec l'étoile", "comme non lu", "déplacez-le vers un autre"),
             "de": ("gelöscht", "in den Ordner",
                    "mit dem Stern", "als ungelesen", "in einen anderen Ordner")}
MEMORY = {"conf23": "mail_location = maildir:~/mail:INDEX=MEMORY\n",
          "conf24": "mail_index_path = MEMORY\n"}


def keeps(days=DAYS, **fields):
    """Return the userdb fields of a mailbox that keeps its messages for so many days."""
    return {"coexist_pop3_keep_days": str(days),
            **{f"coexist_{name}": value for name, value in fields.items()}}


SITE = {"template_dir": str(TEXTS)}


@pytest.fixture(scope="module")
def server(start, clock):
    """With a gate and documents; the group "to@scope" has a domain for each mailbox."""
    return start(gate={}, coexist=SITE, wrap={"pop3": clock.wrapper}, groups={
        "to@scope": {}, "keep": keeps(),
        "trash": keeps(pop3_delete="trash"),
        **{f"in-{language}": keeps(language=language) for language in LANGUAGES},
        **{f"moved-{language}": keeps(language=language, pop3_delete="trash")
           for language in LANGUAGES}})


@pytest.fixture
def maildrop(server):
    return server.maildrop("keep")


@pytest.fixture
def visit(clock):
    """visit(maildrop, in_days) has a session that does nothing, in so many days."""
    def hold(maildrop, in_days=LATER):
        with clock.days_from_now(in_days), maildrop.pop3() as pop:
            pop.quit()
    return hold


def fill(maildrop, old, new=0):
    """Make a maildir with messages that POP3 has downloaded, and with some that it has
    not."""
    before = set(maildrop.folder.glob("new/*"))
    maildrop.deliver(1)
    [first] = set(maildrop.folder.glob("new/*")) - before
    owner = first.stat()
    first.unlink()
    keywords = maildrop.folder / "dovecot-keywords"
    keywords.write_text("0 $POP3Downloaded\n")
    os.chown(keywords, owner.st_uid, owner.st_gid)
    text = message("old").replace(b"\r\n", b"\n")
    size, wire_size = len(text), len(text) + text.count(b"\n")
    for number in range(old + new):
        path = maildrop.folder / (f"cur/{1700000000 + number}.M1P1.{OURS},S={size},"
                                  f"W={wire_size}:2,{'Sa' if number < old else 'S'}")
        path.write_bytes(text)
        os.chown(path, owner.st_uid, owner.st_gid)


def count(maildrop):
    """Return how many of these messages are there."""
    return len(list(maildrop.folder.glob(f"cur/*.{OURS},*")))


def notices(maildrop):
    """Return the notices in INBOX as email.message.EmailMessage."""
    others = [path for name in ("cur", "new") for path in maildrop.folder.glob(f"{name}/*")
              if OURS not in path.name]
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
             for path in sorted(others)]
    return [notice for notice in found if notice["X-Coexist-Notice"] == KIND]


# The first run after it was set or lowered

def set_conf(server, _maildrop, days):
    server.reload(coexist={**SITE, "pop3_keep_days": days})


def is_handed_over(server, maildrop, days):
    """Return whether the gate knows it: it keeps the wider documents for a while."""
    return f";pop3_keep_days={days}" in server.doveadm("user", maildrop.user)


def set_default(server, maildrop, days):
    server.store.put("default", pop3_keep_days=days)
    server.wait_for(lambda: is_handed_over(server, maildrop, days))


def set_domain(server, maildrop, days):
    server.store.put("domain/" + maildrop.user.partition("@")[2], pop3_keep_days=days)
    server.wait_for(lambda: is_handed_over(server, maildrop, days))


def set_mailbox(server, maildrop, days):
    server.store.put("mailbox/" + maildrop.user, pop3_keep_days=days)


def set_userdb(server, maildrop, days):
    server.set_user(maildrop.user, **keeps(days))


def set_preset(server, maildrop, days):
    """The preset says 30 days, which LATER is beyond too."""
    before = {"pop3_keep_days": days} if days != str(DAYS) else {}
    server.store.put("mailbox/" + maildrop.user, preset="multi-device", **before)


SCOPES = (set_conf, set_default, set_domain, set_userdb, set_mailbox, set_preset)


@pytest.fixture(params=SCOPES, ids=lambda scope: scope.__name__[4:])
def set_days(request, server):
    """set_days(maildrop, days) in one scope; afterwards no scope says anything."""
    yield lambda maildrop, days: request.param(server, maildrop, str(days))
    if request.param is set_conf:
        server.reload(coexist=SITE)
    if request.param is set_default:
        server.store.remove("default")


@pytest.mark.parametrize("messages", [600, pytest.param(MANY, marks=pytest.mark.night)])
@pytest.mark.parametrize("before", [0, 90])
def test_set_or_lowered_in_any_scope(server, set_days, before, messages, visit):
    maildrop = server.maildrop("to@scope")
    fill(maildrop, messages)
    set_days(maildrop, before)
    visit(maildrop)
    set_days(maildrop, DAYS)
    for in_days in (LATER, LATER + 1, LATER + WAIT - A_MINUTE):
        visit(maildrop, in_days)
        assert count(maildrop) == messages
        assert len(notices(maildrop)) == 1
    visit(maildrop, LATER + WAIT + A_MINUTE)
    assert count(maildrop) == 0
    assert len(notices(maildrop)) == 1


# What comes next

@pytest.fixture
def change(server):
    """change(maildrop, days, ...) sets the userdb fields of a mailbox."""
    return lambda maildrop, days, **fields: server.set_user(
        maildrop.user, **keeps(days, **fields))


def test_what_is_due_when_it_is_first_seen_is_told_however_little(maildrop, visit):
    fill(maildrop, 1, new=50)
    visit(maildrop)
    assert (count(maildrop), len(notices(maildrop))) == (51, 1)


def test_where_nothing_is_due_at_first_the_first_that_is_due_is_told(maildrop, visit):
    fill(maildrop, 3, new=1)
    visit(maildrop, 1)
    assert (maildrop.folder / STATE).exists() is False
    visit(maildrop, DAYS + 1)
    assert (count(maildrop), len(notices(maildrop))) == (4, 1)
    visit(maildrop, DAYS + 1 + WAIT + A_MINUTE)
    assert (count(maildrop), len(notices(maildrop))) == (1, 1)


def test_who_marks_all_as_read_is_told_before_that_goes(maildrop, visit):
    fill(maildrop, 40)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:*", "-FLAGS", "\\Seen")
    visit(maildrop, LATER)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1:*", "+FLAGS", "\\Seen")
    visit(maildrop, LATER + 1)
    assert (count(maildrop), len(notices(maildrop))) == (40, 1)


def settle(maildrop, visit):
    """Have a mailbox whose owner was told, and where what was due is gone."""
    fill(maildrop, 1)
    visit(maildrop, LATER)
    visit(maildrop, SETTLED)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_what_is_due_after_that_does_not_wait(maildrop, visit):
    settle(maildrop, visit)
    fill(maildrop, 3, new=1)
    visit(maildrop, SETTLED + 1)
    assert (count(maildrop), len(notices(maildrop))) == (1, 1)


def test_raising_it_does_not_wait(maildrop, visit, change):
    settle(maildrop, visit)
    fill(maildrop, 3)
    change(maildrop, DAYS + 1)
    visit(maildrop, SETTLED + 1)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_lowering_it_when_nothing_is_due_waits_when_something_is(maildrop, visit, change):
    settle(maildrop, visit)
    change(maildrop, DAYS - 1)
    visit(maildrop, SETTLED + 1)
    fill(maildrop, 3)
    visit(maildrop, SETTLED + 2)
    assert (count(maildrop), len(notices(maildrop))) == (3, 2)


def test_raising_it_while_messages_wait_changes_nothing_about_that(maildrop, visit, change):
    fill(maildrop, 3)
    visit(maildrop, LATER)
    change(maildrop, DAYS + 1)
    visit(maildrop, LATER + WAIT - A_MINUTE)
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + WAIT + A_MINUTE)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_lowering_it_again_waits_again(maildrop, visit, change):
    fill(maildrop, 3)
    visit(maildrop, LATER)
    change(maildrop, 90)
    visit(maildrop, LATER + 1)
    change(maildrop, DAYS)
    visit(maildrop, LATER + 2)
    visit(maildrop, LATER + 2 + WAIT - A_MINUTE)
    # the newer notice has taken the other one's place
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + 2 + WAIT + A_MINUTE)
    assert count(maildrop) == 0


def test_switching_it_off_and_on_waits_again(maildrop, visit, change):
    fill(maildrop, 3)
    visit(maildrop, 1)
    change(maildrop, 0)
    visit(maildrop, 2)
    change(maildrop, DAYS)
    visit(maildrop, LATER)
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    change(maildrop, 0)
    visit(maildrop, LATER + WAIT + 1)
    change(maildrop, DAYS)
    visit(maildrop, LATER + WAIT + 2)
    assert (count(maildrop), len(notices(maildrop))) == (3, 2)
    # the next session begins by taking away the one that was replaced
    visit(maildrop, LATER + 2 * WAIT + 3)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_who_is_told_that_messages_are_moved_is_told_again_if_they_are_to_be_deleted(
        server, visit, change):
    maildrop = server.maildrop("trash")
    fill(maildrop, 3)
    visit(maildrop, LATER)
    change(maildrop, DAYS, pop3_delete="expunge")
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 3
    moved, deleted = notices(maildrop)
    assert LANGUAGES["en"][1] in plain(moved) and LANGUAGES["en"][0] in plain(deleted)
    visit(maildrop, LATER + 2 * WAIT + 2)
    assert (count(maildrop), len(notices(maildrop))) == (0, 1)


def test_what_becomes_due_meanwhile_goes_along(maildrop, visit):
    fill(maildrop, 2)
    visit(maildrop, LATER)
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("4:5", "+FLAGS", "(\\Seen $POP3Downloaded)")
    visit(maildrop, LATER + 1)
    assert len(maildrop.subjects()) == 5
    visit(maildrop, LATER + WAIT + 1)
    # all but the notice
    assert len(maildrop.subjects()) == len(notices(maildrop)) == 1


def test_the_owner_keeps_what_the_notice_says_how_to_keep(maildrop, visit):
    fill(maildrop, 4)
    visit(maildrop)
    with maildrop.imap() as imap:
        imap.create("Kept")
        imap.select()
        imap.store("1", "+FLAGS", "\\Flagged")
        imap.store("2", "-FLAGS", "\\Seen")
        imap.copy("3", "Kept")
        imap.store("3", "+FLAGS", "\\Deleted")
        imap.expunge()
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 2
    assert maildrop.subjects("Kept") == ["old"]
    # and no wait comes later for what they unflag
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "-FLAGS", "\\Flagged")
    visit(maildrop, LATER + WAIT + 2)
    assert (count(maildrop), len(notices(maildrop))) == (1, 1)


# Many at once

@pytest.mark.parametrize("due, others, waits", [
    (500, 0, False), (501, 0, True), (501, 1501, True), (501, 1502, False)])
def test_many_and_much_of_the_mailbox_waits_whatever_was_before(maildrop, visit, due,
                                                                others, waits):
    settle(maildrop, visit)
    # beside the notice
    fill(maildrop, due, new=others)
    visit(maildrop, SETTLED + 1)
    assert (count(maildrop), len(notices(maildrop))) == \
        ((due + others, 2) if waits else (others, 1))
    if waits:
        visit(maildrop, SETTLED + 1 + WAIT + A_MINUTE)
        assert (count(maildrop), len(notices(maildrop))) == (others, 1)


def test_a_clock_that_is_a_year_ahead_takes_little(maildrop, visit):
    fill(maildrop, 600)
    visit(maildrop, 1)
    visit(maildrop, 365)
    assert count(maildrop) == 600
    # it is right again, and what is told then is what holds
    visit(maildrop, LATER)
    visit(maildrop, LATER + WAIT - 1)
    assert count(maildrop) == 600
    [notice] = notices(maildrop)
    assert date_in(LATER + WAIT) in plain(notice)
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 0


# Once

def test_sessions_that_end_at_once_tell_once(maildrop, clock):
    fill(maildrop, 50)
    with clock.days_from_now(LATER), maildrop.pop3() as first, maildrop.pop3() as second:
        for session in (first, second):
            wire.send(session, "QUIT")
        for session in (first, second):
            assert wire.read_to_end(session) == b"+OK Logging out.\r\n"
    # what they do at their end comes after that
    maildrop.server.wait_for(lambda: maildrop.server.pids("pop3") == [])
    assert (count(maildrop), len(notices(maildrop))) == (50, 1)


def problems(maildrop):
    """Return what we warn of."""
    return [line for line in maildrop.log_problems() if "coexist: " in line]


def test_where_it_is_off_nothing_is_said_of_a_memory_that_can_t_be_read(server):
    maildrop = server.maildrop("to@scope")
    maildrop.deliver(1)
    (maildrop.folder / STATE).mkdir()
    with maildrop.pop3() as pop:
        pop.quit()
    server.wait_for(lambda: server.pids("pop3") == [])
    assert problems(maildrop) == []


def test_a_memory_that_is_lost_tells_again_and_waits_again(maildrop, visit):
    fill(maildrop, 3)
    visit(maildrop)
    for in_days, lose in ((5, Path.unlink), (10, lambda path: path.write_text(
            path.read_text().replace("retention_told=", "retention_told=x")))):
        lose(maildrop.folder / STATE)
        visit(maildrop, LATER + in_days)
        visit(maildrop, LATER + in_days + 4)
        assert count(maildrop) == 3
    # nobody knows where the first is any more
    assert len(notices(maildrop)) == 2
    visit(maildrop, LATER + 18)
    assert count(maildrop) == 0
    assert problems(maildrop) == []


@pytest.mark.parametrize("in_the_way", [".lock", ""])
def test_what_can_not_be_remembered_is_not_told_and_stays(maildrop, visit, in_the_way):
    fill(maildrop, 3)
    path = maildrop.folder / (STATE + in_the_way)
    path.mkdir()
    for in_days in (LATER, LATER + WAIT + 1, LATER + 3 * WAIT):
        before = len(problems(maildrop))
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (3, 0)
        said = problems(maildrop)[before:]
        assert sum("can't be remembered what the owner was told" in line and
                   "doveadm coexist expire --now" in line for line in said) == 1
        assert len(said) == 1 or in_the_way == ""
    path.rmdir()
    visit(maildrop, LATER)
    assert len(notices(maildrop)) == 1
    visit(maildrop, LATER + WAIT + 1)
    assert count(maildrop) == 0


def test_a_notice_that_can_not_be_saved_lets_nothing_go(maildrop, visit):
    fill(maildrop, 3)
    tmp = maildrop.folder / "tmp"
    tmp.chmod(0o500)
    for in_days in (LATER, LATER + WAIT + 1, LATER + 3 * WAIT):
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (3, 0)
    assert sum("Can't put the notice pop3-keep-days into INBOX" in line
               for line in problems(maildrop)) == 3
    tmp.chmod(0o700)
    visit(maildrop, LATER + 3 * WAIT)
    assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + 4 * WAIT + 1)
    assert count(maildrop) == 0


def test_a_full_mailbox_is_told(start, clock, visit):
    server = start(quota="1K", coexist={**SITE, "pop3_keep_days": DAYS},
                   wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop()
    fill(maildrop, 20)
    visit(maildrop)
    assert (count(maildrop), len(notices(maildrop))) == (20, 1)


def test_indexes_in_memory_wait_too(start, clock, visit):
    server = start(**MEMORY, coexist={**SITE, "pop3_keep_days": DAYS},
                   wrap={"pop3": clock.wrapper})
    maildrop = server.maildrop()
    fill(maildrop, 20)
    for in_days in (LATER, LATER + 1):
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (20, 1)
    visit(maildrop, LATER + WAIT + 1)
    assert (count(maildrop), problems(maildrop)) == (0, [])


# What the owner is told

def date_in(days):
    """Return the date in so many days."""
    return datetime.fromtimestamp(time.time() + days * 86400).strftime("%Y-%m-%d")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("moves", [False, True], ids=["deleted", "moved"])
def test_the_notice_says_how_many_when_where_and_what_to_do(server, visit, language, moves):
    maildrop = server.maildrop(f"{'moved' if moves else 'in'}-{language}")
    fill(maildrop, 42)
    visit(maildrop)
    [notice] = notices(maildrop)
    assert notice["content-language"] == language
    assert str(notice["subject"]).split()[0] == "42"
    assert str(notice["subject"]).count(date_in(LATER + WAIT)) == 1
    here, there = LANGUAGES[language][moves], LANGUAGES[language][not moves]
    for text in (" ".join(plain(notice).split()), Page(html(notice)).words()):
        assert here in text and there not in text
        assert ("Trash" in text) == moves
        for part in ("42", str(DAYS), maildrop.user, date_in(LATER + WAIT),
                     *LANGUAGES[language][2:]):
            assert part in text
        assert "{" not in text
    assert problems(maildrop) == []


def test_one_message_is_one(maildrop, visit):
    fill(maildrop, 1)
    visit(maildrop)
    assert str(notices(maildrop)[0]["subject"]).startswith("1 message will leave your inbox")


def test_the_log_has_a_line(maildrop, visit):
    fill(maildrop, 42)
    visit(maildrop)
    maildrop.server.wait_log(
        rf"{maildrop.user}.*coexist: 42 messages downloaded by POP3 more than 7 days ago wait "
        rf"until {date_in(LATER + WAIT)} \d\d:\d\d; the owner was told$")


def test_mailboxes_without_the_policy_are_left_alone(server, visit):
    maildrop = server.maildrop("to@scope")
    fill(maildrop, 3)
    visit(maildrop)
    assert not (maildrop.folder / STATE).exists()


# retention_notice_days

@pytest.fixture(scope="module")
def other_times(start, clock):
    """start a server whose owners have so many days."""
    def start_with(days):
        return start(coexist={**SITE, "pop3_keep_days": DAYS, "retention_notice_days": days},
                     wrap={"pop3": clock.wrapper})
    return start_with


def test_0_is_no_brake(other_times, visit):
    maildrop = other_times(0).maildrop()
    fill(maildrop, 600)
    visit(maildrop)
    assert (count(maildrop), notices(maildrop)) == (0, [])
    assert not (maildrop.folder / STATE).exists()


def test_a_number_that_is_none_is_logged_and_seven(other_times, visit):
    maildrop = other_times("soon").maildrop()
    fill(maildrop, 3)
    for in_days, left in ((LATER, 3), (LATER + WAIT - A_MINUTE, 3), (LATER + WAIT + 1, 0)):
        before = len(problems(maildrop))
        visit(maildrop, in_days)
        assert count(maildrop) == left
        [problem] = problems(maildrop)[before:]
        assert "Ignoring unknown value of coexist_retention_notice_days" in problem


def test_another_number_of_days(other_times, visit):
    maildrop = other_times(2).maildrop()
    fill(maildrop, 3)
    for in_days in (LATER, LATER + 2 - A_MINUTE):
        visit(maildrop, in_days)
        assert (count(maildrop), len(notices(maildrop))) == (3, 1)
    visit(maildrop, LATER + 2 + A_MINUTE)
    assert count(maildrop) == 0
