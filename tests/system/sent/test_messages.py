# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people and programs send: by whichever command, however large, byte for byte."""

import re
import smtplib
from datetime import datetime, timedelta, timezone

import pytest

from outbox import DKIM, SIGNED, letter, locked

pytestmark = pytest.mark.differs("commands of IMAP and submission")
LARGE = 100 * 1024 * 1024

# so that submission takes messages from where IMAP has them (RFC 4468)
BURL = "imap_urlauth_host = localhost\nimap_urlauth_port = 143\n"
BURL23 = BURL + "mail_attribute_dict = file:%h/attributes\n"
BURL24 = BURL + "mail_attribute {\n  dict file {\n    path = ~/attributes\n  }\n}\n"


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start):
    return start(storage=request.param, coexist={"sent_copy": "always"},
                 conf="submission_max_mail_size = 200M\n", conf23=BURL23, conf24=BURL24)


def uids(outbox, folder="Sent"):
    return [uid for uid, _, _ in outbox.listed(folder)]


def command(client, name, *parts):
    """Send an IMAP command that imaplib does not know; return its reply, which is OK."""
    tag = client._new_tag()
    client.send(b" ".join([tag, name.encode(), *parts]) + b"\r\n")
    client.tagged_commands[tag] = None
    status, [text] = client._command_complete(name, tag)
    assert status == "OK", text
    return text


def told(text):
    return [int(uid) for uid in re.findall(rb"APPENDUID \d+ (\d+)", text)]


def literal(text):
    return b"{%d+}\r\n" % len(text) + text


# How a program stores its copy

def test_put_together_by_the_server(outbox):
    """CATENATE (RFC 4469): the header is new, the body is that of the draft."""
    message = letter()
    head, _, body = message.partition(b"\r\n\r\n")
    outbox.send(message)
    outbox.append(b"Subject: draft\r\n\r\n" + body, folder="Drafts", flags=r"(\Draft)")
    with outbox.imap() as client:
        validity = re.search(rb"\d+", client.status("Drafts", "(UIDVALIDITY)")[1][0].split()[-1])
        url = b'"/Drafts;UIDVALIDITY=%s/;UID=1/;SECTION=TEXT"' % validity[0]
        text = command(client, "APPEND", b"Sent", rb"(\Seen)", b"CATENATE (TEXT "
                       + literal(head + b"\r\n\r\n") + b" URL " + url + b")")
    assert uids(outbox) == told(text) and outbox.texts() == [message]


@pytest.mark.only_on(24, reason="Dovecot 2.3 has no REPLACE")
def test_in_the_place_of_the_draft(outbox):
    """REPLACE (RFC 8508): the draft becomes the copy."""
    message = letter()
    outbox.append(message, folder="Drafts", flags=r"(\Draft)")
    outbox.send(message)
    with outbox.imap() as client:
        if "REPLACE" not in client.capabilities:
            pytest.skip("this Dovecot has no REPLACE")
        client.select("Drafts")
        text = command(client, "UID", b"REPLACE", b"1", b"Sent", rb"(\Seen)", literal(message))
        # Dovecot says only then that the draft is gone
        client.noop()
        assert client.search(None, "ALL")[1] == [b""]
    assert len(uids(outbox)) == 1 and outbox.texts() == [message], text


# How it is sent

def test_in_chunks(outbox):
    """BDAT (RFC 3030)."""
    message = letter(body="x" * 5000 + "\r\n.\r\n")
    with outbox.smtp() as client:
        client.mail("alice@example.org")
        client.rcpt("bob@example.org")
        for begin in range(0, len(message), 1000):
            chunk = message[begin:begin + 1000]
            last = b" LAST" if begin + 1000 >= len(message) else b""
            client.send(b"BDAT %d%s\r\n" % (len(chunk), last) + chunk)
            assert client.getreply()[0] == 250
    outbox.settle()
    assert outbox.texts() == [message]


def test_chunks_in_one_write_with_the_envelope(outbox):
    message = letter()
    half = len(message) // 2
    with outbox.smtp() as client:
        client.send(b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\n"
                    + b"BDAT %d\r\n" % half + message[:half]
                    + b"BDAT %d LAST\r\n" % (len(message) - half) + message[half:])
        assert [client.getreply()[0] for _ in range(4)] == [250] * 4
    outbox.settle()
    assert outbox.texts() == [message]


