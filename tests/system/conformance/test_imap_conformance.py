# SPDX-License-Identifier: LGPL-2.1-or-later
"""IMAP as RFC 9051, 3501 and the extensions want it, with and without ours.

Ours touch the capabilities, annotations, alerts, and each index transaction of INBOX.
"""

from datetime import datetime, timezone
from functools import lru_cache

import pytest

from imap_client import ImapClient
from instance import message
from rows import CONFIGURED, Difference, Row, compare, hold

RECEIVED = datetime(2024, 2, 29, 12, 0, tzinfo=timezone.utc)
MESSAGES = [
    message("one", "Hello.\n" * 5, date=RECEIVED),
    b"Subject: two\r\nFrom: Zoe <zoe@example.org>\r\nTo: a@example.org, b@example.org\r\n"
    b"Date: Thu, 29 Feb 2024 12:00:00 +0000\r\nMessage-ID: <two@example.org>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain\r\n\r\nfirst\r\n--x\r\n"
    b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+eDwvYj4=\r\n--x--\r\n",
    b"Subject: Re: two\r\nIn-Reply-To: <two@example.org>\r\n\r\nthree\r\n",
    b"Subject: no body\r\n\r\n",
]


def ok(*heard):
    """Return the pattern of a tagged OK, with what is heard before it in any order."""
    return "".join(rf"(?=.*{part})" for part in heard) + r".*(^|\n)a\d+ OK"


def no(code=""):
    """Return the pattern of a tagged NO with a response code."""
    return rf".*(^|\n)a\d+ NO{' .' + code if code else ''}"


NO, BAD = no(), r".*(^|\n)a\d+ BAD"
EITHER = r".*(^|\n)a\d+ (OK|NO|BAD)"
LOGIN = ("!login", ok())
SELECT = ("SELECT INBOX", ok(r"\* 4 EXISTS", "UIDVALIDITY", "UIDNEXT", r"FLAGS \(", "READ-WRITE"))
LOGOUT = ("LOGOUT", ok(r"\* BYE"))
LOOK = (("FETCH 1:* (UID FLAGS)", ok()),)
METADATA = Difference(r" METADATA-SERVER", "owner_may_change is open")
OPEN = "owner_may_change is open, so the server's annotations of ours are there"
OURS = "/private/vendor/vendor.dovecot-coexist"


def selected(rfc, name, *steps, **more):
    """Return a row with INBOX open."""
    return Row(rfc, name, (LOGIN, SELECT, *steps, LOGOUT), differs=(METADATA,), **more)


def metadata(rfc, name, *steps, differs=(METADATA,)):
    """Return a row of a mailbox that has annotations anyway."""
    return Row(rfc, name, (LOGIN, *steps, LOGOUT), group="metadata", differs=differs)


