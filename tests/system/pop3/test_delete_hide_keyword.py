# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_delete: INBOX is searched for hidden messages where it has had one, and only there."""

import pytest

from names import HIDDEN

ACTIONS = ("hide", "trash", "expunge")


@pytest.fixture(scope="module", params=["maildir", "mdbox"])
def server(request, start):
    return start(storage=request.param, coexist={"pop3_mark_read": "complete"},
                 groups={action: {"coexist_pop3_delete": action,
                                  "coexist_pop3_delete_limit": "50"} for action in ACTIONS})


def is_known(maildrop):
    """Return whether INBOX knows the keyword."""
    return any(HIDDEN.encode() in path.read_bytes()
               for pattern in ("dovecot.index*", "dovecot-keywords", "storage/dovecot*")
               for path in maildrop.folder.rglob(pattern) if path.is_file())


def hide(maildrop, number):
    with maildrop.imap() as imap:
        imap.select()
        imap.store(str(number), "+FLAGS", HIDDEN)


def test_the_first_that_is_hidden_makes_the_keyword(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        assert len(pop.list()[1]) == 3
        assert not is_known(maildrop)
        pop.dele(2)
        pop.quit()
    assert is_known(maildrop)
    assert maildrop.having(HIDDEN) == [2]
    with maildrop.pop3() as pop:
        assert len(pop.list()[1]) == 2
        pop.quit()


@pytest.mark.parametrize("action", ["trash", "expunge"])
def test_what_is_not_hidden_makes_none(server, action):
    maildrop = server.maildrop(action)
    maildrop.deliver(3)
    maildrop.delete(2)
    assert not is_known(maildrop)
    assert maildrop.subjects() == ["number 1", "number 3"]


@pytest.mark.parametrize("action", ACTIONS)
def test_what_imap_hides_first_is_not_shown(server, action):
    maildrop = server.maildrop(action)
    maildrop.deliver(3)
    maildrop.delete()
    hide(maildrop, 2)
    with maildrop.pop3() as pop:
        assert len(pop.list()[1]) == 2
        assert b"Subject: number 3" in pop.retr(2)[1]
        pop.quit()


@pytest.mark.parametrize("known", [False, True], ids=["first keyword", "known keyword"])
@pytest.mark.parametrize("action", ACTIONS)
def test_what_another_session_hides_meanwhile_can_be_read_and_deleted(server, action, known):
    maildrop = server.maildrop(action)
    maildrop.deliver(4)
    if known:
        hide(maildrop, 4)
    with maildrop.pop3() as pop:
        count = len(pop.list()[1])
        hide(maildrop, 2)
        assert len(pop.list()[1]) == count
        assert b"Subject: number 2" in pop.retr(2)[1]
        for number in (1, 2):
            pop.dele(number)
        assert pop.quit() == b"+OK Logging out, messages deleted."
    hidden = [4] if known else []
    if action == "hide":
        assert maildrop.having(HIDDEN) == [1, 2, *hidden]
        assert len(maildrop.subjects()) == 4
    else:
        assert maildrop.subjects() == ["number 3", "number 4"]
        assert maildrop.having(HIDDEN) == [2 for _ in hidden]
    if action == "trash":
        assert maildrop.subjects("Trash") == ["number 1", "number 2"]
    with maildrop.pop3() as pop:
        assert len(pop.list()[1]) == 2 - len(hidden)
        pop.quit()


def test_two_sessions_hide_the_same_message(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(3)
    with maildrop.pop3() as one, maildrop.pop3() as other:
        for pop in (one, other):
            pop.dele(2)
        for pop in (one, other):
            assert pop.quit() == b"+OK Logging out, messages deleted."
    assert maildrop.having(HIDDEN) == [2]
    assert len(maildrop.subjects()) == 3


def test_a_session_that_resets_hides_nothing(server):
    maildrop = server.maildrop("hide")
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.dele(1)
        pop.rset()
        pop.quit()
    assert maildrop.having(HIDDEN) == []
    assert not is_known(maildrop)
