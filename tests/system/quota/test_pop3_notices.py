# SPDX-License-Identifier: LGPL-2.1-or-later
"""Owners who use POP3 alone have one notice of a kind: when their program looks into the
mailbox, those that were replaced are gone."""

import poplib
import re
from contextlib import suppress

import pytest

import journal
from inbox_notices import DAY, told_ago, visit
from instance import message
from names import NOTICE_TEXTS
from owner import known

POLICY = {"quota_warn": "80 90", "quota_warn_repeat": "1d", "template_dir": str(NOTICE_TEXTS)}
LIMIT = 3


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(start, request):
    return start(quota="1000K", coexist=POLICY, storage=request.param, groups={
        "downloaded": {"coexist_pop3_mark_downloaded": "yes"},
        "journal": {"coexist_pop3_delete": "trash"},
        "held": {"coexist_pop3_delete_limit": str(LIMIT)}})


@pytest.fixture
def owner(server):
    return known(server)


def listed(pop):
    """Return {number: subject} of the notices that a POP3 client is shown."""
    found = {}
    for number in range(1, pop.stat()[0] + 1):
        header = b"\n".join(pop.top(number, 0)[1]).decode()
        if "X-Coexist-Notice: " in header:
            found[number] = re.search(r"^Subject: (.*)$", header, re.M)[1]
    return found


def uidls(pop):
    """Return the unique IDs of all messages, in order."""
    return [line.split()[1] for line in pop.uidl()[1]]


def remind(owner, count=1):
    """Remind the owner so many times, each in a POP3 session of a day of its own. Return how
    many notices each of them was shown."""
    found = []
    for _ in range(count):
        before = len(owner.notices("mail"))
        told_ago(owner, DAY)
        with owner.pop3() as pop:
            found.append(len(listed(pop)))
            pop.quit()
        assert len(owner.notices("mail")) == before + 1
    return found


def shown(owner):
    """Return the subjects of the notices that a POP3 client is shown."""
    with owner.pop3() as pop:
        found = list(listed(pop).values())
        pop.quit()
    return found


def flag(owner, number, flags):
    with owner.imap() as imap:
        imap.select()
        assert imap.store(str(number), "+FLAGS", flags)[0] == "OK"


def test_each_session_is_shown_the_newest_reminder_alone(owner):
    owner.fill(82)
    assert remind(owner, 4) == [1, 1, 1, 1]
    assert len(shown(owner)) == 1
    assert len(owner.subjects()) == 3
    assert owner.log_problems() == []


def test_it_is_the_newest_one(owner):
    owner.fill(82)
    owner.fill_silently(3)
    remind(owner)
    owner.fill_silently(3)
    remind(owner)
    # this session has it from the one before
    subject, = shown(owner)
    assert re.fullmatch(r"Your mailbox is 8[89] % full", subject)


def test_unique_ids_of_what_stays_are_the_same(owner):
    owner.fill(82)
    owner.deliver(1)
    remind(owner)
    owner.deliver(1)
    with owner.pop3() as pop:
        first = uidls(pop)
        newest = list(listed(pop))
        pop.quit()
    remind(owner)
    with owner.pop3() as pop:
        second = uidls(pop)
        pop.quit()
    assert second[:-1] == [uidl for number, uidl in enumerate(first, 1) if number not in newest]


def test_no_message_goes_while_the_session_is_open(owner):
    owner.fill(82)
    told_ago(owner, DAY)
    with owner.pop3() as pop:
        before = uidls(pop)
        owner.expect("80%", "reminder 80%", channel="mail")
        assert uidls(pop) == before
        for number in range(1, len(before) + 1):
            assert pop.retr(number)[0].startswith(b"+OK")
        pop.quit()
    assert len(owner.subjects()) == 4


@pytest.mark.parametrize("group", ["user", "downloaded"])
def test_one_that_was_downloaded_goes_too(server, group):
    owner = known(server, group)
    owner.fill(82)
    for _ in range(2):
        with owner.pop3() as pop:
            for number in listed(pop):
                pop.retr(number)
            pop.quit()
        remind(owner)
    assert len(shown(owner)) == 1


def test_one_that_was_downloaded_before_a_delivery_brought_the_next(owner):
    owner.fill(82)
    with owner.pop3() as pop:
        pop.retr(3)
        pop.quit()
    told_ago(owner, DAY)
    owner.fill(1)
    owner.expect("80%", "reminder 80%", channel="mail")
    assert len(shown(owner)) == 1


@pytest.mark.parametrize("flags", ["\\Flagged", "\\Answered", "$Label1", "\\Seen \\Flagged"])
def test_one_that_somebody_has_flagged_stays(owner, flags):
    owner.fill(82)
    flag(owner, 3, flags)
    remind(owner, 2)
    assert len(shown(owner)) == 2
    assert remind(owner) == [2]


