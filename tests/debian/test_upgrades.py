# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail flows whatever apt does: delivery and logins work at each step.

A package of ours depends on the ABI version of one Dovecot. The site is configured and in
force when each story begins.
"""

import poplib
import re
import shutil

import pytest

from packages import NEXT, OLDER, mirror, older_package, package
from site_on_debian import (ANA, DOVECOT, JO, PASSWORD, assert_mail_flows, assert_stock, install,
                            is_in_force, put_ours_in_force, refusal)

MODULES = "/usr/lib/dovecot/modules"


def dovecot(debian):
    """Return the version that is installed."""
    return debian.run("dovecot --version").stdout.split()[0]


def version(debian):
    """Return our package's version."""
    return debian.run("dpkg-query -W -f '${Version}' dovecot-coexist").stdout


def is_installed(debian, name="dovecot-coexist"):
    return debian.run(f"dpkg-query -W -f '${{db:Status-Abbrev}}' {name}",
                      check=False).stdout == "ii "


def add_next_suite(debian, suite):
    """The mirror's next Dovecot is there for apt, and only taken where it is asked for."""
    debian.write("etc/apt/sources.list.d/next.list", f"deb {mirror()} {NEXT[suite]} main\n")
    debian.write("etc/apt/preferences.d/next",
                 f"Package: *\nPin: release n={NEXT[suite]}\nPin-Priority: 100\n")
    debian.run("apt-get update")


# Ours


def test_a_new_version_of_ours(debian, suite):
    put_ours_in_force(debian, older_package(suite))
    assert version(debian) == OLDER
    assert is_in_force(debian)
    assert_mail_flows(debian, "the version before")
    install(debian, package(suite))
    assert version(debian) == package(suite).name.split("_")[1]
    assert is_in_force(debian)
    assert_mail_flows(debian, "the new version")
    assert debian.run("doveadm coexist preflight", check=False).returncode == 0


def test_the_folder_of_policies(site, suite):
    """auth reads it, as dovecot; the administrator may say who else does."""
    folder = "/var/lib/dovecot-coexist"

    def owner_after(command):
        site.run(command)
        site.run(f"apt-get install --reinstall ./{package(suite).name}")
        return site.run(f"stat -c '%U:%G %a' {folder}").stdout.strip()
    assert owner_after("true") == "root:dovecot 2750"
    assert owner_after(f"chown root:root {folder} && chmod 755 {folder}") == "root:dovecot 2750"
    assert owner_after("dpkg-statoverride --update --add root vmail 2770 "
                       f"{folder}") == "root:vmail 2770"


def test_removed_while_it_is_configured_and_installed_again(site, suite):
    site.run("apt-get remove dovecot-coexist")
    assert_stock(site, "removed")
    assert site.service("restart")
    assert_stock(site, "removed and started")
    install(site, package(suite))
    assert is_in_force(site)
    assert_mail_flows(site, "installed again")


def test_purged_while_it_is_configured(site):
    site.run("apt-get purge dovecot-coexist")
    assert_stock(site, "purged")
    assert site.service("restart")
    assert_stock(site, "purged and started")
    assert "coexist" not in re.sub(r"(?m)^.*AS (userdb_)?coexist_.*$", "", site.doveconf())
    assert site.run("find /etc /usr -name '*coexist*'").stdout == ""
    assert site.run("ls /var/lib/dovecot-coexist").stdout, "policies are the administrator's"


def test_switched_off_stays_off_over_a_new_installation(site, suite):
    site.run("dovecot-coexist off")
    site.run("apt-get remove dovecot-coexist")
    install(site, package(suite))
    assert_stock(site, "off and installed again")
    site.run("dovecot-coexist on")
    assert is_in_force(site)


# Dovecot


