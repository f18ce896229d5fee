# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a panel's database may do besides: values in other spellings, flags as they are, columns
that an upgrade has removed, a database that only reads, restarts or is down."""

import json
import re

import pytest

import postfixadmin
from databases import MariaDb, PanelPostgresql, has
from instance import Instance
from outcomes import is_over, outcome
from panels import RECIPES, USERS, iredmail
from test_turned_away import OWNER, configured
from wiring import ANVIL, CLIENTS, DOVEADM, NO_PENALTY

pytestmark = pytest.mark.differs("what the passdb and userdb drivers say")
KINDS = [kind for kind in (MariaDb, PanelPostgresql) if has(kind)]
DENIES = ["deny", "DENY", "Deny", " deny ", "\tdeny", "0", "n", "N", "f", "no", "No", "false", "off"]
SAYS_NOTHING = [None, "", " ", "1", "Y", "t", "yes", "true", "on", "perhaps"]
OURS = re.compile(r" *COALESCE\(NULLIF\(m\.x_coexist_submission_access.*?AS "
                  r"((?:userdb_)?coexist_submission_access)", re.S)
EX_TEMPFAIL = 75
# The drivers wait longer before each attempt to connect again.
RECOVERED = 240


def recipe(panel, database, change_flag=True):
    """Return (text for dovecot.conf, {file: text}) of the recipe, in the test's place. With
    change_flag, PostfixAdmin's own flag for sending is in the place of our column."""
    conf, others = panel.files()

    def change(path):
        text = panel.recipe_text(path, database)
        for old, new in (("/var/mail/vmail", "/mnt/home"), ("'vmail' AS uid", "'nobody' AS uid"),
                         ("'vmail' AS gid", "'nogroup' AS gid")):
            text = text.replace(old, new)
        return OURS.sub(r" m.smtp_active AS \1", text) if change_flag else text
    return change(conf), {path.name: change(path) for path in others}


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def database(request, databases):
    return databases(request.param)


@pytest.fixture(scope="module")
def panel(database):
    panel = postfixadmin.panel(type(database))
    panel.variant += "_odd"
    return panel


@pytest.fixture(scope="module")
def sql(panel, database):
    database.create(panel.database, panel.schema)
    database.sql(panel.database, (RECIPES / "postfixadmin/columns.sql").read_text())
    return lambda statement: database.sql(panel.database, statement)


def started(folder, text, files):
    return Instance(folder, users={}, gate={}, files=files,
                    conf=CLIENTS + NO_PENALTY + ANVIL + DOVEADM + text)


@pytest.fixture(scope="module")
def server(panel, database, sql, tmp_path_factory):
    with started(tmp_path_factory.mktemp(panel.database), *recipe(panel, database)) as running:
        yield running
        assert re.findall("Panic:", running.log_text()) == []


_unused = {}


@pytest.fixture
def user(panel):
    return next(_unused.setdefault(panel.database, iter(USERS)))


def quoted(value):
    return "NULL" if value is None else f"'{value}'"


def orphans(server):
    """Return (exit code, names)."""
    done = server.doveadm("-f", "json", "coexist", "policy", "list", "--orphans", check=False,
                          timeout=600)    # a driver lets each look-up wait for a minute
    return done.returncode, {row["name"] for row in json.loads(done.stdout)}


DECIDED = {"passes", "fails", "deny"}


def patient_outcome(server, protocol, user):
    """Drivers keep a login waiting for a minute, and clients give up."""
    try:
        return outcome(server, protocol, user)
    except OSError as error:
        return str(error)


def set_pop3(sql, user, value):
    sql(f"UPDATE mailbox SET x_coexist_pop3_access = {quoted(value)} WHERE username = '{user}'")


def test_words_for_no(server, sql, user):
    for value in DENIES:
        set_pop3(sql, user, value)
        assert outcome(server, "pop3", user) == "deny", value
        found = server.doveadm("-f", "tab", "coexist", "policy", "get", "-u", user, "--effective")
        assert re.search(r"^pop3_access\t.*\tuserdb$", found, re.M), found
    set_pop3(sql, user, "Suspend")
    assert outcome(server, "pop3", user) == "suspend"


def test_what_is_no_word_for_no_says_nothing(server, sql, user):
    for value in SAYS_NOTHING:
        set_pop3(sql, user, value)
        assert outcome(server, "pop3", user) == "passes", value
    server.store.put("domain/site.example", pop3_access="deny")
    try:
        server.wait_for(lambda: outcome(server, "pop3", user) == "deny", what="the domain's policy")
        for value in SAYS_NOTHING:
            set_pop3(sql, user, value)
            assert outcome(server, "pop3", user) == "deny", value
        set_pop3(sql, user, "Allow ")
        assert outcome(server, "pop3", user) == "passes"
    finally:
        server.store.remove("domain/site.example")
    other = USERS[-1]
    server.wait_for(lambda: outcome(server, "pop3", other) == "passes", what="no policy any more")