def test_of_each_kind_there_is_one(server):
    owner = known(server, "held")
    owner.fill(82)
    for _ in range(3):
        owner.change_state(pop3_delete_limit_told=0)
        owner.deliver(LIMIT + 1)
        with owner.pop3() as pop:
            notices = listed(pop)
            for number in range(1, pop.stat()[0] + 1):
                if number not in notices:
                    pop.dele(number)
            pop.quit()
        remind(owner)
    subjects = sorted(shown(owner))
    assert [re.sub(r"\d+", "N", subject) for subject in subjects] == \
        ["N deleted messages were kept", "Your mailbox is N % full"]


# Whose it is

def forged(kind="quota-storage", subject="Your mailbox is 99 % full"):
    return message(subject, **{"X-Coexist-Notice": kind})


def test_what_a_stranger_calls_a_notice_neither_goes_nor_counts(owner):
    owner.deliver(forged())
    owner.fill(82)
    owner.deliver(forged())
    remind(owner, 3)
    owner.deliver(forged())
    subjects = shown(owner)
    assert (len(subjects), sum("99 %" in subject for subject in subjects)) == (4, 3)


@pytest.mark.parametrize("value", ["{v}:1", "{v}:1:4", "{v}:2,1", "1:1", "{v}:1:4294967294", "x",
                                   "{v}:", "{v}:0", ":", "{v}", "{v}:1,"])
def test_what_somebody_else_wrote_into_the_state(owner, value):
    owner.deliver(2)
    validity = owner.server.doveadm("-f", "flow", "mailbox", "status", "-u", owner.user,
                                    "uidvalidity", "INBOX").split("=")[1].strip()
    owner.change_state(notices_replaced=value.format(v=validity))
    visit(owner)
    assert len(owner.subjects()) == 3
    assert owner.log_problems() == []


def test_another_mailbox_of_the_name(owner):
    owner.fill(82)
    remind(owner, 1)
    state = owner.state()["notices_replaced"]
    owner.change_state(notices_replaced="1" + state[state.index(":"):])
    assert len(shown(owner)) == 2


# What it costs

def test_where_nothing_was_replaced_the_state_is_not_written(owner):
    owner.fill(82)
    owner.wait_level("80%")
    state = owner.folder / "dovecot-coexist.state"
    before = state.stat().st_ino
    visit(owner)
    visit(owner)
    assert state.stat().st_ino == before


def test_it_is_in_no_journal(server):
    owner = known(server, "journal")
    owner.fill(82)
    remind(owner, 2)
    visit(owner)
    assert len(owner.subjects()) == 3
    assert journal.read(owner) == []


# Several sessions

def test_a_session_that_began_before_goes_on(owner):
    """It was shown what the next one takes away, and goes on as after an expunge by IMAP."""
    owner.fill(82)
    told_ago(owner, DAY)
    with owner.pop3() as early:
        owner.expect("80%", "reminder 80%", channel="mail")
        assert len(shown(owner)) == 1
        # mdbox has it still
        with suppress(poplib.error_proto):
            early.retr(3)
        assert early.retr(2)[0].startswith(b"+OK")
        early.dele(1)
        assert early.quit().startswith(b"+OK")
    assert len(owner.subjects()) == 2


def test_sessions_that_begin_at_once(owner):
    owner.fill(82)
    remind(owner, 1)
    sessions = [owner.server.pop3(owner.user) for _ in range(6)]
    assert all(len(uidls(session)) in (3, 4) for session in sessions)
    for session in sessions:
        session.quit()
    assert len(shown(owner)) == 1
    assert owner.log_problems() == []


def test_whoever_uses_imap_keeps_what_was_read(owner):
    owner.fill(82)
    flag(owner, 3, "\\Seen")
    told_ago(owner, DAY)
    owner.fill(1)
    owner.expect("80%", "reminder 80%", channel="mail")
    visit(owner, "imap")
    assert len(owner.subjects()) == 5


# Where nothing can be taken away

ACL = {"conf23": "plugin {\n  acl = vfile\n}\n", "conf24": "acl_driver = vfile\n"}


@pytest.fixture(scope="module")
def acl_server(start):
    return start(quota="1000K", coexist=POLICY, **ACL,
                 plugins={"all": ["quota", "acl", "coexist"],
                          "imap": ["imap_quota"]})


@pytest.mark.parametrize("rights", ["lrwsti", "lr"])
def test_without_the_right_to_expunge_they_stay(acl_server, rights):
    """And nobody is told each time."""
    owner = known(acl_server)
    owner.fill(82)
    remind(owner)
    (owner.folder / "dovecot-acl").write_text(f"owner {rights}\n")
    assert [len(shown(owner)), len(shown(owner))] == [2, 2]
    assert owner.log_problems() == []


def test_a_session_that_is_refused_takes_none_away(owner):
    owner.fill(82)
    remind(owner, 2)
    before = owner.subjects()
    owner.server.set_user(owner.user, coexist_pop3_access="deny")
    with pytest.raises(poplib.error_proto, match="switched off"), owner.pop3():
        pass
    assert owner.subjects() == before


def test_a_session_that_fetches_for_a_machine_takes_none_away(owner):
    owner.fill(82)
    remind(owner, 2)
    before = owner.subjects()
    owner.server.set_user(owner.user, coexist_pop3_fetcher_networks="127.0.0.0/8")
    assert len(shown(owner)) == 2
    assert owner.subjects() == before
