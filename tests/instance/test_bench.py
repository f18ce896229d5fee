# SPDX-License-Identifier: LGPL-2.1-or-later
"""The benchmarks: mailboxes whose files have names as Dovecot makes them, and what counts."""

import re
from statistics import mean

import pytest

from bench import counting, mailboxes
from bench.compare import Interval

NAME = re.compile(r"(\d+)\.M(\d{1,6})P(\d+)\.mail\.example\.org,S=(\d+),W=(\d+):2,")
COUNT, SIZE = 200, 2000


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The paths and the parts of the names."""
    folder = tmp_path_factory.mktemp("home") / "mail"
    mailboxes.maildir(folder, COUNT, SIZE)
    return {path: NAME.fullmatch(path.name).groups() for path in (folder / "cur").iterdir()}


def test_every_part_of_a_name_differs(files):
    """Else Dovecot's hash finds them in the same place, and bare takes ten times as long."""
    seconds, *others = zip(*files.values())
    assert len(set(seconds)) == COUNT
    assert all(len(set(part)) > COUNT / 2 for part in others)


def test_names_tell_the_sizes(files):
    for path, (*_, size, virtual_size) in files.items():
        text = path.read_bytes()
        assert (len(text), len(text) + text.count(b"\n")) == (int(size), int(virtual_size))
    assert mean(path.stat().st_size for path in files) == pytest.approx(SIZE, rel=0.1)


OUR_CALLS = f"""\
ob=(1) /usr/lib/dovecot/libdovecot.so.0
fn=(1) i_malloc
10 5
cob=(2) /usr/lib/dovecot/modules/{counting.MODULE}
cfn=(2) ours
calls=1 20
11 1000
ob=(2)
fn=(2)
20 7
+1 3
cfn=(1)
calls=1 10
* 500
fn=(3) ours_too
ob=(1)
fn=(1)
12 9
"""


@pytest.mark.parametrize("end, own", [("totals: 24\n", 10), ("", None)])
def test_what_our_functions_take_themselves(end, own):
    """Without what they call, and None of a file that is not written to its end."""
    assert counting._own(OUR_CALLS + end) == own


def test_what_has_no_module_of_ours_counts_as_bare():
    """Else a row would tell how the memory of a login process happens to lie."""
    costs = {"bare": [{"imap-login": 100, "imap": 200}, {"imap-login": 110, "imap": 200}],
             "ours": [{"imap-login": 130, "imap": 203}, {"imap-login": 70, "imap": 203}]}
    row = counting.row("a login", costs, "bare", "ours", None, ours=["imap"])
    assert (row.bare, row.ours) == ("305", "308")
    assert row.change == Interval.of([303 / 300, 313 / 310])
    alone = counting.row("a login", costs, "bare", "ours", None, ["imap-login"])
    assert alone.change == Interval.of([130 / 100, 70 / 110])
