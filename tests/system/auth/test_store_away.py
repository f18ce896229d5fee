# SPDX-License-Identifier: LGPL-2.1-or-later
"""Documents that cannot be read: what on_store_error says, for logins and nothing else."""

import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

import logins
import texts
from logins import Client, each

ACTIONS = ("last-known", "allow", "tempfail")
WAYS = each(logins.PASSWORD_WAYS, logins.PROOF_WAYS)
# The log has whole seconds.
A_MINUTE = timedelta(seconds=59)
KEPT = b"[policy]\npop3_mark_read=quit\n"


def folder_unreadable(store, user):
    """The auth process may not enter the folder."""
    (store.folder / "mailbox").chmod(0)


def file_unreadable(store, user):
    """The auth process may not read the file."""
    store.put(f"mailbox/{user}")
    (store.folder / "mailbox" / user).chmod(0)


def folder_instead(store, user):
    """There is a folder of the name."""
    (store.folder / "mailbox" / user).unlink(missing_ok=True)
    (store.folder / "mailbox" / user).mkdir()


def raw(text):
    """Return what puts a text in the place of the document."""
    return lambda store, user: store.put(f"mailbox/{user}", text)


FAULTS = {
    "folder unreadable": folder_unreadable,
    "file unreadable": file_unreadable,
    "folder instead": folder_instead,
    "empty": raw(""),
    "garbage": raw("deny everything!\n"),
    "binary": raw(bytes(range(256))),
    "cut off before [policy]": raw("[meta]\nby=panel\n[poli"),
    "cut off in a line": raw("[policy]\npop3_access=deny\nimap_acc"),
    "not UTF-8": raw(b"[policy]\npop3_access=deny\ndeny_text=\xff\xfe\n"),
    "NUL bytes": raw(b"\0[policy]\npop3_access=deny\n"),
    "too large": raw(b"[policy]\npop3_access=deny\n# " + b"x" * (64 * 1024) + b"\n"),
}


def slug(text):
    """Return the text as a part of a user's name."""
    return "".join(filter(str.isalnum, text)).lower()


USERS = [f"{slug(fault)}{number}" for fault in FAULTS for number in range(5)]


@pytest.fixture(scope="module", params=ACTIONS)
def action(request):
    """What the site wants if the policy cannot be read."""
    return request.param


@pytest.fixture(scope="module")
def server(gated, action):
    server = gated({**dict.fromkeys(USERS, {}), "other": {}},
                   gate={"on_store_error": action})
    server.store.put("mailbox/none", KEPT)
    return server


@pytest.fixture(params=FAULTS, ids=lambda fault: fault)
def fault(request, server):
    """(what makes a document unreadable, its name); the store is well again afterwards."""
    yield FAULTS[request.param], slug(request.param)
    (server.store.folder / "mailbox").chmod(0o755)


@pytest.fixture(autouse=True)
def auth_lives_on(server):
    """The auth process is the same before and after."""
    before = logins.auth_pids(server)
    yield
    assert set(before) <= set(server.pids("auth"))


def login(server, user, protocol="pop3", way=logins.pop3_user_pass):
    """Return "passes", "deny" or "store": how a login ends."""
    reply = way(server, Client(user))
    if logins.passes(protocol, reply):
        return "passes"
    for kind in ("deny", "store"):
        if reply == logins.refusal(protocol, texts.code(kind, protocol),
                                   texts.sentence(kind, protocol)):
            return kind
    return reply


def test_a_policy_that_was_never_read(server, action, fault):
    spoil, name = fault
    spoil(server.store, f"{name}0")
    assert login(server, f"{name}0") == {
        "last-known": "passes", "allow": "passes", "tempfail": "store"}[action]


def test_a_refusal_that_was_read_before(server, action, fault):
    spoil, name = fault
    server.store.put(f"mailbox/{name}1", pop3_access="deny")
    assert login(server, f"{name}1") == "deny"
    spoil(server.store, f"{name}1")
    assert login(server, f"{name}1") == {
        "last-known": "deny", "allow": "passes", "tempfail": "store"}[action]


