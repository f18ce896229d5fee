# SPDX-License-Identifier: LGPL-2.1-or-later
"""sent_copy beside IMAP programs that keep a copy of their own: theirs stays, alone."""

import re
import threading
from datetime import timedelta

import pytest

from outbox import letter

pytestmark = pytest.mark.differs("how messages are saved and expunged")


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start):
    return start(storage=request.param, coexist={"sent_copy": "always"})


def uids(outbox, folder="Sent"):
    return [uid for uid, _, _ in outbox.listed(folder)]


def uids_told(text):
    """Return the UIDs of an APPENDUID."""
    first, last = re.search(rb"APPENDUID \d+ (\d+)(?::(\d+))?\]", text).groups()
    return list(range(int(first), int(last or first) + 1))


def test_sent_and_then_stored(outbox):
    message = letter()
    outbox.send(message)
    [uid] = outbox.append(message)
    assert uids(outbox) == [uid]


def test_stored_and_then_sent(outbox):
    message = letter()
    [uid] = outbox.append(message)
    outbox.send(message)
    assert uids(outbox) == [uid]


def test_at_the_same_moment(outbox):
    messages = [letter() for _ in range(20)]
    told = []
    thread = threading.Thread(target=lambda: told.extend(outbox.append(*messages)))
    with outbox.imap() as client:
        client.create("Sent")
    with outbox.smtp() as client:
        thread.start()
        for message in messages:
            client.sendmail("alice@example.org", ["bob@example.org"], message)
    thread.join()
    outbox.settle()
    assert uids(outbox) == told, outbox.log()


def test_the_programs_form_stays(outbox):
    """It has a Bcc, which was not sent."""
    message = letter()
    outbox.send(message)
    outbox.append(b"Bcc: carol@example.org\r\n" + message)
    [text] = outbox.texts()
    assert text.startswith(b"Bcc: carol@example.org")


def test_flags_of_others_are_carried_over(outbox):
    """The phone flags our copy before the office stores its own."""
    message = letter()
    outbox.send(message)
    with outbox.imap() as client:
        client.select("Sent")
        client.store("1", "+FLAGS", r"(\Flagged $Label1)")
    [uid] = outbox.append(message)
    assert outbox.listed() == [(uid, {r"\Seen", r"\Flagged", "$Label1"}, message)]


def test_into_another_folder(outbox):
    message = letter()
    outbox.send(message)
    with outbox.imap() as client:
        client.create("Sent Items")
    [uid] = outbox.append(message, folder='"Sent Items"')
    assert (uids(outbox), uids(outbox, '"Sent Items"')) == ([], [uid])


def test_what_is_in_an_outbox_before_it_is_sent_counts_for_nothing(outbox):
    """The program takes it out of there once it has sent it."""
    message = letter()
    outbox.append(message, folder="Outbox")
    outbox.send(message)
    with outbox.imap() as client:
        client.select("Outbox")
        client.store("1", "+FLAGS", r"\Deleted")
        client.expunge()
    assert outbox.texts() == [message]


def test_a_session_that_has_sent_selected_sees_it_go(outbox):
    message = letter()
    outbox.send(message)
    with outbox.imap() as client:
        client.select("Sent")
        client.append("Sent", r"(\Seen)", None, message)
        assert client.response("EXPUNGE")[1] == [b"1"]
        assert client.search(None, "ALL")[1] == [b"1"]
    assert len(outbox.listed()) == 1


def test_a_session_that_has_not_seen_ours_never_does(outbox):
    """There is no EXPUNGE of what the session was not told of: its UID is skipped."""
    with outbox.imap() as client:
        client.create("Sent")
        client.select("Sent")
        message = letter()
        outbox.send(message)
        _, [text] = client.append("Sent", r"(\Seen)", None, message)
        [uid] = uids_told(text)
        client.noop()
        assert client.response("EXPUNGE")[1] == [None]
        assert client.untagged_responses.get("EXISTS", [])[-1:] == [b"1"]
        assert client.uid("SEARCH", "ALL")[1] == [b"%d" % uid] and uid > 1
    assert uids(outbox) == [uid]


