# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a run shows: a line as each scope ends, and a failure when it happens."""

import time

import pytest

import schedule


class Scope:
    """What is known of a scope so far."""

    def __init__(self):
        self.left = 0
        self.outcomes = {}
        self.seconds = 0.0

    def count(self, outcome):
        """Count a test that ended so."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.left -= 1

    def summary(self):
        """Return "12 passed, 1 failed"."""
        return ", ".join(f"{number} {outcome}"
                         for outcome, number in sorted(self.outcomes.items(), reverse=True))


class Progress:
    """A plugin for the process that shows the results of all workers."""

    def __init__(self, config):
        self._config = config
        self._scopes = {}
        self._failed = set()
        self._begin = time.monotonic()
        self._total = self._ended = 0

    def _expect(self, nodeids):
        for nodeid in nodeids:
            self._scopes.setdefault(schedule.scope_of(nodeid), Scope()).left += 1
        self._total = len(nodeids)

    def pytest_collection_finish(self, session):
        """The tests that this process runs itself."""
        if session.items:
            self._expect([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        """The tests of the workers: each collects all of them."""
        if not self._scopes:
            self._expect(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config, log):
        return schedule.scheduler(config, log)

    def _line(self, text):
        self._config.pluginmanager.get_plugin("terminalreporter").write_line(text)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report):
        """No dot for what passed: its scope has a line."""
        if report.when == "call" and report.passed:
            return "passed", "", ""
        return None

    def pytest_runtest_logreport(self, report):
        scope = self._scopes[schedule.scope_of(report.nodeid)]
        scope.seconds += report.duration
        if report.failed:
            self._failed.add(report.nodeid)
            self._line(f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext}\n")
        if report.when == "teardown":
            self._ended += 1
            scope.count("failed" if report.nodeid in self._failed else "passed")
            if scope.left == 0:
                self._show(schedule.scope_of(report.nodeid), scope)

    def _show(self, name, scope):
        passed = int(time.monotonic() - self._begin)
        self._line(f"{passed:4} s {100 * self._ended // self._total:3} %  {name}: "
                   f"{scope.summary()} in {scope.seconds:.0f} s")

    def pytest_sessionfinish(self):
        schedule.write({name: scope.seconds for name, scope in self._scopes.items()
                        if scope.left == 0})
