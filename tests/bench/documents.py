# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stores of policies with a given number of documents, as fs:posix keeps them."""

import os

DOMAINS = 100
# How names grow: from those of 20 characters to those of 47.
STEPS, LONGER = 10, ".es"
# What documents say: nothing but who may log in, or what sessions obey, too.
ACCESS, KEYS = "access", "keys"
DEFAULT = {ACCESS: "[policy]\nimap_tls=any\n",
           KEYS: "[policy]\nimap_tls=any\nlanguage=es\nquota_warn=80 95\n"}
DOMAIN = {ACCESS: "[policy]\nwebmail_access=deny\n",
          KEYS: "[policy]\npreset=safe\npop3_delete_limit=500\nwebmail_access=deny\n"}
MAILBOX = ("[policy]\npop3_access=allow\nimap_networks=127.0.0.0/8 192.0.2.0/24\n"
           "submission_access=deny\ndeny_text=Please ask the office.\n")
# By these two it shows whether the gate is there, and whether sessions are told.
REFUSED, REFUSAL_TEXT = "refused@refused.example.org", "Refused by the gate"
TOLD, TERM = "told@refused.example.org", 77
PROBES = {REFUSED: "[policy]\npop3_access=deny\nimap_access=deny\n"
                   f"deny_text={REFUSAL_TEXT}\n",
          TOLD: f"[policy]\npop3_keep_days={TERM}\n"}
META = "\n[meta]\nupdated=2026-11-22T08:00:00Z\nby=panel\nreason=ticket {}\n"
# A file system may allow no more than 65,000 names of a file.
NAMES_PER_FILE = 50_000


def domain(number):
    """Return the name of a domain."""
    return f"d{number % DOMAINS}.example.org"


def user(number):
    """Return the name of the mailbox whose policy has this number.

    Their lengths differ: by that of a name all logins would reach, or not, the next block of
    memory that a request of auth gets.
    """
    return f"user{number}{LONGER * (number % STEPS)}@{domain(number)}"


def make(store, count, kind=KEYS):
    """Write the documents of everybody, of the domains and of `count` mailboxes.

    Beyond the first ones they are files with many names each: a million files of
    their own would need a million inodes, and a server sees no difference.
    """
    mailboxes = store / "coexist/mailbox"
    mailboxes.mkdir(parents=True)
    (store / "coexist/domain").mkdir()
    (store / "coexist/default").write_text(DEFAULT[kind] + META.format(0))
    for number in range(DOMAINS):
        (store / "coexist/domain" / domain(number)).write_text(
            DOMAIN[kind] + META.format(number))
    for name, text in PROBES.items():
        (mailboxes / name).write_text(text + META.format(0))
    for first in range(0, count, NAMES_PER_FILE):
        numbers = range(first, min(first + NAMES_PER_FILE, count))
        path = mailboxes / user(numbers[0])
        path.write_text(MAILBOX + META.format(first))
        for number in numbers[1:]:
            os.link(path, mailboxes / user(number))
