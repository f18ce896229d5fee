# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server with a store of policies, and its administrator."""

import pytest

from administrator import CONF23, CONF24, Administrator
from preflight import IS_23


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


@pytest.fixture
def site(admin):
    """site(name, value, …) returns the change of dovecot.conf that sets site settings."""
    path = admin.server.folder / "etc/coexist.conf.ext"
    before = path.read_text() if IS_23 else ""

    def site(*words):
        pairs = list(zip(words[::2], words[1::2]))
        if not IS_23:
            return lambda text: text + "".join(f"coexist_{name} = {value}\n"
                                               for name, value in pairs)
        path.write_text(before.replace("[site]\n", "[site]\n" + "".join(
            f"{name}={value}\n" for name, value in pairs)))
        return lambda text: text
    yield site
    if IS_23:
        path.write_text(before)
