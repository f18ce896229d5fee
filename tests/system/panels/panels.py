# SPDX-License-Identifier: LGPL-2.1-or-later
"""Control panels: the tables that they publish, and how they configure Dovecot themselves.

Column names and types, and the shape of each query, are those of the panels' published
sources (doc/panels.md says which). The rest of a table is left out.
"""

import re
from dataclasses import dataclass

from databases import MariaDb, PanelPostgresql
from instance import Dovecot
from instance.block import block
from page import TOP

GENERATION = Dovecot.installed().generation
SERIES = f"{GENERATION // 10}.{GENERATION % 10}"
RECIPES = TOP / "examples/panels"
# What a recipe names, and a test has elsewhere.
MYSQL, POSTGRESQL = "/run/mysqld/mysqld.sock", "/run/postgresql"
VARIABLES = {"%u": "%{user}", "%n": "%{user|username}", "%d": "%{user|domain}",
             "%Ls": "%{protocol|lower}", "%Lc": "%{secured|lower}", "%s": "%{protocol}"}
USERS = [f"user{number}@site.example" for number in range(16)]
PASSWORD = "{{PLAIN}}pass"    # as rows() wants it


@dataclass
class Panel:
    """A panel with one kind of database.

    recipe     the folder of its recipe
    schema     the tables, with USERS in them, who all may do all
    off        {protocol of Dovecot: the statement that switches it off for a user}
    password, user_  the panel's own queries, in the words of Dovecot 2.3
    nothing    statements after which the column for POP3 of a user says nothing
    closed     the statement that closes a mailbox, or None
    suspended  the statement that suspends it as a whole, or None
    reopened   the statement that takes that back, if it closed all of them
    at_once    one statement switches all of them off
    ends_sessions  whether the userdb of the panel turns a session away, too
    """

    recipe: str
    kind: type
    schema: str
    password: str
    user: str
    off: dict
    nothing: str
    closed: str = None
    suspended: str = None
    reopened: str = None
    at_once: bool = False
    ends_sessions: bool = True
    variant: str = ""

    @property
    def database(self):
        """The database's name: each panel has its own."""
        return f"{self.recipe}{self.variant}".replace("-", "")

    def own(self, database):
        """Return (text for dovecot.conf, {file: text}): what the panel configures itself."""
        if GENERATION == 23:
            sql = (self._connect23(database) + "default_pass_scheme = CRYPT\n"
                   f"password_query = {self.password}\nuser_query = {self.user}\n")
            args = ["driver = sql", "args = /mnt/etc/panel-sql.conf.ext"]
            return block("passdb", args) + block("userdb", args), {"panel-sql.conf.ext": sql}
        driver = self._driver24(database)
        return (block("passdb panel", ["driver = sql", *driver,
                                       "default_password_scheme = CRYPT",
                                       f"passdb_sql_query = {to24(self.password)}"])
                + block("userdb panel", ["driver = sql", *driver,
                                         f"userdb_sql_query = {to24(self.user)}"])), {}

    def _connect23(self, database):
        return (f"driver = {self.kind.driver}\nconnect = host={database.socket} "
                f"dbname={self.database} user=panel password=change-me\n")

    def _driver24(self, database):
        words = {"dbname": self.database, "user": "panel", "password": "change-me"}
        if self.kind.driver == "mysql":
            return ["sql_driver = mysql", block(f"mysql {database.socket}", [
                f"{name} = {value}" for name, value in words.items()])]
        return ["sql_driver = pgsql", block(f"pgsql {database.socket}", [block(
            "parameters", [f"{name} = {value}" for name, value in words.items()])])]

    def files(self):
        """Return the recipe's files for this Dovecot: (for dovecot.conf, [others])."""
        folder = RECIPES / self.recipe
        [conf] = folder.glob(f"{SERIES}.conf")
        return conf, sorted(folder.glob("*.conf.ext")) if GENERATION == 23 else []

    def recipe_text(self, path, database):
        """Return a file of the recipe with the test's database in it."""
        text = path.read_text()
        if self.kind is PanelPostgresql:
            text = for_postgresql(text)
        for name in (MYSQL, POSTGRESQL):
            text = text.replace(name, str(database.socket))
        text = re.sub(r"(dbname ?= ?)\w+", rf"\g<1>{self.database}", text)
        text = re.sub(r"(\buser ?= ?)\w+(?= password|\n *password|\n *\})", r"\g<1>panel", text)
        return text.replace("/etc/dovecot/", "/mnt/etc/")


def to24(query):
    """Return a query of Dovecot 2.3 in the words of 2.4."""
    return re.sub("|".join(map(re.escape, sorted(VARIABLES, key=len, reverse=True))),
                  lambda name: VARIABLES[name[0]], query)


