# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's Postfix in the instance's namespaces, configured by the blocks of the page."""

import re
import smtplib
from contextlib import contextmanager
from pathlib import Path

from instance import PASSWORD
from instance.ports import Ports

PAGE = Path(__file__).parents[3] / "doc/sent-mail.md"
DOMAIN = "example.org"
MAPS = ("sent_copy", "sent_copy_transport", "sent_copy_address", "sent_copy_closed")
ETC, SPOOL = "/mnt/postfix/etc", "/mnt/postfix/queue"

MAIN = """compatibility_level = 3.6
queue_directory = {spool}
data_directory = /mnt/postfix/data
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = /mnt
maillog_file = /mnt/postfix/log/postfix.log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
mynetworks = 192.0.2.0/24
virtual_mailbox_domains = {domain}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
virtual_alias_maps = inline:{{ {{ info@{domain} = alice@{domain} }},
  {{ both@{domain} = both@{domain}, eve@{domain} }} }}
default_transport = discard:
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_peername_lookup = no
message_size_limit = 50000000
biff = no
"""
MASTER = """{mx} inet n - n - - smtpd
{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
{lines}
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
showq unix n - n - - showq
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
"""
# Postfix's own socket for passwords
AUTH = """service auth {
  unix_listener %s/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
""" % SPOOL


def block(kind):
    """Return a block of the page, with the instance's folders."""
    text = re.search(rf"^```{re.escape(kind)}\n(.*?)^```$", PAGE.read_text(), re.M | re.S)[1]
    return text.replace("/etc/postfix", ETC).replace("/var/spool/postfix", SPOOL)


@contextmanager
def running(server):
    """Start an Instance, and a Postfix that lets it verify passwords; yields the Postfix."""
    postfix, ports = Postfix(server), Ports(("mx", "submission"))
    try:
        with server:
            postfix.start(ports.number["mx"], ports.number["submission"])
            yield postfix
            postfix.stop()
    finally:
        ports.close()


class Postfix:
    """A Postfix whose `server`, which need not run yet, has the folder for it."""

    def __init__(self, server):
        self.server = server
        self.folder = server.folder / "postfix"
        for name in ("etc", "data", "log", "queue/private"):
            (self.folder / name).mkdir(parents=True)

    def start(self, mx, submission):
        """Listen on two ports: for other servers, and for people's programs."""
        self.mx, self.submission = mx, submission
        etc = self.folder / "etc"
        for name in MAPS:
            (etc / name).write_text(block(f"postfix-{name}"))
        main = MAIN.format(spool=SPOOL, domain=DOMAIN, lmtp=self.server.port("lmtp"))
        (etc / "main.cf").write_text(main + block("postfix-main"))
        master = MASTER.format(mx=f"127.0.0.1:{mx}", submission=f"127.0.0.1:{submission}",
                               lines=block("postfix-submission").rstrip("\n"))
        (etc / "master.cf").write_text(master + block("postfix-master"))
        self.server.inside("chown", "-R", "postfix", "/mnt/postfix/data", f"{SPOOL}/private")
        self.server.inside("postfix", "-c", ETC, "start")
        self.server.wait_for(self._listens, what="Postfix to start")

    def stop(self):
        self.server.inside("postfix", "-c", ETC, "stop", check=False)

    def _listens(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.mx, timeout=60):
                return True
        except OSError:
            return False

    def client(self, user=None):
        """Return a connection to the service of programs, or as another server."""
        if user is None:
            return smtplib.SMTP("127.0.0.1", self.mx, timeout=60)
        client = smtplib.SMTP("127.0.0.1", self.submission, timeout=60)
        client.login(user, PASSWORD)
        return client

    def send(self, user, *messages, to=("carol@elsewhere.example",), sender=None):
        with self.client(user) as client:
            for message in messages:
                client.sendmail(sender or user, to, message)
        self.settle()

    def settle(self):
        """Wait until nothing is on its way any more."""
        self.server.wait_for(lambda: not self.queued(), what="an empty queue")

    def try_again(self):
        """Have what waits delivered; return whether nothing does any more."""
        self.server.inside("postqueue", "-c", ETC, "-f")
        return not self.queued()

    def queued(self):
        return self.server.inside("postqueue", "-c", ETC, "-j").stdout.splitlines()

    def log(self):
        path = self.folder / "log/postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""
