# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an owner sees of POP3's deletions, and how the owner brings them back."""

import json
import re

import pytest

import journal

UNDO = {"owner_may_change": "pop3_show undo"}
STATUS = ("status/pop3_last_use", "status/pop3_deletions", "status/may_undo")


def put(maildrop, **policy):
    maildrop.server.store.put(f"mailbox/{maildrop.user}", **policy)


def deletions(owner):
    """Return [(session, hidden, moved)], the newest first."""
    lines = owner.chosen("status/pop3_deletions")["status/pop3_deletions"]
    found = [re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (\S+) (\d+) (\d+)", line)
             for line in (lines or "").splitlines()]
    assert None not in found, lines
    return [(session, int(hidden), int(moved)) for session, hidden, moved in
            (line.groups() for line in found)]


def journal_rows(maildrop):
    return json.loads(maildrop.server.doveadm("-f", "json", "coexist", "journal", "-u",
                                              maildrop.user))


def only(found, hidden, moved):
    """Return the one session of deletions(), which hid and moved so many."""
    [(session, *counts)] = found
    assert counts == [hidden, moved]
    return session


@pytest.mark.parametrize("how, hidden, moved", [("hide", 2, 0), ("trash", 0, 2)])
def test_an_owner_brings_back_what_was_deleted(owner, maildrop, how, hidden, moved):
    put(maildrop, pop3_delete=how, **UNDO)
    maildrop.deliver(3)
    maildrop.delete(1, 3)
    session = only(deletions(owner), hidden, moved)
    assert owner.choose(undo=session).startswith("OK ")
    with maildrop.pop3() as client:
        assert client.stat()[0] == 3
    assert sorted(maildrop.subjects()) == ["number 1", "number 2", "number 3"]
    assert deletions(owner) == []


@pytest.fixture
def half(owner, maildrop):
    """A session that moved a message of INBOX and hid one of Sent: its name, and the folder
    of Sent, which nobody can look into until it is opened again."""
    put(maildrop, pop3_delete="trash", pop3_folders="INBOX Sent", **UNDO)
    maildrop.deliver(1)
    with maildrop.imap() as client:
        client.create("Sent")
        client.append("Sent", None, None, b"Subject: sent\r\n\r\n")
    maildrop.delete(1, 2)
    session = only(deletions(owner), 1, 1)
    sent = maildrop.folder / ".Sent"
    sent.chmod(0)
    yield session, sent
    sent.chmod(0o700)


@pytest.mark.parametrize("language, text", [
    ("en", "Not all of it could be brought back. Please try again later."),
    ("es", "No se ha podido recuperar todo. Intentelo mas tarde.")])
def test_the_owner_is_told_that_it_was_a_part(owner, maildrop, half, language, text):
    put(maildrop, language=language, **UNDO)
    session, _sent = half
    assert re.sub(r" \[\w+\]", "", owner.choose(undo=session)) == f"NO {text}"


def test_what_was_brought_back_in_part_stays_on_the_list(owner, maildrop, half):
    session, sent = half
    for _ in range(2):
        assert owner.choose(undo=session).startswith("NO ")
        assert maildrop.subjects() == ["number 1"]
        assert only(deletions(owner), 1, 1) == session
    sent.chmod(0o700)
    assert owner.choose(undo=session).startswith("OK ")
    assert deletions(owner) == []
    with maildrop.pop3() as client:
        assert client.stat()[0] == 2


def test_the_administrator_sees_that_it_was_a_part(owner, maildrop, half):
    session, sent = half
    done = maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user, session, check=False)
    assert done.returncode != 0
    assert only(deletions(owner), 1, 1) == session
    sent.chmod(0o700)
    maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user, session)
    assert deletions(owner) == []
    assert [row["what"] for row in journal_rows(maildrop) if row["protocol"] == "undo"] == [
        f"1 moved back (undoes a part of {session})",
        f"1 shown again in Sent (undoes {session})"]


def test_what_is_not_there_any_more_is_said_to_be_gone(owner, maildrop):
    put(maildrop, pop3_delete="trash", **UNDO)
    maildrop.deliver(2)
    maildrop.delete(1)
    session = only(deletions(owner), 0, 1)
    maildrop.server.doveadm("expunge", "-u", maildrop.user, "mailbox", "Trash", "all")
    assert owner.choose(undo=session).startswith("NO [CANNOT] There is nothing left")
    assert maildrop.subjects() == ["number 2"]


