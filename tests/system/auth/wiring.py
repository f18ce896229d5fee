# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dovecot's configuration around the gate."""

from instance import Dovecot
from instance.block import block
from instance.gate import STORE

GENERATION = Dovecot.installed().generation
MECHANISMS = ["plain", "login", "cram-md5"] + ["apop"] * (GENERATION == 23)
CLOSED = {f"{protocol}_access": "deny"
          for protocol in ("imap", "pop3", "submission", "sieve", "webmail")}
# doveadm uses the store of the gate; on Dovecot 2.4 it does anyway.
DOVEADM = (block("plugin", ["coexist_config = /mnt/etc/coexist.conf.ext"])
           if GENERATION == 23 else "")
MASTER = "boss"         # logs in as alice with the name "alice*boss"


def socket(name):
    """Return the listener of an auth socket that everybody may use."""
    return block("service auth", [block(f"unix_listener {name}", ["mode = 0666"])])


# What anvil lets the auth process ask, which is needed before Dovecot 2.4.4.
ANVIL = block("service anvil", [block("unix_listener anvil", ["user = dovecot"])])

# Clients are who they say they are (XCLIENT), also by Postfix's way to ask, and
# do not wait after the wrong passwords of others.
CLIENTS = (f"auth_mechanisms = {' '.join(MECHANISMS)}\n"
           "login_trusted_networks = 127.0.0.1\n" + socket("auth-client"))
NO_PENALTY = block("service anvil", [block("unix_listener anvil-auth-penalty",
                                           ["mode = 0"])])


def passwords(name, path, *lines):
    """Return one more passdb that reads a passwd-file."""
    if GENERATION == 23:
        return block("passdb", ["driver = passwd-file",
                                f"args = scheme=PLAIN username_format=%u {path}", *lines])
    return block(f"passdb {name}", ["driver = passwd-file", f"passwd_file_path = {path}",
                                    "default_password_scheme = PLAIN", *lines])


def userdb(name, path):
    """Return one more userdb that reads a passwd-file."""
    if GENERATION == 23:
        return block("userdb", ["driver = passwd-file", f"args = username_format=%u {path}",
                                "result_success = continue-ok"])
    return block(f"userdb {name}", ["driver = passwd-file", f"passwd_file_path = {path}",
                                    "result_success = continue-ok"])


# The account of the master is one of the users. Its result goes on to the other
# passdbs, of which a gate in a chain is one.
MASTERS = "auth_master_user_separator = *\n" + passwords(
    "masters", "/mnt/etc/users", "master = yes", "result_success = continue")

# The gate once more, before the one that is there anyway: it decides once.
GATE_AGAIN = block("passdb" if GENERATION == 23 else "passdb again", [
    "driver = coexist", *["args = /mnt/etc/coexist.conf.ext"] * (GENERATION == 23),
    "skip = unauthenticated", "result_failure = continue", "result_success = continue-ok"])

# The gate as its passdb alone, for a server without one otherwise.
GATE_BLOCK = {
    23: block("passdb", ["driver = coexist", "args = /mnt/etc/coexist.conf.ext",
                         "skip = unauthenticated", "result_failure = continue"]),
    24: block("passdb coexist", ["driver = coexist", "skip = unauthenticated",
                                 "result_failure = continue"])
        + block("coexist", [block("dict fs", [block("fs posix", [f"prefix = /mnt/{STORE}/"])])])
    }[GENERATION]
