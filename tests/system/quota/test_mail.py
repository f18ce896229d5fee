# SPDX-License-Identifier: LGPL-2.1-or-later
"""quota_warn_channels = mail: the owner is told by a message in INBOX."""

import email
import email.policy
import re
import time

import pytest

from alerts import Session
from inbox_notices import (FEW, GENERATION, POLICY, STORAGES, expect, mails, subjects, text_of,
                           visit)
from notice_mail import plain
from owner import KB, known, of_size

LANGUAGES = {"en": "full", "es": "lleno", "ca": "plena", "pt": "cheia", "fr": "remplie",
             "de": "voll"}
MBOX24 = "mail_inbox_path = ~/mail/inbox\n"


def limit(size):
    """Return the userdb fields that give a mailbox this limit, such as "600K"."""
    return {"quota_rule": f"*:storage={size}"} if GENERATION == 23 else \
        {"quota_storage_size": size}


@pytest.fixture(scope="module", params=STORAGES)
def server(start, request):
    return start(quota="1000K", coexist=POLICY, storage=request.param, groups={
        **{language: {"coexist_language": language} for language in LANGUAGES},
        "kept": {"coexist_pop3_keep_days": "14"},
        "few": FEW[GENERATION]})


@pytest.fixture
def owner(server):
    return known(server)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_is_a_proper_message(server, language):
    owner = known(server, language)
    owner.fill(82)
    expect(owner, "80%")
    notice, = mails(owner).values()
    assert notice.defects == []
    assert re.search(r"8[0-9] %", str(notice["subject"]))
    assert LANGUAGES[language] in str(notice["subject"])
    assert notice["auto-submitted"] == "auto-generated"
    assert notice["return-path"] == "<>"
    assert notice["content-language"] == language
    assert notice["x-coexist-notice"] == "quota-storage"
    text = plain(notice)
    assert owner.user in text and "1000 kB" in text and re.search(r"  INBOX +8", text)
    assert "{" not in text
    assert owner.log_problems() == []


def test_the_notice_is_unread(owner):
    owner.fill(82)
    expect(owner, "80%")
    number, = mails(owner)
    assert owner.flags()[number] - {"\\Recent", "$HasNoAttachment"} == set()


def test_a_pop3_client_sees_the_notice(owner):
    owner.fill(82)
    expect(owner, "80%")
    with owner.pop3() as pop:
        last = email.message_from_bytes(b"\r\n".join(pop.retr(pop.stat()[0])[1]),
                                        policy=email.policy.SMTP)
        pop.quit()
    assert re.fullmatch(r"Your mailbox is 8\d % full", str(last["subject"]))