def test_a_permission_that_was_read_before(server, action, fault):
    spoil, name = fault
    server.store.put(f"mailbox/{name}2", pop3_access="allow")
    assert login(server, f"{name}2") == "passes"
    spoil(server.store, f"{name}2")
    assert login(server, f"{name}2") == {
        "last-known": "passes", "allow": "passes", "tempfail": "store"}[action]


def test_mail_still_comes_in(server, fault):
    spoil, name = fault
    spoil(server.store, f"{name}3")
    server.deliver(f"{name}3", b"Subject: hello\r\n\r\nhello\r\n")
    assert "uid" in server.doveadm("user", f"{name}3")


def test_the_next_login_after_the_repair_obeys(server, action, fault):
    spoil, name = fault
    spoil(server.store, f"{name}4")
    login(server, f"{name}4")
    (server.store.folder / "mailbox").chmod(0o755)
    document = server.store.folder / "mailbox" / f"{name}4"
    if document.is_dir():
        document.rmdir()
    server.store.put(f"mailbox/{name}4", pop3_access="deny")
    assert login(server, f"{name}4") == "deny"
    server.store.put(f"mailbox/{name}4", pop3_access="allow")
    assert login(server, f"{name}4") == "passes"



@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_the_code_says_that_it_is_temporary(server, action, protocol, way):
    server.store.put("mailbox/other", "garbage")
    reply = way(server, Client("other"))
    if action != "tempfail":
        assert logins.passes(protocol, reply)
    elif protocol in logins.TEMPORARY:
        # Dovecot has its own text for it, with name and time of the host.
        assert reply.startswith(logins.TEMPORARY[protocol])
    else:
        assert login(server, "other", protocol, way) == "store"


@pytest.mark.parametrize("protocol, way", WAYS, ids=logins.name)
def test_a_wrong_password_is_not_told_that_it_is_temporary(server, protocol, way):
    server.store.put("mailbox/other", "garbage")
    assert way(server, Client("other", logins.WRONG)) == logins.FAILS[protocol]


def test_wider_documents_that_cannot_be_read(gated, action):
    """They count like the mailbox's, and a cache of theirs does not hide the repair."""
    server = gated({f"{name}@{name}.example": {} for name in ("never", "known", "back")},
                   gate={"on_store_error": action})
    never, known, back = (f"{name}@{name}.example" for name in ("never", "known", "back"))
    server.store.put("domain/never.example", "garbage")
    server.store.put("domain/known.example", pop3_access="deny")
    assert login(server, never) == ("store" if action == "tempfail" else "passes")
    assert login(server, known) == "deny"
    server.store.put("domain/known.example", "garbage")
    outcome = {"last-known": "deny", "allow": "passes", "tempfail": "store"}[action]
    if action != "last-known":  # which is "deny" from the beginning
        server.wait_for(lambda: login(server, known) == outcome, 10)
    server.store.put("domain/back.example", "garbage")
    login(server, back)
    server.store.put("domain/back.example", pop3_access="deny")
    assert login(server, back) == "deny"


def test_a_trial_refuses_nobody(gated):
    server = gated({"alice": {}}, gate={"on_store_error": "tempfail", "log_only": "yes"})
    server.store.put("mailbox/alice", "garbage")
    assert login(server, "alice") == "passes"
    server.wait_log("would refuse user=<alice> .* on_store_error=tempfail")


def test_each_fault_is_logged_at_most_once_a_minute_and_names_the_document(server):
    begin = time.monotonic()

    def errors():
        return [line for line in server.log_problems()
                if "shared/coexist/mailbox/empty0" in line]

    before = len(errors())
    assert before <= 1
    server.store.put("mailbox/empty0", "")
    login(server, "empty0")
    login(server, "empty0")
    server.wait_for(errors, 20, "the error to be logged")
    login(server, "empty0")
    times = [datetime.fromisoformat(line[:19]) for line in errors()]
    assert all(later - earlier >= A_MINUTE for earlier, later in pairwise(times))
    assert len(times) <= before + 1 + (time.monotonic() - begin) // 59