def for_postgresql(text):
    """Return a recipe with its lines for PostgreSQL in the place of those for MariaDB, as its
    comments say."""
    if GENERATION == 23:
        return re.sub(r"^driver = .*\nconnect = .*\n# .*instead:\n# (driver = .*\n)# (connect = .*\n)",
                      r"\1\2", text, flags=re.M)
    return re.sub(r"^  sql_driver = mysql\n  mysql [^}]*}\n  # [^\n]*instead:\n((?:  # [^\n]*\n)+)",
                  lambda match: re.sub("^  # ", "  ", match[1], flags=re.M), text, flags=re.M)


def rows(text):
    """Return the text for each of USERS: {user}, {name} and {number} in it."""
    return "\n".join(text.format(user=user, name=user.partition("@")[0], number=number)
                     for number, user in enumerate(USERS)) + "\n"


def nullable(kind, table, column, type_name):
    """Return the statement that lets a column be NULL."""
    if kind is MariaDb:
        return f"ALTER TABLE {table} MODIFY {column} {type_name}; "
    return f"ALTER TABLE {table} ALTER {column} DROP NOT NULL; "


# iRedMail

IREDMAIL_SWITCHES = [f"enable{name}" for name in (
    "smtp", "smtpsecured", "pop3", "pop3secured", "pop3tls", "imap", "imapsecured", "imaptls",
    "deliver", "lda", "managesieve", "managesievesecured", "sieve", "sievesecured", "sievetls",
    "internal", "doveadm", "lmtp", "dsync")]


def iredmail(kind):
    """iRedMail with MariaDB or PostgreSQL."""
    number = "TINYINT(1)" if kind is MariaDb else "INT2"
    switches = "".join(f"{name} {number} NOT NULL DEFAULT 1, " for name in IREDMAIL_SWITCHES)
    where = ("FROM mailbox, domain WHERE mailbox.username='%u' AND mailbox.enable%Ls%Lc=1 "
             "AND mailbox.active=1 AND mailbox.domain=domain.domain AND domain.active=1")
    schema = (
        f"CREATE TABLE domain (domain VARCHAR(255) PRIMARY KEY, active {number} NOT NULL DEFAULT 1);"
        "CREATE TABLE mailbox (username VARCHAR(255) PRIMARY KEY, password VARCHAR(255) NOT NULL, "
        "language VARCHAR(5) NOT NULL DEFAULT '', mailboxformat VARCHAR(50) DEFAULT 'maildir', "
        "mailboxfolder VARCHAR(50) DEFAULT 'Maildir', storagebasedirectory VARCHAR(255), "
        "storagenode VARCHAR(255), maildir VARCHAR(255), quota BIGINT NOT NULL DEFAULT 0, "
        f"domain VARCHAR(255) NOT NULL, {switches} allow_nets TEXT, "
        f"active {number} NOT NULL DEFAULT 1);"
        "INSERT INTO domain (domain) VALUES ('site.example');" + rows(
            "INSERT INTO mailbox (username, password, storagebasedirectory, storagenode, maildir, "
            f"domain) VALUES ('{{user}}', '{PASSWORD}', '/mnt/home', 'v', '{{name}}/', "
            "'site.example');"))
    off = {protocol: ", ".join(f"enable{column}{suffix}=0" for suffix in suffixes)
           for protocol, column, suffixes in (
               ("imap", "imap", ("", "secured", "tls")), ("pop3", "pop3", ("", "secured", "tls")),
               ("sieve", "sieve", ("", "secured", "tls")), ("sasl", "smtp", ("", "secured")))}
    return Panel(
        "iredmail", kind, schema,
        f"SELECT mailbox.password, mailbox.allow_nets {where}",
        "SELECT LOWER(CONCAT(storagebasedirectory, '/', storagenode, '/', maildir)) AS home "
        + where,
        {protocol: f"UPDATE mailbox SET {columns} WHERE username='{{user}}'"
         for protocol, columns in off.items()},
        "".join(nullable(kind, "mailbox", f"enablepop3{suffix}", number)
                for suffix in ("", "secured", "tls"))
        + "UPDATE mailbox SET enablepop3=NULL, enablepop3secured=NULL, enablepop3tls=NULL "
          "WHERE username='{user}'",
        closed="UPDATE mailbox SET active=0 WHERE username='{user}'",
        variant="_pg" * (kind is PanelPostgresql))


# ISPConfig

