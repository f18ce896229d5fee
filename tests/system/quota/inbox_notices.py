# SPDX-License-Identifier: LGPL-2.1-or-later
"""Notices of a quota in INBOX: the policy that sends them there, and what is found."""

import email
import email.policy
import time

from instance import Dovecot
from names import NOTICE_TEXTS
from notice_mail import plain

POLICY = {"quota_warn": "80 90", "quota_warn_channels": "mail", "quota_warn_recovered": "yes",
          "quota_warn_repeat": "1d", "template_dir": str(NOTICE_TEXTS)}
DAY = 24 * 60 * 60
STORAGES = ["maildir", "sdbox", "mdbox"]
GENERATION = Dovecot.installed().generation
# at most 10 messages
FEW = {23: {"quota_rule": "*:storage=1000K:messages=10"}, 24: {"quota_message_count": "10"}}


def mails(owner, mailbox="INBOX"):
    """Return {number: email.message.EmailMessage} of the notices in a mailbox."""
    with owner.imap() as imap:
        imap.select(mailbox, readonly=True)
        numbers = imap.search(None, "HEADER", "X-Coexist-Notice", "quota-")[1][0].split()
        return {int(number): email.message_from_bytes(
                    imap.fetch(number, "(BODY.PEEK[])")[1][0][1], policy=email.policy.SMTP)
                for number in numbers}


def subjects(owner):
    """Return the subjects of the notices in INBOX."""
    return [str(notice["subject"]) for notice in mails(owner).values()]


def text_of(owner):
    """Return what the one notice in INBOX says, each run of blanks as one space."""
    notice, = mails(owner).values()
    return " ".join(plain(notice).split())


def visit(owner, protocol="pop3"):
    """Log in and leave."""
    if protocol == "pop3":
        owner.visit("pop3")
    else:
        with owner.imap() as imap:
            imap.select()


def told_ago(owner, seconds):
    """Let the last notice be so old."""
    told_at = int(time.time()) - seconds
    owner.change_state(quota_level_at=told_at, quota_told_at=told_at)


def expect(owner, *told):
    """Wait until this was told by mail."""
    owner.expect(*told, channel="mail")
