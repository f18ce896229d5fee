# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that are started anew for each sample."""

from .compare import Comparison, Effort, Sample, in_turns

# How fast a server is depends on how its processes came to be spread and woken:
# two bare ones differ by up to a quarter, for as long as they run. So each sample
# is the median of a few runs of a server that was started for it.
BLOCK = Effort(rounds=3, seconds=0)


def in_blocks(lab, names, works, effort, patience, **options):
    """Return {what: Comparison} of works, {what: function(server) -> Sample}.

    options are those of Lab.servers().
    """
    comparisons = {what: Comparison(names) for what in works}
    for number in range(effort.blocks):
        turn = number % len(names)
        order = names[turn:] + names[:turn]
        with lab.servers(*order, **options) as servers:
            for what, work in works.items():
                block = in_turns(order, lambda name, work=work: work(servers[name]),
                                 BLOCK, patience)
                for name in order:
                    comparisons[what].samples[name].append(
                        Sample(block.median(name), block.median(name, "cpu")))
    return comparisons
