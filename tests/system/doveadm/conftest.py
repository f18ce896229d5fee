# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server with a store of policies, and its administrator."""

import pytest

from administrator import CONF23, CONF24, Administrator


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24)


@pytest.fixture(scope="module")
def admin(server):
    return Administrator(server)


@pytest.fixture
def downloaded(clock):
    """downloaded(maildrop, count, first) delivers messages and downloads the first
    ones, 40 days ago; there is no session since."""
    def fill(maildrop, count, first):
        maildrop.deliver(count)
        with clock.days_from_now(-40), maildrop.pop3() as pop:
            for number in range(1, first + 1):
                pop.retr(number)
            pop.quit()
    return fill
