# SPDX-License-Identifier: LGPL-2.1-or-later
"""A piece of dovecot.conf."""


def block(head, lines):
    """Return one configuration block as text, empty for no lines."""
    inner = "".join(f"  {line}\n" for text in lines for line in text.splitlines())
    return f"{head} {{\n{inner}}}\n" if inner else ""
