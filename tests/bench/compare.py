# SPDX-License-Identifier: LGPL-2.1-or-later
"""Taking measurements of several servers in turns, and what they say together."""

import math
import time
from dataclasses import dataclass
from statistics import median


@dataclass
class Interval:
    """A median with the limits between which the true one lies (95 %)."""

    low: float
    middle: float
    high: float

    @staticmethod
    def of(values):
        """By order statistics, which assume nothing about how noise is spread."""
        values = sorted(values)
        count = len(values)
        # the normal approximation of the binomial; the extremes for a few values
        below = math.floor((count - 1.96 * math.sqrt(count)) / 2)
        below = max(below, 0)
        return Interval(values[below], median(values), values[count - 1 - below])

    @property
    def half_width(self):
        """How far the true median may be away."""
        return (self.high - self.low) / 2


@dataclass
class Effort:
    """How long to measure: until every interval is narrow or time is up.

    blocks  how often servers are started that are measured in blocks
    counts  how often instructions are counted, which noise does not reach
    """

    rounds: int
    seconds: float
    half_width: float = 0.005
    blocks: int = 1
    counts: int = 1


@dataclass
class Sample:
    """What one run cost."""

    seconds: float
    cpu: float


class Comparison:
    """Samples by server name, all from the same rounds; the first is the base."""

    def __init__(self, names):
        self.samples = {name: [] for name in names}
        self.base = names[0]

    @property
    def rounds(self):
        """How often each was measured."""
        return len(self.samples[self.base])

    def median(self, name, what="seconds"):
        """Return the median of one server."""
        return median(getattr(sample, what) for sample in self.samples[name])

    def ratio(self, name, what="seconds", base=None):
        """Return how many times the base's cost it is, from adjacent samples."""
        return Interval.of([getattr(ours, what) / getattr(bare, what)
                            for ours, bare in zip(self.samples[name],
                                                  self.samples[base or self.base])])

    def is_settled(self, half_width):
        """Return whether all the ratios of time are known well enough."""
        return all(self.ratio(name).half_width <= half_width
                   for name in self.samples if name != self.base)


def in_turns(names, work, effort, patience):
    """Return a Comparison of work(name), a Sample each: A B, B A, A B ..."""
    comparison = Comparison(names)
    for name in names:
        work(name)  # caches
    end = time.monotonic() + effort.seconds
    while True:
        order = names if comparison.rounds % 2 == 0 else names[::-1]
        patience.wait()
        for name in order:
            comparison.samples[name].append(work(name))
        if comparison.rounds < effort.rounds:
            continue
        if comparison.is_settled(effort.half_width) or time.monotonic() > end:
            return comparison