def test_a_flag_of_the_panel_as_it_is(server, sql, user):
    """MariaDB has a number, PostgreSQL a boolean."""
    assert outcome(server, "sasl", user) == "passes"
    sql(f"UPDATE mailbox SET smtp_active = FALSE WHERE username = '{user}'")
    assert outcome(server, "sasl", user) == "deny"
    assert outcome(server, "sasl", user, password="wrong") == "fails"
    assert outcome(server, "imap", user) == "passes"


def test_a_column_of_fixed_width(server, sql, database, user):
    """PostgreSQL fills it with blanks."""
    change = "MODIFY" if isinstance(database, MariaDb) else "ALTER"
    kind = "" if isinstance(database, MariaDb) else "TYPE"
    sql(f"ALTER TABLE mailbox {change} x_coexist_pop3_access {kind} CHAR(8)")
    for value, wanted in (("", "passes"), ("deny", "deny"), (None, "passes")):
        set_pop3(sql, user, value)
        assert outcome(server, "pop3", user) == wanted, value


def only_reads(database, panel, value):
    """Let connections that come write nothing, or again."""
    if isinstance(database, MariaDb):
        database.sql(None, f"SET GLOBAL read_only = {value}")
    else:
        database.sql(panel.database,
                     "SET default_transaction_read_only = off; "
                     f"ALTER DATABASE {panel.database} SET default_transaction_read_only = {value}; "
                     "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE usename = 'panel' AND pid <> pg_backend_pid();")


def test_a_database_that_only_reads(server, sql, database, panel, user):
    set_pop3(sql, user, "deny")
    only_reads(database, panel, "on")
    try:
        server.wait_for(lambda: patient_outcome(server, "pop3", user) == "deny", RECOVERED,
                        "the replica")
        assert outcome(server, "imap", user) == "passes"
    finally:
        only_reads(database, panel, "off")
    server.wait_for(lambda: patient_outcome(server, "imap", user) == "passes", RECOVERED,
                    "the database")


def test_a_column_that_is_gone(server, sql, user):
    """Nobody is told of a wrong password, and nobody gets in whom the column kept out. As the
    page says, running columns.sql again is all."""
    set_pop3(sql, user, "deny")
    assert outcome(server, "pop3", user) == "deny"
    sql("ALTER TABLE mailbox DROP COLUMN x_coexist_imap_access")
    for protocol in ("pop3", "imap"):
        assert "[UNAVAILABLE]" in outcome(server, protocol, user) or \
            "[SYS/TEMP]" in outcome(server, protocol, user)
    sql("ALTER TABLE mailbox ADD COLUMN x_coexist_imap_access VARCHAR(8)")
    assert outcome(server, "pop3", user) == "deny"
    assert outcome(server, "imap", user) == "passes"


@pytest.mark.night
def test_a_database_that_is_down(server, sql, database, user):
    """Who is in stays in, also if the policy is asked meanwhile; afterwards all is as before."""
    set_pop3(sql, user, "deny")
    session = server.imap(user)
    for scope in (f"mailbox/{user}", "mailbox/gone@site.example", "domain/site.example"):
        server.store.put(scope, imap_tls="any")
    assert orphans(server) == (0, {"gone@site.example"})
    database.stop()
    try:
        assert patient_outcome(server, "imap", user) not in DECIDED
        server.doveadm("coexist", "kick", user, "--if-refused", check=False)
        assert not is_over(session)
        assert orphans(server) == (EX_TEMPFAIL, set())
    finally:
        database.start()
    server.wait_for(lambda: patient_outcome(server, "imap", user) == "passes", RECOVERED,
                    "the database")
    assert outcome(server, "pop3", user) == "deny"
    assert not is_over(session)
    session.shutdown()


def test_a_database_that_has_restarted(server, sql, database, user):
    """The connections that auth keeps are dead: the next logins make others."""
    set_pop3(sql, user, "deny")
    assert outcome(server, "pop3", user) == "deny"
    database.stop()
    database.start()
    seen = []

    def has_decided():
        seen.append(patient_outcome(server, "pop3", user))
        return seen[-1] == "deny"
    server.wait_for(has_decided, RECOVERED, "the database")
    assert DECIDED & set(seen) == {"deny"}
    assert outcome(server, "imap", user) == "passes"


@pytest.fixture(scope="module")
def beside(database, tmp_path_factory):
    """(server, statements) of a panel whose own queries stay: iRedMail."""
    panel = iredmail(type(database))
    panel.variant += "_odd"
    database.create(panel.database, panel.schema)
    text, files = configured(panel, database)
    with started(tmp_path_factory.mktemp(panel.database), OWNER + text, files) as running:
        yield running, lambda statement: database.sql(panel.database, statement), panel
        assert re.findall("Panic:", running.log_text()) == []


def test_a_column_that_is_gone_beside_the_panels_own_queries(beside):
    """Who may log in does. Who may not does not, whatever is said."""
    server, sql, panel = beside
    on, off = USERS[:2]
    sql(panel.off["pop3"].format(user=off))
    assert (outcome(server, "pop3", on), outcome(server, "pop3", off)) == ("passes", "deny")
    sql("ALTER TABLE mailbox DROP COLUMN language")
    assert outcome(server, "pop3", on) == "passes"
    assert outcome(server, "pop3", off) not in ("passes", "deny")
    assert outcome(server, "imap", off) == "passes"
