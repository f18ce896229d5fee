# SPDX-License-Identifier: LGPL-2.1-or-later
"""What POP3 downloads shows as read where dovecot.conf keeps indexes in memory."""

import pytest

from test_delete_index_in_memory import MEMORY


@pytest.fixture(scope="module")
def server(start):
    return start(groups={policy: {"coexist_pop3_mark_read": policy}
                         for policy in ("complete", "quit", "never")}, **MEMORY)


@pytest.mark.parametrize("policy, meanwhile, afterwards", [
    ("complete", [1, 2], [1, 2]), ("quit", [], [1, 2]), ("never", [], [])])
def test_it_is_read(server, policy, meanwhile, afterwards):
    maildrop = server.maildrop(policy)
    maildrop.deliver(3)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.retr(2)
        pop.noop()
        if meanwhile:
            server.wait_for(lambda: maildrop.seen() == meanwhile, 20, "the marks")
        else:
            assert maildrop.seen() == []
        pop.quit()
    assert maildrop.seen() == afterwards
