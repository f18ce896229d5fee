# SPDX-License-Identifier: LGPL-2.1-or-later
"""Events as Dovecot's event exporters have them: a line of the log each, in JSON."""

import json
import re

CONF23 = """event_exporter log {
  format = json
  format_args = time-rfc3339
  transport = log
}
metric coexist {
  filter = event=coexist_*
  exporter = log
}
"""
CONF24 = """event_exporter log {
  driver = log
  format = json
}
metric coexist {
  filter = event=coexist_*
  exporter = log
}
"""


def found(server, user):
    """Return the user's events so far, in order."""
    lines = re.findall(r"stats(?:: Info:|\S*: Info:) (\{.*\})", server.log_text())
    return [one for one in map(json.loads, lines) if one["fields"].get("user") == user]


def events(server, user, count):
    """Return the user's events, in order, once there are so many."""
    return server.wait_for(
        lambda: len(found(server, user)) >= count and found(server, user),
        20, f"{count} exported events of {user}")
