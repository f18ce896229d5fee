# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same whatever counts the mailbox: each of Dovecot's quota drivers."""

import email
import email.policy
import re
import smtplib

import pytest

from instance import Dovecot
from names import NOTICE_TEXTS
from owner import Owner, known, limit_fields, of_size

GENERATION = Dovecot.installed().generation
DRIVERS = ["count", "maildir", "dict"] if GENERATION == 23 else ["count", "maildir"]
ROOTS23 = {"count": "count:User quota", "maildir": "maildir:User quota",
           "dict": "dict:User quota::file:%h/quota-dict"}
POLICY = {"quota_warn": "80 90 100", "quota_warn_channels": "mail event",
          "template_dir": str(NOTICE_TEXTS)}
# A last message may be larger than what is left.
CONF23 = """plugin {{
  quota = {root}
  quota_grace = 100K
}}
"""
CONF24 = """quota user {{
  driver = {driver}
}}
quota_storage_grace = 100K
"""

# Percentages are not exact: on Dovecot 2.4 a maildir counts lines without CR.


@pytest.fixture(scope="module", params=DRIVERS)
def driver(request):
    return request.param


def settings(driver):
    return {"quota": "1000K", "groups": {"limited": {}},
            "conf": "lmtp_user_concurrency_limit = 30\n",
            "conf23": CONF23.format(root=ROOTS23[driver]),
            "conf24": CONF24.format(driver=driver)}


@pytest.fixture(scope="module")
def server(start, driver):
    return start(coexist=POLICY, **settings(driver))


@pytest.fixture(scope="module")
def stock(start, driver):
    """A server without any of our modules."""
    return start(modules=None, **settings(driver))


@pytest.fixture
def owner(server):
    return known(server)


def notices_in_inbox(owner):
    """Return the subjects of the notices that an IMAP client finds, parsed."""
    with owner.imap() as imap:
        imap.select(readonly=True)
        numbers = imap.search(None, "HEADER", "X-Coexist-Notice", "quota-")[1][0].split()
        return [str(email.message_from_bytes(
            imap.fetch(number, "(BODY.PEEK[])")[1][0][1], policy=email.policy.SMTP)["subject"])
            for number in numbers]


def test_each_level_once(owner):
    owner.fill(79)
    assert owner.notices() == []
    owner.fill(4)
    owner.expect("80%")
    owner.fill(1)
    owner.fill(9)
    owner.expect("80%", "90%")


def test_usage_that_swings_round_a_level(driver, owner):
    owner.fill(79)
    owner.swing(200 if driver == "maildir" else 20)
    owner.expect("80%")
    assert len(notices_in_inbox(owner)) == 1


def test_20_deliveries_at_once_that_cross_a_level(owner):
    owner.fill(70)
    owner.deliver_at_once(20, 0.9)
    owner.expect("80%")
    assert len(notices_in_inbox(owner)) == 1
    assert owner.log_problems() == []


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_lowered_limit_is_told_at_the_next_login(server, protocol):
    owner = known(server, "limited")
    owner.fill(50)
    server.set_user(owner.user, **limit_fields("600K"))
    owner.visit(protocol)
    owner.expect("80%")
    [subject] = notices_in_inbox(owner)
    assert subject.startswith("Your mailbox is 8")


def test_the_notice_arrives_at_101_percent(owner):
    """The message that fills the mailbox is let in by the grace, as stock has it."""
    owner.fill(78)
    owner.fill(25)
    owner.expect("100%")
    owner.expect("100%", channel="mail")
    [subject] = notices_in_inbox(owner)
    assert re.fullmatch(r"Your mailbox is 10[1-3] % full", subject)
    assert owner.subjects().count("filling") == 2
    with pytest.raises(Exception, match=r"552|Quota exceeded"):
        owner.fill(1)


def replies(owner, *percents):
    """Return what LMTP says to messages of these sizes, but for names that differ anyway."""
    with smtplib.LMTP(owner.server.host, owner.server.port("lmtp"), timeout=60) as lmtp:
        lmtp.ehlo()
        said = []
        for percent in percents:
            lmtp.mail("sender@example.org")
            lmtp.rcpt(owner.user)
            code, text = lmtp.data(of_size(owner.limit * percent // 100))
            text = text.decode().replace(f"<{owner.user}>", "<owner>")
            said.append((code, re.sub(r"(?<=^2\.0\.0 <owner> )\S+(?= Saved)", "ID", text)))
    return said


def test_what_fills_the_mailbox_is_handled_as_stock_does(server, stock):
    """A message that is too large for the grace, one that is not, and when it is full."""
    ours, theirs = known(server), Owner(stock, stock.maildrop().user)
    theirs.deliver(1)
    for percents in (78, 45, 25, 1), (5, 90):
        said = replies(ours, *percents)
        assert said == replies(theirs, *percents)
        assert {code for code, _ in said} == {250, 552}
        ours.remove(2)
        theirs.remove(2)
    ours.expect("100%")
    assert [subject for subject in ours.subjects() if "full" not in subject] == theirs.subjects()