def test_an_owner_brings_back_what_was_held(owner, maildrop):
    """All of it, and as unread as it was."""
    put(maildrop, pop3_delete_limit="2", **UNDO)
    maildrop.deliver(3)
    maildrop.delete(1, 2, 3)
    session = only(deletions(owner), 3, 0)
    with owner.session() as metadata:
        metadata.client.select()
        assert metadata.set(undo=session).startswith("OK ")
        metadata.client.noop()
        assert metadata.client.search(None, "KEYWORD", "$POP3Hidden")[1] == [b""]
    with maildrop.pop3() as client:
        assert client.stat()[0] >= 3
    assert maildrop.seen() == []


def test_the_last_use_is_told(owner, maildrop):
    put(maildrop, sent_copy="pop3", **UNDO)      # which has the use noted
    assert owner.chosen(*STATUS) == {"status/pop3_last_use": None,
                                     "status/pop3_deletions": None, "status/may_undo": "yes"}
    with maildrop.pop3() as client:
        client.quit()
    day = owner.chosen("status/pop3_last_use")["status/pop3_last_use"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    # of a mailbox that was used otherwise since the first note
    state = next(maildrop.folder.rglob("dovecot-coexist.state"))
    text = re.sub(r" pop3=\d+", "", state.read_text())
    assert text != state.read_text()
    state.write_text(text)
    assert owner.chosen("status/pop3_last_use") == {"status/pop3_last_use": "none"}


def test_who_may_not_is_told_so(owner, maildrop):
    put(maildrop, pop3_delete="hide", owner_may_change="pop3_show")
    maildrop.deliver(1)
    maildrop.delete(1)
    session = only(deletions(owner), 1, 0)
    assert owner.chosen("status/may_undo") == {"status/may_undo": "no"}
    assert owner.choose(undo=session) == "NO [NOPERM] Your administrator has fixed undo."
    assert len(deletions(owner)) == 1


def test_to_undo_alone_can_be_allowed(owner, maildrop):
    """Where nothing may be chosen."""
    put(maildrop, pop3_delete="hide", owner_may_change="undo")
    assert "METADATA-SERVER" in owner.capabilities()
    maildrop.deliver(1)
    maildrop.delete(1)
    session = only(deletions(owner), 1, 0)
    assert owner.choose(undo=session).startswith("OK ")
    assert owner.choose(pop3_show="unread") == "NO [NOPERM] Your administrator has fixed pop3_show."
    assert owner.chosen("effective/pop3_show", "choices/pop3_show") == {
        "effective/pop3_show": "all", "choices/pop3_show": None}


def test_it_sleeps_as_choices_do(owner, maildrop):
    put(maildrop, pop3_delete="hide", **UNDO)
    maildrop.deliver(1)
    maildrop.delete(1)
    session = only(deletions(owner), 1, 0)
    put(maildrop, pop3_delete="hide", sieve_access="suspend", **UNDO)
    assert "METADATA-SERVER" not in owner.capabilities()
    assert not owner.choose(undo=session).startswith("OK ")
    assert maildrop.having("$POP3Hidden") == [1]


@pytest.mark.parametrize("session, reply", [
    ("nosuch", "NO [CANNOT] The journal has no such session any more."),
    ("", "NO [CANNOT] The journal has no such session any more."),
    (None, "NO [CANNOT] The journal has no such session any more."),
    ("x\ty", "NO [CANNOT] The journal has no such session any more."),
    ("ñ", "NO [CANNOT] The journal has no such session any more."),
    ("x" * 257, "NO [LIMIT] The value of undo is too long."),
    ("x" * 5000, "NO [LIMIT] The value of undo is too long.")],
    ids=["none", "empty", "NIL", "tab", "8 bit", "long", "very long"])
def test_what_is_no_session_is_refused(owner, maildrop, session, reply):
    put(maildrop, pop3_delete="hide", **UNDO)
    maildrop.deliver(1)
    maildrop.delete(1)
    if session is not None and not session.isascii():
        pytest.skip("imaplib sends ASCII")
    assert owner.choose(undo=session) == reply
    assert len(deletions(owner)) == 1


def moved_by_imap(maildrop):
    put(maildrop, pop3_delete="trash", **UNDO)
    with maildrop.imap() as client:
        client.create("Trash")
        client.select()
        assert client._simple_command("MOVE", "1", "Trash")[0] == "OK"


def moved_by_retention(maildrop):
    """Which the journal tells as it tells of POP3."""
    put(maildrop, pop3_delete="trash", **UNDO)
    maildrop.delete(1)
    text = journal.path(maildrop).read_text()
    assert "protocol=pop3" in text
    journal.write(maildrop, text.replace("protocol=pop3", "protocol=expire").encode())


def read_by_pop3(maildrop):
    put(maildrop, pop3_mark_read="complete", **UNDO)
    with maildrop.pop3() as client:
        client.retr(1)
        client.quit()


@pytest.mark.parametrize("change", [moved_by_imap, moved_by_retention, read_by_pop3])
def test_an_owner_undoes_what_pop3_deleted_alone(owner, maildrop, change):
    """The rest is the administrator's."""
    maildrop.deliver(1)
    change(maildrop)
    before = maildrop.subjects(), maildrop.seen()
    [row] = journal_rows(maildrop)
    assert owner.choose(undo=row["session"]) == \
        "NO [CANNOT] The journal has no such session any more."
    assert (maildrop.subjects(), maildrop.seen()) == before
    maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user, row["session"])
    assert (maildrop.subjects(), maildrop.seen()) == (["number 1"], [])


