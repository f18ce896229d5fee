"""Mailboxes that cannot take a mark, or hardly.

The session goes on as in stock Dovecot, marks what can be marked, and nothing
of it is an error.
"""

import smtplib

import pytest

from instance import message

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
                 plugins={"all": ["coexist", "acl"], "pop3": ["pop3_coexist"]},
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


# No room

@pytest.mark.parametrize("policy", ["complete", "quit"], indirect=True)
def test_a_mailbox_over_quota_takes_marks_and_deletions(maildrop, policy):
    maildrop.deliver(3)
    quota = {"quota_rule": "*:storage=1K"} if maildrop.server.generation == 23 else \
        {"quota_storage_size": "1K"}
    maildrop.server.set_user(maildrop.user, **POLICIES[policy], **quota)
    with pytest.raises(smtplib.SMTPDataError, match="Quota exceeded"):
        maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(2)
        pop.quit()
    assert len(maildrop.flags()) == 2
    assert maildrop.seen() == maildrop.having(KEYWORD) == [1]


def test_a_maildir_that_knows_26_keywords_takes_another(maildrop, policy):
    maildrop.deliver(2)
    with maildrop.imap() as imap:
        imap.select()
        for number in range(26):
            imap.store("2", "+FLAGS", f"keyword{number}")
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    assert maildrop.search("KEYWORD", KEYWORD) == maildrop.having(KEYWORD) == [1]
    assert maildrop.seen() == ([] if policy == "never" else [1])
    assert maildrop.log_problems() == []
