# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ten minutes after finding the project: the commands of the pages, on a Debian."""

import email
import re
import time
from email import policy

from machine import Machine, wait_for
from packages import TOP, page_commands
from site_on_debian import (ANA, DENIED, JO, PASSWORD, assert_mail_flows, copy_sources,
                            is_in_force, message, refusal)

INSTALL = (TOP / "doc/install.md").read_text()
MOST_COMMANDS, MOST_SECONDS = 12, 600


def follow(debian, commands):
    """Run the commands of a page in the folder of the sources; return what they print."""
    return [debian.run(command, folder="/root/src").stdout for command in commands]


def subjects(debian, user):
    imap = debian.imap(user, PASSWORD)
    found = imap.fetch("1:*", "(BODY.PEEK[HEADER])")[1]
    imap.logout()
    return [email.message_from_bytes(part[1], policy=policy.default)["Subject"]
            for part in found if isinstance(part, tuple)]


def flags(debian, user, number):
    imap = debian.imap(user, PASSWORD)
    text = imap.fetch(str(number), "(FLAGS)")[1][0].decode()
    imap.logout()
    return text


def assert_a_download_is_read_while_pop3_goes_on(debian):
    """With stock Dovecot it is read when the session has ended."""
    debian.deliver(JO, message("to be read"))
    session = debian.pop3(JO, PASSWORD)
    session.retr(1)
    session.noop()
    wait_for(lambda: r"\Seen" in flags(debian, JO, 1), what="the download to be read")
    session.quit()


def assert_the_owner_is_warned_in_spanish(debian):
    user = "eva@example.org"
    debian.run("sqlite3 /etc/dovecot/users.sqlite \"INSERT INTO mailbox (username, password, quota) "
               f"VALUES ('{user}', '{{PLAIN}}{PASSWORD}', 100000)\"")
    debian.deliver(user, message("small", 10_000))
    debian.deliver(user, message("large", 72_000))
    wait_for(lambda: any(re.fullmatch(r"Su buzón está lleno al 8\d %", subject)
                         for subject in subjects(debian, user)), what="the warning")


def test_an_administrator_with_debians_dovecot(debian, suite):
    assert_mail_flows(debian, "before")
    before = debian.doveconf()
    commands = page_commands(INSTALL, "Ten minutes")
    *until_it_works, off, purge = commands
    assert 8 <= len(commands) <= MOST_COMMANDS
    copy_sources(debian)

    begin = time.monotonic()
    printed = follow(debian, until_it_works)
    seconds = time.monotonic() - begin
    print(f"{len(commands)} commands, {seconds:.0f} s until it works on {suite}")

    assert printed[-1].split() == f"< -ERR [SYS/PERM] {DENIED}".split()
    assert_a_download_is_read_while_pop3_goes_on(debian)
    assert_the_owner_is_warned_in_spanish(debian)
    assert_mail_flows(debian, "in force")

    follow(debian, [off])
    assert refusal(debian, ANA) is None
    assert debian.doveconf() == before
    follow(debian, [purge])
    assert debian.doveconf() == before
    assert_mail_flows(debian, "purged")
    left = debian.run("find /etc /usr/lib /usr/sbin -name '*coexist*'").stdout
    assert left == ""
    assert seconds < MOST_SECONDS


def test_a_complete_site_from_nothing(bare):
    """README's commands of installation, then those of a whole site."""
    install = page_commands((TOP / "README.md").read_text(), "Install")[:2]
    whole = page_commands(INSTALL, "A complete site")
    assert "sqlite3" in whole[0]
    with Machine(bare) as debian:
        debian.run("apt-get update")
        copy_sources(debian)
        follow(debian, install)
        # preflight exits with 78 if a row says fail
        *_, preflight = follow(debian, whole[:-2])
        assert preflight.count("a restart of Dovecot") == 1
        for switches_pop3_off in whole[-2:]:
            assert not is_in_force(debian)
            follow(debian, [switches_pop3_off])
            assert is_in_force(debian)
            debian.run(f"doveadm coexist policy unset -u {ANA} pop3_access")
        assert debian.service("restart")
        assert "a restart of Dovecot" not in debian.run("doveadm coexist preflight").stdout
        assert_mail_flows(debian, "from nothing")
