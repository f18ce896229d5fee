# SPDX-License-Identifier: LGPL-2.1-or-later
"""doc/upgrade.md: the commands of the page, around an upgrade of Debian."""

import shutil

from packages import TOP, mirror, package, page_commands
from site_on_debian import (JO, PASSWORD, assert_mail_flows, assert_stock, is_in_force,
                            lay_site, message)

SUITES = ["bookworm"]
PAGE = (TOP / "doc/upgrade.md").read_text()


def hide_a_message(site):
    """Let POP3 hide a message of jo."""
    site.run(f"doveadm coexist policy set -u {JO} pop3_delete=hide")
    site.deliver(JO, message("hidden from POP3"))
    session = site.pop3(JO, PASSWORD)
    session.dele(session.stat()[0])
    session.quit()


def shown_to_pop3(site):
    """Return how many messages POP3 shows to jo, and IMAP."""
    session = site.pop3(JO, PASSWORD)
    count = session.stat()[0]
    session.quit()
    client = site.imap(JO, PASSWORD)
    number = len(client.search(None, "ALL")[1][0].split())
    client.logout()
    return count, number


def sessions(site):
    """Return the names of the sessions that changed jo's INBOX."""
    rows = site.run(f"doveadm -f tab coexist journal -u {JO}").stdout.splitlines()
    return {row.split("\t")[1] for row in rows[1:]}


def upgrade_debian(site):
    """As the release notes say, and Dovecot's configuration is taken over by hand."""
    site.write("etc/apt/sources.list", f"deb {mirror()} trixie main\n")
    site.run("rm -f /etc/apt/sources.list.d/*")
    site.run("apt-get update")
    site.run("apt-get full-upgrade")
    site.run("find /etc/dovecot/conf.d -type f ! -name '*coexist*' -delete")
    site.run("cp -r /usr/share/dovecot/dovecot.conf /usr/share/dovecot/conf.d /etc/dovecot/")
    lay_site(site, "2.4")


def test_policies_and_journals_are_the_same_afterwards(site):
    before, after = (page_commands(PAGE, heading) for heading in ("Before", "After"))
    assert (len(before), len(after)) == (2, 4)
    hide_a_message(site)
    was = shown_to_pop3(site), sessions(site)
    assert was[0][0] == was[0][1] - 1
    for command in before:
        site.run(command)
    assert_stock(site, "off")

    upgrade_debian(site)
    assert site.run("dpkg-query -W -f '${db:Status-Abbrev}' dovecot-coexist").stdout != "ii "
    assert site.service("restart")
    assert_stock(site, "Debian 13 without ours")

    (site.root / "root/build/packages").mkdir(parents=True)
    shutil.copy(package("trixie"), site.root / "root/build/packages")
    site.run(after[0])
    site.write("etc/dovecot/dovecot-coexist.conf",
               (TOP / "examples/site-2.4/dovecot-coexist.conf").read_text())
    for command in after[1:]:
        site.run(command)
    assert is_in_force(site)
    assert_mail_flows(site, "Debian 13 with ours")
    assert sessions(site) >= was[1]
    pop3, imap = shown_to_pop3(site)
    assert pop3 == imap - 1
    # dpkg's answer is that of CONFFILES in machine.py: to keep the file that is there
    assert site.run("cd /etc/dovecot && ls -d conf.d/*coexist* *coexist*.conf*").stdout.split() \
        == ["conf.d/90-coexist.conf", "dovecot-coexist.conf", "dovecot-coexist.conf.dpkg-dist",
            "dovecot-coexist.conf.ext.dpkg-bak"]