def ispconfig():
    """ISPConfig; its interface couples sieve with IMAP."""
    switches = "".join(f"disable{name} ENUM('n','y') NOT NULL DEFAULT 'n', " for name in (
        "imap", "pop3", "deliver", "smtp", "sieve", "lda", "lmtp", "doveadm"))
    where = ("FROM mail_user WHERE (login = '%u' OR email = '%u') AND disable%Ls = 'n' AND server_id = '1' "
             "AND NOT EXISTS (SELECT domain_id FROM mail_domain WHERE domain = '%d' AND active = 'n' "
             "AND server_id = 1)")
    schema = (
        "CREATE TABLE mail_domain (domain_id INT PRIMARY KEY AUTO_INCREMENT, server_id INT, "
        "domain VARCHAR(255), active ENUM('n','y') NOT NULL DEFAULT 'n');"
        "CREATE TABLE mail_user (mailuser_id INT PRIMARY KEY AUTO_INCREMENT, server_id INT, "
        "email VARCHAR(255), login VARCHAR(255), password VARCHAR(255), uid VARCHAR(16), "
        f"gid VARCHAR(16), maildir VARCHAR(255), {switches} quota BIGINT NOT NULL DEFAULT 0);"
        "INSERT INTO mail_domain (server_id, domain, active) VALUES (1, 'site.example', 'y');" + rows(
            "INSERT INTO mail_user (server_id, email, login, password, uid, gid, maildir) VALUES "
            f"(1, '{{user}}', '{{user}}', '{PASSWORD}', 'nobody', 'nogroup', '/mnt/home/{{name}}');"))
    return Panel(
        "ispconfig", MariaDb, schema,
        f"SELECT email AS user, password, maildir AS userdb_home, uid AS userdb_uid, gid AS userdb_gid {where}",
        f"SELECT email AS user, maildir AS home, uid, gid {where}",
        {protocol: f"UPDATE mail_user SET disable{column}='y' WHERE email='{{user}}'"
         for protocol, column in (("imap", "imap"), ("pop3", "pop3"), ("sieve", "sieve"),
                                  ("sasl", "smtp"))},
        nullable(MariaDb, "mail_user", "disablepop3", "ENUM('n','y')")
        + "UPDATE mail_user SET disablepop3=NULL WHERE email='{user}'",
        closed="UPDATE mail_domain SET active='n'", reopened="UPDATE mail_domain SET active='y'")


# Froxlor

def froxlor():
    """Froxlor; its user query has no predicate, so open sessions hear of nothing."""
    schema = (
        "CREATE TABLE mail_users (id INT PRIMARY KEY AUTO_INCREMENT, email VARCHAR(255), "
        "username VARCHAR(255), password_enc VARCHAR(255), uid VARCHAR(16), gid VARCHAR(16), "
        "homedir VARCHAR(255), maildir VARCHAR(255), postfix ENUM('Y','N') NOT NULL DEFAULT 'Y', "
        "quota BIGINT NOT NULL DEFAULT 0, pop3 TINYINT(1) NOT NULL DEFAULT 1, "
        "imap TINYINT(1) NOT NULL DEFAULT 1);" + rows(
            "INSERT INTO mail_users (email, username, password_enc, uid, gid, homedir, maildir) VALUES "
            f"('{{user}}', '{{user}}', '{PASSWORD}', 'nobody', 'nogroup', '/mnt/home/', '{{name}}');"))
    return Panel(
        "froxlor", MariaDb, schema,
        "SELECT username AS user, password_enc AS password, CONCAT(homedir, maildir) AS userdb_home "
        "FROM mail_users WHERE (username = '%u' OR email = '%u') AND ((imap = 1 AND '%Ls' = 'imap') OR "
        "(pop3 = 1 AND '%Ls' = 'pop3') OR (postfix = 'Y' AND '%Ls' IN ('smtp', 'sieve')))",
        "SELECT CONCAT(homedir, maildir) AS home, uid, gid FROM mail_users "
        "WHERE (username = '%u' OR email = '%u')",
        {"imap": "UPDATE mail_users SET imap=0 WHERE email='{user}'",
         "pop3": "UPDATE mail_users SET pop3=0 WHERE email='{user}'"},
        nullable(MariaDb, "mail_users", "pop3", "TINYINT(1)")
        + "UPDATE mail_users SET pop3=NULL WHERE email='{user}'",
        suspended="UPDATE mail_users SET imap=0, pop3=0, postfix='N' WHERE email='{user}'",
        ends_sessions=False)


# modoboa

