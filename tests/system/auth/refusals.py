# SPDX-License-Identifier: LGPL-2.1-or-later
"""THE table of refusals: who is refused, and for what.

Columns are separated by two spaces or more.

protocol  pop3, imap, submission, sieve or sasl (Postfix asks); imap from WEBMAIL is webmail
tls       is the connection encrypted?
client    its address
user      owner: name@domain, in the case of the passwd-file
          local: a name without a domain
          upper: the owner writes the name in upper case
          alias: the passdb says that this login name is the owner (as for name+detail)
          master: a master user as the owner
          guess: the owner's name with a wrong password
          nobody: a name that no passdb knows
policy    what the scopes say, separated by "|". mailbox, domain and default are
          documents, userdb is a field, site is dovecot.conf, gate is a site setting
reply     passes, fails (as any wrong password does), or the kind of refusal (see
          texts.py) with its details; says: the administrator's own text
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

WEBMAIL = "198.51.100.0/24 2001:db8:77::/48"

TABLE = """\
# protocol  tls  client           user    policy  reply

# Without a policy, and with one that says what the default is
pop3        no   192.0.2.1        owner   -  passes
imap        no   192.0.2.1        local   -  passes
submission  no   192.0.2.1        owner   -  passes
sieve       no   192.0.2.1        owner   -  passes
sieve       yes  192.0.2.1        local   -  passes
sieve       no   198.51.100.7     owner   -  passes
sasl        no   192.0.2.1        local   -  passes
imap        no   198.51.100.7     owner   -  passes
pop3        no   192.0.2.1        guess   -  fails
imap        no   192.0.2.1        nobody  -  fails
pop3        no   192.0.2.1        owner   mailbox pop3_access=allow  passes

# access: each protocol has its own
pop3        no   192.0.2.1        owner   mailbox pop3_access=deny  deny
pop3        yes  192.0.2.1        owner   mailbox pop3_access=deny  deny
pop3        no   2001:db8::1      owner   mailbox pop3_access=deny  deny
imap        no   192.0.2.1        owner   mailbox pop3_access=deny  passes
submission  no   192.0.2.1        owner   mailbox pop3_access=deny  passes
imap        no   192.0.2.1        owner   mailbox imap_access=deny  deny
imap        yes  192.0.2.1        owner   mailbox imap_access=deny  deny
pop3        no   192.0.2.1        owner   mailbox imap_access=deny  passes
imap        no   198.51.100.7     owner   mailbox imap_access=deny  passes
imap        no   198.51.100.7     owner   mailbox webmail_access=deny  deny
imap        yes  2001:db8:77::5   owner   mailbox webmail_access=deny  deny
imap        no   192.0.2.1        owner   mailbox webmail_access=deny  passes
pop3        no   198.51.100.7     owner   mailbox webmail_access=deny  passes
submission  no   192.0.2.1        owner   mailbox submission_access=deny  deny
submission  yes  192.0.2.1        owner   mailbox submission_access=deny  deny
sasl        no   192.0.2.1        owner   mailbox submission_access=deny  deny
sasl        yes  192.0.2.1        local   mailbox submission_access=deny  deny
sasl        no   192.0.2.1        owner   mailbox sieve_access=deny  passes
imap        no   192.0.2.1        owner   mailbox sieve_access=deny  passes
sieve       no   192.0.2.1        owner   mailbox sieve_access=deny  deny
sieve       yes  192.0.2.1        local   mailbox sieve_access=deny  deny
sieve       no   198.51.100.7     owner   mailbox webmail_access=deny  passes
sieve       no   192.0.2.1        owner   mailbox sieve_access=suspend  suspend
sieve       no   192.0.2.1        upper   mailbox sieve_access=deny  deny
sieve       no   192.0.2.1        alias   mailbox sieve_access=deny  deny
pop3        no   192.0.2.1        owner   mailbox pop3_access=DENY  deny
pop3        no   192.0.2.1        owner   mailbox pop3_access=suspend  suspend