def test_three_pipelined(outbox):
    """MAIL, RCPT, RCPT and DATA in one write (RFC 2920), three times in a session."""
    messages = [letter() for _ in range(3)]
    with outbox.smtp() as client:
        for message in messages:
            client.send(b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\n"
                        b"RCPT TO:<carol@example.org>\r\nDATA\r\n")
            assert [client.getreply()[0] for _ in range(4)] == [250, 250, 250, 354]
            client.send(message + b".\r\n")
            assert client.getreply()[0] == 250
    outbox.settle()
    assert outbox.texts() == messages


def test_a_client_that_ends_the_message_says_quit_and_is_gone(outbox):
    message = letter()
    client = outbox.smtp()
    client.mail("alice@example.org")
    client.rcpt("bob@example.org")
    client.putcmd("data")
    client.getreply()
    client.send(message + b".\r\nQUIT\r\n")
    client.close()
    outbox.server.wait_for(outbox.listed, 30, "the copy")
    assert outbox.texts() == [message] and len(outbox.relay.messages) == 1


@pytest.fixture
def draft(outbox):
    """The message of a draft, and the URL that it has (RFC 5092)."""
    message = letter(body="caf\u00e9\r\n.\r\n..dots\r\n")
    outbox.append(message, folder="Drafts", flags=r"(\Draft)")
    with outbox.imap() as client:
        text = client.status("Drafts", "(UIDVALIDITY)")[1][0]
    validity = int(re.search(rb"UIDVALIDITY (\d+)", text)[1])
    return message, f"imap://{outbox.user}@localhost/Drafts;UIDVALIDITY={validity}/;UID=1"


def burl(outbox, *commands):
    """Send by these commands the message that they name; return the last reply."""
    with outbox.smtp() as client:
        assert client.has_extn("burl")
        client.mail("alice@example.org")
        client.rcpt("bob@example.org")
        for command in commands:
            reply = client.docmd(command)
        return reply


def test_from_where_imap_has_it(outbox, draft):
    """BURL: the program does not send its draft again. The draft stays, as without us."""
    message, url = draft
    assert burl(outbox, f"BURL {url} LAST")[0] == 250
    outbox.settle()
    assert outbox.texts() == [message] and outbox.texts("Drafts") == [message]
    assert [text for _, text in outbox.relay.messages] != []
    with outbox.imap() as client:
        client.select("Drafts")
        client.copy("1", "Sent")
    assert outbox.texts() == [message]


def test_from_where_imap_has_it_by_authorized_urls(outbox, draft):
    """BURL with URLAUTH (RFC 4467), the header and the body each in a chunk."""
    message, url = draft
    head, body = (f"{url}/;SECTION={part};urlauth=submit+{outbox.user}"
                  for part in ("HEADER", "TEXT"))
    with outbox.imap() as client:
        text = [command(client, "GENURLAUTH", f'"{one}"'.encode(), b"INTERNAL")
                and client.response("GENURLAUTH")[1][0] for one in (head, body)]
    head, body = (re.search(rb'imap://[^"\s]+', one)[0].decode() for one in text)
    assert burl(outbox, f"BURL {head}", f"BURL {body} LAST")[0] == 250
    outbox.settle()
    assert outbox.texts() == [message]


def test_what_is_nowhere_is_neither_sent_nor_kept(outbox, draft):
    _, url = draft
    assert burl(outbox, f"BURL {url}9 LAST")[0] >= 500
    outbox.settle()
    assert outbox.listed() == [] and outbox.relay.messages == []


def test_what_has_no_sender_is_none_of_a_person(outbox):
    """A program's answer to a delivery notice (RFC 5321, 4.5.5)."""
    with outbox.smtp() as client:
        client.sendmail("", ["bob@example.org"], letter())
    outbox.settle()
    assert outbox.listed() == [] and len(outbox.relay.messages) == 1