def test_apt_does_not_take_ours_away_by_itself(site, suite):
    """`apt upgrade` removes nothing: it keeps Dovecot back."""
    before = dovecot(site)
    add_next_suite(site, suite)
    site.write("etc/apt/preferences.d/next",
               f"Package: dovecot-*\nPin: release n={NEXT[suite]}\nPin-Priority: 990\n")
    site.run("apt-get upgrade")
    assert (dovecot(site), is_installed(site)) == (before, True)
    assert is_in_force(site)
    assert_mail_flows(site, "kept back")


def test_dovecot_alone_is_upgraded(site, suite):
    before = dovecot(site)
    add_next_suite(site, suite)
    site.run(f"apt-get install -t {NEXT[suite]} {DOVECOT}")
    assert dovecot(site) != before
    assert not is_installed(site)
    assert_stock(site, "Dovecot alone")
    assert site.service("restart")
    assert_stock(site, "Dovecot alone, started")
    install(site, package(NEXT[suite]))
    assert is_in_force(site)
    assert_mail_flows(site, "ours for the new Dovecot")


def test_dovecot_alone_is_upgraded_where_it_must_not_run_without_it(site, suite):
    """apt removes ours, and the choice of the site holds."""
    before = dovecot(site)
    site.write("etc/default/dovecot-coexist", 'without_modules="stop"  # a policy is one\n')
    add_next_suite(site, suite)
    done = site.run(f"apt-get install -t {NEXT[suite]} {DOVECOT}", check=False)
    assert dovecot(site) != before and not is_installed(site)
    assert "without it Dovecot lets nobody in" in done.stdout + done.stderr
    for _ in ("upgraded", "started"):
        for user in (ANA, JO):
            with pytest.raises((OSError, EOFError, poplib.error_proto)):
                site.pop3(user, PASSWORD)
        site.service("restart")
    install(site, package(NEXT[suite]))
    assert is_in_force(site)
    assert_mail_flows(site, "ours for the new Dovecot")


def test_both_are_upgraded_in_one_go(site, suite):
    before = dovecot(site)
    add_next_suite(site, suite)
    new = package(NEXT[suite])
    shutil.copy(new, site.root / "root")
    site.run(f"apt-get install -t {NEXT[suite]} ./{new.name} {DOVECOT}")
    assert dovecot(site) != before
    assert is_in_force(site)
    assert_mail_flows(site, "both")


# By hand


@pytest.mark.parametrize("module", ["auth/libauthdb_coexist.so", "lib20_coexist_plugin.so",
                                    "settings/libcoexist_settings.so"])
def test_a_module_is_removed_by_hand(site, suite, module):
    (site.root / f"{MODULES[1:]}/{module}").unlink()
    assert site.service("restart")
    assert_stock(site, f"without {module}")
    assert f"{module} is not there: install dovecot-coexist" in site.service_log
    assert site.run("dovecot-coexist status", check=False).returncode == 1
    site.run("apt-get install --reinstall ./" + package(suite).name)
    assert is_in_force(site)
    assert_mail_flows(site, f"with {module} again")


def test_modules_for_another_dovecot_by_make_install(site, suite):
    other = package(NEXT[suite])
    shutil.copy(other, site.root / "root")
    site.run(f"dpkg-deb --fsys-tarfile {other.name} | tar -C / -xf - ./usr/lib/dovecot")
    assert site.service("restart")
    assert_stock(site, "modules of another Dovecot")
    assert re.search(r"is for Dovecot 2\.\d\.ABIv\d+, and this is 2\.\d\.ABIv\d+",
                     site.service_log)


def test_a_site_that_must_not_run_without_it(site):
    site.write("etc/default/dovecot-coexist", "without_modules=stop\n")
    module = site.root / f"{MODULES[1:]}/auth/libauthdb_coexist.so"
    module.rename(f"{module}.away")
    assert not site.service("restart")
    with pytest.raises(OSError):
        refusal(site, ANA)
    assert "Dovecot does not start" in site.service_log
    (module.parent / f"{module.name}.away").rename(module)
    assert site.service("start")
    assert is_in_force(site)
