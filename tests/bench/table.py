# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows of the result, and the table that shows them (Markdown)."""

from dataclasses import dataclass

from .compare import Interval

HEAD = ("measurement", "bare", "ours", "ours : bare", "processor time", "bound", "",
        "n")


@dataclass
class Row:
    """One line. `change` is what the bound is about: a ratio or a difference."""

    name: str
    bare: str
    ours: str
    change: Interval
    bound: tuple = None  # ("<=" or ">=", number)
    style: str = "{:.3f}"
    cpu: Interval = None  # the ratio of the server's processor time
    count: int = 1

    def verdict(self):
        """Say whether the bound holds, as far as the interval tells."""
        if self.bound is None:
            return ""
        sign, limit = self.bound
        factor = 1 if sign == "<=" else -1
        worst = max(factor * self.change.low, factor * self.change.high)
        best = min(factor * self.change.low, factor * self.change.high)
        if worst <= factor * limit:
            return "holds"
        return "MISSED" if best > factor * limit else "unclear"

    def cells(self):
        """Return the texts of the line."""
        bound = ""
        if self.bound:
            bound = f"{self.bound[0]} {self.style.format(self.bound[1])}"
        return (self.name, self.bare, self.ours, interval(self.change, self.style),
                interval(self.cpu, "{:.3f}") if self.cpu else "", bound,
                self.verdict(), str(self.count))


def interval(values, style):
    """Return "middle (low..high)"."""
    middle, low, high = map(style.format, (values.middle, values.low, values.high))
    return middle if low == high else f"{middle} ({low}..{high})"


def render(rows):
    """Return the table."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join("| " + " | ".join(text.ljust(width)
                                       for text, width in zip(line, widths)) + " |"
                     for line in lines)
