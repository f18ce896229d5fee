# SPDX-License-Identifier: LGPL-2.1-or-later
"""The recipe for PostfixAdmin: columns of ours, which its own form shows and sets."""

import json
import re
import shutil
import subprocess

import pytest

import postfixadmin
from databases import MariaDb, PanelPostgresql, has
from instance import Instance
from outcomes import is_over, outcome
from panels import GENERATION, RECIPES, USERS
from wiring import ANVIL, CLIENTS, DOVEADM, NO_PENALTY

pytestmark = pytest.mark.differs("how settings are read")
FOLDER = RECIPES / "postfixadmin"
# The form's own function, in PHP, without the rest of PostfixAdmin.
FORM = """
$PALANG = array();
class Config { static function lang($key) { global $PALANG; return $PALANG[$key] ?? $key; } }
function pacol($editable, $form, $list, $type, $label, $text, $default = '', $options = array()) {
    return array('editable' => $editable, 'form' => $form, 'type' => $type,
                 'label' => Config::lang($label), 'options' => $options);
}
if (getenv('CLASS')) {
    eval('class PFAHandler { static function pacol(...$all) { return pacol(...$all); } }');
}
require getenv('HOOK');
$hook = $CONF['language_hook'];
$PALANG = $hook($PALANG, getenv('LANGUAGE'));
$structs = array();
foreach (array('mailbox', 'domain') as $table) {
    $hook = $CONF[$table . '_struct_hook'];
    $structs[$table] = $hook(array('username' => 'kept'));
}
echo json_encode($structs);
"""


@pytest.fixture(scope="module", params=[kind for kind in (MariaDb, PanelPostgresql) if has(kind)],
                ids=lambda kind: kind.name)
def panel(request):
    return postfixadmin.panel(request.param)


@pytest.fixture(scope="module")
def sql(panel, databases):
    database = databases(panel.kind)
    database.create(panel.database, panel.schema)
    database.sql(panel.database, (FOLDER / "columns.sql").read_text())
    return lambda statement: database.sql(panel.database, statement)


@pytest.fixture(scope="module")
def server(panel, databases, sql, tmp_path_factory):
    conf, others = panel.files()
    change = lambda path: re.sub(
        "'vmail' AS gid", "'nogroup' AS gid", panel.recipe_text(path, databases(panel.kind)).replace(
            "/var/mail/vmail", "/mnt/home").replace("'vmail' AS uid", "'nobody' AS uid"))
    with Instance(tmp_path_factory.mktemp(panel.database), users={}, gate={},
                  conf=CLIENTS + NO_PENALTY + ANVIL + DOVEADM + change(conf),
                  files={path.name: change(path) for path in others}) as running:
        yield running
        assert re.findall("Panic:", running.log_text()) == []


_unused = {}


@pytest.fixture
def user(panel):
    return next(_unused.setdefault(panel.database, iter(USERS)))


def set_(sql, user, **columns):
    """Set columns as the form does."""
    words = ", ".join(f"x_coexist_{key} = {value if value == 'NULL' else repr(value)}"
                      for key, value in columns.items())
    sql(f"UPDATE mailbox SET {words} WHERE username = '{user}'")


def test_nothing_set_changes_nothing(server, user):
    for protocol in ("pop3", "imap", "sasl"):
        assert outcome(server, protocol, user) == "passes"
        assert outcome(server, protocol, user, password="wrong") == "fails"


def test_each_protocol(server, sql, user):
    for protocol, column in (("pop3", "pop3_access"), ("imap", "imap_access"),
                             ("sasl", "submission_access")):
        set_(sql, user, **{column: "deny"})
        assert outcome(server, protocol, user) == "deny"
        assert outcome(server, protocol, user, password="wrong") == "fails"
    server.deliver(user, b"Subject: hello\n\nhello\n")
    assert server.doveadm("search", "-u", user, "ALL").strip()
    set_(sql, user, pop3_access="")
    assert outcome(server, "pop3", user) == "passes"


def test_the_domains_column_and_its_document(server, sql, user):
    """The mailbox's column, then the domain's column, then the domain's document."""
    server.store.put("domain/site.example", pop3_access="deny")
    try:
        server.wait_for(lambda: outcome(server, "pop3", user) == "deny", what="the document")
        for value, wanted in (("NULL", "deny"), ("", "deny"), ("1", "deny"), ("allow", "passes"),
                              ("0", "deny")):
            set_(sql, user, pop3_access=value)
            assert outcome(server, "pop3", user) == wanted, value
        set_(sql, user, pop3_access="")
        sql("UPDATE domain SET x_coexist_pop3_access = 'allow'")
        assert outcome(server, "pop3", user) == "passes"
        set_(sql, user, pop3_access="deny")
        assert outcome(server, "pop3", user) == "deny"
    finally:
        sql("UPDATE domain SET x_coexist_pop3_access = NULL")
        server.store.remove("domain/site.example")
    set_(sql, user, pop3_access="")
    server.wait_for(lambda: outcome(server, "pop3", user) == "passes", what="no document any more")


def test_doveadm_explains_what_the_form_says(server, sql, user):
    set_(sql, user, pop3_access="deny", pop3_delete="trash", pop3_keep_days="30")
    rows = json.loads(server.doveadm("-f", "json", "coexist", "policy", "get", "-u", user,
                                     "--effective"))
    values = {row["key"]: (row["value"], row["origin"]) for row in rows}
    assert [values[key] for key in ("pop3_access", "pop3_delete", "pop3_keep_days")] == [
        ("deny", "userdb"), ("trash", "userdb"), ("30", "userdb")]


def test_an_open_session_ends(server, sql, user):
    client = server.imap(user)
    set_(sql, user, imap_access="deny")
    server.doveadm("coexist", "kick", user, "--if-refused")
    server.wait_for(lambda: is_over(client), what="the session's end")
    client.shutdown()


# One that has no PHP has no such test, instead of one that is skipped.
@pytest.mark.parametrize("in_class", ["", "yes"], ids=["3.3", "4"])
def form(in_class):
    """PostfixAdmin calls the hooks, and gets a field for each column that the queries have."""
    for language, label in (("en", "What POP3 deletes"), ("es", "Lo que POP3 borra")):
        done = subprocess.run(["php", "-r", FORM], text=True, check=True, capture_output=True, env={
            "HOOK": str(FOLDER / "config.local.php"), "CLASS": in_class, "LANGUAGE": language,
            "PATH": "/usr/bin:/bin"})
        structs = json.loads(done.stdout)
        for table, struct in structs.items():
            assert struct.pop("username") == "kept"
            columns = set(re.findall(rf"ALTER TABLE {table} ADD COLUMN (\w+)",
                                     (FOLDER / "columns.sql").read_text()))
            assert set(struct) == columns
            assert all((field["editable"], field["form"], field["type"]) == (1, 1, "enma")
                       for field in struct.values())
            assert struct["x_coexist_pop3_delete"]["label"] == label
            assert set(struct["x_coexist_pop3_access"]["options"]) == {"", "allow", "deny"}
    query = (FOLDER / ("dovecot-sql.conf.ext" if GENERATION == 23 else "2.4.conf")).read_text()
    assert all(column in query for column in columns)


if shutil.which("php"):
    test_the_form = form
