# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian with Dovecot and users in SQL, without ours and with it."""

import os
import subprocess

import pytest

from packages import BUILD, NEXT, SERIES, bare_debian, package
from site_on_debian import make_site, put_ours_in_force
from machine import Machine


def pytest_addoption(parser):
    parser.addoption("--suite", action="append", choices=list(NEXT),
                     help="of these Debians only")


def pytest_generate_tests(metafunc):
    if "suite" in metafunc.fixturenames:
        suites = [suite for suite in metafunc.config.getoption("suite") or NEXT
                  if suite in getattr(metafunc.module, "SUITES", NEXT)]
        metafunc.parametrize("suite", suites, scope="session")


def own_folder(suite, name):
    """Return where a root of this run goes."""
    return BUILD / f"roots/{suite}-{name}-{os.getpid()}"


@pytest.fixture(scope="session")
def bare(suite):
    """The root of a bare Debian; not to be changed."""
    folder = own_folder(suite, "bare")
    yield bare_debian(suite, folder)
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)


@pytest.fixture(scope="session")
def stock(suite, bare):
    """The root of a Debian that has Dovecot and users in SQL, and nothing of ours."""
    folder = own_folder(suite, "stock")
    with Machine(bare) as debian:
        make_site(debian, SERIES[suite])
        debian.save(folder)
    yield folder
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)


@pytest.fixture(scope="session")
def configured(suite, stock):
    """The same with our package, which is configured and in force."""
    folder = own_folder(suite, "configured")
    with Machine(stock) as debian:
        assert debian.service("start")
        put_ours_in_force(debian, package(suite))
        debian.service("stop")
        debian.save(folder)
    yield folder
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=True)


@pytest.fixture
def debian(stock):
    """A Debian with Dovecot and users in SQL that runs, and nothing of ours."""
    with Machine(stock) as machine:
        assert machine.service("start")
        yield machine


@pytest.fixture
def site(configured):
    """A Debian that runs with ours in force."""
    with Machine(configured) as machine:
        assert machine.service("start")
        yield machine
