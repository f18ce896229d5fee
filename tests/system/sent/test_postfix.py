# SPDX-License-Identifier: LGPL-2.1-or-later
"""sent_copy where Postfix takes the mail, by the blocks of doc/sent-mail.md."""

import json
import re
import smtplib
import sys

import pytest

from instance import Dovecot, Instance
from outbox import DKIM, SIGNED, Outbox, letter
from pages import commands, section
from postfix import AUTH, ETC, PAGE, SPOOL, block, running

pytestmark = pytest.mark.differs("how the LMTP service is told")
GENERATION = Dovecot.installed().generation
ALICE, EVE, NEVER, FULL, SIFTED, BOTH, CLOSED = (
    f"{name}@example.org" for name in ("alice", "eve", "never", "full", "sifted", "both",
                                       "closed"))
SMALL = {"quota_rule": "*:storage=1K"} if GENERATION == 23 else {"quota_storage_size": "1K"}
USERS = {ALICE: {}, EVE: {}, NEVER: {"coexist_sent_copy": "never"}, FULL: SMALL, SIFTED: {},
         BOTH: {}, CLOSED: {}}
ACL = "plugin {\n  acl = vfile\n}\n" if GENERATION == 23 else "acl_driver = vfile\n"


def _listener():
    """Return the page's service for copies."""
    [text] = [text for text in re.findall(rf"^```dovecot-2\.{GENERATION - 20}\n(.*?)^```",
                                          PAGE.read_text(), re.M | re.S)
              if "lmtp-sent-copy" in text]
    return text.replace("/var/spool/postfix", SPOOL)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Instance(tmp_path_factory.mktemp("dovecot"), users=USERS, quota=True, sieve=True,
                      coexist={"sent_copy": "always"},
                      conf=AUTH + ACL + "lmtp_rcpt_check_quota = yes\n" + _listener(),
                      plugins={"all": ["acl", "quota", "coexist"], "lmtp": ["sieve"]})
    with running(server) as server.postfix:
        yield server
    assert "panic" not in server.log_text().lower()


@pytest.fixture
def postfix(server):
    return server.postfix


@pytest.fixture
def empty(server):
    """box(user) returns the mailbox, which has no message."""
    def box(user):
        server.doveadm("expunge", "-u", user, "mailbox", "*", "all", check=False)
        return Outbox(server, user, None)
    return box


def test_one_copy_with_the_bytes_of_the_program(postfix, empty):
    alice = empty(ALICE)
    message = letter(body="Good\r\n.dots and caf\u00e9\r\n", to="carol@elsewhere.example")
    postfix.send(ALICE, message)
    [(_, flags, text)] = alice.listed()
    assert (flags, text) == ({r"\Seen"}, message)
    assert alice.listed("INBOX") == []


def test_the_login_counts_and_not_the_sender(postfix, empty):
    alice, eve = empty(ALICE), empty(EVE)
    postfix.send(ALICE, letter(), sender="info@example.org")
    postfix.send(ALICE, letter(), sender=EVE)
    assert (len(alice.listed()), eve.listed(), eve.listed("INBOX")) == (2, [], [])


def test_many_recipients_and_one_copy(postfix, empty):
    alice, eve = empty(ALICE), empty(EVE)
    postfix.send(ALICE, letter(), to=[EVE, "info@example.org", "carol@elsewhere.example"])
    assert [len(box.listed(folder)) for box in (alice, eve) for folder in ("Sent", "INBOX")] == [
        1, 1, 0, 1]


def test_mail_to_oneself_is_in_both(postfix, empty):
    alice = empty(ALICE)
    postfix.send(ALICE, letter(), to=[ALICE])
    assert (len(alice.listed()), len(alice.listed("INBOX"))) == (1, 1)


def test_in_chunks(postfix, empty):
    """BDAT (RFC 3030)."""
    alice, message = empty(ALICE), letter()
    with postfix.client(ALICE) as client:
        client.mail(ALICE)
        client.rcpt("carol@elsewhere.example")
        half = len(message) // 2
        client.send(b"BDAT %d\r\n" % half + message[:half])
        assert client.getreply()[0] == 250
        client.send(b"BDAT %d LAST\r\n" % (len(message) - half) + message[half:])
        assert client.getreply()[0] == 250
    postfix.settle()
    assert alice.texts() == [message]


