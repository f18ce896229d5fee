# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist preflight: settings that are valid, and do not do what one thinks."""

import pytest

from administrator import EX_CONFIG
from preflight import GATED, IS_23, failed, gated_admin, preflight, with_policy, without

pytestmark = pytest.mark.differs("how settings are read")


@pytest.fixture(scope="module")
def server(start):
    return start(**GATED)


@pytest.fixture(scope="module")
def admin(server):
    return gated_admin(server)


def with_pop3(text):
    return lambda before: before + f"protocol pop3 {{\n{text}\n}}\n"


def test_ids_that_a_deletion_changes(admin):
    rename = "  pop3_uidl_duplicates = rename"
    status, found = preflight(admin, with_pop3(rename))
    assert (status, found["pop3_uidl_duplicates"][0]) == (0, "warn")
    assert "pop3_save_uidl = yes" in found["pop3_uidl_duplicates"][1]
    saved = preflight(admin, with_pop3(rename + "\n  pop3_save_uidl = yes"))[1]
    assert "pop3_uidl_duplicates" not in saved


VIRTUAL = "namespace pop {\n  inbox = yes\n  %s\n}\n" % (
    "location = virtual:~/virtual" if IS_23 else
    "mail_driver = virtual\n  mail_path = ~/virtual")


def test_a_virtual_inbox_without_a_trash(admin):
    not_inbox = without("^(namespace inbox \\{\n)  inbox = yes\n", r"\1  inbox = no\n#trash\n")
    status, found = preflight(admin, lambda text: not_inbox(text) + VIRTUAL)
    assert (status, found["namespace pop"][0]) == (0, "warn")
    assert "special_use = \\Trash" in found["namespace pop"][1]
    trash = "  mailbox Bin {\n    special_use = \\Trash\n  }\n"
    found = preflight(admin, lambda text: not_inbox(text).replace("#trash\n", trash) + VIRTUAL)[1]
    assert found["namespace pop"][0] == "note"


@pytest.mark.parametrize("box, verdict", [
    ("  special_use = \\Trash", "note"), ("  special_use = \\Trash\n  autoexpunge = 30d", None),
    ("  special_use = \\Trash\n  autoexpunge = 0", "note"), ("  special_use = \\Junk", "note")])
@pytest.mark.parametrize("keys", [{"pop3_delete": "trash"}, {"preset": "safe"},
                                  {"preset": "safe", "pop3_delete": "expunge"}], ids=repr)
def test_a_trash_that_only_grows(admin, keys, box, verdict):
    def change(text):
        return with_policy(without("^(namespace inbox \\{\n)", rf"\1mailbox Bin {{\n#here\n}}\n")(
            text).replace("#here", box), keys)
    status, found = preflight(admin, change)
    wanted = verdict if keys.get("pop3_delete") != "expunge" else None
    assert (status, found.get("mailbox Trash", [None])[0]) == (0, wanted)
    if wanted:
        assert "autoexpunge = 30d" in found["mailbox Trash"][1]
        assert "without pop3_keep_days" in found["mailbox Trash"][1]


def test_a_trash_that_grows_and_an_inbox_that_does_not(admin):
    found = preflight(admin, lambda text: with_policy(text, {"preset": "safe",
                                                             "pop3_keep_days": "14"}))[1]
    assert "without pop3_keep_days" not in found["mailbox Trash"][1]


def test_what_the_document_of_everybody_fills_the_trash_by(admin):
    admin.ok("policy", "set", "--default", "pop3_delete=trash")
    found = preflight(admin)[1]
    admin.ok("policy", "unset", "--default", "--all")
    assert found["mailbox Trash"][0] == "note"


# Other folders in POP3

LOADED = "protocol pop3 {\n  mail_plugins = coexist virtual\n}\n"


@pytest.mark.parametrize("keys, wanted", [
    ({"pop3_folders": "INBOX Sent"}, True), ({"pop3_folders": "inbox"}, False),
    ({"pop3_folders": "INBOX Projects/*"}, True),
    ({"owner_may_change": "language pop3_folders"}, True),
    ({"owner_may_change": "pop3_show"}, False)], ids=repr)
def test_other_folders_of_everybody(admin, keys, wanted):
    """Without Dovecot's virtual plugin POP3 has INBOX alone."""
    status, found = preflight(admin, lambda text: with_policy(text, keys))
    assert (status, found.get("pop3_folders", [None])[0]) == (0, "warn" if wanted else None)
    if wanted:
        assert "by dovecot.conf, and POP3" in found["pop3_folders"][1]
        assert found["pop3_folders"][1].endswith("protocol pop3: virtual")
        found = preflight(admin, lambda text: with_policy(text, keys) + LOADED)[1]
        assert found["pop3_folders"] == ("ok", "")


@pytest.mark.parametrize("protocol, wanted", [("pop3", True), ("imap", False)])
def test_other_folders_of_a_protocol(admin, protocol, wanted):
    def change(text):
        return f"{text}protocol {protocol} {{\n{with_policy('', {'pop3_folders': 'Sent'})}}}\n"
    status, found = preflight(admin, change)
    assert (status, "pop3_folders" in found) == (0, wanted)