def test_what_the_session_marked_besides_is_unread_again(owner, maildrop):
    put(maildrop, pop3_delete="hide", pop3_mark_read="complete", **UNDO)
    maildrop.deliver(2)
    with maildrop.pop3() as client:
        client.retr(1)
        client.dele(2)
        client.quit()
    assert maildrop.seen() == [1, 2]
    assert owner.choose(undo=only(deletions(owner), 1, 0)).startswith("OK ")
    assert maildrop.seen() == []


def test_an_undo_stands_for_itself(owner, maildrop):
    """A command is all or nothing, and what an undo does can't be taken back."""
    put(maildrop, pop3_delete="hide", **UNDO)
    maildrop.deliver(1)
    maildrop.delete(1)
    session = only(deletions(owner), 1, 0)
    refused = "NO [CANNOT] undo has to be set alone."
    assert owner.choose(undo=session, pop3_show="unread") == refused
    assert owner.choose(pop3_show="unread", undo=session) == refused
    assert owner.lines() == [] and len(deletions(owner)) == 1


@pytest.mark.parametrize("name", STATUS)
def test_the_status_is_read_only(owner, maildrop, name):
    put(maildrop, **UNDO)
    assert owner.choose(**{name: "yes"}) == f"NO [CANNOT] {name} can only be read here."


def test_only_a_few_sessions_are_told(owner, maildrop):
    put(maildrop, pop3_delete="hide", **UNDO)
    maildrop.deliver(7)
    for _ in range(7):
        maildrop.delete(1)
    rows = journal_rows(maildrop)
    assert [session for session, *_ in deletions(owner)] == \
        [row["session"] for row in rows[::-1]][:5]


def test_a_journal_of_a_strangers_hand(owner, maildrop):
    """Whoever has a shell may write it."""
    put(maildrop, pop3_delete="hide", **UNDO)
    maildrop.deliver(1)
    maildrop.delete(1)
    path = next(maildrop.folder.rglob("dovecot-coexist.journal"))
    line = "time=2026-03-02T08:14:55Z\tsession={}\tprotocol=pop3\taddress=\tuidvalidity=1\thidden=1\tend\n"
    path.write_text(path.read_text() + line.format("a b") + line.format("two\\nlines")
                    + line.format("fine") + "garbage\n" + line.format("x" * 5000))
    assert [session for session, *_ in deletions(owner)][1:2] == ["fine"]
    with owner.session() as metadata:
        assert metadata.set(undo="fine").startswith("NO [CANNOT] There is nothing left")


def test_the_journal_says_who_chose_what(owner, maildrop):
    put(maildrop, owner_may_change="pop3_delete pop3_show")
    owner.chooses(pop3_delete="hide", pop3_show="unread")
    owner.chooses(pop3_show=None)
    owner.chooses(pop3_show=None)       # changes nothing
    maildrop.server.doveadm("coexist", "policy", "set", "-u", maildrop.user, "--owner",
                            "pop3_delete=trash")
    rows = journal_rows(maildrop)
    assert [(row["protocol"], row["what"]) for row in rows] == [
        ("choice", "chose pop3_delete=hide, pop3_show=unread by owner"),
        ("choice", "chose pop3_show= by owner"),
        ("choice", "chose pop3_delete=trash by doveadm")]
    assert rows[0]["address"] == "127.0.0.1"
    assert len({row["session"] for row in rows}) == 3
    undone = maildrop.server.doveadm("coexist", "undo", "-u", maildrop.user, rows[0]["session"],
                                     check=False)
    assert undone.returncode == 68
