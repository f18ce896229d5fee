# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist explain and policy get --effective: what holds, and whence."""

import poplib

import pytest

from administrator import CONF23, CONF24, CONFIG23, EX_USAGE, KEY_FILE, Administrator
from names import REFUSAL_TEXTS

SITE = {"webmail_networks": "198.51.100.0/24", "template_dir": str(REFUSAL_TEXTS)}
KEY_FILE = KEY_FILE + "".join(f"{key} = {value}\n" for key, value in SITE.items()) + (
    "[policy]\nsieve_until = 2020-01-01\n")
CONF24 = CONF24 + "".join(f"coexist_{key} = {value}\n" for key, value in SITE.items()) + (
    "coexist_sieve_until = 2020-01-01\n")


@pytest.fixture(scope="module")
def server(start):
    return start(conf23=CONF23, conf24=CONF24,
                 groups={"own": {"coexist_submission_access": "deny"},
                         "jo@example.org": {}})


@pytest.fixture(scope="module")
def admin(server):
    admin = Administrator(server, KEY_FILE)
    for domain in ("example.org", "other.example", "late.example"):
        server.set_user(f"someone@{domain}")
    admin.ok("policy", "set", "--default", "pop3_tls=required", "pop3_delete=hide")
    admin.ok("policy", "set", "-d", "example.org", "--", "preset=safe",
             "imap_networks=192.0.2.0/24")
    return admin


@pytest.fixture
def jo(admin):
    """A mailbox of example.org, which has no policy of its own yet."""
    name = f"jo{next(admin._unused)}@example.org"
    admin.server.set_user(name)
    return name


def effective(admin, *arguments):
    """Return {key: (value, origin)}."""
    return {row["key"]: (row["value"], row["origin"])
            for row in admin.rows("policy", "get", "--effective", *arguments)}


def explain(admin, *arguments):
    """Return {(protocol, key): (value, origin, result)}."""
    return {(row["protocol"], row["key"]): (row["value"], row["origin"], row["result"])
            for row in admin.rows("explain", *arguments)}


def test_each_origin(admin, jo):
    admin.ok("policy", "set", "-u", jo, "pop3_access=deny")
    found = effective(admin, "-u", jo)
    assert found["pop3_access"] == ("deny", "mailbox")
    assert found["pop3_delete"] == ("trash", "domain, preset safe")
    assert found["imap_networks"] == ("192.0.2.0/24", "domain")
    assert found["pop3_tls"] == ("required", "default")
    assert found["sieve_until"] == ("2020-01-01", "dovecot.conf")
    assert found["imap_access"] == ("allow", "built-in")
    assert "coexist_" not in "".join(found)


def test_a_userdb_field_is_an_origin(admin):
    found = effective(admin, "-u", "own1", "submission_access", "pop3_tls")
    assert found == {"submission_access": ("deny", "userdb"),
                     "pop3_tls": ("required", "default")}


def test_a_field_of_our_userdb_is_not_the_userdbs_own(start):
    """The userdb driver coexist hands the documents over in a field."""
    gated = Administrator(start(
        conf23=CONFIG23, gate={}, groups={"own": {"coexist_imap_access": "deny"}}),
        key_file=None)
    gated.put("default", "[policy]\npop3_delete=hide\nimap_access=suspend\n")
    assert "admin\tno coexist_policy=;pop3_delete=hide\n" in gated.server.doveadm("user", "own1")
    assert effective(gated, "-u", "own1", "pop3_delete", "imap_access") == {
        "pop3_delete": ("hide", "default"), "imap_access": ("suspend", "default")}
    gated.put("default", "[policy]\n")
    assert effective(gated, "-u", "own2", "imap_access") == {"imap_access": ("deny", "userdb")}


def test_debugging_says_what_each_scope_names(admin, jo):
    admin.ok("policy", "set", "-u", jo, "imap_networks=198.51.100.0/24")
    done = admin.server.doveadm("-D", "coexist", "explain", "-u", jo, "--protocol", "imap",
                                check=False)
    assert done.returncode == 0
    assert "imap_networks: 198.51.100.0/24 holds (mailbox), named: " \
        "mailbox=198.51.100.0/24 domain=192.0.2.0/24\n" in done.stderr
    assert "imap_tls: any holds (built-in), named: nowhere\n" in done.stderr
    assert f"The userdb knows {jo} as {jo}\n" in done.stderr
    admin.ok("explain", "-u", jo)


def test_effective_for_a_domain_and_for_everybody(admin):
    assert effective(admin, "-d", "example.org", "pop3_delete") == {
        "pop3_delete": ("trash", "domain, preset safe")}
    assert effective(admin, "-d", "other.example", "pop3_delete") == {
        "pop3_delete": ("hide", "default")}
    assert effective(admin, "--default", "pop3_delete", "sieve_until") == {
        "pop3_delete": ("hide", "default"), "sieve_until": ("2020-01-01", "dovecot.conf")}


