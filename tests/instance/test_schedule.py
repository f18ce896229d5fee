# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which tests share a worker, and which start first."""

from types import SimpleNamespace

import pytest

import schedule

RECORDED = "70.0 b.py mdbox\n1.0 a.py\n30.5 b.py\n"


@pytest.mark.parametrize("nodeid, scope", [
    ("system/pop3/test_stock.py::test_it", "system/pop3/test_stock.py"),
    ("a.py::test_it[2-mdbox-x]", "a.py mdbox"),
    ("a.py::test_it[maildir]", "a.py maildir"),
    ("a.py::test_sdbox_is_here[80%]", "a.py"),
    ("a.py::test_it[no-mdboxes]", "a.py")])
def test_a_scope_is_a_module_and_a_format(nodeid, scope):
    assert schedule.scope_of(nodeid) == scope


@pytest.fixture
def reports(tmp_path, monkeypatch):
    """The folder of an earlier run, and nothing recorded in the tree."""
    monkeypatch.setenv("COEXIST_REPORTS", str(tmp_path))
    monkeypatch.setattr(schedule, "RECORDED", tmp_path / "none")
    (tmp_path / "durations").write_text(RECORDED)
    return tmp_path


def order(*nodeids):
    items = [SimpleNamespace(nodeid=nodeid) for nodeid in nodeids]
    schedule.sort(items)
    return [item.nodeid for item in items]


def test_what_took_long_starts_first_and_scopes_stay_in_one_piece(reports):
    assert order("a.py::one", "b.py::one", "b.py::two[mdbox]", "a.py::two", "b.py::three") == \
        ["b.py::two[mdbox]", "b.py::one", "b.py::three", "a.py::one", "a.py::two"]


def test_what_is_not_known_counts_by_its_number_of_tests(reports):
    many = [f"new.py::test[{number}]" for number in range(100)]
    assert order("b.py::one", *many, "b.py::two[mdbox]") == \
        ["b.py::two[mdbox]", *many, "b.py::one"]


def test_what_did_not_run_is_still_known(reports):
    schedule.write({"a.py": 5, "c.py": 6})
    assert schedule.recorded() == {"a.py": 5, "b.py": 30.5, "b.py mdbox": 70, "c.py": 6}
