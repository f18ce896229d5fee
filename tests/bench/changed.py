# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions of a login in the ten minutes after a change of the store, over one before: the
session is told the generation that the gate decided by (store-generation.h)."""

from . import bounds, counting
from .logins import CHANGED, NUMBER, PROTOCOLS, WHAT, check_gate, modules_of, prepare, said, work

# The bound is 0.2 %, and two counts of the same differ by 0.1 %.
TIMES = 3


def rows(lab, effort, _patience):
    """Yield a row for each protocol and kind of documents, and for auth and the session alone."""
    prepare(lab)
    check_gate(lab)
    for protocol in PROTOCOLS:
        services = ("auth", f"{protocol}-login", protocol)
        costs = counting.in_turns(
            [*CHANGED.values(), *CHANGED],
            lambda name: counting.per_session(lab, name, services, work(protocol, name), NUMBER),
            TIMES * effort.counts)
        for name, base in CHANGED.items():
            what = f"{said(protocol)}, {WHAT[base]}, the store was changed, to the same before"
            yield counting.row(what, costs, base, name, bounds.of("changed"),
                               ours=modules_of(name, protocol))
            for service in modules_of(name, protocol):
                yield counting.row(f"{what}; {service} alone", costs, base, name, None, [service])