# the kinds of users
pop3        no   192.0.2.1        local   mailbox pop3_access=deny  deny
pop3        no   192.0.2.1        upper   mailbox pop3_access=deny  deny
imap        no   192.0.2.1        upper   domain imap_access=deny  deny
pop3        no   192.0.2.1        alias   mailbox pop3_access=deny  deny
sasl        no   192.0.2.1        alias   mailbox submission_access=deny  deny
pop3        no   192.0.2.1        guess   mailbox pop3_access=deny  fails
imap        no   192.0.2.1        guess   mailbox imap_access=deny  fails
imap        no   198.51.100.7     guess   mailbox webmail_access=deny  fails
submission  no   192.0.2.1        guess   mailbox submission_access=deny  fails
sieve       no   192.0.2.1        guess   mailbox sieve_access=deny  fails
sieve       yes  192.0.2.1        guess   mailbox sieve_until=2020-02-29  fails
sasl        no   192.0.2.1        guess   mailbox submission_access=deny  fails
imap        yes  192.0.2.1        guess   mailbox imap_tls=required  fails
pop3        no   192.0.2.1        nobody  domain pop3_access=deny  fails
imap        no   192.0.2.1        nobody  mailbox imap_access=deny  fails
sieve       no   192.0.2.1        nobody  domain sieve_access=deny  fails
sasl        no   192.0.2.1        nobody  domain submission_access=deny  fails
pop3        no   192.0.2.1        master  mailbox pop3_access=deny  passes
imap        no   192.0.2.1        master  mailbox imap_access=suspend  passes
sieve       no   192.0.2.1        master  mailbox sieve_access=deny  passes
pop3        no   192.0.2.1        master  mailbox pop3_access=deny | gate master_bypass=no  deny
sasl        no   192.0.2.1        master  mailbox submission_access=deny | gate master_bypass=no  deny
pop3        no   192.0.2.1        master  gate master_bypass=no  passes
pop3        no   192.0.2.1        owner   mailbox pop3_access=deny | gate master_bypass=no  deny

# scopes: the narrowest wins, suspend holds
pop3        no   192.0.2.1        owner   domain pop3_access=deny  deny
pop3        no   192.0.2.1        local   domain pop3_access=deny  passes
imap        no   192.0.2.1        owner   userdb imap_access=deny  deny
pop3        no   192.0.2.1        owner   default pop3_access=deny  deny
pop3        no   192.0.2.1        local   default pop3_access=deny  deny
imap        no   192.0.2.1        owner   default pop3_access=deny  passes
sieve       no   192.0.2.1        owner   domain sieve_access=deny  deny
sieve       no   192.0.2.1        owner   default sieve_access=deny  deny
sieve       no   192.0.2.1        owner   site sieve_access=deny  deny
sieve       no   192.0.2.1        owner   userdb sieve_access=deny  deny
imap        no   192.0.2.1        owner   site imap_access=deny  deny
pop3        no   192.0.2.1        local   site imap_access=deny  passes
pop3        no   192.0.2.1        owner   default pop3_access=deny | domain pop3_access=allow  passes
pop3        no   192.0.2.1        owner   domain pop3_access=deny | userdb pop3_access=allow  passes
pop3        no   192.0.2.1        owner   userdb pop3_access=deny | mailbox pop3_access=allow  passes
pop3        no   192.0.2.1        owner   default pop3_access=deny | mailbox pop3_access=allow  passes
imap        no   192.0.2.1        owner   site imap_access=deny | default imap_access=allow  passes
imap        no   192.0.2.1        owner   site imap_access=deny | mailbox imap_access=allow  passes
pop3        no   192.0.2.1        owner   mailbox pop3_access=deny | domain pop3_access=allow  deny
pop3        no   192.0.2.1        owner   userdb pop3_access=deny | domain pop3_access=allow  deny
pop3        no   192.0.2.1        owner   domain pop3_access=suspend | mailbox pop3_access=allow  suspend
pop3        no   192.0.2.1        owner   default pop3_access=suspend | mailbox pop3_access=allow  suspend
imap        no   192.0.2.1        owner   userdb imap_access=suspend | mailbox imap_access=allow  suspend
sieve       no   192.0.2.1        owner   default sieve_access=deny | mailbox sieve_access=allow  passes
sieve       no   192.0.2.1        owner   domain sieve_access=suspend | mailbox sieve_access=allow  suspend

