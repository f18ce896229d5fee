# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dovecot's imap-hibernate, which keeps sessions in IDLE without a process for each."""

HIBERNATE = """imap_hibernate_timeout = 1s
service imap {
  unix_listener imap-master {
    mode = 0666
  }
  extra_groups = nogroup
}
service imap-hibernate {
  unix_listener imap-hibernate {
    mode = 0666
  }
}
"""
