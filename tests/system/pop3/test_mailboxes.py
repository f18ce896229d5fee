# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes that cannot take a mark, or hardly.

The session goes on as in stock Dovecot, marks what can be marked, and nothing
of it is an error.
"""

import shutil
import subprocess
from datetime import datetime, timezone

import pytest

from instance import Dovecot, config, message

MESSAGE = message()
KEYWORD = "$POP3Downloaded"
POLICIES = {policy: {"coexist_pop3_mark_read": policy,
                     "coexist_pop3_mark_downloaded": "yes"}
            for policy in ("complete", "quit", "never")}


@pytest.fixture(params=POLICIES)
def policy(request):
    """The mailbox's pop3_mark_read."""
    return request.param


@pytest.fixture(scope="module")
def server(start):
    return start(groups=POLICIES, quota=True)


@pytest.fixture
def maildrop(server, policy):
    return server.maildrop(policy)


# Read-only, in two ways

@pytest.fixture(scope="module")
def acl_server(start):
    return start(groups=POLICIES,
                 plugins={"all": ["coexist", "acl"]},
                 conf23="plugin {\n  acl = vfile\n}\n", conf24="acl_driver = vfile\n")


@pytest.fixture(scope="module")
def index_server(start):
    """Keeps what Dovecot itself writes apart from the mails."""
    return start(groups=POLICIES,
                 conf23="mail_location = maildir:~/mail:INDEX=~/index:CONTROL=~/control\n",
                 conf24="mail_index_path = ~/index\nmail_control_path = ~/control\n")


def forbid_by_acl(maildrop):
    """Leave the owner no right but to read."""
    (maildrop.folder / "dovecot-acl").write_text("owner lr\n")


def forbid_by_permissions(maildrop):
    """Let nobody write where the mails are."""
    for path in [maildrop.folder, *maildrop.folder.iterdir()]:
        path.chmod(0o555)


def read_only_session(maildrop, forbid):
    """Return what a client is sent, what IMAP shows, and how many problems are logged."""
    maildrop.append(MESSAGE, MESSAGE)
    with maildrop.pop3() as pop:
        pop.quit()
    forbid(maildrop)
    with maildrop.transcript() as pop:
        pop.say("RETR 1", "NOOP", "RETR 2", "DELE 2", "QUIT")
    return pop.text, maildrop.flags(), len(maildrop.log_problems())


@pytest.mark.parametrize("server, forbid", [
    ("acl_server", forbid_by_acl), ("index_server", forbid_by_permissions)],
    ids=["by ACL", "by permissions"])
def test_a_read_only_mailbox_is_served_as_in_stock(request, server, forbid, policy):
    server = request.getfixturevalue(server)
    text, flags, problems = read_only_session(server.maildrop(policy), forbid)
    stock_text, _, stock_problems = read_only_session(server.maildrop(), forbid)
    assert (text, problems) == (stock_text, stock_problems)
    assert [one - {"\\Recent"} for one in flags.values()] == [set(), set()]


# Damaged

