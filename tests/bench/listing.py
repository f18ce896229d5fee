# SPDX-License-Identifier: LGPL-2.1-or-later
"""doveadm coexist policy list of very many documents."""

from instance import Dovecot
from instance.block import block

from .compare import Interval
from .gate import MANY
from .lab import FEW
from .table import Row

# Half a byte for each document more.
BOUND_KB = ("<=", 500)


def rows(lab, _effort, _patience):
    """Yield rows of memory and of time, for the names and for all values."""
    conf = ""
    if Dovecot.installed().generation == 23:
        conf = block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"])
    with lab.servers(FEW, MANY, conf=conf) as servers:
        for options in ([], ["--values"]):
            (few, few_time), (many, many_time) = (
                servers[name].dovecot.doveadm_peak(
                    "-f", "pager", "coexist", "policy", "list", *options)[:2]
                for name in (FEW, MANY))
            what = " ".join(["policy list", *options])
            yield Row(f"memory of {what}, {FEW} and {MANY:,} policies", f"{few:,} kB",
                      f"{many:,} kB", Interval.of([many - few]), BOUND_KB,
                      style="{:+,.0f} kB")
            yield Row(f"time of {what}, the same", f"{few_time:.2f} s",
                      f"{many_time:.1f} s", Interval.of([many_time - few_time]),
                      style="{:+.1f} s")
