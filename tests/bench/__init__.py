# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the modules cost, measured against bare Dovecot (doc/performance.md).

Nothing in here is a test: the numbers depend on the machine and are for people
to read. Each measurement is one file with a function that yields table rows.
"""