def test_a_suspend_of_the_domain_holds(admin):
    admin.ok("policy", "set", "-d", "late.example", "imap_access=suspend")
    admin.ok("policy", "set", "-u", "jo@late.example", "--force", "imap_access=allow")
    assert effective(admin, "-u", "jo@late.example", "--force", "imap_access") == {
        "imap_access": ("suspend", "domain")}


def test_an_unknown_value_is_named_and_does_not_count(admin, jo):
    admin.put(f"mailbox/{jo}", "[policy]\npop3_tls=maybe\n")
    done = admin.run("policy", "get", "-u", jo, "--effective", "pop3_tls", output="tab")
    assert done.stdout == "key\tvalue\torigin\npop3_tls\trequired\tdefault\n"
    assert done.stderr.count("Ignoring unknown value in mailbox: pop3_tls=maybe") == 1


@pytest.mark.parametrize("arguments, login, result", [
    (("--protocol", "pop3"), "refused", "by pop3_tls"),
    (("--protocol", "pop3", "--tls"), "passes", ""),
    (("--protocol", "imap"), "unknown", "depends on the address (--ip)"),
    (("--protocol", "imap", "--ip", "192.0.2.7"), "passes", ""),
    (("--protocol", "imap", "--ip", "::ffff:192.0.2.7"), "passes", ""),
    (("--protocol", "imap", "--ip", "203.0.113.7"), "refused", "by imap_networks"),
    (("--protocol", "sieve"), "refused", "by sieve_until"),
    (("--protocol", "sieve", "--date", "2019-12-31"), "passes", ""),
    (("--protocol", "sieve", "--date", "2020-01-01"), "refused", "by sieve_until"),
    (("--protocol", "smtp"), "passes", ""),
])
def test_login(admin, jo, arguments, login, result):
    found = explain(admin, "-u", jo, *arguments)
    [(value, _, why)] = [row for (_, key), row in found.items() if key == "login"]
    assert (value, why) == (login, result)


def test_the_key_that_refuses_is_marked(admin, jo):
    admin.ok("policy", "set", "-u", jo, "pop3_access=deny")
    assert explain(admin, "-u", jo, "--protocol", "pop3") == {
        ("pop3", "login"): ("refused", "", "by pop3_access"),
        ("pop3", "reply"): ("[SYS/PERM] POP3 is switched off for this mailbox. Ask "
                            "your administrator.", "", ""),
        ("pop3", "pop3_access"): ("deny", "mailbox", "refuses"),
        ("pop3", "pop3_networks"): ("", "built-in", ""),
        ("pop3", "pop3_until"): ("none", "built-in", ""),
        ("pop3", "pop3_max_sessions"): ("0", "built-in", ""),
        ("pop3", "pop3_tls"): ("required", "default", ""),
        ("pop3", "pop3_login_delay"): ("0", "built-in", "")}


def test_what_only_the_login_finds_out_is_said_so(admin, jo):
    admin.ok("policy", "set", "-u", jo, "pop3_max_sessions=1", "pop3_login_delay=5min")
    found = explain(admin, "-u", jo, "--protocol", "pop3", "--tls")
    assert found["pop3", "login"] == ("passes", "", "")
    assert found["pop3", "pop3_max_sessions"] == ("1", "mailbox", "depends on the sessions")
    assert found["pop3", "pop3_login_delay"] == ("5min", "mailbox", "depends on the last login")


@pytest.mark.parametrize("protocol, reply", [
    ("pop3", "[SYS/PERM] Este buzon tiene POP3 desactivado."),
    ("imap", "[UNAVAILABLE] Este buzon tiene IMAP desactivado."),
    ("submission", "Este buzon tiene SMTP desactivado."),
    ("sieve", "Este buzón tiene ManageSieve desactivado.")])
def test_the_reply_is_in_the_language_of_the_policy(admin, jo, protocol, reply):
    admin.ok("policy", "set", "-u", jo, "language=es", f"{protocol}_access=deny")
    found = explain(admin, "-u", jo, "--protocol", protocol)
    assert found[protocol, "reply"] == (
        f"{reply} Consulte al administrador.", "", "")


def test_the_reply_is_the_administrators_own(admin, jo):
    admin.ok("policy", "set", "-u", jo, "pop3_access=deny", "deny_text=No {protocol} today.")
    found = explain(admin, "-u", jo, "--protocol", "pop3")
    assert found["pop3", "reply"] == ("[SYS/PERM] No POP3 today.", "", "")


def test_there_is_no_reply_for_who_passes(admin, jo):
    assert ("pop3", "reply") not in explain(admin, "-u", jo, "--protocol", "pop3", "--tls")


def pop3_refusal(server, user):
    """Return what POP3 says to a login that is refused."""
    with pytest.raises(poplib.error_proto) as refusal:
        server.pop3(user)
    return refusal.value.args[0].decode()


GARBAGE = "deny everything!\n"


