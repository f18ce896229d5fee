# SPDX-License-Identifier: LGPL-2.1-or-later
"""pop3_keep_days where POP3 downloads on one node and retention runs on the other, too: dsync takes
the keyword of a download along, and not its time. A message that was there before counts as
downloaded when the keyword comes, so that it is not due before its time; one that comes with the
keyword counts as downloaded when it was saved, as it does where an index was lost."""

import pytest

from nodes import Copies, two_nodes

pytestmark = pytest.mark.differs("dsync")

DAYS = 30
POLICY = {"pop3_mark_read": "complete", "pop3_mark_downloaded": "yes", "pop3_keep_days": DAYS}


@pytest.fixture(scope="module", params=["maildir", *(
    pytest.param(storage, marks=pytest.mark.night) for storage in ("mdbox", "sdbox"))])
def nodes(start, clock, request):
    wrap = {service: clock.wrapper for service in ("pop3", "imap", "lmtp", "doveadm")}
    with two_nodes(start, storage=request.param, gate={}, wrap=wrap) as nodes:
        yield nodes


@pytest.fixture
def copies(nodes):
    copies = Copies(nodes, nodes[0].maildrop().user)
    copies.policy(**POLICY)
    return copies


def downloads(copies, node, number=1):
    with copies.drops[node].pop3() as pop:
        pop.retr(number)
        pop.quit()


def test_a_download_counts_on_the_other_node_from_the_copy_of_its_keyword(copies, clock):
    copies.drops[0].deliver(2)
    copies.sync()
    with clock.days_from_now(40):
        downloads(copies, 0)
        copies.sync(0, env=clock.environment)
    for node in range(2):
        assert copies.due(node, clock, 40 + DAYS - 0.1) == 0, node
        assert copies.due(node, clock, 40 + DAYS + 0.1) == 1, node
    # another copy of the keyword changes nothing
    with clock.days_from_now(60):
        downloads(copies, 1, 1)
        copies.sync(1, "-f", env=clock.environment)
    for node in range(2):
        assert copies.due(node, clock, 40 + DAYS + 0.1) == 1, node


def test_what_comes_with_the_keyword_counts_from_the_day_it_was_saved(copies, clock):
    copies.drops[0].deliver(1)
    with clock.days_from_now(40):
        downloads(copies, 0)
        copies.sync(0, env=clock.environment)
    assert copies.due(0, clock, 40 + DAYS - 0.1) == 0
    assert copies.due(1, clock, DAYS + 0.1) == 1


def test_what_was_never_downloaded_is_never_due(copies, clock):
    copies.drops[0].deliver(1)
    copies.sync()
    with clock.days_from_now(40), copies.drops[1].imap() as imap:
        imap.select()
        imap.store("1", "+FLAGS", "(\\Seen)")
    copies.sync(1)
    assert [copies.due(node, clock, 400) for node in range(2)] == [0, 0]
