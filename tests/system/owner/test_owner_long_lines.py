# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands of ten thousand entries, where Dovecot's own limit of a line lets them through."""

import pytest

from choices import ENTRIES, OPENED, Metadata, without_time

ENTRY_COUNT = 10_000


@pytest.fixture(scope="module")
def server(start):
    line = "imap_max_line_length = 2 M\n"
    server = start(gate={}, conf23=line, conf24=line)
    server.store.mark()
    server.store.put("default", **OPENED)
    return server


def send(metadata: Metadata, command):
    """Send a command; return its tagged reply."""
    client = metadata.client
    tag = client._new_tag()
    client.send(tag + f" {command}\r\n".encode())
    while not (line := client.readline()).startswith(tag):
        assert line
    return without_time(line.decode().strip().partition(" ")[2])


def test_the_last_value_of_each_key_is_stored(owner):
    pairs = " ".join(f'{ENTRIES}pop3_keep_days "{7 + number % 80}"'
                     for number in range(ENTRY_COUNT))
    with owner.session() as metadata:
        assert send(metadata, f'SETMETADATA "" ({pairs})').startswith("OK ")
    assert owner.lines() == [f"pop3_keep_days={7 + (ENTRY_COUNT - 1) % 80}"]


def test_one_of_them_that_is_none_stores_nothing(owner):
    pairs = " ".join(f'{ENTRIES}pop3_keep_days "30"' for _ in range(ENTRY_COUNT - 1))
    with owner.session() as metadata:
        reply = send(metadata, f'SETMETADATA "" ({pairs} {ENTRIES}pop3_delete "expunge")')
        assert reply.startswith("NO [CANNOT] pop3_delete can be: hide,trash."), reply
        assert metadata.get("pop3_keep_days") == {"pop3_keep_days": None}
    assert owner.lines() == []


def test_ten_thousand_names_that_are_none_are_answered(owner):
    names = " ".join(f"{ENTRIES}made_up_{number}" for number in range(ENTRY_COUNT))
    with owner.session() as metadata:
        assert send(metadata, f'GETMETADATA "" ({names})').startswith("OK ")
        assert metadata.set(pop3_delete="hide").startswith("OK ")