@pytest.fixture(scope="module", params=("last-known", "allow", "tempfail"))
def away(start, request):
    """(Administrator, on_store_error) of a gate without any document to go by."""
    server = start(conf23=CONFIG23, gate={
        "on_store_error": request.param, "template_dir": str(REFUSAL_TEXTS)},
        groups={"fr": {"coexist_language": "fr"}})
    admin = Administrator(server, key_file=None)
    admin.put("default", GARBAGE)
    return admin, request.param


def verdict(admin, user, *arguments):
    """Return the lines of "login" and "reply", where the store's error is named once."""
    done = admin.run("explain", "-u", user, "--protocol", *arguments, output="tab")
    assert done.returncode == 0
    assert done.stderr.count("Error: ") == 1 and "shared/coexist/" in done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [(value, result) for _, key, value, _, result in rows if key in ("login", "reply")]


def test_what_on_store_error_does_while_the_store_is_away(away):
    admin, action = away
    [(login, why), *reply] = verdict(admin, "fr1", "pop3")
    assert f"on_store_error={action}" in why
    assert login == {"last-known": "unknown", "allow": "passes", "tempfail": "refused"}[action]
    if action == "tempfail":
        [(text, _)] = reply
        assert text.startswith("[SYS/TEMP] POP3 ne peut pas ")
        assert pop3_refusal(admin.server, "fr1") == f"-ERR {text}"
    else:
        assert reply == []
        admin.server.pop3("fr1").quit()


@pytest.mark.parametrize("protocol", ["submission", "sieve"])
def test_a_reply_of_dovecots_own_is_not_promised(away, protocol):
    admin, _ = away
    assert len(verdict(admin, "fr1", protocol)) == 1


def test_a_trial_refuses_nobody(start):
    server = start(conf23=CONFIG23, gate={"on_store_error": "tempfail", "log_only": "yes"})
    admin = Administrator(server, key_file=None)
    admin.put("mailbox/user1", "[policy]\npop3_access=deny\n")
    found = explain(admin, "-u", "user1", "--protocol", "pop3")
    assert found["pop3", "login"] == ("passes", "", "by pop3_access, but log_only is set")
    assert ("pop3", "reply") not in found
    admin.put("mailbox/user1", GARBAGE)
    assert verdict(admin, "user1", "pop3") == [
        ("passes", "by on_store_error=tempfail, but log_only is set")]


def test_a_document_without_a_signature_is_none_to_go_by(start):
    server = start(conf23=CONFIG23, gate={"on_store_error": "tempfail",
                                        "policy_public_keys": "/mnt/etc/panel.pub"})
    admin = Administrator(server, key_file=None)
    (server.folder / "etc/panel.pub").write_text("# nothing yet\n")
    [key] = admin.rows("policy", "keygen", "/mnt/etc/panel.key")
    (server.folder / "etc/panel.pub").write_text(key["public"] + "\n")
    admin.put("mailbox/user1", "[policy]\npop3_access=deny\n")
    [(login, why), _] = verdict(admin, "user1", "pop3")
    assert (login, why) == ("refused", "by on_store_error=tempfail")
    admin.ok("policy", "sign", "-u", "user1", "--sign-key", "/mnt/etc/panel.key")
    found = explain(admin, "-u", "user1", "--protocol", "pop3")
    assert found["pop3", "login"] == ("refused", "", "by pop3_access")


def test_all_protocols(admin, jo):
    found = explain(admin, "-u", jo, "--ip", "203.0.113.7", "--tls")
    assert {protocol: row[0] for (protocol, key), row in found.items()
            if key == "login" and protocol != "webmail"} == {
        "imap": "refused", "pop3": "passes", "submission": "passes", "sieve": "refused"}
    assert ("webmail", "login") in found


def test_a_person_s_address_that_webmail_forwards(admin, jo):
    """The site's own networks are those of its webmail; a policy's are the person's."""
    asked = ("-u", jo, "--protocol", "webmail", "--ip", "203.0.113.7")
    assert explain(admin, *asked)["webmail", "login"][0] == "passes"
    admin.ok("policy", "set", "-u", jo, f"webmail_networks={SITE['webmail_networks']}")
    assert explain(admin, *asked)["webmail", "login"][0] == "passes"
    admin.ok("policy", "set", "-u", jo, "webmail_networks=192.0.2.0/24")
    assert explain(admin, *asked)["webmail", "login"][0] == "refused"


def test_imap_from_the_webmail_is_webmail(admin, jo):
    admin.ok("policy", "set", "-u", jo, "webmail_access=deny")
    found = explain(admin, "-u", jo, "--protocol", "imap", "--ip", "198.51.100.1")
    assert found["webmail", "login"] == ("refused", "", "by webmail_access")
    assert not any(protocol == "imap" for protocol, _ in found)


@pytest.mark.parametrize("arguments", [
    (), ("-u", "user1", "--ip", "192.0.2"), ("-u", "user1", "--date", "today"),
    ("-u", "user1", "--protocol", "lmtp")])
def test_usage(admin, arguments):
    assert "xpected" in admin.fails(EX_USAGE, "explain", *arguments) or (
        "--ip" in arguments)