@pytest.mark.parametrize("first", ["sent", "stored"])
def test_the_programs_own_copy_wins(postfix, empty, first):
    alice, message = empty(ALICE), letter()
    if first == "sent":
        postfix.send(ALICE, message)
    [uid] = alice.append(message)
    if first == "stored":
        postfix.send(ALICE, message)
    assert [one for one, _, _ in alice.listed()] == [uid]


@pytest.mark.parametrize("first", ["sent", "stored"])
def test_without_a_message_id(postfix, empty, first):
    """Postfix gives the message one, which the program's copy does not have."""
    alice, message = empty(ALICE), letter(message_id=None)
    if first == "sent":
        postfix.send(ALICE, message)
        [text] = alice.texts()
        assert re.search(rb"^Message-Id: ", text, re.M) and len(text) > len(message)
    [uid] = alice.append(message)
    if first == "stored":
        postfix.send(ALICE, message)
    assert [(one, text) for one, _, text in alice.listed()] == [(uid, message)]


@pytest.mark.parametrize("which", ["signed", "dkim"])
def test_not_a_byte_is_changed(postfix, empty, which):
    alice = empty(ALICE)
    message = letter(body="", Content_Type="multipart/signed; boundary=x") + SIGNED
    if which == "dkim":
        message = DKIM + letter(body="caf\u00e9  \r\n\r\n\t\r\n \r\n\r\n")
    postfix.send(ALICE, message)
    assert alice.texts() == [message]


@pytest.mark.parametrize("header", [
    {"Auto_Submitted": "auto-replied"},
    {"Content_Type": 'multipart/report; report-type=disposition-notification; boundary="b"'},
])
def test_what_nobody_wrote_is_not_kept(postfix, empty, header):
    alice = empty(ALICE)
    postfix.send(ALICE, letter(**header))
    assert (alice.listed(), alice.listed("INBOX")) == ([], [])


def test_a_large_one(postfix, empty):
    """More than Postfix takes by itself, 10 MB."""
    alice = empty(ALICE)
    message = letter(body=("y" * 70 + "\r\n") * 160_000)
    assert len(message) > 11_000_000
    postfix.send(ALICE, message)
    assert alice.texts() == [message]


@pytest.mark.parametrize("user", [None, EVE], ids=["outsider", "colleague"])
def test_nobody_else_puts_mail_into_sent(postfix, empty, user):
    alice, refused = empty(ALICE), []
    with postfix.client(user) as client:
        for address in ("alice@example.org.sent-copy.invalid",
                        "ALICE@Example.org.Sent-Copy.INVALID",
                        "alice%example.org@sent-copy.invalid",
                        "alice%example.org.sent-copy.invalid@example.org",
                        "example.org.sent-copy.invalid!alice",
                        '"alice@example.org"@x.sent-copy.invalid',
                        "@mail.example.org:alice@example.org.sent-copy.invalid"):
            try:
                client.sendmail("eve@example.org", [address], letter())
            except smtplib.SMTPRecipientsRefused:
                refused.append(address)
    postfix.settle()
    assert "alice@example.org.sent-copy.invalid" in refused
    assert (alice.listed(), alice.listed("INBOX")) == ([], [])


@pytest.mark.parametrize("user", [None, EVE], ids=["outsider", "colleague"])
def test_no_header_is_believed(postfix, empty, user):
    alice = empty(ALICE)
    forged = (b"Delivered-To: alice@example.org.sent-copy.invalid\r\n"
              b"X-Original-To: alice@example.org.sent-copy.invalid\r\n"
              b"Received: from pc (pc [192.0.2.1]) (Authenticated sender: alice@example.org)\r\n"
              b"\tby mail.example.org (Postfix) with ESMTPSA id 1; Mon, 30 Nov 2026 10:00:00 +0000\r\n")
    with postfix.client(user) as client:
        client.sendmail("alice@example.org", [ALICE], forged + letter())
    postfix.settle()
    assert (alice.listed(), len(alice.listed("INBOX"))) == ([], 1)


