# SPDX-License-Identifier: LGPL-2.1-or-later
"""PostfixAdmin's tables, and the queries of its recipe."""

from databases import MariaDb
from panels import PASSWORD, Panel, rows

RECIPE = "postfixadmin"


def schema(kind):
    """The published columns of PostfixAdmin 4; a flag is BOOLEAN in PostgreSQL."""
    flag, true = ("TINYINT(1)", "1") if kind is MariaDb else ("BOOLEAN", "TRUE")
    return (
        "CREATE TABLE domain (domain VARCHAR(255) PRIMARY KEY, description VARCHAR(255) DEFAULT '', "
        f"quota BIGINT NOT NULL DEFAULT 0, active {flag} NOT NULL DEFAULT {true});"
        "CREATE TABLE mailbox (username VARCHAR(255) PRIMARY KEY, password VARCHAR(255) NOT NULL, "
        "name VARCHAR(255) DEFAULT '', maildir VARCHAR(255) NOT NULL, quota BIGINT NOT NULL DEFAULT 0, "
        f"local_part VARCHAR(255), domain VARCHAR(255) NOT NULL, active {flag} NOT NULL DEFAULT {true}, "
        f"smtp_active {flag} NOT NULL DEFAULT {true});"
        "INSERT INTO domain (domain) VALUES ('site.example');" + rows(
            "INSERT INTO mailbox (username, password, maildir, domain) VALUES "
            f"('{{user}}', '{PASSWORD}', '{{name}}/', 'site.example');"))


def panel(kind):
    """PostfixAdmin has no queries of its own in Dovecot: they are the recipe's."""
    return Panel(RECIPE, kind, schema(kind), "", "", {}, "", variant=f"_{kind.driver}")