@pytest.mark.parametrize("which", ["signed", "dkim"])
def test_not_a_byte_is_changed(outbox, which):
    message = letter(body="", Content_Type="multipart/signed; boundary=x") + SIGNED
    if which == "dkim":
        message = DKIM + letter(body="caf\u00e9  \r\n\r\n\t\r\n \r\n\r\n")
    outbox.send(message)
    assert outbox.texts() == [message]


def test_a_header_alone(outbox):
    message = letter(body="")
    outbox.send(message)
    assert outbox.texts() == [message]


@pytest.mark.night
def test_a_hundred_megabytes(outbox):
    message = letter(body=("x" * 998 + "\r\n") * (LARGE // 1000))
    outbox.send(message)
    [text] = outbox.texts()
    assert text == message
    [uid] = outbox.append(message)
    assert uids(outbox) == [uid]


@pytest.mark.parametrize("count", [300, pytest.param(1000, marks=pytest.mark.night)])
def test_a_printers_many_mails(outbox, count):
    """In one session, each scan under the same subject within a second; more than the ring has."""
    scans = [letter("Scan", message_id=None, body=f"page {number}\r\n") for number in range(count)]
    outbox.send(*scans)
    assert sorted(outbox.texts()) == sorted(scans)


def test_a_printers_equal_mails_are_one(outbox):
    """Whoever sends the same bytes twice has not got the reply."""
    scan = letter("Scan", message_id=None)
    outbox.send(*[scan] * 20)
    assert outbox.texts() == [scan]


def test_several_in_one_session_of_which_one_is_refused(outbox):
    one, two = letter(), letter()
    with outbox.smtp() as client:
        client.sendmail("alice@example.org", ["bob@example.org"], one)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("alice@example.org", ["refused@example.org"], letter())
        client.sendmail("alice@example.org", ["bob@example.org"], two)
    outbox.settle()
    assert outbox.texts() == [one, two]


# What it must not touch

def test_a_migration_looks_at_no_ring(outbox):
    """Years of Sent come by APPEND: no file, no lock."""
    outbox.append(*[letter(ago=timedelta(days=days)) for days in range(2, 30)])
    assert len(outbox.listed()) == 28 and not outbox.ring.exists()


@pytest.mark.parametrize("how", ["APPEND", "COPY"])
def test_a_migration_beside_new_mail_looks_at_no_ring(outbox, how):
    """The file is there, and a session that stores a message has it."""
    outbox.send(letter())
    ages = [timedelta(days=days) for days in (2, 9, 29)]
    old = [letter(ago=ago) for ago in ages]
    folder = "Sent" if how == "APPEND" else "Old"
    with outbox.imap() as client:
        client.create("Old")
        ring = outbox.ring.read_bytes()
        with locked(outbox.ring):
            for ago, message in zip(ages, old):
                date = datetime.now(timezone.utc) - ago
                assert client.append(folder, r"(\Seen)", date, message)[0] == "OK"
            if how == "COPY":
                client.select("Old")
                assert client.copy("1:*", "Sent")[0] == "OK"
    assert len(outbox.listed()) == 1 + len(old) and outbox.ring.read_bytes() == ring
    assert "Can't lock" not in outbox.log()


def test_new_mail_that_is_no_copy_looks_at_no_ring(outbox):
    """A program's filter or a backup stores what came."""
    outbox.append(b"Received: by x; Mon, 2 Mar 2026 10:00:00 +0000\r\n" + letter(),
                  folder="Archive")
    assert not outbox.ring.exists()


def test_the_sent_of_an_owner_who_renamed_it(outbox):
    outbox.send(letter())
    with outbox.imap() as client:
        client.rename("Sent", "Old")
    message = letter()
    outbox.send(message)
    [uid] = outbox.append(message)
    assert uids(outbox) == [uid] and len(uids(outbox, "Old")) == 1


def test_a_copy_that_is_older_than_the_ring(outbox):
    """256 later ones: what is not known any more stays twice."""
    first, *later = [letter() for _ in range(257)]
    outbox.send(first, *later)
    outbox.append(first)
    assert outbox.texts().count(first) == 2
    outbox.append(later[1])     # the one before it made room for that of the first
    assert outbox.texts().count(later[1]) == 1
