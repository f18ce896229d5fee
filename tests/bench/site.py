# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a site configures us: in the ways that there were, and are.

Written here and not taken from the tests' instance, so that the same benchmark
measures checkouts that differ in it (tests/bench/run --stage).
"""

import os

from instance import BUILT, Dovecot
from instance.block import block
from instance.gate import STORE, key_file

# The gate as one more passdb and userdb, or where auth replies.
GATES = CHAIN, REPLY = "chain", "reply"
# Each protocol's module named in its own mail_plugins, as it was, or one name for all.
NAMES = EACH, ONE = "each", "one"
CONFIG = "coexist.conf.ext"


def gate_form():
    """Return which of GATES is measured."""
    return os.environ.get("COEXIST_BENCH_GATE", CHAIN)


def names_form():
    """Return which of NAMES is measured."""
    return os.environ.get("COEXIST_BENCH_NAMES", ONE)


def describe():
    """Return one line: how it is configured."""
    return f"gate: {gate_form()}; names of modules: {names_form()}"


def options(modules=None, gate=False, plugins=None, coexist=None, quota=False, conf="",
            **others):
    """Return the options of Instance for one of the SERVERS.

    gate     whether there is one, whose documents are in the folder's STORE
    plugins  mail_plugins besides ours, as Instance has them
    """
    coexist = coexist or {}
    chosen = {"modules": modules, "plugins": _plugins(modules, quota, plugins or {}),
              "coexist": coexist, "quota": quota, "conf": conf, **others}
    if gate:
        chosen["conf"] += _gate()
        chosen["passes_on"] = gate_form() == CHAIN
        chosen["files"] = {CONFIG: key_file({}, coexist)}
    return chosen


def _plugins(modules, quota, more):
    ours = {"all": ["coexist"]} if modules is BUILT else {}
    if ours and names_form() == EACH:
        ours.update(imap=["imap_coexist"], pop3=["pop3_coexist"])
        ours["all"] += ["coexist_quota"] if quota else []
    stock = {"all": ["quota"], "imap": ["imap_quota"]} if quota else {}
    return {where: [*stock.get(where, []), *ours.get(where, []), *more.get(where, [])]
            for where in ("all", "imap", "pop3")}


def _gate():
    behind = (["skip = unauthenticated", "result_failure = continue"]
              if gate_form() == CHAIN else [])
    userdb = gate_form() == CHAIN
    if Dovecot.installed().generation == 23:
        where = ["driver = coexist", f"args = /mnt/etc/{CONFIG}"]
        return (block("passdb", [*where, *behind])
                + (block("userdb", where) if userdb else ""))
    return (block("passdb coexist", ["driver = coexist", *behind])
            + (block("userdb coexist", ["driver = coexist"]) if userdb else "")
            + block("coexist", [block("dict fs", [
                block("fs posix", [f"prefix = /mnt/{STORE}/"])])]))
