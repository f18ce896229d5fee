# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist undo: what a session did is put back, as far as it can be."""

import json
import re

import pytest

import journal
from administrator import EX_NOUSER, EX_USAGE
from maildrop import large_message

EX_DATAERR = 65
EX_NOHOST = 68      # Dovecot's "not found"
EX_TEMPFAIL = 75


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, groups={
        "trash": {"coexist_pop3_delete": "trash"},
        "hide": {"coexist_pop3_delete": "hide"},
        "own": {"coexist_pop3_delete": "hide", "pop3_deleted_flag": "$GoneByPop"},
        "both": {"coexist_pop3_delete": "trash", "coexist_pop3_mark_read": "complete"},
        "fetched": {"coexist_pop3_delete": "hide",
                    "coexist_pop3_fetcher_networks": "127.0.0.0/8"},
        "complete": {"coexist_pop3_mark_read": "complete"}})


def last_session(maildrop):
    return journal.read(maildrop)[-1]["session"]


def undo(maildrop, session=None, status=0):
    """Undo a session, the last one if none is named; return what is not 0."""
    done = maildrop.server.doveadm("-f", "json", "coexist", "undo", "-u", maildrop.user,
                                   session or last_session(maildrop), check=False)
    assert done.returncode == status, done
    row, = json.loads(done.stdout)
    return {name: int(value) for name, value in row.items()
            if name != "session" and int(value)}


def marked(maildrop, numbers, mailbox="INBOX", flag="\\Seen"):
    with maildrop.imap() as imap:
        imap.select(mailbox)
        imap.store(numbers, "+FLAGS", flag)