def test_what_fills_the_mailbox(owner):
    with owner.imap() as imap:
        for name, size in (("Sent", 100), ("Trash", 50), ("Junk", 20), ("a", 30), ("b", 40),
                           ("c", 5)):
            imap.create(name)
            imap.append(name, None, None, of_size(size * KB))
    owner.fill(60)
    expect(owner, "80%")
    text = text_of(owner)
    sizes = re.search(r"The largest folders: INBOX (\d+) kB Sent (\d+) kB Trash (\d+) kB "
                      r"b (\d+) kB a (\d+) kB - In the trash: (\d+) kB. [^-]*"
                      r"- In the junk folder: (\d+) kB", text)
    assert sizes, text
    for found, real in zip(sizes.groups(), (600, 100, 50, 40, 30, 50, 20)):
        assert abs(int(found) - real) <= max(2, real // 50)


def test_what_was_removed_before_is_not_in_it(owner):
    for percent in (30, 25, 20):
        owner.fill(percent)
    owner.remove(2)
    owner.fill(37)
    expect(owner, "80%")
    found = re.search(r"The largest folders: INBOX (\d+) kB", text_of(owner))
    assert abs(int(found[1]) - 820) < 10


def test_what_pop3_left_behind(server):
    owner = known(server)
    with owner.imap() as imap:
        imap.append("INBOX", "$POP3Downloaded", None, of_size(200 * KB))
        imap.append("INBOX", "$POP3Downloaded", None, of_size(100 * KB))
    owner.fill(55)
    expect(owner, "80%")
    found = re.search(r"downloaded by a POP3 program: 2 messages, (\d+) kB", text_of(owner))
    assert abs(int(found[1]) - 300) < 10


def test_what_pop3_deleted_and_who_frees_it(server):
    owner = known(server, "kept")
    with owner.imap() as imap:
        imap.append("INBOX", "$POP3Hidden", None, of_size(200 * KB))
        imap.append("INBOX", "$POP3Downloaded", None, of_size(100 * KB))
        imap.create("Trash")
        imap.append("Trash", None, None, of_size(100 * KB))
    owner.fill(45)
    expect(owner, "80%")
    text = text_of(owner)
    assert re.search(r"In the trash: \d+ kB. It stays until you empty the trash", text)
    assert re.search(r"and the webmail alone: 1 message, \d+ kB", text)
    assert "leaves the inbox by itself 14 days later" in text


def test_a_limit_of_messages(server):
    owner = known(server, "few")
    owner.deliver(7)
    expect(owner, "80%")
    notice, = mails(owner).values()
    assert notice["x-coexist-notice"] == "quota-messages"
    assert str(notice["subject"]) == "Your mailbox has 80 % of the messages it may have"
    assert "has 8 messages and may have 10." in " ".join(plain(notice).split())


def test_the_notice_itself_reaches_no_level(server):
    owner = known(server, "few")
    owner.deliver(7)
    expect(owner, "80%")
    # it is the ninth of ten
    visit(owner)
    expect(owner, "80%")
    assert owner.state()["quota_level"] == "90%"


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_limit_that_was_lowered_below_what_is_used(server, protocol):
    owner = known(server)
    owner.fill(75)
    server.set_user(owner.user, **limit("600K"))
    visit(owner, protocol)
    expect(owner, "90%")
    subject, = subjects(owner)
    assert re.fullmatch(r"Your mailbox is 12\d % full", subject)
    assert " 0 B are left." in text_of(owner)
    assert owner.log_problems() == []


def test_several_deliveries_at_once_leave_one_notice(owner):
    owner.fill(70)
    # no more than Dovecot 2.4 lets in for one user
    owner.deliver_at_once(8, 2)
    expect(owner, "80%")
    assert len(subjects(owner)) == 1


def test_a_notice_that_can_not_be_saved_is_not_told(start):
    server = start(quota="1000K", coexist=POLICY)
    owner = known(server)
    owner.fill(70)
    with owner.imap() as imap:
        imap.create("Sent")
        imap.select()
        (owner.folder / "tmp").chmod(0o500)
        imap.append("Sent", None, None, of_size(120 * KB))
        server.wait_for(lambda: any("Can't put the notice quota-storage into INBOX" in line
                                    for line in owner.log_problems()), 20, "the warning")
    assert owner.notices("mail") == []
    (owner.folder / "tmp").chmod(0o700)
    assert subjects(owner) == []


def test_a_notice_waits_for_a_message_that_comes_slowly(start):
    """Nothing would be left of it in an mbox, where the message overwrites it."""
    owner = known(start(quota="1000K", coexist=POLICY, storage="mbox", conf24=MBOX24),
                  folder="mail/.imap")
    owner.fill(70)
    with Session(owner) as session:
        session.append(of_size(120 * KB))
        with session.appending(of_size(50 * KB)):
            # for longer than a session waits for more changes
            time.sleep(1.5)
            assert owner.notices("mail") == []
        expect(owner, "80%")
        session.say("NOOP")
    assert len(subjects(owner)) == 1
    assert owner.log_problems() == []


PREFIXED = """namespace inbox {
  prefix = INBOX/
  mailbox Offered {
    auto = create
  }
}
"""


def test_an_inbox_in_a_namespace_that_has_a_prefix(start):
    owner = known(start(quota="1000K", coexist=POLICY, conf=PREFIXED))
    with owner.imap() as imap:
        imap.create("INBOX/Trash")
        imap.append("INBOX/Trash", None, None, of_size(50 * KB))
        imap.append("INBOX", "$POP3Downloaded", None, of_size(200 * KB))
    owner.fill(60)
    expect(owner, "80%")
    text = text_of(owner)
    assert re.search(r"The largest folders: INBOX 8\d\d kB INBOX/Trash \d+ kB "
                     r"- In the trash: \d+ kB. .*1 message, \d+ kB", text), text
    # it is there when somebody opens it
    assert not (owner.folder / ".Offered").exists()
