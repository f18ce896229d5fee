# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/clients.md is what mail programs show of a refusal.

A cell of its tables says it in words that are tried here: "…" is printed; so is "our text",
unless it is not shown, or with an option only; and the exit status is what it says.
"""

import poplib
import re
import shutil
from contextlib import ExitStack

import pytest

import texts
from instance import PASSWORD
from mail_programs import PROGRAMS as WITHOUT_WINDOWS, is_here
from max_sessions import NO_OWN_LIMIT
from pages import rows
from programs.windows import COMMANDS, PROGRAMS as WITH_WINDOWS
from wiring import ANVIL

# The page is about the programs of Debian 12.
pytestmark = [pytest.mark.night, pytest.mark.only_on(23, reason="programs of Debian 12")]
PROGRAMS = {**WITHOUT_WINDOWS, **WITH_WINDOWS}
COLUMNS = {"IMAP": "imap", "POP3": "pop3"}
USERS = [f"user{number}" for number in range(120)]
NUMBERS = {"one": 1, "two": 2, "three": 3}
DELAY = "Your mail was checked a moment ago. Please wait"


def is_tried(cell):
    return cell and "not tried" not in cell and "*not run*" not in cell


def cases(heading):
    """Yield (program, protocol, cell) of the programs of which the table says what was tried."""
    for row in rows("clients.md", heading):
        for name in row["Program"].split(", "):
            program = name.split()[0].removesuffix("'s")
            for column, cell in row.items():
                if program in PROGRAMS and column in COLUMNS and is_tried(cell):
                    yield program, COLUMNS[column], cell


def each(heading):
    found = list(cases(heading))
    assert {"curl", "fetchmail", "getmail", "mpop", "Thunderbird", "Claws"} <= {
        program for program, _, _ in found}
    return pytest.mark.parametrize("program, protocol, cell", found)


@pytest.fixture(scope="module")
def server(gated):
    return gated(dict.fromkeys(USERS, {}), gate={"on_store_error": "tempfail"},
                 conf=ANVIL + NO_OWN_LIMIT)


@pytest.fixture(scope="module")
def unused():
    return iter(USERS)


@pytest.fixture
def log_in_once(tmp_path):
    """log_in_once(server, program, protocol, user) returns (exit status, what was printed)."""
    folders = (tmp_path / str(number) for number in range(9))

    def log_in_once(server, program, protocol, user, *options):
        if not (shutil.which(COMMANDS[program]) if program in COMMANDS else is_here(program)):
            pytest.skip(f"there is no {program}")
        folder = next(folders)
        folder.mkdir()
        return PROGRAMS[program][0](folder, protocol, server.host, server.port(protocol), user,
                                    PASSWORD, *options)
    return log_in_once


@pytest.fixture
def shows(server, log_in_once):
    """shows(program, protocol, user, cell, text) fails unless it shows what the cell says."""
    def shows(program, protocol, user, cell, text):
        status, printed = log_in_once(server, program, protocol, user)
        printed = " ".join(re.sub(r"\x1b[\[(][0-9;?]*[a-zA-Z]", " ", printed).split())
        assert text in log_in_once(server, program, protocol, user, "-v")[1] if "`-v`" in cell else True
        is_shown = "our text" in cell and "not shown" not in cell and "`-v`" not in cell
        assert (text in printed) == is_shown, printed
        for phrase in re.findall('"(.*?)"', cell):
            assert phrase in printed
        if "asks for the password again" in cell:
            assert printed.count("ENTER PASSWORD") == 2
        number = re.search(r"exit status (\d+)", cell)
        assert number is None or status == int(number[1])
    return shows


@each("Denied, until, networks")
def test_denied(server, unused, shows, program, protocol, cell):
    user = next(unused)
    server.store.put(f"mailbox/{user}", **{f"{protocol}_access": "deny"})
    shows(program, protocol, user, cell, texts.sentence("deny", protocol))


@each("Too many sessions")
def test_too_many_sessions(server, unused, shows, program, protocol, cell):
    user = next(unused)
    server.store.put(f"mailbox/{user}", **{f"{protocol}_max_sessions": "1"})
    with ExitStack() as stack:
        open_ = {"imap": server.imap, "pop3": server.pop3}[protocol](user)
        stack.callback(open_.logout if protocol == "imap" else open_.quit)
        shows(program, protocol, user, cell, texts.sentence("max_sessions", protocol))


@each("Too early (`pop3_login_delay`)")
def test_too_early(server, unused, shows, program, protocol, cell):
    user = next(unused)
    server.store.put(f"mailbox/{user}", pop3_login_delay="1h")
    server.pop3(user).quit()
    server.wait_for(lambda: DELAY in refusal(server, user), what="the login to be noted")
    shows(program, protocol, user, cell, DELAY)


@each("No store (`tempfail`)")
def test_no_store(server, unused, shows, program, protocol, cell):
    user = next(unused)
    server.store.put(f"mailbox/{user}", "deny everything!\n")
    shows(program, protocol, user, cell, texts.sentence("store", protocol))


def often():
    """Yield (program, protocol, logins of one run) of the programs of the command line."""
    for row in rows("clients.md", "How often they come back"):
        said = re.match("([a-z]+) (for each run|when a mailbox is opened|for each password)",
                        row["Logins within ten minutes"])
        for name in re.findall(r"\w+", row["Program"]) if said else ():
            for protocol in WITHOUT_WINDOWS[name][1] if name in WITHOUT_WINDOWS else ():
                if " by " not in row["Program"] or protocol.upper() in row["Program"]:
                    yield name, protocol, NUMBERS[said[1]]


@pytest.fixture(scope="module")
def usual(gated):
    """A server with the mechanisms that Dovecot has unless it is told of others."""
    server = gated(dict.fromkeys(USERS, {}), conf="auth_mechanisms = plain\nlog_debug = category=auth\n")
    server.store.put("default", imap_access="deny", pop3_access="deny")
    return server


@pytest.mark.parametrize("program, protocol, number", list(often()))
def test_how_often(usual, unused, log_in_once, program, protocol, number):
    user = next(unused)
    log_in_once(usual, program, protocol, user)
    looked_up = rf"\({user},.*\): Performing passdb lookup"
    assert len(re.findall(looked_up, usual.log_text())) == number


def refusal(server, user):
    try:
        server.pop3(user).quit()
    except poplib.error_proto as error:
        return str(error)
    return ""