ROWS = [
    Row("9051 7.1.5", "greeting and CAPABILITY", (
        ("!greet", r"\* OK \[CAPABILITY "), ("CAPABILITY", ok(r"\* CAPABILITY IMAP4rev1")),
        ("NOOP", ok()), LOGOUT, ("!end", "$"))),
    Row("9051 6.1.1", "CAPABILITY after login", (
        LOGIN, ("CAPABILITY", ok("IDLE", "MOVE", "UIDPLUS", "CONDSTORE", "QRESYNC", "NOTIFY",
                                 "SPECIAL-USE", "NAMESPACE", "QUOTA")), LOGOUT),
        differs=(METADATA,)),
    metadata("5464 1", "CAPABILITY with annotations",
             ("CAPABILITY", ok("METADATA"))),
    # too many of them end the connection
    *[Row("9051 6.2", f"{command} before login", ((command, BAD), LOGOUT))
      for command in ("SELECT INBOX", "FETCH 1 FLAGS", "GETMETADATA INBOX /private", "XYZZY")],
    Row("9051 6.2.3", "wrong password", (
        ("!login-wrong", no("AUTHENTICATIONFAILED")), LOGIN, LOGOUT), differs=(METADATA,)),
    Row("9051 6.2.2", "AUTHENTICATE", (("!plain", ok()), ("NOOP", ok()), LOGOUT),
        differs=(METADATA,)),
    Row("2971 3.1", "ID", (('ID NIL', ok(r"\* ID ")), LOGIN,
                           ('ID ("name" "x" "version" "1")', ok(r"\* ID ")), LOGOUT),
        differs=(METADATA,)),
    Row("9051 6.3.1", "ENABLE", (
        LOGIN, ("ENABLE CONDSTORE", ok("ENABLED")), ("ENABLE QRESYNC X-NOTHING", ok()),
        ("ENABLE METADATA", ok()), ("ENABLE", EITHER), LOGOUT), differs=(METADATA,)),
    Row("9051 6.3.10", "NAMESPACE", (LOGIN, ("NAMESPACE", ok(r"\* NAMESPACE")), LOGOUT),
        differs=(METADATA,)),
    Row("9051 6.3.9", "LIST", (
        LOGIN, ('LIST "" "*"', ok("INBOX")), ('LIST "" "%"', ok()), ('LIST "" ""', ok()),
        ('LIST "" "INBOX"', ok()), ('LSUB "" "*"', ok()), ('LIST (SUBSCRIBED) "" "*"', ok()),
        ('LIST "" "*" RETURN (STATUS (MESSAGES UIDNEXT UNSEEN))', ok("STATUS")),
        ('LIST "" "*" RETURN (CHILDREN SUBSCRIBED)', ok()), ('LIST "" (INBOX "S*")', ok()),
        ('LIST', BAD), LOGOUT), differs=(METADATA,)),
    Row("6154 2", "SPECIAL-USE", (
        LOGIN, ('LIST (SPECIAL-USE) "" "*"', ok("Sent")),
        ('LIST "" "*" RETURN (SPECIAL-USE)', ok("Sent")), ('XLIST "" "*"', EITHER), LOGOUT),
        differs=(METADATA,)),
    Row("9051 6.3.4", "CREATE RENAME DELETE SUBSCRIBE", (
        LOGIN, ("CREATE a/b", ok()), ("CREATE a/b", no("ALREADYEXISTS")), ("SUBSCRIBE a/b", ok()),
        ('LIST "" "*"', ok()), ("RENAME a/b c", ok()), ("RENAME a/b d", no("NONEXISTENT")),
        ("DELETE c", ok()), ("DELETE c", no("NONEXISTENT")), ("UNSUBSCRIBE a/b", ok()),
        ("DELETE INBOX", NO), ("CREATE INBOX", NO), ('LIST "" "*"', ok()), LOGOUT),
        differs=(METADATA,)),
    selected("9051 6.3.2", "SELECT", ("SELECT none", NO), ("FETCH 1 FLAGS", BAD),
             ("SELECT Sent", ok(r"\* 0 EXISTS")), SELECT, ("CHECK", ok()), ("CLOSE", ok()),
             ("FETCH 1 FLAGS", BAD), SELECT, ("UNSELECT", ok()), ("UNSELECT", BAD)),
    Row("9051 6.3.3", "EXAMINE", (
        LOGIN, ("EXAMINE INBOX", ok("READ-ONLY")), ("STORE 1 +FLAGS (\\Seen)", EITHER),
        ("FETCH 1 BODY[]", ok()), ("EXPUNGE", EITHER), ("MOVE 1 Sent", EITHER), *LOOK,
        ("COPY 1 Sent", ok("COPYUID")), LOGOUT), differs=(METADATA,)),
    Row("9051 6.3.11", "STATUS", (
        LOGIN, ("STATUS INBOX (MESSAGES RECENT UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ SIZE)",
                ok("MESSAGES 4")), ("STATUS Sent (MESSAGES)", ok()),
        ("STATUS none (MESSAGES)", NO), ("STATUS INBOX (XYZZY)", BAD),
        ("STATUS INBOX", BAD), LOGOUT), differs=(METADATA,)),
    selected("9051 6.4.5", "FETCH",
             *[(f"FETCH {what}", ok()) for what in (
                 "1:* FAST", "1:* ALL", "1:* FULL", "1 BODYSTRUCTURE", "2 BODYSTRUCTURE",
                 "2 ENVELOPE", "2 BODY.PEEK[1]", "2 BODY.PEEK[2.MIME]", "2 BODY.PEEK[HEADER]",
                 "1 BODY.PEEK[HEADER.FIELDS (SUBJECT DATE)]", "1 BODY.PEEK[TEXT]<2.5>",
                 "1:* (RFC822.SIZE INTERNALDATE)", "2 BINARY.PEEK[2]", "2 BINARY.SIZE[2]",
                 "1 (PREVIEW)", "* UID")],
             *LOOK, ("FETCH 1 BODY[]", ok(r"\\Seen")), ("FETCH 2 RFC822", ok()), *LOOK,
             ("FETCH 99 FLAGS", BAD), ("FETCH 0 FLAGS", BAD), ("FETCH 1 XYZZY", BAD),
             ("FETCH", BAD), ("UID FETCH 1:* FLAGS", ok()), ("UID FETCH 99 FLAGS", ok())),
    selected("9051 6.4.6", "STORE",
             ("STORE 1 +FLAGS (\\Seen)", ok("FETCH")), ("STORE 1 -FLAGS (\\Seen)", ok("FETCH")),
             ("STORE 1:2 FLAGS (\\Flagged $Own)", ok("FETCH", r"\$Own")),
             ("STORE 1:2 +FLAGS.SILENT (\\Deleted)", ok()), ("STORE 3 FLAGS.SILENT ()", ok()),
             ("UID STORE 4 +FLAGS (\\Answered \\Draft)", ok("UID 4")),
             ("STORE 1 +FLAGS (\\Recent)", BAD), ("STORE 1 +FLAGS (\\Nothing)", BAD),
             ("STORE 99 +FLAGS (\\Seen)", BAD), ("STORE 1 XYZZY (\\Seen)", BAD), *LOOK,
             ("UID STORE 99 +FLAGS (\\Seen)", ok()), ("CLOSE", ok()),
             ("SELECT INBOX", ok("2 EXISTS")), *LOOK),
    selected("9051 6.4.4", "SEARCH",
             *[(f"SEARCH {what}", ok(r"\* (SEARCH|ESEARCH)")) for what in (
                 "ALL", "UNSEEN", "SEEN", "NEW", "RECENT", "KEYWORD $Own", "DELETED", "UNDELETED",
                 "SINCE 1-Jan-2024", "BEFORE 1-Jan-2024", "ON 29-Feb-2024", "SUBJECT two",
                 "HEADER Message-ID two", "FROM zoe", "TO b@example", "BODY Hello", "TEXT three",
                 "OR SUBJECT one NOT SUBJECT two", "LARGER 100", "SMALLER 100", "UID 2:*",
                 "RETURN (MIN MAX COUNT ALL) ALL", "RETURN (COUNT) UNSEEN", "YOUNGER 100",
                 "OLDER 100", "2:*", "MODSEQ 1", "CHARSET UTF-8 SUBJECT two")],
             ("UID SEARCH ALL", ok()), ("SEARCH CHARSET XYZZY ALL", EITHER),
             ("SEARCH XYZZY", BAD), ("SEARCH", BAD), ("SEARCH RETURN (SAVE) SUBJECT two", ok()),
             ("FETCH $ UID", ok()), ("SORT (REVERSE SUBJECT) UTF-8 ALL", ok()),
             ("SORT (ARRIVAL SIZE) UTF-8 ALL", ok()), ("THREAD REFERENCES UTF-8 ALL", ok())),
    selected("9051 6.4.3", "EXPUNGE",
             ("EXPUNGE", ok()), ("STORE 1,3 +FLAGS.SILENT (\\Deleted)", ok()),
             ("UID EXPUNGE 3", ok("3 EXPUNGE")), *LOOK, ("EXPUNGE", ok("1 EXPUNGE")), *LOOK,
             ("UID EXPUNGE", BAD), ("UID EXPUNGE 99", ok()), ("NOOP", ok())),
    selected("9051 6.3.12", "APPEND",
             ("APPEND INBOX {12+}\r\nSubject: x\r\n", ok("APPENDUID", "5 EXISTS")),
             ('APPEND INBOX (\\Seen $Own) "29-Feb-2024 12:00:00 +0000" {12+}\r\nSubject: y\r\n',
              ok("APPENDUID")),
             ("APPEND none {12+}\r\nSubject: x\r\n", no("TRYCREATE")),
             ("APPEND INBOX (\\Nothing) {12+}\r\nSubject: x\r\n", EITHER),
             ("APPEND INBOX {0+}\r\n", EITHER), ("APPEND INBOX", BAD),
             ("APPEND Sent (\\Seen) {12+}\r\nSubject: z\r\n", ok("APPENDUID")), *LOOK),
    selected("3502 6.3.11", "MULTIAPPEND",
             ("APPEND INBOX {12+}\r\nSubject: x\r\n (\\Flagged) {12+}\r\nSubject: y\r\n",
              ok("APPENDUID", "6 EXISTS")), *LOOK,
             ("APPEND INBOX {12+}\r\nSubject: x\r\n (\\Flagged) {0+}\r\n", EITHER), *LOOK),
    selected("4469 3", "CATENATE",
             ('APPEND INBOX CATENATE (URL "/INBOX;UID=1/;SECTION=HEADER" TEXT {3+}\r\nx\r\n)',
              EITHER), *LOOK),
    selected("9051 6.4.7", "COPY",
             ("COPY 1:2 Sent", ok("COPYUID")), ("UID COPY 3 Sent", ok("COPYUID")),
             ("COPY 1 INBOX", ok("COPYUID")), ("COPY 1 none", no("TRYCREATE")),
             ("COPY 99 Sent", BAD), ("UID COPY 99 Sent", ok()), *LOOK,
             ("SELECT Sent", ok("3 EXISTS")), *LOOK),
    selected("9051 6.4.8", "MOVE",
             ("MOVE 1 Sent", ok("COPYUID", "1 EXPUNGE")), ("UID MOVE 3 Sent", ok("COPYUID")),
             ("MOVE 1 none", no("TRYCREATE")), ("MOVE 99 Sent", BAD), ("UID MOVE 99 Sent", ok()),
             ("MOVE 1 Trash", EITHER), *LOOK, ("SELECT Sent", ok("2 EXISTS")), *LOOK),
    selected("2177 3", "IDLE",
             ("!idle", r"\+ idling"), ("!done", ok()), ("!idle", r"\+ idling"), ("!deliver", ""),
             ("!hear-exists", r".*5 EXISTS"), ("!expunge", ""), ("!hear-expunge", r".*1 EXPUNGE"),
             ("!done", ok()), *LOOK),
    selected("9051 7.5.1", "what others did",
             ("!deliver", ""), ("NOOP", ok("5 EXISTS")), ("!expunge", ""),
             ("NOOP", ok("1 EXPUNGE")), *LOOK),
    selected("7162 3.1", "CONDSTORE",
             ("FETCH 1:* (MODSEQ)", ok("MODSEQ")), ("STORE 1 +FLAGS (\\Seen)", ok("MODSEQ")),
             ("STORE 1 (UNCHANGEDSINCE 1) +FLAGS (\\Flagged)", ok("MODIFIED 1")),
             ("STORE 2 (UNCHANGEDSINCE 99999) +FLAGS.SILENT (\\Flagged)", ok("MODSEQ")),
             ("FETCH 1:* (FLAGS) (CHANGEDSINCE {m})", ok("FETCH")),
             ("SEARCH MODSEQ 2", ok()), ("SELECT INBOX (CONDSTORE)", ok("HIGHESTMODSEQ"))),
    Row("7162 3.2", "QRESYNC", (
        LOGIN, ("ENABLE QRESYNC", ok("ENABLED")), SELECT, ("STORE 1 +FLAGS (\\Deleted)", ok()),
        ("EXPUNGE", ok("VANISHED 1")), ("STORE 1 +FLAGS (\\Seen)", ok()), ("CLOSE", ok()),
        ("SELECT INBOX (QRESYNC ({v} 1 1:4))", ok(r"VANISHED \(EARLIER\) 1", "FETCH")),
        ("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)", ok("VANISHED")), ("!expunge", ""),
        ("NOOP", ok("VANISHED 2")), LOGOUT), differs=(METADATA,)),
    selected("5465 3", "NOTIFY",
             ("NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange))", ok()),
             ("!deliver", ""), ("NOOP", ok("5 EXISTS")), ("!expunge", ""), ("NOOP", ok("1 EXPUNGE")),
             ("NOTIFY SET STATUS (personal (MessageNew MessageExpunge))", ok("STATUS")),
             ("NOTIFY NONE", ok()), ("NOTIFY XYZZY", BAD)),
    selected("9208 4.1", "QUOTA",
             ("GETQUOTAROOT INBOX", ok(r"\* QUOTAROOT", r"\* QUOTA")), ("GETQUOTA x", EITHER)),
    selected("9051 4.3", "bad syntax",
             ("FETCH 1 (FLAGS", BAD), ('SELECT "INBOX', BAD), ("LIST (", BAD), ("UID XYZZY", BAD),
             ("UID", BAD), ("XYZZY {3+}\r\nabc", BAD), ("NOOP x", EITHER), ("NOOP", ok())),
    # annotations where Dovecot alone has them, too
    metadata("5464 4.2", "of the server",
             ('GETMETADATA "" /private/comment', ok()),
             ('SETMETADATA "" (/private/comment "mine")', ok()),
             ('GETMETADATA "" /private/comment', ok("mine")),
             ('GETMETADATA "" (/private/comment /shared/comment)', ok("mine")),
             ('GETMETADATA "" (/private/none)', ok()),
             ('SETMETADATA "" (/private/comment NIL)', ok()),
             ('GETMETADATA "" /private/comment', ok())),
    metadata("5464 4.2", "of a mailbox",
             ('SETMETADATA INBOX (/private/comment "a" /private/vendor/x/y {3+}\r\nb c)', ok()),
             ("GETMETADATA INBOX /private/comment", ok("a")),
             ("GETMETADATA (DEPTH infinity) INBOX /private", ok()),
             ("GETMETADATA (DEPTH 1) INBOX /private/vendor", ok()),
             ("GETMETADATA (DEPTH 0) INBOX /private/comment", ok()),
             ("GETMETADATA INBOX (DEPTH infinity) (/private)", EITHER),
             ("GETMETADATA (MAXSIZE 2) INBOX (/private/comment /private/vendor/x/y)", ok()),
             ("GETMETADATA (MAXSIZE 2 DEPTH infinity) INBOX /private", ok()),
             ("SETMETADATA INBOX (/private/comment NIL)", ok()),
             ("GETMETADATA INBOX /private/comment", ok())),
    metadata("5464 4", "what is wrong",
             ("GETMETADATA INBOX", BAD), ("GETMETADATA", BAD), ("SETMETADATA INBOX", BAD),
             ("SETMETADATA INBOX (/private/comment)", BAD),
             ('SETMETADATA INBOX (/private/c* "x")', EITHER),
             ('SETMETADATA INBOX (/nowhere/comment "x")', EITHER),
             ('SETMETADATA INBOX (comment "x")', EITHER),
             ("GETMETADATA INBOX /nowhere/comment", EITHER),
             ("GETMETADATA none /private/comment", NO),
             ("GETMETADATA (DEPTH 7) INBOX /private/comment", EITHER),
             ("GETMETADATA (XYZZY 7) INBOX /private/comment", EITHER),
             ('SETMETADATA none (/private/comment "x")', NO)),
    metadata("5464 4.2.2", "entries of ours are not there where nothing is open",
             (f'GETMETADATA "" {OURS}/nothing', EITHER),
             ('GETMETADATA (DEPTH infinity) "" /private/vendor/vendor.other', ok())),
    # and where it has none
    Row("5464 4.2", "where there are no annotations but ours", (
        LOGIN, (f'GETMETADATA "" {OURS}/language', EITHER),
        (f'SETMETADATA "" ({OURS}/language "es")', EITHER),
        (f'GETMETADATA (MAXSIZE 1) "" {OURS}/language', EITHER), LOGOUT),
        differs=(METADATA,
                 Difference(r"\* METADATA \"\" \([^\r]*\)\r\n", OPEN),
                 Difference(r"(a\d+) OK (\[METADATA LONGENTRIES 2\] )?(Get|Set)metadata completed\.",
                            OPEN, r"\1 NO [CANNOT] Generic mailbox attributes not enabled."))),
    Row("9051 7.1", "a protocol that is switched off", (
        ("!login", r".*a1 (OK|NO \[)|.*\* BYE"),), group="denied", differs=(
            Difference(r"\* BYE \[UNAVAILABLE\] IMAP is switched off [^\r]*", "imap_access = deny",
                       "<login>", r"a1 OK [^\r]*", kinds=("loaded",)),
            Difference(r"a1 NO \[UNAVAILABLE\] IMAP is switched off [^\r]*", "imap_access = deny",
                       "<login>", r"a1 OK [^\r]*"))),
]


def held_with(server, row):
    """Hold a row in a mailbox of its own; return what was heard."""
    maildrop = server.maildrop(row.group)
    if row.group != "denied":
        maildrop.append(*MESSAGES, received=RECEIVED)
    return hold(row, ImapClient(maildrop, RECEIVED))


@pytest.fixture(scope="module")
def bare(sites):
    """Return what is heard of a row by Dovecot alone."""
    return lru_cache(maxsize=None)(lambda row: held_with(sites("bare"), row))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_conversation_is_as_the_rfc_wants_and_as_dovecot_alone_holds_it(sites, bare, kind, row):
    compare(row, kind, held_with(sites(kind), row), bare(row))
