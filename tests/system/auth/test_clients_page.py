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
from mail_programs import PROGRAMS as WITHOUT_WINDOWS
from max_sessions import NO_OWN_LIMIT
from pages import section
from programs.windows import COMMANDS, PROGRAMS as WITH_WINDOWS
from wiring import ANVIL

# The page is about the programs of Debian 12.
pytestmark = [pytest.mark.night, pytest.mark.only_on(23, reason="programs of Debian 12")]
PROGRAMS = {**WITHOUT_WINDOWS, **WITH_WINDOWS}
COLUMNS = {"IMAP": "imap", "POP3": "pop3"}
DELAY = "Your mail was checked a moment ago. Please wait"


def rows(heading):
    """Yield {column: cell} of a table, with the same where a cell says so."""
    lines = [line.strip("|").split("|") for line in section("clients.md", heading).splitlines()
             if line.startswith("|")]
    head = [cell.strip() for cell in lines[0]]
    for line in lines[2:]:
        cells = [cell.strip() for cell in line]
        for number, cell in enumerate(cells):
            if cell == "the same":
                cells[number] = cells[number - 1]
        yield dict(zip(head, cells))


def is_tried(cell):
    return cell and "not tried" not in cell and "*not run*" not in cell


def cases(heading):
    """Yield (program, protocol, cell) of the programs of which the table says what was tried."""
    for row in rows(heading):
        for name in row["Program"].split(", "):
            program = name.split()[0]
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
    return gated({f"user{number}": {} for number in range(60)}, conf=ANVIL + NO_OWN_LIMIT)


@pytest.fixture(scope="module")
def unused():
    return (f"user{number}" for number in range(60))


@pytest.fixture
def shows(server, tmp_path):
    """shows(program, protocol, user, cell, text) fails unless it shows what the cell says."""
    folders = (tmp_path / str(number) for number in range(9))

    def try_once(program, protocol, user, *options):
        folder = next(folders)
        folder.mkdir()
        return PROGRAMS[program][0](folder, protocol, server.host, server.port(protocol), user,
                                    PASSWORD, *options)

    def shows(program, protocol, user, cell, text):
        if shutil.which(COMMANDS.get(program, program)) is None:
            pytest.skip(f"there is no {program}")
        status, printed = try_once(program, protocol, user)
        printed = " ".join(re.sub(r"\x1b[\[(][0-9;?]*[a-zA-Z]", " ", printed).split())
        assert text in try_once(program, protocol, user, "-v")[1] if "`-v`" in cell else True
        is_shown = "our text" in cell and "not shown" not in cell and "`-v`" not in cell
        assert (text in printed) == is_shown, printed
        for phrase in re.findall('"(.*?)"', cell):
            assert phrase in printed
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


def refusal(server, user):
    try:
        server.pop3(user).quit()
    except poplib.error_proto as error:
        return str(error)
    return ""