def damage_the_first_message(maildrop):
    """Take away the second half of its file, behind the back of Dovecot."""
    with maildrop.pop3() as pop:
        pop.list()
        pop.quit()
    path = max(maildrop.folder.glob("*/*,S=*"), key=lambda path: path.stat().st_size)
    path.write_bytes(path.read_bytes()[:path.stat().st_size // 2])


@pytest.mark.parametrize("group, seen, downloaded", [
    ("user", [1, 2], []), ("complete", [2], [2]), ("quit", [2], [2]), ("never", [], [2])],
    ids=["stock", "complete", "quit", "never"])
def test_a_message_that_the_server_cannot_read_to_its_end_is_unmarked(
        server, group, seen, downloaded):
    maildrop = server.maildrop(group)
    maildrop.deliver(message("damaged", "A line of text.\n" * 3000), 1)
    damage_the_first_message(maildrop)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.quit()
    assert "Cached message size larger than expected" in maildrop.log_problems()[0]
    assert maildrop.seen() == seen
    assert maildrop.having(KEYWORD) == downloaded


# No room: the session is compared with one at a Dovecot without our modules

RECEIVED = datetime(2024, 2, 29, 12, 0, tzinfo=timezone.utc)
MESSAGES = [message(f"number {number}", "Hello.\n" * 9 * number, date=RECEIVED)
            for number in (1, 2, 3, 4)]
TWENTY_SIX = [f"keyword{number}" for number in range(26)]


@pytest.fixture(scope="module", params=["maildir", "sdbox"])
def ours_and_stock(request, start):
    """A server with our modules and one without; of each there are mailboxes with no room."""
    tight = {23: {"quota_rule": "*:storage=1K"},
             24: {"quota_storage_size": "1K"}}[Dovecot.installed().generation]
    groups = {f"tight-{policy}": {**fields, **tight} for policy, fields in POLICIES.items()}
    return (start(storage=request.param, quota=True, groups={**POLICIES, **groups}),
            start(storage=request.param, quota=True, modules=None, groups={"tight": tight}))


def served(maildrop):
    """Return what the client of a session with everything in it is sent."""
    with maildrop.transcript() as pop:
        pop.say("CAPA", "STAT", "LIST", "UIDL", "LAST", "TOP 3 1", "DELE 1", "RSET",
                "RETR 1", "RETR 4", "DELE 2", "RETR 2", "LIST", "NOOP", "QUIT")
    with maildrop.imap() as imap:
        imap.select(readonly=True)
        uidvalidity = b"%08x" % int(imap.response("UIDVALIDITY")[1][0])
    return pop.text.replace(uidvalidity, b"<uidvalidity>")


def assert_marked(maildrop, policy):
    """See that what was downloaded is marked, and that nothing else has changed."""
    assert maildrop.subjects() == ["number 1", "number 3", "number 4"]
    assert maildrop.seen() == ([] if policy == "never" else [1, 3])
    assert maildrop.search("KEYWORD", KEYWORD) == maildrop.having(KEYWORD) == [1, 3]
    assert maildrop.log_problems() == []


def use_all_keywords(maildrop):
    """Store messages, one of them with as many keywords as a maildir has room for."""
    maildrop.append(*MESSAGES, received=RECEIVED)
    with maildrop.imap() as imap:
        imap.select()
        imap.store("3", "+FLAGS", f"({' '.join(TWENTY_SIX)})")


def test_where_26_keywords_are_used_a_session_is_as_in_stock(ours_and_stock, policy):
    ours, stock = ours_and_stock
    maildrop, other = ours.maildrop(policy), stock.maildrop()
    for one in (maildrop, other):
        use_all_keywords(one)
    assert served(maildrop) == served(other)
    assert_marked(maildrop, policy)
    assert maildrop.flags()[2] >= set(TWENTY_SIX)


def overfill(maildrop):
    """Store messages in a mailbox with room, and copy it to one that has none."""
    roomy = maildrop.server.maildrop()
    roomy.append(*MESSAGES, received=RECEIVED)
    shutil.copytree(roomy.folder.parent, maildrop.folder.parent)
    subprocess.run(["chown", "-R", ":".join(config.owner()), maildrop.folder.parent], check=True)
    with maildrop.imap() as imap:
        assert b"[OVERQUOTA]" in imap.append("INBOX", None, None, MESSAGE)[1][0]


def test_a_session_over_quota_is_as_in_stock(ours_and_stock, policy):
    ours, stock = ours_and_stock
    maildrop, other = ours.maildrop(f"tight-{policy}"), stock.maildrop("tight")
    for one in (maildrop, other):
        overfill(one)
    assert served(maildrop) == served(other)
    assert_marked(maildrop, policy)


# No keyword as long as ours

def test_keywords_may_be_longer_than_a_client_s(start):
    server = start(conf="mail_max_keyword_length = 8\n", coexist={"pop3_delete": "hide"},
                   groups={"complete": POLICIES["complete"],
                           "trash": {**POLICIES["complete"], "coexist_pop3_delete": "trash"}})
    for group, hidden in (("complete", [2]), ("trash", [])):
        maildrop = server.maildrop(group)
        maildrop.deliver(3)
        with maildrop.pop3() as pop:
            pop.retr(1)
            pop.dele(2)
            assert pop.quit() == b"+OK Logging out, messages deleted."
        assert maildrop.having(KEYWORD) == [1]
        assert maildrop.having("$POP3Hidden") == hidden
        with maildrop.pop3() as pop:
            assert pop.stat()[0] == 2
        assert maildrop.log_problems() == []