COPY_OF_ALICE = "alice@example.org.sent-copy.invalid"


@pytest.mark.parametrize("user", [None, EVE], ids=["outsider", "colleague"])
def test_no_original_recipient_is_believed(postfix, empty, user):
    """ORCPT (RFC 3461) goes with the message to Dovecot."""
    alice = empty(ALICE)
    with postfix.client(user) as client:
        client.sendmail("eve@example.org", [ALICE], letter(),
                        rcpt_options=[f"ORCPT=rfc822;{COPY_OF_ALICE}"])
    postfix.settle()
    assert (alice.listed(), len(alice.listed("INBOX"))) == ([], 1)


@pytest.mark.parametrize("user", [None, EVE], ids=["outsider", "colleague"])
@pytest.mark.parametrize("command", [
    "XCLIENT LOGIN=alice@example.org ADDR=127.0.0.1 DESTADDR=127.0.0.1",
    "XFORWARD NAME=mail.example.org ADDR=127.0.0.1 IDENT=alice@example.org SOURCE=LOCAL"])
def test_nobody_says_that_somebody_else_sends(postfix, empty, user, command):
    alice, eve = empty(ALICE), empty(EVE)
    with postfix.client(user) as client:
        client.ehlo()
        assert client.docmd(command)[0] >= 500
        client.sendmail("alice@example.org", [ALICE], letter())
    postfix.settle()
    assert (alice.listed(), len(alice.listed("INBOX"))) == ([], 1)
    assert len(eve.listed()) == (user == EVE)


@pytest.mark.parametrize("command", [
    f"XCLIENT PROTO=ESMTP ADDR=192.0.2.1 LOGIN={ALICE} DESTADDR=127.0.0.1 DESTPORT=24",
    f"XCLIENT FORWARD={COPY_OF_ALICE}"])
def test_nobody_tells_lmtp_that_it_is_a_copy(server, empty, command):
    """Who can connect to the other service delivers, whatever is said there."""
    alice = empty(ALICE)
    with smtplib.LMTP(server.host, server.port("lmtp"), timeout=60) as client:
        client.ehlo("mail.example.org")
        client.docmd(command)
        client.sendmail(ALICE, [ALICE], letter(), rcpt_options=[f"ORCPT=rfc822;{COPY_OF_ALICE}"])
    assert (alice.listed(), len(alice.listed("INBOX"))) == ([], 1)


def test_the_other_lmtp_service_takes_no_copies(server, empty):
    alice = empty(ALICE)
    server.deliver(ALICE, letter(), sender=ALICE)
    assert (alice.listed(), len(alice.listed("INBOX"))) == ([], 1)


def test_only_postfix_can_connect(server):
    socket = server.folder / "postfix/queue/private/sent-copy"
    assert socket.is_socket() and socket.stat().st_mode & 0o777 == 0o600
    assert socket.owner() == "postfix"


def test_who_has_mail_of_the_login_forwarded_has_no_copy(postfix, empty):
    """An alias says where mail to the login goes, and not what it sends."""
    both, eve = empty(BOTH), empty(EVE)
    postfix.send(BOTH, letter())
    assert (len(both.listed()), eve.listed(), eve.listed("INBOX")) == (1, [], [])
    postfix.send(ALICE, letter(), to=[BOTH])
    assert (len(both.listed("INBOX")), len(eve.listed("INBOX"))) == (1, 1)


def test_the_way_of_a_message_that_is_sent_on_stays(postfix, empty):
    """What it had on its way to the sender is part of it (RFC 5322, 3.6.6)."""
    alice = empty(ALICE)
    message = (b"Resent-From: alice@example.org\r\nResent-To: carol@elsewhere.example\r\n"
               b"Resent-Date: Mon, 30 Nov 2026 11:00:00 +0000\r\nResent-Message-ID: <r@alice>\r\n"
               b"Received: from a by b; Mon, 30 Nov 2026 10:00:00 +0000\r\n" + letter())
    postfix.send(ALICE, message)
    assert alice.texts() == [message]