def modoboa():
    """modoboa; a mailbox either sends only, or may do all."""
    where = ("FROM core_user U JOIN admin_mailbox M ON M.user_id = U.id JOIN admin_domain D "
             "ON D.id = M.domain_id WHERE M.address = '%n' AND D.name = '%d' AND U.is_active AND D.enabled "
             "AND (M.is_send_only = false OR '%s' NOT IN ('imap', 'pop3'))")
    schema = (
        "CREATE TABLE core_user (id SERIAL PRIMARY KEY, email VARCHAR(254), password VARCHAR(256), "
        "is_active BOOLEAN NOT NULL DEFAULT TRUE, language VARCHAR(10) NOT NULL DEFAULT 'en');"
        "CREATE TABLE admin_domain (id SERIAL PRIMARY KEY, name VARCHAR(100), "
        "enabled BOOLEAN NOT NULL DEFAULT TRUE);"
        "CREATE TABLE admin_mailbox (id SERIAL PRIMARY KEY, address VARCHAR(252), quota INT, "
        "is_send_only BOOLEAN NOT NULL DEFAULT FALSE, domain_id INT, user_id INT);"
        "INSERT INTO admin_domain (name) VALUES ('site.example');" + rows(
            f"INSERT INTO core_user (id, email, password) VALUES ({{number}}, '{{user}}', '{PASSWORD}');"
            "INSERT INTO admin_mailbox (address, domain_id, user_id) VALUES ('{name}', 1, {number});"))
    off = ("UPDATE admin_mailbox SET is_send_only=TRUE FROM core_user WHERE core_user.id = user_id "
           "AND email='{user}'")
    return Panel("modoboa", PanelPostgresql, schema, f"SELECT email AS user, password {where}",
                 f"SELECT '/mnt/home/%n' AS home {where}", {"imap": off, "pop3": off},
                 nullable(PanelPostgresql, "admin_mailbox", "is_send_only", "")
                 + off.replace("=TRUE", "=NULL"), at_once=True,
                 closed="UPDATE core_user SET is_active=FALSE WHERE email='{user}'")


# mailcow

def mailcow():
    """mailcow, with its own check, which is a Lua script and a page in PHP, done by a query."""
    attributes = '{{"pop3_access":"1","imap_access":"1","smtp_access":"1","sieve_access":"1"}}'
    schema = (
        "CREATE TABLE mailbox (username VARCHAR(255) PRIMARY KEY, password VARCHAR(255), "
        "attributes JSON, custom_attributes JSON NOT NULL DEFAULT '{}', "
        "authsource ENUM('mailcow','keycloak','generic-oidc','ldap') DEFAULT 'mailcow', "
        "active TINYINT NOT NULL DEFAULT 1);" + rows(
            f"INSERT INTO mailbox (username, password, attributes) VALUES ('{{user}}', '{PASSWORD}', "
            f"'{attributes}');"))
    return Panel(
        "mailcow", MariaDb, schema,
        "SELECT password FROM mailbox WHERE username='%u' AND active='1' AND "
        "JSON_VALUE(attributes, '$.%Ls_access') = '1'",
        "SELECT '/mnt/home/%n' AS home FROM mailbox WHERE username='%u' AND active IN (1, 2)",
        {protocol: f"UPDATE mailbox SET attributes=JSON_SET(attributes, '$.{name}_access', '0') "
                   "WHERE username='{user}'" for protocol, name in (
                       ("imap", "imap"), ("pop3", "pop3"), ("sieve", "sieve"), ("sasl", "smtp"))},
        "UPDATE mailbox SET attributes=JSON_REMOVE(attributes, '$.pop3_access') "
        "WHERE username='{user}'",
        closed="UPDATE mailbox SET active=2 WHERE username='{user}'", ends_sessions=False)


# VMM

def vmm():
    """VMM, by its view for Dovecot."""
    schema = (
        "CREATE TABLE accounts (\"user\" VARCHAR(255) PRIMARY KEY, password VARCHAR(270), "
        "smtp BOOLEAN NOT NULL DEFAULT TRUE, pop3 BOOLEAN NOT NULL DEFAULT TRUE, "
        "imap BOOLEAN NOT NULL DEFAULT TRUE, sieve BOOLEAN NOT NULL DEFAULT TRUE);"
        "CREATE VIEW dovecot_password AS SELECT * FROM accounts;" + rows(
            f"INSERT INTO accounts (\"user\", password) VALUES ('{{user}}', '{PASSWORD}');"))
    return Panel(
        "vmm", PanelPostgresql, schema,
        "SELECT \"user\", password FROM dovecot_password WHERE \"user\" = '%u' AND %Ls",
        "SELECT '/mnt/home/%n' AS home FROM dovecot_password WHERE \"user\" = '%u'",
        {protocol: f"UPDATE accounts SET {column}=FALSE WHERE \"user\"='{{user}}'"
         for protocol, column in (("imap", "imap"), ("pop3", "pop3"), ("sieve", "sieve"),
                                  ("sasl", "smtp"))},
        nullable(PanelPostgresql, "accounts", "pop3", "")
        + "UPDATE accounts SET pop3=NULL WHERE \"user\"='{user}'", ends_sessions=False)


PANELS = [iredmail(MariaDb), iredmail(PanelPostgresql), ispconfig(), froxlor(), modoboa(), mailcow(),
          vmm()]