# sunset
pop3        no   192.0.2.1        owner   mailbox pop3_until=2020-02-29  until 2020-02-29
imap        no   192.0.2.1        owner   domain imap_until=2020-02-29  until 2020-02-29
sasl        no   192.0.2.1        owner   mailbox submission_until=2020-02-29  until 2020-02-29
sieve       no   192.0.2.1        owner   mailbox sieve_until=2020-02-29  until 2020-02-29
sieve       no   192.0.2.1        owner   domain sieve_until=2020-02-29  until 2020-02-29
sieve       no   192.0.2.1        owner   default sieve_until=2020-02-29  until 2020-02-29
sieve       no   192.0.2.1        owner   mailbox sieve_until=@soon  passes
imap        no   198.51.100.7     owner   mailbox webmail_until=2020-02-29  until 2020-02-29
pop3        no   192.0.2.1        owner   mailbox pop3_until=@today  until @today
pop3        no   192.0.2.1        owner   mailbox pop3_until=@soon  passes
pop3        no   192.0.2.1        owner   domain pop3_until=2020-02-29 | mailbox pop3_until=none  passes
pop3        no   192.0.2.1        owner   mailbox pop3_until=2020-02-29, pop3_access=deny  deny

# networks
pop3        no   192.0.2.1        owner   mailbox pop3_networks=192.0.2.0/24  passes
pop3        no   192.0.3.1        owner   mailbox pop3_networks=192.0.2.0/24  network
imap        no   10.9.8.7         owner   mailbox imap_networks=192.0.2.0/24 10.0.0.0/8  passes
imap        no   11.9.8.7         owner   mailbox imap_networks=192.0.2.0/24 10.0.0.0/8  network
pop3        yes  2001:db8:5::9    owner   mailbox pop3_networks=2001:db8:5::/48  passes
pop3        yes  2001:db8:6::9    owner   mailbox pop3_networks=2001:db8:5::/48  network
submission  no   192.0.2.1        owner   domain submission_networks=10.0.0.0/8  network
submission  no   10.0.0.1         owner   domain submission_networks=10.0.0.0/8  passes
sasl        no   192.0.2.1        owner   domain submission_networks=10.0.0.0/8  network
sasl        no   10.0.0.1         owner   domain submission_networks=10.0.0.0/8  passes
sieve       no   192.0.2.1        owner   mailbox sieve_networks=10.0.0.0/8  network
sieve       no   192.0.2.1        owner   domain sieve_networks=10.0.0.0/8  network
sieve       no   192.0.2.1        owner   default sieve_networks=10.0.0.0/8  network
sieve       no   10.0.0.1         owner   mailbox sieve_networks=10.0.0.0/8  passes
sieve       no   2001:db8:5::9    owner   mailbox sieve_networks=2001:db8:5::/48  passes
imap        no   198.51.100.7     owner   mailbox imap_networks=10.0.0.0/8  passes
imap        no   198.51.100.7     owner   mailbox webmail_networks=198.51.100.8  network
pop3        no   192.0.2.1        master  mailbox pop3_networks=10.0.0.0/8  passes
pop3        no   192.0.2.1        owner   mailbox pop3_networks=10.0.0.0/8, pop3_until=2020-02-29  until 2020-02-29

# TLS; a connection within this host is not TLS
pop3        no   192.0.2.1        owner   mailbox pop3_tls=required  tls
pop3        no   127.0.0.1        owner   mailbox pop3_tls=required  tls
pop3        yes  192.0.2.1        owner   mailbox pop3_tls=required  passes
imap        no   192.0.2.1        owner   domain imap_tls=required  tls
imap        yes  192.0.2.1        owner   domain imap_tls=required  passes
submission  no   192.0.2.1        owner   mailbox submission_tls=required  tls
submission  yes  192.0.2.1        owner   mailbox submission_tls=required  passes
sieve       no   192.0.2.1        owner   mailbox sieve_tls=required  tls
sieve       no   192.0.2.1        owner   domain sieve_tls=required  tls
sieve       no   192.0.2.1        owner   default sieve_tls=required  tls
sieve       yes  192.0.2.1        owner   mailbox sieve_tls=required  passes
sieve       no   127.0.0.1        owner   mailbox sieve_tls=required  tls
sasl        no   192.0.2.1        owner   mailbox submission_tls=required  tls
sasl        yes  192.0.2.1        owner   mailbox submission_tls=required  passes
imap        no   198.51.100.7     owner   mailbox imap_tls=required  passes
imap        no   192.0.2.1        owner   mailbox imap_tls=required, imap_networks=10.0.0.0/8  network

