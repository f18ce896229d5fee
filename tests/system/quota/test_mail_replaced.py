# SPDX-License-Identifier: LGPL-2.1-or-later
"""quota_warn_channels = mail: the next notice takes the place of the last one."""

import re

import pytest

import journal
from inbox_notices import DAY, POLICY, STORAGES, expect, mails, subjects, told_ago, visit
from owner import KB, known, of_size


@pytest.fixture(scope="module", params=STORAGES)
def server(start, request):
    return start(quota="1000K", coexist=POLICY, storage=request.param, groups={
        "journal": {"coexist_pop3_delete": "trash"}})


@pytest.fixture
def owner(server):
    return known(server)


def delete(owner, number, protocol):
    """Let the owner delete a message."""
    if protocol == "pop3":
        assert owner.delete(number).startswith("+OK")
    else:
        with owner.imap() as imap:
            imap.select()
            imap.store(str(number), "+FLAGS", "\\Deleted")
            assert imap.expunge()[1] == [str(number).encode()]


def test_the_next_notice_replaces_one_that_is_unread(owner):
    owner.fill(82)
    expect(owner, "80%")
    owner.fill(10)
    expect(owner, "80%", "90%")
    subject, = subjects(owner)
    assert re.search(r"9\d %", subject)
    assert len(owner.flags()) == 4


@pytest.mark.parametrize("flag", ["\\Seen", "\\Flagged", "\\Answered"])
def test_the_next_notice_leaves_one_that_somebody_did_something_with(owner, flag):
    owner.fill(82)
    expect(owner, "80%")
    number, = mails(owner)
    with owner.imap() as imap:
        imap.select()
        imap.store(str(number), "+FLAGS", flag)
    owner.fill(10)
    expect(owner, "80%", "90%")
    assert len(subjects(owner)) == 2


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_notice_that_was_deleted_does_not_come_again(owner, protocol):
    owner.fill(82)
    expect(owner, "80%")
    number, = mails(owner)
    delete(owner, number, protocol)
    owner.fill(1)
    owner.fill(1)
    owner.visit("imap")
    owner.visit("pop3")
    assert subjects(owner) == []
    owner.fill(9)
    expect(owner, "80%", "90%")
    assert len(subjects(owner)) == 1


def test_a_notice_that_was_deleted_comes_again_after_the_interval(owner):
    owner.fill(82)
    expect(owner, "80%")
    number, = mails(owner)
    delete(owner, number, "imap")
    told_ago(owner, DAY - 600)
    owner.fill(1)
    owner.visit("pop3")
    assert subjects(owner) == []
    told_ago(owner, DAY)
    owner.fill(1)
    expect(owner, "80%", "reminder 80%")
    owner.visit("pop3")
    assert subjects(owner) == ["Your mailbox is 84 % full"]


def test_another_message_in_the_place_of_the_notice_stays(owner):
    owner.fill(82)
    expect(owner, "80%")
    state = owner.folder / "dovecot-coexist.state"
    text = state.read_text()
    assert re.search(r"^quota_mail=\d+:3$", text, re.M)
    state.write_text(re.sub(r"(?m)^(quota_mail=\d+):3$", r"\1:2", text))
    owner.fill(10)
    expect(owner, "80%", "90%")
    assert len(owner.flags()) == 5


@pytest.mark.parametrize("value", ["", "x", "1:", ":1", "1:x", "99999999999:1", "0:0", "1:2:3"])
def test_a_place_that_was_not_written_by_us_is_none(owner, value):
    owner.fill(82)
    expect(owner, "80%")
    state = owner.folder / "dovecot-coexist.state"
    state.write_text(re.sub(r"(?m)^quota_mail=.*$", f"quota_mail={value}", state.read_text()))
    owner.fill(10)
    expect(owner, "80%", "90%")
    assert len(subjects(owner)) == 2


def test_a_mailbox_with_room_again(owner):
    owner.fill(82)
    expect(owner, "80%")
    owner.server.doveadm("expunge", "-u", owner.user, "mailbox", "INBOX", "2")
    visit(owner, "imap")
    expect(owner, "80%", "recovered")
    # the one that says that it is full is gone
    assert subjects(owner) == ["Your mailbox has room again"]


def test_a_pop3_session_takes_nothing_away_that_it_has_listed(owner):
    owner.fill(82)
    expect(owner, "80%")
    owner.server.doveadm("expunge", "-u", owner.user, "mailbox", "INBOX", "2")
    with owner.pop3() as pop:
        assert pop.stat()[0] == 2
        expect(owner, "80%", "recovered")
        assert any(line.startswith(b"Subject: Your mailbox is") for line in pop.retr(2)[1])
        pop.quit()
    assert len(subjects(owner)) == 2


def test_an_imap_session_sees_notices_come_and_go(owner):
    owner.fill(70)
    with owner.imap() as imap:
        imap.create("Sent")
        imap.select()
        imap.append("Sent", None, None, of_size(120 * KB))
        expect(owner, "80%")
        imap.noop()
        first, = mails(owner)
        assert imap.search(None, "ALL")[1][0].split()[-1] == str(first).encode()
        imap.append("Sent", None, None, of_size(100 * KB))
        expect(owner, "80%", "90%")
        imap.noop()
        assert len(imap.search(None, "HEADER", "X-Coexist-Notice", "quota-")[1][0].split()) == 1
        assert imap.fetch("1:*", "(FLAGS)")[0] == "OK"
    assert owner.log_problems() == []


def test_what_takes_the_place_of_a_notice_is_not_in_the_journal(server):
    """The session's client has not removed it."""
    owner = known(server, "journal")
    owner.fill(82)
    expect(owner, "80%")
    with owner.imap() as imap:
        imap.select()
        imap.append("INBOX", None, None, of_size(100 * KB))
        expect(owner, "80%", "90%")
        imap.store("1", "+FLAGS", "\\Deleted")
        imap.expunge()
    server.wait_for(lambda: journal.read(owner), what="the journal")
    assert journal.only(owner) == {"protocol": "imap", "address": "127.0.0.1", "moves": [],
                                   "expunged": "1", "unseen": "1"}
    assert [line for line in journal.logged(owner) if "Quota" not in line] == ["1 expunged"]
