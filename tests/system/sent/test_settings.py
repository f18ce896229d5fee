# SPDX-License-Identifier: LGPL-2.1-or-later
"""The keys beside sent_copy, and where the copy does not go."""

from datetime import datetime, time, timedelta, timezone

import pytest

from clock import DAY
from names import STATE
from outbox import LISTENER, Outbox, letter
from relay import relay_of

pytestmark = pytest.mark.differs("settings, quota and special mailboxes")

KEPT = {"coexist_sent_copy": "always"}
SPECIAL = """namespace inbox {
  mailbox "Gesendete Objekte" {
    special_use = \\Sent
    auto = create
  }
  mailbox "Sent Messages" {
    special_use = \\Sent
  }
}
"""


@pytest.fixture(scope="module")
def server(start):
    return start(quota="100K", groups={
        "pop": {"coexist_sent_copy": "pop3"},
        "bcc": {**KEPT, "coexist_sent_copy_bcc": "yes"},
        "small": {**KEPT, "coexist_sent_copy_max_size": "10K"},
        "full": KEPT,
        "more": {**KEPT, "coexist_sent_copy_over_quota": "save"}})


@pytest.fixture
def box(server, relay):
    return lambda group: Outbox(server, server.maildrop(group).user, relay)


def test_pop3_only_while_it_is_used(box):
    outbox = box("pop")
    outbox.send(letter())
    assert outbox.listed() == []
    outbox.server.pop3(outbox.user).quit()
    message = letter()
    outbox.send(message)
    assert outbox.texts() == [message]


def until_noon():
    """Return the seconds until the next noon: no session begins on one day and ends on another."""
    now = datetime.now(timezone.utc)
    noon = datetime.combine(now + timedelta(days=1), time(12), timezone.utc)
    return (noon - now).total_seconds()


def test_after_the_thirtieth_day_a_pop3_login_brings_it_back(start, clock):
    server = start(coexist={"sent_copy": "pop3"},
                   wrap={service: clock.wrapper for service in ("pop3", "submission")})
    noon = until_noon()
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)

        def login():
            server.pop3(outbox.user).quit()
            outbox.settle("pop3")

        def kept(day):
            """Send on that day; return how many copies there are then."""
            with clock.seconds_from_now(noon + day * DAY):
                outbox.send(letter())
            return len(outbox.listed())
        with clock.seconds_from_now(noon):
            login()
        assert (kept(30), kept(31), kept(400)) == (1, 1, 1)
        with clock.seconds_from_now(noon + 400 * DAY):
            login()
        assert kept(400) == 2 and len(relay.messages) == 4


def test_what_looks_alike_and_has_another_body_is_not_opened(start):
    """Of a printer's scans each would be, for each new one. One that is sent again is."""
    server = start(coexist={"sent_copy": "always"}, conf="log_debug = category=coexist\n")
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        scans = [letter("Scan", message_id=None, body=f"page {number}\r\n")
                 for number in range(10)]
        outbox.send(*scans, scans[3])
        assert outbox.texts() == scans
        assert "it has another body" not in outbox.log()
        assert outbox.log().count("it has the same body") == 1


def test_imap_alone_is_no_use_by_pop3(box):
    outbox = box("pop")
    outbox.listed("INBOX")
    outbox.send(letter())
    assert outbox.listed() == []


def test_what_nobody_can_tell_is_a_use_by_pop3(box):
    outbox = box("pop")
    outbox.server.pop3(outbox.user).quit()
    state = outbox.server.folder / "home" / outbox.user / "mail" / STATE
    state.unlink()
    state.mkdir()
    message = letter()
    outbox.send(message)
    assert outbox.texts() == [message]


def test_bcc_names_whom_the_header_does_not(box):
    outbox = box("bcc")
    message = letter(to="Bob <BOB@example.org>", Cc="carol@example.org")
    outbox.send(message, to=["bob@example.org", "carol@example.org", "dan@example.org",
                             "eve@example.org"])
    assert outbox.texts() == [b"Bcc: dan@example.org,\r\n eve@example.org\r\n" + message]