def test_other_folders_of_dovecot_conf_and_of_a_document(admin):
    admin.ok("policy", "set", "--default", "pop3_folders=INBOX Sent")
    found = preflight(admin, lambda text: with_policy(text, {"pop3_folders": "INBOX Work"}))[1]
    admin.ok("policy", "unset", "--default", "pop3_folders")
    assert "by dovecot.conf and 1 documents (default), and POP3" in found["pop3_folders"][1]


@pytest.mark.parametrize("count, is_many", [(199, False), (200, True)])
def test_too_many_folders_of_everybody(admin, count, is_many):
    value = " ".join(f"f{number}" for number in range(count))
    found = preflight(admin, lambda text: with_policy(text, {"pop3_folders": value}))[1]
    assert ("pop3_folders, at most 200" in found) == is_many
    if is_many:
        verdict, remedy = found["pop3_folders, at most 200"]
        assert verdict == "warn" and "by dovecot.conf: " in remedy


QUOTA_WARNING = ("plugin {\n  quota_warning = storage=95%% quota-warning 95 %u\n}\n" if IS_23 else
                 "quota_warning high {\n  quota_storage_percentage = 95\n"
                 "  execute quota-warning {\n    args = 95 %{user}\n  }\n}\n")


@pytest.mark.parametrize("text, keys, is_twice", [
    (QUOTA_WARNING, {"quota_warn": "80%"}, True), (QUOTA_WARNING, {}, False),
    ("", {"quota_warn": "80%"}, False)], ids=["both", "Dovecot's", "ours"])
def test_an_owner_who_is_told_twice_of_a_full_mailbox(admin, text, keys, is_twice):
    status, found = preflight(admin, lambda before: with_policy(before + text, keys))
    assert (status, failed(found)) == (0, {})
    assert ("quota_warning" in found) == is_twice
    if is_twice:
        assert found["quota_warning"][0] == "warn"


@pytest.mark.only_on(23, reason="Dovecot 2.4 itself does not take them")
@pytest.mark.parametrize("name, remedy", [
    ("coexist_pop3_mark_reed", "pop3_mark_read"), ("coexist_log_only", "[site]"),
    ("coexist_imap_max_sessions", "[policy]"), ("coexist_imap_access", "[policy]"),
    ("coexist_archive_mailbox", None), ("coexist_config", None), ("quota_rule", None)])
def test_names_in_the_plugin_settings(admin, name, remedy):
    status, found = preflight(admin, without("^(plugin \\{\n)", rf"\1  {name} = "
                                             "/mnt/etc/coexist.conf.ext\n"))
    check = f"plugin {{ {name} }}"
    assert status == 0
    assert found.get(check, [None])[0] == ("warn" if remedy else None)
    assert remedy is None or remedy in found[check][1]


@pytest.mark.only_on(23, reason="Dovecot 2.4 obeys it there")
def test_a_denial_that_no_session_obeys(admin):
    """The gate has decided, and sees no plugin { } at all."""
    _, found = preflight(admin, with_pop3("  plugin {\n    coexist_pop3_access = deny\n  }"))
    status, remedy = found["plugin { coexist_pop3_access }"]
    assert status == "warn" and "[policy]" in remedy


def test_a_gate_that_only_logs(admin, site):
    assert "log_only" not in preflight(admin)[1]
    status, found = preflight(admin, site("log_only", "yes"))
    assert (status, found["log_only"][0]) == (0, "note")
    assert "log_only = yes" in found["log_only"][1]


def test_a_site_setting_without_a_valid_value(admin, site):
    """The log and stderr have the value."""
    path = admin.server.folder / "etc/changed.conf"
    path.write_text(site("on_store_error", "tempfial")(
        (admin.server.folder / "etc/dovecot.conf").read_text()))
    done = admin.server.inside("doveadm", "-c", f"/mnt/etc/{path.name}", "-f", "tab", "coexist",
                               "preflight", check=False)
    assert done.returncode == 0 and "tempfial" in done.stderr
    [row] = [line.split("\t") for line in done.stdout.splitlines()
             if line.startswith("site setting ")]
    assert row[:2] == ["site setting on_store_error", "warn"]
    assert "'last-known' holds" in row[2] and "tempfail" in row[2]


# What control panels ask their databases.

MAILBOX = "SELECT password FROM mailbox WHERE username = '%u' AND active = 1"
QUERIES = {
    "iRedMail": (f"{MAILBOX} AND `enable%Ls%Lc` = 1", True),
    "ISPConfig": (f"{MAILBOX} AND disable%Ls = 'n'", True),
    "Froxlor": (f"{MAILBOX} AND ((imap=1 AND '%Ls'='imap') OR (pop3=1 AND '%Ls'='pop3') OR "
                "(postfix='Y' AND '%Ls' IN ('smtp', 'sieve')))", True),
    "in small letters": (f"{MAILBOX} AND '%s' = service".replace("WHERE", "where"), True),
    "other services only": (f"{MAILBOX} AND ('%Ls' IN ('imap', 'pop3', 'smtp', 'sieve') OR "
                            "`enable%Ls%Lc` = 1)", False),
    "all services": (MAILBOX, False),
    "as a column": (MAILBOX.replace("password", "password, '%Ls' AS service"), False),
}


