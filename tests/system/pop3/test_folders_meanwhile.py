# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail that comes to INBOX after Dovecot has found out what there is in the maildrop, and before
it is listed: the session has not got it, so nothing is remembered of it, and a later one is
shown it."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from folders import PLUGINS, fill
from instance import message
from view_listing import listed, names, reads, unreads

SOURCE = Path(__file__).with_name("hold_open.c")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preload")
    folder.chmod(0o755)
    made = folder / "hold_open.so"
    subprocess.run(["cc", "-Wall", "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
    return made


@pytest.fixture(scope="module", params=["maildir", "mdbox", "sdbox"])
def server(request, start, library):
    """Its POP3 sessions can be kept between the two: before they read what was listed. Dovecot
    knows whether INBOX has changed without opening it."""
    server = start(storage=request.param, gate={}, plugins=PLUGINS,
                   conf="mailbox_list_index_include_inbox = yes\n", wrap={
        "pop3": f"env LD_PRELOAD={library} HOLD=/mnt/hold/hold "
                "HOLD_OPEN=dovecot-coexist.folders"})
    folder = server.folder / "hold"
    folder.mkdir()
    folder.chmod(0o777)
    return server


@contextmanager
def keeping(maildrop):
    """A session is kept there meanwhile; yield a list that has what it was shown afterwards."""
    folder = maildrop.server.folder / "hold"
    hold = folder / "hold"
    found = []
    hold.touch()
    try:
        with ThreadPoolExecutor() as pool:
            session = pool.submit(listed, maildrop)
            maildrop.server.wait_for(lambda: list(folder.glob("hold.*")), what="the session")
            try:
                yield found
            finally:
                hold.unlink()
            found += session.result()
    finally:
        for waiting in folder.glob("hold*"):
            waiting.unlink()


@pytest.fixture
def filled(maildrop, show):
    """A message each in INBOX and Sent, both of which were listed."""
    maildrop.deliver(1)
    fill(maildrop, "Sent", "sent")
    show(pop3_folders="Sent")
    # the second time Dovecot sees no change
    for _ in range(2):
        assert set(listed(maildrop)) == {*names(1), "sent"}
    return maildrop


def test_what_is_read_before_it_was_listed_is_listed_when_it_is_unread(filled, show):
    show(pop3_folders="Sent", pop3_show="unread")
    assert set(listed(filled)) == {*names(1), "sent"}
    with keeping(filled) as found:
        filled.deliver(message("late"))
    assert set(found) == {*names(1), "sent"}
    reads(filled, 2)
    assert set(listed(filled)) == {*names(1), "sent"}
    unreads(filled, 2)
    assert set(listed(filled)) == {*names(1), "sent", "late"}


def test_what_comes_read_while_the_first_filter_begins_to_act(filled, show):
    """Before the first filter, all that the session finds counts as listed."""
    show(pop3_folders="Sent", pop3_show="unread")
    with keeping(filled) as found:
        filled.deliver(message("late"))
        reads(filled, 2)
    assert set(found) == {*names(1), "sent"}
    unreads(filled, 2)
    assert set(listed(filled)) == {*names(1), "sent", "late"}


def test_what_is_not_in_the_maildrop_is_none_of_the_newest(filled, show):
    show(pop3_folders="Sent", pop3_max_messages="1")
    assert set(listed(filled)) == {*names(1), "sent"}
    with keeping(filled) as found:
        filled.deliver(message("late"))
    assert set(found) == {*names(1), "sent"}
    assert set(listed(filled)) == {"sent", "late"}