def test_a_phone_that_has_sent_selected_sees_it_go(outbox):
    message = letter()
    outbox.send(message)
    with outbox.imap() as phone:
        phone.select("Sent")
        [uid] = outbox.append(message)
        phone.noop()
        assert phone.uid("SEARCH", "ALL")[1] == [b"%d" % uid]
        assert phone.response("EXPUNGE")[1] == [b"1"]


def test_a_draft_is_no_copy(outbox):
    message = letter()
    outbox.append(message, flags=r"(\Draft)")
    outbox.send(message)
    assert len(outbox.listed()) == 2


@pytest.mark.parametrize("how", ["COPY", "MOVE"])
def test_a_draft_that_is_copied_into_sent_is_one(outbox, how):
    """As the program did that, COPYUID is right, and the message is a draft (RFC 4315, 6851)."""
    message = letter()
    outbox.append(message, folder="Drafts", flags=r"(\Draft)")
    outbox.send(message)
    with outbox.imap() as client:
        client.select("Drafts")
        assert client.uid(how, "1", "Sent")[0] == "OK"
        copied = client.response("COPYUID")[1][-1].split()
        left = client.uid("SEARCH", "ALL")[1]
    [(uid, flags, text)] = outbox.listed()
    assert copied[1:] == [b"1", b"%d" % uid]
    assert r"\Draft" in flags and text == message
    assert left == ([b"1"] if how == "COPY" else [b""])


def test_mail_that_came_is_no_copy(outbox):
    """A list sends it back, and a filter of the program's stores it elsewhere."""
    message = letter()
    outbox.send(message)
    with outbox.imap() as client:
        client.create("Lists")
    outbox.append(b"Received: by lists.example.org; Mon, 2 Mar 2026 10:00:00 +0000\r\n"
                  + message, folder="Lists")
    assert (len(outbox.listed()), len(outbox.listed("Lists"))) == (1, 1)


def test_without_a_message_id(outbox):
    message = letter(message_id=None)
    outbox.send(message)
    [uid] = outbox.append(message)
    assert uids(outbox) == [uid]


@pytest.mark.parametrize("first", ["sent", "stored"])
def test_the_program_stores_another_message_id(outbox, first):
    date = letter(message_id="<sent@alice>", subject="one")
    stored = date.replace(b"<sent@alice>", b"<stored@alice>")
    if first == "sent":
        outbox.send(date)
        outbox.append(stored)
    else:
        outbox.append(stored)
        outbox.send(date)
    assert outbox.texts() == [stored]


@pytest.mark.parametrize("first", ["sent", "stored"])
def test_the_program_stores_another_date(outbox, first):
    """neomutt of Debian 12 gives its copy the second in which it stores it."""
    sent = letter(message_id="<1@neomutt>", ago=timedelta(seconds=2))
    stored = re.sub(rb"Date: .*\r\n", b"Date: %s\r\n" % dated_now(), sent)
    if first == "sent":
        outbox.send(sent)
        outbox.append(stored)
    else:
        outbox.append(stored)
        outbox.send(sent)
    assert sent != stored and outbox.texts() == [stored]


def dated_now():
    return re.search(rb"Date: (.*)\r\n", letter())[1]


def test_what_a_script_sends_again_and_again_stays(outbox):
    """All have one Message-ID and text, each has its Date, and a program stores one."""
    letters = [letter(message_id="<1@script>", subject="Done", ago=timedelta(minutes=minutes))
               for minutes in (40, 20, 0)]
    outbox.send(*letters)
    outbox.append(letters[1])
    assert sorted(outbox.texts()) == sorted(letters)


def test_edited_and_sent_again_under_the_same_message_id(outbox):
    message = letter(body="first\r\n")
    edited = message.replace(b"first", b"again")
    outbox.send(message)
    outbox.send(edited)
    assert sorted(outbox.texts()) == sorted([message, edited])