def sql(query, kind="passdb"):
    """Return dovecot.conf's lines of an SQL database; on Dovecot 2.3 with the file's."""
    if IS_23:
        name = "password_query" if kind == "passdb" else "user_query"
        return (f"{kind} {{\n  driver = sql\n  args = /mnt/etc/sql.conf.ext\n}}\n",
                f"driver = sqlite\nconnect = /mnt/db\n{name} = {query}\n")
    for old, new in (("%Ls", "%{protocol | lower}"), ("%s", "%{protocol}"), ("%u", "%{user}"),
                     ("%Lc", "%{secured | lower}")):
        query = query.replace(old, new)
    return f"sql_driver = sqlite\nsqlite_path = /mnt/db\n{kind} sql {{\n  query = {query}\n}}\n", ""


def with_sql(admin, query, kind="passdb"):
    text, file = sql(query, kind)
    (admin.server.folder / "etc/sql.conf.ext").write_text(file)
    return lambda before: before + text


@pytest.mark.parametrize("kind", ["passdb", "userdb"])
@pytest.mark.parametrize("query, hides", QUERIES.values(), ids=QUERIES)
def test_a_query_that_hides_who_is_refused(admin, kind, query, hides):
    status, found = preflight(admin, with_sql(admin, query.replace(" AND ", " \\\n  AND "), kind))
    assert (status, failed(found)) == (0, {})
    assert (f"{kind} sql, query" in found) == hides
    if hides:
        verdict, remedy = found[f"{kind} sql, query"]
        assert verdict == "warn" and "userdb_coexist_pop3_access" in remedy


def test_networks_of_which_nobody_is_told(admin):
    query = MAILBOX.replace("password", "password, allow_nets")
    status, found = preflight(admin, with_sql(admin, query))
    assert (status, found["passdb sql, allow_nets"][0]) == (0, "note")
    assert "coexist_pop3_networks" in found["passdb sql, allow_nets"][1]
    assert "passdb sql, allow_nets" not in preflight(admin, with_sql(admin, MAILBOX))[1]


NETWORKS = ("passdb {\n  driver = static\n  default_fields = x=y\n"
            "  override_fields = allow_nets=192.0.2.0/24\n  args = password=p\n}\n" if IS_23 else
            "passdb static {\n  password = p\n  fields {\n    allow_nets = 192.0.2.0/24\n"
            "  }\n}\n")


def test_networks_of_everybody(admin):
    """Any driver has them."""
    status, found = preflight(admin, lambda before: before + NETWORKS)
    assert (status, found["passdb static, allow_nets"][0]) == (0, "note")


LDAP = ("passdb {\n  driver = ldap\n  args = /mnt/etc/ldap.conf.ext\n}\n" if IS_23 else
        "ldap_uris = ldap://127.0.0.1\nldap_base = dc=example\npassdb ldap {\n"
        "  filter = (&(uid=%{user})(enabledService=%{protocol}))\n"
        "  fields {\n    allow_nets = %{ldap:allowNets}\n  }\n}\n")


def test_the_same_of_ldap(admin):
    (admin.server.folder / "etc/ldap.conf.ext").write_text(
        "pass_filter = (&(uid=%u)(enabledService=%Ls))\n"
        "pass_attrs = userPassword=password,allowNets=allow_nets\n")
    status, found = preflight(admin, lambda before: before + LDAP)
    assert (status, found["passdb ldap, query"][0], found["passdb ldap, allow_nets"][0]) == (
        0, "warn", "note")


# The switch, whose files are beside dovecot.conf.

@pytest.mark.parametrize("text, links, verdict, remedy", [
    ("coexist = yes\n", ["on"], "ok", ""),
    ("coexist = yes\n", ["off"], "note", "Switched off by hand"),
    ("coexist = yes\n", [], "fail", "dovecot-coexist status"),
    ("# only a comment\n\n", [], None, ""), (None, [], None, "")])
def test_the_switch(admin, text, links, verdict, remedy):
    etc = admin.server.folder / "etc"
    files = [etc / f"dovecot-coexist.{link}" for link in links]
    for path in files:
        path.write_text("")
    if text is not None:
        files.append(etc / "dovecot-coexist.conf")
        files[-1].write_text(text)
    status, found = preflight(admin)
    for path in files:
        path.unlink()
    assert status == (EX_CONFIG if verdict == "fail" else 0)
    assert found.get("switch", [None])[0] == verdict
    assert verdict is None or remedy in found["switch"][1]
