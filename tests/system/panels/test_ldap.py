# SPDX-License-Identifier: LGPL-2.1-or-later
"""The recipe for iRedMail with OpenLDAP: enabledService of a mailbox."""

import json
import re
from os import EX_TEMPFAIL

import pytest

from databases import OpenLdap, has
from instance import Instance
from instance.block import block
from outcomes import WAYS, outcome
from panels import GENERATION, RECIPES, SERIES, USERS, to24
from wiring import ANVIL, CLIENTS, DOVEADM, NO_PENALTY

pytestmark = pytest.mark.differs("how settings are read")
SUFFIX = "dc=example,dc=org"
BASE = f"o=domains,{SUFFIX}"
SERVICES = ["mail", "internal", "doveadm", "smtp", "smtpsecured", "pop3", "pop3secured", "pop3tls",
            "imap", "imapsecured", "imaptls", "lmtp", "sieve", "sievesecured", "sievetls"]
# The attributes of iRedMail's schema that the queries name; the numbers are ours.
SCHEMA = """
attributetype ( 1.3.6.1.4.1.99999.1.1 NAME 'accountStatus' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.2 NAME 'enabledService' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.99999.1.3 NAME 'domainStatus' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'mailUser' SUP top AUXILIARY
  MAY ( accountStatus $ enabledService $ domainStatus ) )
"""
OWN_FILTER = ("(&(objectClass=mailUser)(mail=%u)(accountStatus=active)(!(domainStatus=disabled))"
              "(enabledService=mail)(enabledService=%Ls%Lc))")

LISTED = "(&(objectClass=mailUser)(accountStatus=active))"
GONE = "gone@site.example"


def entries():
    """The directory, with a password for each of USERS."""
    services = "".join(f"enabledService: {name}\n" for name in SERVICES)
    return (f"dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\n"
            f"dn: {BASE}\nobjectClass: organization\no: domains\n\n" + "".join(
                f"dn: mail={user},{BASE}\nobjectClass: inetOrgPerson\nobjectClass: mailUser\n"
                f"cn: {user}\nsn: {user}\nmail: {user}\nuserPassword: pass\naccountStatus: active\n"
                f"{services}\n" for user in USERS))


def own(uri):
    """Return (text, {file: text}) of iRedMail's own databases."""
    if GENERATION == 23:
        ldap = (f"uris = {uri}\ndn = cn=admin,{SUFFIX}\ndnpass = secret\nbase = {BASE}\n"
                f"ldap_version = 3\nauth_bind = yes\npass_filter = {OWN_FILTER}\npass_attrs = mail=user\n"
                f"user_filter = {OWN_FILTER}\nuser_attrs = =home=/mnt/home/%n\n"
                f"iterate_attrs = mail=user\niterate_filter = {LISTED}\n")
        lines = ["driver = ldap", "args = /mnt/etc/panel-ldap.conf.ext"]
        return block("passdb", lines) + block("userdb", lines), {"panel-ldap.conf.ext": ldap}
    lines = [f"ldap_uris = {uri}", f"ldap_auth_dn = cn=admin,{SUFFIX}", "ldap_auth_dn_password = secret",
             f"ldap_base = {BASE}"]
    return (block("passdb panel", ["driver = ldap", *lines, "passdb_ldap_bind = yes",
                                   f"passdb_ldap_filter = {to24(OWN_FILTER)}"])
            + block("userdb panel", ["driver = ldap", *lines,
                                     f"userdb_ldap_filter = {to24(OWN_FILTER)}",
                                     f"userdb_ldap_iterate_filter = {LISTED}",
                                     block("userdb_ldap_iterate_fields", ["user = %{ldap:mail}"]),
                                     block("fields", ["home = /mnt/home/%{user|username}"])])), {}


@pytest.fixture(scope="module")
def directory():
    server = OpenLdap()
    try:
        server.create(SUFFIX, SCHEMA, entries())
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module", params=["iredmail-ldap"] if has(OpenLdap) else [])
def server(request, directory, tmp_path_factory):
    text, files = own(directory.uri)
    change = lambda path: re.sub(
        r"ldapi:///", directory.uri, path.read_text().replace("/etc/dovecot/", "/mnt/etc/").replace(
            "cn=vmail", "cn=admin").replace("change-me", "secret"))
    folder = RECIPES / request.param
    if GENERATION == 23:
        files |= {path.name: change(path) for path in folder.glob("*.conf.ext")}
    with Instance(tmp_path_factory.mktemp("ldap"), users={}, gate={}, sieve=True, files=files,
                  conf=CLIENTS + NO_PENALTY + ANVIL + DOVEADM + "mail_uid = nobody\nmail_gid = nogroup\n"
                  + text + change(folder / f"{SERIES}.conf")) as running:
        # auth connects at its first login
        running.wait_for(lambda: outcome(running, "imap", USERS[-1]) == "passes",
                         what="a login by the directory")
        yield running
        assert re.findall("Panic:", running.log_text()) == []


_unused = iter(USERS)


@pytest.fixture
def user():
    return next(_unused)


def change(directory, user, *lines):
    """Change the entry of a user."""
    directory.modify(f"dn: mail={user},{BASE}\nchangetype: modify\n" + "\n".join(lines) + "\n", SUFFIX)


def test_who_may_do_all_does_all(server, user):
    for protocol in WAYS:
        assert outcome(server, protocol, user) == "passes"
        assert outcome(server, protocol, user, password="wrong") == "fails"


def test_what_is_off_is_refused_with_the_reason(server, directory, user):
    for protocol, name in (("imap", "imap"), ("pop3", "pop3"), ("sieve", "sieve"), ("sasl", "smtp")):
        assert outcome(server, protocol, user) == "passes"
        change(directory, user, "delete: enabledService", *(
            f"enabledService: {service}" for service in SERVICES if service.startswith(name)))
        assert outcome(server, protocol, user) == "deny"
        assert outcome(server, protocol, user, password="wrong") == "fails"
    server.deliver(user, b"Subject: hello\n\nhello\n")
    assert server.doveadm("search", "-u", user, "ALL").strip()


def test_on_is_no_opinion(server, user):
    server.store.put("domain/site.example", pop3_access="deny")
    server.wait_for(lambda: outcome(server, "pop3", user) == "deny", what="the domain's policy")
    server.store.remove("domain/site.example")
    server.wait_for(lambda: outcome(server, "pop3", user) == "passes", what="no policy any more")


def test_an_account_that_is_closed_is_nobody(server, directory, user):
    change(directory, user, "replace: accountStatus", "accountStatus: disabled", "-",
           "delete: enabledService", "enabledService: pop3secured")
    for protocol in ("pop3", "imap"):
        assert outcome(server, protocol, user) == "fails"


def orphans(server):
    """Return (exit code, names) of `policy list --orphans`."""
    done = server.doveadm("-f", "json", "coexist", "policy", "list", "--orphans", check=False)
    return done.returncode, {row["name"] for row in json.loads(done.stdout)}


def test_whom_the_directory_does_not_have_is_an_orphan(server, directory, user):
    for name in (user, GONE):
        server.store.put(f"mailbox/{name}", pop3_access="deny")
    assert orphans(server) == (0, {GONE})
    directory.end()
    try:
        status, names = orphans(server)
        assert (status, names) == (EX_TEMPFAIL, set())
    finally:
        directory.begin()
        server.store.remove(f"mailbox/{user}")
        server.store.remove(f"mailbox/{GONE}")
    server.wait_for(lambda: outcome(server, "pop3", user) == "passes", what="the directory again")
