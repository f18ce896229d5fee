# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands that pages tell administrators to run.

They are the lines of indented blocks. In a block with a prompt, "# ", the other lines are
what the command prints, or the beginning of it.
"""

import re
from pathlib import Path

TOP = Path(__file__).parents[2]


def section(page, heading):
    """Return the text of a page, or below one of its headings."""
    text = (TOP / "doc" / page).read_text()
    if heading is None:
        return text
    return re.search(rf"^##? {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]


def commands(text):
    """Yield (command, what it prints) of all indented blocks."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    for block in re.findall(r"(?:^    .*\n)+", text, re.M):
        lines = [line.strip() for line in block.splitlines()]
        if not block.startswith("    # "):
            yield from ((line, []) for line in lines if not line.startswith("[["))
            continue
        for number, line in enumerate(lines):
            if line.startswith("# "):
                rest = lines[number + 1:]
                end = next((i for i, other in enumerate(rest) if other.startswith("# ")), None)
                yield line[2:], rest[:end]


def rows(page, heading):
    """Yield {column: cell} of the table below a heading, with the same where a cell says so."""
    lines = [line.strip("|").split("|") for line in section(page, heading).splitlines()
             if line.startswith("|")]
    head = [cell.strip() for cell in lines[0]]
    for line in lines[2:]:
        cells = [cell.strip() for cell in line]
        for number, cell in enumerate(cells):
            if cell == "the same":
                cells[number] = cells[number - 1]
        yield dict(zip(head, cells))
