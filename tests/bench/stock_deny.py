# SPDX-License-Identifier: LGPL-2.1-or-later
"""What sites do without us to keep a mailbox from a protocol: one more passdb that denies.

By SQL (here SQLite), and by a script in Lua. Both know who may not use which service,
and nothing of networks, TLS, dates or sessions.
"""

import sqlite3

from instance import Dovecot
from instance.block import block

DATABASE, SCRIPT, CONFIG = "denied.db", "denied.lua", "denied.conf.ext"
QUERY = "SELECT name AS user FROM denied WHERE name = '%{user}' AND service = '%{service}'"
SQL = {
    23: block("passdb", ["driver = sql", f"args = /mnt/etc/{CONFIG}", "deny = yes"]),
    24: block("passdb sql", ["sql_driver = sqlite", f"sqlite_path = /mnt/etc/{DATABASE}",
                             f"query = {QUERY}", "deny = yes"])}[Dovecot.installed().generation]
LUA = {
    23: block("passdb", ["driver = lua", f"args = file=/mnt/etc/{SCRIPT} blocking=no",
                         "deny = yes"]),
    24: block("passdb lua", [f"lua_file = /mnt/etc/{SCRIPT}", "use_worker = no",
                             "deny = yes"])}[Dovecot.installed().generation]
FILES = {
    CONFIG: f"driver = sqlite\nconnect = /mnt/etc/{DATABASE}\npassword_query = {QUERY}\n",
    SCRIPT: """
local denied = { ["%s"] = { ["%s"] = true } }

function auth_password_verify(request, password)
  local services = denied[request.user]
  if services ~= nil and services[request.service] then
    return dovecot.auth.PASSDB_RESULT_OK, {}
  end
  return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, {}
end
"""}


def options(text, user, service):
    """Return the options of Instance for one of them, by which that login is denied."""
    script = FILES[SCRIPT] % (user, service)
    return {"first": text, "files": {**FILES, SCRIPT: script}}


def fill(folder, user, service):
    """Make the database of a server that is in this folder."""
    (folder / "etc").mkdir(exist_ok=True)
    with sqlite3.connect(folder / "etc" / DATABASE) as database:
        database.execute("CREATE TABLE denied (name, service)")
        database.execute("CREATE INDEX names ON denied (name)")
        database.execute("INSERT INTO denied VALUES (?, ?)", [user, service])
    (folder / "etc" / DATABASE).chmod(0o644)
