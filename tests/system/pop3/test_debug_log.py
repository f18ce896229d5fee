# SPDX-License-Identifier: LGPL-2.1-or-later
"""With log_debug, a session tells why each message is read, kept or gone."""

import re
from datetime import datetime, timedelta, timezone

import pytest

import leaving
from instance import message
from maildrop import large_message

DEBUG = "log_debug = category=coexist\n"
LIMITED = {"coexist_pop3_delete_limit": "2"}


@pytest.fixture(scope="module")
def server(start):
    return start(conf=DEBUG, groups={
        "all": {"coexist_pop3_mark_read": "complete", "coexist_pop3_mark_downloaded": "yes",
                "coexist_pop3_delete": "trash", "coexist_pop3_keep_days": "30",
                "coexist_pop3_login_delay": "1s"},
        "days": {"coexist_pop3_mark_read": "complete", "coexist_pop3_mark_read_days": "7"},
        "complete": {"coexist_pop3_mark_read": "complete"},
        "quit": {"coexist_pop3_mark_read": "quit"},
        "never": {"coexist_pop3_mark_read": "never"},
        "fetcher": {"coexist_pop3_mark_read": "complete",
                    "coexist_pop3_fetcher_networks": "127.0.0.0/8"},
        "expunge": LIMITED,
        "hide": {"coexist_pop3_delete": "hide", **LIMITED}})


def story(maildrop):
    """Return what the user's POP3 sessions have told so far, in order."""
    return re.findall(rf"pop3\({maildrop.user}\).*Debug: coexist: (.*)",
                      maildrop.server.log_text())


def told(maildrop, *subjects):
    """Return those lines that are about one of the subjects."""
    return [line for line in story(maildrop) if line.split(":")[0] in subjects]


def test_the_story_of_a_session(server):
    maildrop = server.maildrop("all")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.dele(2)
        pop.quit()
    lines = story(maildrop)
    wanted = [
        r"CAPA: the policy adds EXPIRE 30, LOGIN-DELAY 1",
        r"LOGIN-DELAY: login at \d+, the last one that counts was at 0, "
        r"pop3_login_delay=1s: 0s left",
        r"Notices: those that were replaced leave before .*",
        r"RETR: UID 1 was sent to its end: read once it is confirmed, "
        r"keyword once it is confirmed, time is noted",
        r"RETR: UID 2 was sent to its end: read once it is confirmed, .*",
        r"DELE: 1 messages: trash \(pop3_delete\)",
        r"DELE: 1 messages are in Trash now and will be expunged",
        r"2 messages were downloaded",
        r"1 messages were deleted \(trash\), 0 could not be"]
    for pattern in wanted:
        while not re.fullmatch(pattern, lines.pop(0)):
            assert lines, pattern
    # at QUIT, or half a second after a download if that was earlier
    marks = [re.match(r"Marks of (\d+) confirmed downloads: (\d+) messages changed, "
                      r"0 may not be", line).groups() for line in told(maildrop, "Marks of 1 "
             "confirmed downloads", "Marks of 2 confirmed downloads")]
    assert sum(int(confirmed) for confirmed, _ in marks) == 2
    assert marks[0][1] != "0"


@pytest.mark.parametrize("group, why", [
    ("complete", "read once it is confirmed"),
    ("quit", "read at QUIT (pop3_mark_read=quit)"),
    ("never", "not read: pop3_mark_read=never"),
    ("hide", "read if Dovecot says so (pop3_mark_read=stock)"),
    ("fetcher", "not read: the client is in pop3_fetcher_networks")])
def test_why_a_message_becomes_read(server, group, why):
    maildrop = server.maildrop(group)
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert told(maildrop, "RETR") == [f"RETR: UID 1 was sent to its end: {why}"]


def test_why_an_old_message_and_a_read_one_are_not_marked(server):
    maildrop = server.maildrop("days")
    maildrop.append(message("old"), received=datetime.now(timezone.utc) - timedelta(days=8))
    maildrop.deliver(1)
    for _ in range(2):
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.retr(2)
            pop.quit()
    old = "RETR: UID 1 was sent to its end: not read: older than pop3_mark_read_days=7"
    assert told(maildrop, "RETR") == [
        old, "RETR: UID 2 was sent to its end: read once it is confirmed",
        old, "RETR: UID 2 was sent to its end: read already"]


def test_a_message_that_was_not_sent_to_its_end_is_no_download(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(large_message())
    with maildrop.pop3() as pop:
        leaving.in_the_middle(pop, 1)
    (line,) = told(maildrop, "RETR")
    assert re.fullmatch(r"RETR: UID 1 is no download: "
                        r"(the connection is closed|the client can't be written to)", line)


def test_a_download_that_was_not_confirmed_keeps_no_mark(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        leaving.after_the_last_byte(pop, 2)
    assert told(maildrop, "No QUIT") == ["No QUIT: 1 downloads keep no mark"]


def test_what_is_not_read_without_quit(server):
    maildrop = server.maildrop("quit")
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.noop()
    assert told(maildrop, "No QUIT") == ["No QUIT: nothing is read (pop3_mark_read=quit)"]


@pytest.mark.parametrize("group, numbers, what", [
    ("expunge", [1, 2], "2 messages: expunge (pop3_delete)"),
    ("expunge", [1, 2, 3], "3 messages: hide (pop3_delete_limit=2)"),
    ("hide", [2], "1 messages: hide (pop3_delete)"),
    ("hide", [1, 2, 3], "3 messages: hide (pop3_delete_limit=2)")])
def test_by_which_key_messages_are_deleted(server, group, numbers, what):
    maildrop = server.maildrop(group)
    maildrop.deliver(3)
    assert maildrop.delete(*numbers).startswith("+OK")
    assert told(maildrop, "DELE") == [f"DELE: {what}"]
