# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stores of policies with a given number of documents, as fs:posix keeps them."""

import os

DOMAINS = 100
DEFAULT = "[policy]\nimap_tls=any\nlanguage=es\nquota_warn=80 95\n"
DOMAIN = "[policy]\npreset=safe\npop3_delete_limit=500\nwebmail_access=deny\n"
MAILBOX = ("[policy]\npop3_access=allow\nimap_networks=127.0.0.0/8 192.0.2.0/24\n"
           "submission_access=deny\ndeny_text=Please ask the office.\n")
META = "\n[meta]\nupdated=2026-11-22T08:00:00Z\nby=panel\nreason=ticket {}\n"
# A file system may allow no more than 65,000 names of a file.
NAMES_PER_FILE = 50_000


def domain(number):
    """Return the name of a domain."""
    return f"d{number % DOMAINS}.example.org"


def user(number):
    """Return the name of the mailbox whose policy has this number."""
    return f"user{number}@{domain(number)}"


def make(store, count):
    """Write the documents of everybody, of the domains and of `count` mailboxes.

    Beyond the first ones they are files with many names each: a million files of
    their own would need a million inodes, and a server sees no difference.
    """
    mailboxes = store / "coexist/mailbox"
    mailboxes.mkdir(parents=True)
    (store / "coexist/domain").mkdir()
    (store / "coexist/default").write_text(DEFAULT + META.format(0))
    for number in range(DOMAINS):
        (store / "coexist/domain" / domain(number)).write_text(
            DOMAIN + META.format(number))
    for first in range(0, count, NAMES_PER_FILE):
        numbers = range(first, min(first + NAMES_PER_FILE, count))
        path = mailboxes / user(numbers[0])
        path.write_text(MAILBOX + META.format(first))
        for number in numbers[1:]:
            os.link(path, mailboxes / user(number))