def test_the_program_stores_the_edited_one_alone(outbox):
    message = letter(body="first\r\n")
    edited = message.replace(b"first", b"again")
    outbox.send(message)
    outbox.send(edited)
    outbox.append(edited)
    assert sorted(outbox.texts()) == sorted([message, edited])


def test_stored_removed_and_then_sent(outbox):
    """A program's outbox: what it kept there goes before it sends."""
    message = letter()
    outbox.append(message)
    with outbox.imap() as client:
        client.select("Sent")
        client.store("1", "+FLAGS", r"\Deleted")
        client.expunge()
    outbox.send(message)
    assert outbox.texts() == [message]


def test_a_deletion_of_ours_is_not_carried_over(outbox):
    message = letter()
    outbox.send(message)
    with outbox.imap() as client:
        client.select("Sent")
        client.store("1", "+FLAGS", r"(\Deleted \Answered)")
    [uid] = outbox.append(message)
    assert outbox.listed() == [(uid, {r"\Seen", r"\Answered"}, message)]


def test_one_body_to_two_people_are_two(outbox):
    """A script sends it under one Message-ID."""
    one = letter(message_id="<1@script>", subject="Bill")
    two = one.replace(b"bob@", b"eve@")
    outbox.send(one, two)
    assert outbox.texts() == [one, two]


def test_two_that_look_alike_are_two(outbox):
    """A program sends both in one second, and stores one."""
    one = letter(subject="Invoice", message_id="<1@alice>", body="for Bob\r\n")
    two = one.replace(b"<1@alice>", b"<2@alice>").replace(b"for Bob", b"for Eve")
    outbox.append(one)
    outbox.send(two)
    outbox.send(one)
    assert sorted(outbox.texts()) == sorted([one, two])


def test_two_that_differ_at_their_end_are_two(outbox):
    """Behind what the hash of a body is made of."""
    one = letter(message_id=None, body=("x" * 70 + "\r\n") * 1000 + "for Bob\r\n")
    two = one.replace(b"for Bob", b"for Eve")
    outbox.send(one, two, two)
    assert outbox.texts() == [one, two]


def test_a_retry_is_one(outbox):
    """The client got no reply and sends it again."""
    message = letter()
    outbox.send(message)
    outbox.send(message)
    assert outbox.texts() == [message]


def test_old_mail_is_not_looked_at(outbox):
    """A migration stores years of it."""
    message = letter(ago=timedelta(days=3))
    outbox.send(message)
    outbox.append(message)
    assert len(outbox.listed()) == 2


def test_several_at_once(outbox):
    """MULTIAPPEND (RFC 3502)."""
    messages = [letter() for _ in range(2)]
    outbox.send(*messages)
    with outbox.imap() as client:
        tag = client._new_tag()
        client.send(tag + b" APPEND Sent")
        for message in messages:
            client.send(b" (\\Seen) {%d+}\r\n" % len(message) + message)
        client.send(b"\r\n")
        client.tagged_commands[tag] = None
        status, [text] = client._command_complete("APPEND", tag)
    assert status == "OK" and uids_told(text) == uids(outbox)
    assert outbox.texts() == messages


def test_a_damaged_ring_leaves_two(outbox):
    message = letter()
    outbox.send(message)
    outbox.ring.write_bytes(b"x" * 100)
    outbox.append(message)
    assert len(outbox.listed()) == 2


@pytest.mark.parametrize("at, value", [(16, b"\xff" * 8), (16 + 32, bytes(4))],
                         ids=["number", "uid"])
def test_a_record_that_is_wrong_does_no_harm(outbox, at, value):
    message = letter()
    outbox.send(message)
    ring = bytearray(outbox.ring.read_bytes())
    slot = 16 + 104     # the first has number 1
    ring[slot + at - 16:slot + at - 16 + len(value)] = value
    outbox.ring.write_bytes(ring)
    outbox.append(message)
    assert message in outbox.texts()
    again = letter()
    outbox.send(again)
    outbox.append(again)
    assert outbox.texts().count(again) == 1
