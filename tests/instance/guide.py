# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person needs to know to use a running instance."""

from .users import PASSWORD


def how_to_connect(dc, users):
    """Return lines that say how to reach the instance; users is {name: remark}."""
    name = next(iter(users))
    lines = ["Users (the password is always %s):" % PASSWORD]
    lines += [f"  {user:<12}{remark}".rstrip() for user, remark in users.items()]
    lines += ["", f"Server {dc.host}, with a self-made certificate for TLS:"]
    for protocol in ("pop3", "imap"):
        lines.append(f"  {protocol.upper():<12}port {dc.port(protocol)}, "
                     f"with TLS port {dc.port(protocol + 's')}")
    lines += [f"  {'LMTP':<12}port {dc.port('lmtp')}, to deliver mail", "",
              "For example:",
              f"  curl --user {name}:{PASSWORD} pop3://{dc.host}:{dc.port('pop3')}/1",
              f"  curl --user {name}:{PASSWORD} "
              f"'imap://{dc.host}:{dc.port('imap')}/INBOX?UNSEEN'"]
    return lines
