# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fenced blocks of a page, which administrators paste."""

import re
from pathlib import Path

TOP = Path(__file__).parents[3]


def fences(text):
    """Return [(kind, text)] of the page's fenced blocks, in their order."""
    return re.findall(r"^```([\w.-]*)\n(.*?)^```$", text, re.M | re.S)


def block_of(text, kind, word):
    """Return the first block of the kind with the word in it."""
    return next(block for found, block in fences(text) if found == kind and word in block)
