# SPDX-License-Identifier: LGPL-2.1-or-later
"""The parameter `errors` of the HTTP API: what failed, and why, as rows."""

import re

import pytest

from administrator import (CONF23, CONF24, EX_CONFIG, EX_DATAERR, EX_NOUSER, EX_USAGE,
                           Administrator)

WRONG = ["pop3_access=perhaps", "imap_untill=2030-01-01"]


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24, coexist={"pop3_delete": "hide"})


@pytest.fixture(scope="module")
def admin(server):
    return Administrator(server)


def answer(admin, command, **parameters):
    """Return the rows of a command that is asked for its errors."""
    kind, rows, tag = admin.http(command, errors=True, **parameters)
    assert (kind, tag) == ("doveadmResponse", "tag")
    return rows


def errors(rows):
    """Return (exit code, text) of the rows that are errors."""
    return [(row["exit_code"], row["error"]) for row in rows if row["error"] is not None]


def test_every_error_is_a_row(admin):
    name = admin.user()
    rows = answer(admin, "coexistPolicySet", user=name, values=WRONG)
    assert errors(rows) == [
        (EX_DATAERR, "pop3_access: Not a value of this key, expected one of: allow deny suspend"),
        (EX_DATAERR, "imap_untill: No such key, did you mean imap_until?")]
    assert admin.text(f"mailbox/{name}") is None


def test_the_same_is_in_the_log(admin, server):
    known = len(server.log_text())
    answer(admin, "coexistPolicySet", user="nobody@log", values=["pop3_access=deny"])
    server.wait_for(lambda: re.search(r"Error: .*User nobody@log doesn't exist", server.log_text()[known:]),
                    what="the error in the log")


def test_what_succeeds_has_no_error(admin):
    name = admin.user()
    assert answer(admin, "coexistPolicySet", user=name, values=["pop3_access=deny"]) == []
    assert answer(admin, "coexistPolicyGet", user=name) == [
        {"error": None, "exit_code": None, "key": "pop3_access", "value": "deny"}]


@pytest.mark.parametrize("command, status, said, parameters", [
    ("coexistPolicyGet", EX_NOUSER, "User nobody@here doesn't exist", {"user": "nobody@here"}),
    ("coexistPolicyGet", EX_USAGE, "Whose policy?", {}),
    ("coexistExplain", EX_USAGE, "lmtp", {"user": "user1", "protocol": "lmtp"}),
    ("coexistKick", EX_USAGE, "Whose sessions?", {}),
    ("coexistKick", EX_USAGE, "--protocol ftp", {"user": "user1", "protocol": "ftp"}),
    ("coexistUndo", EX_USAGE, "Expected a session", {"user": "user1"}),
    ("coexistUndo", EX_USAGE, "Whose mailbox?", {"session": "abc"}),
    ("coexistUndo", EX_NOUSER, "User doesn't exist", {"user": "nobody@here", "session": "abc"}),
    ("coexistUndo", 68, "The journal has no session abc", {"user": "user1", "session": "abc"}),
    ("coexistJournal", EX_USAGE, "since", {"user": "user1", "since": "never"}),
    ("coexistPolicySign", EX_USAGE, "sign-key", {"user": "user1"}),
])
def test_each_command(admin, command, status, said, parameters):
    rows = answer(admin, command, **parameters)
    [(code, text), *_] = errors(rows)
    assert (code, said in text) == (status, True), text
    assert not text.startswith("coexist: ")


def test_the_next_request_of_the_process_is_as_ever(admin):
    """Nothing of an error stays, whichever of the processes answers."""
    for _ in range(3):
        assert errors(answer(admin, "coexistPolicySet", default=True))
        assert answer(admin, "coexistPolicyList", mask="nobody*") == []
        kind, what, _ = admin.http("coexistPolicySet", default=True)
        assert (kind, what["exitCode"]) == ("error", EX_USAGE)


def test_rows_that_came_before_the_error_stay(admin, server):
    """One user of several has such a session: the others are no failure."""
    admin.put("mailbox/broken@rows", "no document\n")
    admin.put("mailbox/good@rows", "[policy]\npop3_access=deny\n")
    rows = answer(admin, "coexistPolicyList", mask="*@rows", values=True)
    assert [row["name"] for row in rows if row["error"] is None] == ["good@rows"]
    [(code, text)] = errors(rows)
    assert code == EX_DATAERR and "broken@rows" in text


def test_the_texts_are_short_and_few(admin):
    values = [f"no_such_key_{number}=1" for number in range(150)]
    assert len(errors(answer(admin, "coexistPolicySet", default=True, values=values))) == 100
    [(_, text)] = errors(answer(admin, "coexistPolicySet", default=True,
                                values=["pop3_access=" + "é" * 5000]))
    assert len(text) <= 1010


def test_a_configuration_that_is_missing(start):
    """Without a store nothing can be asked, and the answer says what to configure."""
    server = start(conf23="plugin {\n  coexist_config = /mnt/etc/none\n}\n")
    admin = Administrator(server, key_file=None)
    [(code, text)] = errors(answer(admin, "coexistPolicyList"))
    assert code == EX_CONFIG and "store" in text


def test_false_is_not_given(admin):
    kind, what, _ = admin.http("coexistPolicySet", errors=False, default=True)
    assert (kind, what["exitCode"]) == ("error", EX_USAGE)


def test_the_command_line_has_its_exit_code_and_stderr(admin):
    done = admin.run("policy", "set", "--errors", "--default", *WRONG, output="json")
    assert done.returncode == EX_DATAERR
    assert done.stdout.strip() in ("", "[]")
    assert "pop3_access: Not a value" in done.stderr


def test_a_command_for_all_users_names_whose_row_it_is(admin):
    rows = answer(admin, "coexistUndo", allUsers=True, session="abc")
    assert errors(rows) == [(68, "Not found")]
    assert "username" in rows[-1]