# the administrator's own text
pop3        no   192.0.2.1        owner   mailbox pop3_access=deny, deny_text=Use IMAP: imap.example.org  says Use IMAP: imap.example.org
imap        no   192.0.2.1        owner   mailbox imap_access=deny | domain deny_text=Call 112.  says Call 112.
submission  no   192.0.2.1        owner   mailbox submission_access=deny, deny_text=No.  says No.
sieve       no   192.0.2.1        owner   mailbox sieve_access=deny, deny_text=Call 112.  says Call 112.
sasl        no   192.0.2.1        owner   mailbox submission_until=2020-02-29, deny_text=No.  says No.
pop3        no   192.0.2.1        guess   mailbox pop3_access=deny, deny_text=No.  fails
pop3        no   192.0.2.1        owner   mailbox deny_text=No.  passes

# a trial
pop3        no   192.0.2.1        owner   mailbox pop3_access=deny | gate log_only=yes  passes
imap        no   192.0.2.1        owner   mailbox imap_access=deny | gate log_only=yes  passes
imap        no   198.51.100.7     owner   mailbox webmail_access=suspend | gate log_only=yes  passes
submission  no   192.0.2.1        owner   mailbox submission_tls=required | gate log_only=yes  passes
sasl        no   192.0.2.1        owner   mailbox submission_access=suspend | gate log_only=yes  passes
sieve       no   192.0.2.1        owner   mailbox sieve_access=deny | gate log_only=yes  passes
pop3        no   192.0.2.1        guess   mailbox pop3_access=deny | gate log_only=yes  fails
imap        no   192.0.2.1        guess   mailbox imap_access=deny | gate log_only=yes  fails
"""

TODAY = datetime.now(timezone.utc).date()
DATES = {"@today": TODAY, "@soon": TODAY + timedelta(days=2)}
DOCUMENTS = {"mailbox", "domain", "default"}


@dataclass
class Row:
    """A line of the table; `policy` is {scope: {key: value}}."""

    number: int
    protocol: str
    tls: bool
    client: str
    kind: str
    policy: dict = field(default_factory=dict)
    reply: str = ""
    text: str = ""

    @property
    def domain(self):
        """Each row has its own."""
        return f"d{self.number}.example"

    @property
    def user(self):
        """The name of the mailbox, also if there is none."""
        return f"u{self.number}" + ("" if self.kind == "local" else f"@{self.domain}")

    @property
    def world(self):
        """What holds for everybody: rows that agree in it can share a server."""
        return tuple((scope, *self.policy.get(scope, {}).items())
                     for scope in ("default", "site", "gate"))

    def __str__(self):
        return re.sub(r"\s+", " ", self.text)


def _dates(text):
    return re.sub(r"@\w+", lambda name: date.isoformat(DATES[name[0]]), text)


def _policy(text):
    """Return {scope: {key: value}} of "scope key=value, key=value | scope ..."."""
    found = {}
    for part in text.split(" | ") if text != "-" else ():
        scope, pairs = part.split(" ", 1)
        found[scope] = dict(pair.split("=", 1) for pair in pairs.split(", "))
    return found


def rows():
    """Return the rows of the table."""
    lines = [line for line in TABLE.splitlines() if line and line[0] != "#"]
    found = []
    for number, line in enumerate(lines):
        protocol, tls, client, kind, policy, reply = re.split(" {2,}", line)
        found.append(Row(number, protocol, tls == "yes", client, kind,
                         _policy(_dates(policy)), _dates(reply), line))
    return found