def test_copies_wait_while_dovecot_is_away(server, postfix, empty):
    alice, message = empty(ALICE), letter()
    socket = server.folder / "postfix/queue/private/sent-copy"
    away = socket.rename(socket.with_name("away"))
    try:
        with postfix.client(ALICE) as client:
            client.sendmail(ALICE, ["carol@elsewhere.example"], message)
        server.wait_for(lambda: "status=deferred" in postfix.log(), 60, "Postfix to try it")
        assert alice.listed() == []
    finally:
        away.rename(socket)
    server.wait_for(postfix.try_again, 60, "an empty queue")
    assert alice.texts() == [message]


def test_whose_policy_is_never_has_no_copy_anywhere(postfix, empty):
    never = empty(NEVER)
    postfix.send(NEVER, letter())
    assert (never.listed(), never.listed("INBOX")) == ([], [])


def test_a_full_mailbox_has_no_copy_and_its_owner_no_bounce(server, postfix, empty):
    full = empty(FULL)
    postfix.send(FULL, letter(body="x" * 3000 + "\r\n"))
    assert (full.listed(), full.listed("INBOX")) == ([], [])
    server.wait_log("Can't keep a copy of a sent message: ")
    assert statuses(postfix, FULL) == ["sent"]


def statuses(postfix, user):
    """Return what Postfix says of each copy of the user's that it gave to Dovecot."""
    return re.findall(rf"to=<{re.escape(user)}\.sent-copy\.invalid>.* status=(\w+)",
                      postfix.log())


def test_a_sent_that_takes_nothing_and_its_owner_has_no_bounce(server, postfix, empty):
    """By the ACL. Nothing stays in the queue, either."""
    closed = empty(CLOSED)
    with closed.imap() as client:
        client.create("Sent")
    acl = server.folder / "home" / CLOSED / "mail/.Sent/dovecot-acl"
    acl.write_text("owner lrwste\n")
    acl.chmod(0o644)
    postfix.send(CLOSED, letter())
    assert (closed.listed(), closed.listed("INBOX")) == ([], [])
    server.wait_log(rf"{CLOSED}.*Can't keep a copy of a sent message: .*Permission denied")
    assert statuses(postfix, CLOSED) == ["sent"]


def test_sieve_does_not_see_it(server, postfix, empty):
    sifted = empty(SIFTED)
    home = server.folder / "home" / SIFTED
    (home / ".dovecot.sieve").write_text('require ["fileinto", "mailbox"];\n'
                                         'fileinto :create "Sifted";\n')
    postfix.send(SIFTED, letter(), to=[SIFTED])
    assert [len(sifted.listed(folder)) for folder in ("Sent", "Sifted", "INBOX")] == [1, 1, 0]


def test_mail_without_a_sender_is_none_of_a_person(postfix, empty):
    alice = empty(ALICE)
    with postfix.client(ALICE) as client:
        client.sendmail("", ["carol@elsewhere.example"], letter())
    postfix.settle()
    assert alice.listed() == []


def test_a_message_that_is_refused_has_no_copy(postfix, empty):
    alice = empty(ALICE)
    with postfix.client(ALICE) as client, pytest.raises(smtplib.SMTPException):
        client.sendmail(ALICE, ["x@y.sent-copy.invalid"], letter())
    postfix.settle()
    assert alice.listed() == []


# The root of another Debian has no mount(8); what is mounted only the server sees.
BIND = """import ctypes, sys
MS_BIND = 4096
sys.exit(ctypes.CDLL(None).mount(sys.argv[1].encode(), sys.argv[2].encode(), None, MS_BIND,
                                 None) != 0)
"""