def test_what_was_moved_comes_back_unread(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(3)
    maildrop.delete(1, 3)
    assert undo(maildrop) == {"returned": 2}
    assert maildrop.subjects() == ["number 2", "number 1", "number 3"]
    assert maildrop.seen() == []
    assert maildrop.subjects("Trash") == []
    assert maildrop.log_problems() == []


def test_flags_keywords_and_date_are_kept(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    marked(maildrop, "1", flag="\\Seen \\Flagged \\Answered $Label1")
    with maildrop.imap() as imap:
        imap.select()
        date = re.search(rb'INTERNALDATE "(.*?)"', imap.fetch("1", "INTERNALDATE")[1][0])[1]
    before = maildrop.flags()[1] - {"\\Recent"}
    maildrop.delete(1)
    assert undo(maildrop) == {"returned": 1}
    assert maildrop.flags()[1] - {"\\Recent"} == before
    with maildrop.imap() as imap:
        imap.select()
        assert date in imap.fetch("1", "INTERNALDATE")[1][0]


def test_what_was_hidden_is_shown_again_unread(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(3)
    marked(maildrop, "3")
    maildrop.delete(2, 3)
    assert undo(maildrop) == {"shown": 2}
    assert maildrop.having("$POP3Hidden") == []
    assert maildrop.seen() == [3]
    with maildrop.pop3() as pop:
        assert pop.stat()[0] == 3


def test_what_a_fetcher_hid_keeps_what_was_done_since(server):
    maildrop = server.maildrop("fetched")
    maildrop.deliver(1)
    maildrop.delete(1)
    marked(maildrop, "1")
    assert undo(maildrop) == {"shown": 1}
    assert maildrop.seen() == [1]


def test_a_keyword_of_the_site(server):
    maildrop = server.maildrop("own")
    maildrop.deliver(1)
    maildrop.delete(1)
    assert maildrop.having("$GoneByPop") == [1]
    assert undo(maildrop) == {"shown": 1}
    assert maildrop.having("$GoneByPop") == []


def test_what_was_marked_read_is_unread_again(server):
    maildrop = server.maildrop("complete")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(3)
        pop.quit()
    marked(maildrop, "2")
    assert undo(maildrop) == {"unread": 2}
    assert maildrop.seen() == [2]


def test_what_was_read_early_and_then_moved(server):
    maildrop = server.maildrop("both")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.noop()
        server.wait_for(lambda: maildrop.seen() == [1, 2], 20)
        pop.dele(2)
        pop.quit()
    assert undo(maildrop) == {"returned": 1, "unread": 1}
    assert maildrop.seen() == []


def test_what_imap_moved(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    marked(maildrop, "2")
    with maildrop.imap() as imap:
        imap.create("Elsewhere")
        imap.select()
        imap.uid("MOVE", "1:2", "Elsewhere")
    server.wait_for(lambda: journal.logged(maildrop), 20)
    marked(maildrop, "1", "Elsewhere")
    assert undo(maildrop) == {"returned": 2}
    # by the person, not by the session
    assert maildrop.seen() == [1, 2]


def test_in_whatever_order_they_were_moved(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(4)
    marked(maildrop, "2")
    with maildrop.imap() as imap:
        imap.create("Elsewhere")
        imap.select()
        for uid in ("4", "1", "2"):
            imap.uid("MOVE", uid, "Elsewhere")
    server.wait_for(lambda: journal.logged(maildrop), 20)
    assert undo(maildrop) == {"returned": 3}
    assert sorted(maildrop.subjects()) == [f"number {n}" for n in range(1, 5)]
    assert [maildrop.subjects()[n - 1] for n in maildrop.seen()] == ["number 2"]


def test_what_was_expunged_is_beyond_it(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(2)
    marked(maildrop, "1", flag="\\Deleted")
    with maildrop.imap() as imap:
        imap.select()
        imap.expunge()
    server.wait_for(lambda: journal.logged(maildrop), 20)
    done = server.doveadm("coexist", "undo", "-u", maildrop.user, last_session(maildrop),
                          check=False)
    assert done.returncode == 0
    assert "1 messages were expunged and can't be put back but from a backup" in done.stderr
    assert undo(maildrop) == {"expunged": 1}


def test_what_it_marked_in_an_inbox_before_this_one_is_nobodys_now(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(1)
    marked(maildrop, "1")
    maildrop.delete(1)
    line, = journal.path(maildrop).read_text().splitlines(keepends=True)
    before = re.sub(r"uidvalidity=\d+", "uidvalidity=7", line)
    journal.write(maildrop, (before.replace("\tend", "\tunseen=1\tmarked=1\tend")
                             + line).encode())
    assert undo(maildrop) == {"shown": 1, "gone": 1}
    assert maildrop.seen() == [1]


def test_to_repeat_it_is_harmless(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    maildrop.delete(1, 2)
    session = last_session(maildrop)
    assert undo(maildrop, session) == {"returned": 2}
    assert undo(maildrop, session) == {"gone": 2}
    assert len(maildrop.subjects()) == 2
    assert len(journal.read(maildrop)) == 2


def test_what_is_gone_since_is_counted(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(3)
    maildrop.delete(1, 2, 3)
    with maildrop.imap() as imap:
        imap.select("Trash")
        imap.store("2", "+FLAGS", "\\Deleted")
        imap.expunge()
    assert undo(maildrop) == {"returned": 2, "gone": 1}
    assert maildrop.subjects() == ["number 1", "number 3"]


@pytest.mark.parametrize("lost", [
    pytest.param(lambda line: line.split(b"\n")[0] + b"\n", id="a line that was not written"),
    pytest.param(lambda line: line[:-20], id="half a line"),
])
def test_what_the_journal_does_not_tell_any_more_is_told(server, lost):
    maildrop = server.maildrop("hide")
    maildrop.deliver(3)
    maildrop.delete(1, 2, 3)
    session = last_session(maildrop)
    line = journal.path(maildrop).read_text()
    pieces = [line.replace("hidden=1:3", f"total=3\thidden={uids}") for uids in ("1", "2:3")]
    journal.write(maildrop, lost("".join(pieces).encode()))
    done = server.doveadm("coexist", "undo", "-u", maildrop.user, session, check=False)
    assert done.returncode == EX_DATAERR
    assert "does not say any more what became of 2 messages of this session" in done.stderr
    assert undo(maildrop, session, EX_DATAERR) == {"gone": 1, "missing": 2}
    assert maildrop.having("$POP3Hidden") == [2, 3]


def test_all_lines_of_a_session_are_undone(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(3)
    maildrop.delete(1, 2, 3)
    line = journal.path(maildrop).read_text()
    pieces = [line.replace("hidden=1:3", f"total=3\thidden={uids}") for uids in ("1", "2:3")]
    journal.write(maildrop, "".join(pieces).encode())
    assert undo(maildrop) == {"shown": 3}


def test_what_was_shown_since_is_counted(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(2)
    maildrop.delete(1, 2)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("1", "-FLAGS", "$POP3Hidden")
    assert undo(maildrop) == {"shown": 1, "gone": 1}
    # somebody looked at the first one
    assert maildrop.seen() == [1]


def test_a_target_that_is_another_mailbox_now(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    maildrop.delete(1)
    session = last_session(maildrop)
    with maildrop.imap() as imap:
        imap.delete("Trash")
    assert undo(maildrop, session) == {"gone": 1}
    text = journal.path(maildrop).read_text()
    journal.write(maildrop, re.sub(r"target_uidvalidity=\d+", "target_uidvalidity=1",
                                   text).encode())
    with maildrop.imap() as imap:
        imap.create("Trash")
        imap.append("Trash", None, None, b"Subject: another\r\n\r\n")
    assert undo(maildrop, session) == {"gone": 1}
    assert maildrop.subjects("Trash") == ["another"]


def test_a_message_that_cannot_be_moved_stays_where_it_is(start):
    server = start(storage="maildir", groups={"trash": {"coexist_pop3_delete": "trash"}})
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    maildrop.delete(1)
    inbox = [maildrop.folder / name for name in ("cur", "new", "tmp")]
    for folder in inbox:
        folder.chmod(0o500)
    try:
        assert undo(maildrop, status=EX_TEMPFAIL) == {"failed": 1}
    finally:
        for folder in inbox:
            folder.chmod(0o700)
    assert maildrop.subjects("Trash") == ["number 1"]
    assert undo(maildrop) == {"returned": 1}


def test_the_undo_is_in_the_journal(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2)
    maildrop.delete(1, 2)
    session = last_session(maildrop)
    undo(maildrop, session)
    line = journal.read(maildrop)[-1]
    assert (line["protocol"], line["undoes"], line["returned"]) == ("undo", session, "3:4")
    assert line["session"].startswith("undo-")


def test_of_an_undo_there_is_nothing_to_put_back(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(1)
    maildrop.delete(1)
    undo(maildrop)
    assert undo(maildrop) == {}
    assert maildrop.having("$POP3Hidden") == []


def test_an_unknown_session(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    maildrop.delete(1)
    done = server.doveadm("coexist", "undo", "-u", maildrop.user, "none", check=False)
    assert done.returncode == EX_NOHOST
    assert f"no session none: `doveadm coexist journal -u {maildrop.user}` lists them" \
        in done.stderr


def test_a_mailbox_without_a_journal(server):
    maildrop = server.maildrop()
    done = server.doveadm("coexist", "undo", "-u", maildrop.user, "none", check=False)
    assert done.returncode == EX_NOHOST
    assert journal.path(maildrop) is None


def test_no_session_named(server):
    done = server.doveadm("coexist", "undo", "-u", server.maildrop().user, check=False)
    assert done.returncode == EX_USAGE


def test_an_unknown_user(server):
    done = server.doveadm("coexist", "undo", "-u", "nobody", "none", check=False)
    assert done.returncode == EX_NOUSER


def test_whoever_it_belongs_to(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    maildrop.delete(1)
    done = server.doveadm("-f", "json", "coexist", "undo", "-u", "trash*",
                          last_session(maildrop), check=False)
    row, = json.loads(done.stdout)
    assert (done.returncode, row["username"], str(row["returned"])) == \
        (0, maildrop.user, "1")
    done = server.doveadm("coexist", "undo", "-u", "trash*", "none", check=False)
    assert done.returncode == EX_NOHOST


def test_all_of_a_hundred_messages(server):
    maildrop = server.maildrop("trash")
    maildrop.deliver(100)
    maildrop.delete(*range(1, 100, 2))
    assert undo(maildrop) == {"returned": 50}
    assert sorted(maildrop.subjects()) == sorted(f"number {n}" for n in range(1, 101))


@pytest.mark.parametrize("control", ["\x7f", "\u009b"], ids=ascii)
def test_a_terminal_is_told_nothing(server, control):
    """What stands in a journal may have been written by its owner."""
    maildrop = server.maildrop("trash")
    maildrop.deliver(1)
    journal.write(maildrop, (f"time=2026-01-01T00:00:00Z\tsession=x\tprotocol=pop3\taddress=\t"
                             f"user=a{control}[31mred\tuidvalidity=1\tread=1\tend\n").encode())
    done = server.doveadm("coexist", "undo", "-u", maildrop.user, "x", check=False)
    assert done.returncode == EX_NOHOST
    assert "Session x is one of a\ufffd[31mred" in done.stderr and control not in done.stderr


@pytest.mark.parametrize("fields", [
    "moved=1:4000000000\ttarget=Trash\ttarget_uidvalidity={target}\ttarget_uids=1:4000000000",
    "hidden=1:4294967294\tmarked=1:4294967294",
    "read=1:4294967294,1:4294967294",
    "moved=1\ttarget=../../../etc\ttarget_uidvalidity=1\ttarget_uids=1",
    "moved=1\ttarget=INBOX\ttarget_uidvalidity={inbox}\ttarget_uids=1",
    "moved=1:2\ttarget=nosuch/mailbox\001n\ttarget_uidvalidity=1\ttarget_uids=1:2",
    "hidden_keyword=not a ) keyword\thidden=1",
    "hidden_keyword=\thidden=1",
])
def test_a_journal_that_somebody_made_up(server, fields):
    maildrop = server.maildrop("trash")
    maildrop.deliver(2, large_message())
    maildrop.delete(2)
    line, = journal.read(maildrop)
    fields = fields.format(target=line["moves"][0]["target_uidvalidity"],
                           inbox=line["uidvalidity"])
    journal.write(maildrop, (f"time=2026-01-01T00:00:00Z\tsession=x\tprotocol=pop3\taddress="
                             f"\tuidvalidity={line['uidvalidity']}\t{fields}\tend\n").encode())
    done = server.doveadm("coexist", "undo", "-u", maildrop.user, "x", check=False)
    assert done.returncode in (0, 64, 65, 67, 68, 75)
    everything = maildrop.subjects() + maildrop.subjects("Trash")
    assert sorted(everything) == ["large", "number 1", "number 2"]