def test_bcc_of_the_programs_own_is_enough(box):
    outbox = box("bcc")
    message = letter(Bcc="dan@example.org")
    outbox.send(message, to=["bob@example.org", "dan@example.org"])
    assert outbox.texts() == [message]


def test_bcc_and_the_programs_copy(box):
    outbox = box("bcc")
    message = letter()
    outbox.send(message, to=["bob@example.org", "dan@example.org"])
    outbox.append(message)
    assert outbox.texts() == [message]


def test_a_larger_one_is_not_kept(box):
    outbox = box("small")
    small = letter()
    outbox.send(small, letter(body="x" * 70 * 200 + "\r\n"))
    assert outbox.texts() == [small]


@pytest.mark.parametrize("group, kept", [("full", 0), ("more", 1)])
def test_over_quota(box, group, kept):
    """The message goes; the copy does as the key says."""
    outbox = box(group)
    outbox.append(letter(body=("z" * 70 + "\r\n") * 1350), folder="INBOX")
    outbox.send(letter(body=("z" * 70 + "\r\n") * 300))
    assert len(outbox.listed()) == kept
    assert len(outbox.relay.messages) > 0
    if kept == 0:
        outbox.server.wait_log("Can't keep a copy of a sent message: Quota exceeded")


def test_the_mailbox_that_has_the_special_use(start):
    from relay import relay_of
    server = start(coexist={"sent_copy": "always"}, conf=SPECIAL)
    with relay_of(server) as relay:
        outbox = Outbox(server, server.maildrop().user, relay)
        message = letter()
        outbox.send(message)
        assert outbox.texts('"Gesendete Objekte"') == [message]
        assert outbox.listed() == []


@pytest.mark.parametrize("where", ["dovecot.conf", "userdb"])
def test_mail_that_arrives_is_none_that_was_sent(start, where):
    """Only the command line of an LMTP service says that its mail is."""
    listener = {"coexist_sent_copy_listener": "yes"}
    line = "coexist_sent_copy_listener = yes\n"
    here = where == "dovecot.conf"
    server = start(coexist={"sent_copy": "always"},
                   groups={"first": {} if here else listener, "next": {}},
                   conf23=f"plugin {{\n  {line}}}\n" if here else "", conf24=line if here else "")
    for group in ("first", "next"):
        outbox = Outbox(server, server.maildrop(group).user, None)
        server.deliver(outbox.user, letter())
        assert (len(outbox.listed("INBOX")), outbox.listed()) == (1, [])


@pytest.mark.parametrize("document, site", [("always", "never"), ("never", "always")])
def test_a_document_counts_where_postfix_brings_the_copy(start, document, site):
    """LMTP is told what the gate read."""
    listener = {name: text.replace("/mnt/bin/", "") for name, text in LISTENER.items()}
    server = start(gate={}, coexist={"sent_copy": site}, **listener)
    outbox, other = (Outbox(server, server.maildrop().user, None) for _ in range(2))
    server.store.put(f"mailbox/{outbox.user}", sent_copy=document)
    for box in (outbox, other):
        server.deliver(box.user, letter())
    kept = {"always": 1, "never": 0}
    assert (len(outbox.listed()), len(other.listed())) == (kept[document], kept[site])


ALIAS = ("namespace old {\n  prefix = INBOX/\n  separator = /\n  hidden = yes\n  list = no\n"
         "  alias_for = \n}\nnamespace inbox {\n  separator = /\n}\n")


@pytest.mark.parametrize("first", ["program", "server"])
def test_an_alias_of_the_mailbox_for_sent_messages_is_the_same_one(start, first):
    """As sites have it that were Courier's."""
    server = start(coexist={"sent_copy": "always"}, conf23=ALIAS,
                   conf24=ALIAS.replace("alias_for = \n", "alias_for = inbox\n"))
    with relay_of(server) as relay:
        outbox, message = Outbox(server, server.maildrop().user, relay), letter()
        outbox.imap().create("Sent")
        if first == "program":
            outbox.append(message, folder="INBOX/Sent")
        outbox.send(message)
        if first == "server":
            outbox.append(message, folder="INBOX/Sent")
        assert outbox.texts() == [message]