@pytest.fixture(scope="module")
def road(server):
    """road(change) returns what preflight says of it, with dovecot.conf as change makes it."""
    server.inside(sys.executable, "-c", BIND, "/mnt/postfix/etc", "/etc/postfix")

    def say(change=lambda text: text):
        etc = server.folder / "etc"
        (etc / "changed.conf").write_text(change((etc / "dovecot.conf").read_text()))
        done = server.inside("doveadm", "-c", "/mnt/etc/changed.conf", "-f", "json",
                             "coexist", "preflight", check=False)
        return {row["check"]: (row["status"], row["remedy"]) for row in json.loads(done.stdout)
                if "sent" in row["check"]}
    return say


def test_the_lines_are_in_force_from_the_command_of_the_page_on(server, postfix, road, empty):
    [command] = [line for line, _ in commands(section("sent-mail.md", None))
                 if line.startswith("postfix ")]
    path = server.folder / "postfix/etc/master.cf"
    text, lines = path.read_text(), block("postfix-submission").rstrip("\n")
    assert lines in text

    def has_copy():
        alice = empty(ALICE)
        postfix.send(ALICE, letter())
        return len(alice.listed()) == 1
    path.write_text(text.replace(lines, ""))
    server.inside("postfix", "-c", ETC, "reload")
    server.wait_for(lambda: not has_copy(), what="Postfix without the lines")
    path.write_text(text)
    assert not has_copy()
    server.inside("sh", "-c", command)
    server.wait_for(has_copy, what="Postfix with the lines")


BY_POSTFIX = "sent copies by Postfix"


def test_preflight_finds_the_road_complete(road):
    assert road() == {BY_POSTFIX: ("ok", "")}


GAPS = {
    "sent_copy": ("", "there are no copies"),
    "sent_copy_transport": ("", "transport_maps does not bring"),
    "sent_copy_address": ("/(.*)/ x@$1", "lmtp_generic_maps of the transport sentcopy"),
    "sent_copy_closed": ("", "(main.cf)"),
}


@pytest.mark.parametrize("name", GAPS)
def test_preflight_finds_a_gap_of_the_road(server, road, name):
    path = server.folder / "postfix/etc" / name
    text, said = path.read_text(), GAPS[name]
    path.write_text(said[0] + "\n")
    try:
        status, remedy = road()[BY_POSTFIX]
    finally:
        path.write_text(text)
    assert status == "warn" and said[1] in remedy


def test_preflight_finds_the_service_that_is_open(server, road):
    path = server.folder / "postfix/etc/master.cf"
    text = path.read_text()
    path.write_text(re.sub("(  -o smtpd_recipient_restrictions=).*", r"\1permit", text))
    try:
        status, remedy = road()[BY_POSTFIX]
    finally:
        path.write_text(text)
    assert status == "warn" and re.search(r"\(127.0.0.1:\d+/inet/smtpd_recipient", remedy)


def test_preflight_finds_a_socket_elsewhere(road):
    status, remedy = road(lambda text: text.replace("private/sent-copy", "private/other"))[
        BY_POSTFIX]
    assert status == "warn" and "transport_maps" in remedy


def test_preflight_finds_a_socket_that_is_open_to_all(road):
    found = road(lambda text: text.replace("mode = 0600", "mode = 0666"))
    assert found["service lmtp-sent-copy"][0] == "warn"


def test_preflight_finds_that_a_full_mailbox_refuses_copies(road):
    found = road(lambda text: text.replace(" -o lmtp_rcpt_check_quota=no", ""))
    status, remedy = found["service lmtp-sent-copy, lmtp_rcpt_check_quota"]
    assert status == "warn" and "-o lmtp_rcpt_check_quota=no" in remedy


def test_preflight_finds_the_setting_in_the_wrong_place(road):
    line = "coexist_sent_copy_listener = yes\n"
    found = road(lambda text: text + (f"plugin {{\n  {line}}}\n" if GENERATION == 23 else line))
    assert found["coexist_sent_copy_listener"][0] == "warn"


def test_preflight_finds_that_lmtp_does_not_load_the_module(road):
    found = road(lambda text: re.sub("(mail_plugins = acl quota) coexist sieve", r"\1 sieve", text))
    assert found["service lmtp-sent-copy"][0] == "fail"
