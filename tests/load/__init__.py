# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes in use for a while: what stays, what grows, what an operation costs."""
