# SPDX-License-Identifier: LGPL-2.1-or-later
"""A realm of Kerberos: its KDC on loopback and a client, in a folder of their own."""

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from instance import wait_for
from instance.ports import Ports

REALM = "COEXIST.EXAMPLE"
HOST = "mail.coexist.example"
CONF = """[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = no
  dns_lookup_realm = no
  dns_canonicalize_hostname = no
  rdns = no
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
"""
KDC_CONF = """[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    supported_enctypes = aes128-cts:normal
    kdc_listen = 127.0.0.1:{port}
    kdc_tcp_listen = 127.0.0.1:{port}
  }}
[logging]
  kdc = FILE:{folder}/log
"""


class Realm:
    """Whose service is imap/HOST, and whose users have this password."""

    def __init__(self, users, password):
        self._temporary = tempfile.TemporaryDirectory(prefix="coexist-kerberos.")
        self._folder = Path(self._temporary.name)
        self._ports = Ports(["kdc"])
        self._password = password
        self._kdc = None
        names = {"realm": REALM, "folder": self._folder, "port": self._ports.number["kdc"]}
        self.conf = CONF.format(**names)
        (self._folder / "krb5.conf").write_text(self.conf)
        (self._folder / "kdc.conf").write_text(KDC_CONF.format(**names))
        self._variables = {"KRB5_CONFIG": str(self._folder / "krb5.conf"),
                           "KRB5_KDC_PROFILE": str(self._folder / "kdc.conf")}
        self._run("kdb5_util", "create", "-s", "-r", REALM, "-P", password)
        self._change(*(f"addprinc -pw {password} {user}" for user in users),
                     f"addprinc -randkey imap/{HOST}", f"ktadd -k {self._keytab} imap/{HOST}")

    def __enter__(self):
        self._kdc = subprocess.Popen(["krb5kdc", "-n"], env=self._environment,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        wait_for(lambda: "commencing operation" in self._log(), what="the KDC")
        return self

    def __exit__(self, *_):
        self._kdc.terminate()
        self._kdc.wait()
        self._ports.close()
        self._temporary.cleanup()

    def copy_keytab(self, path):
        """Let a service have the keys."""
        path.write_bytes(self._keytab.read_bytes())
        path.chmod(0o644)

    def login(self, user):
        """Return (first message, answers) for Sasl.converse() of the user with a ticket.

        A context is made step by step, and by its last message (RFC 4752) the client
        says who it wants to be.
        """
        with self._here():
            import gssapi
            credentials = gssapi.raw.acquire_cred_with_password(
                gssapi.Name(user, gssapi.NameType.user), self._password.encode(),
                usage="initiate").creds
            context = gssapi.SecurityContext(
                name=gssapi.Name(f"imap@{HOST}", gssapi.NameType.hostbased_service),
                creds=gssapi.Credentials(credentials), usage="initiate")
            first = context.step()

        def choose(challenge):
            context.unwrap(challenge)
            return context.wrap(b"\1\0\0\0" + user.encode(), False).message
        return first, lambda challenge: context.step(challenge) or b"", choose

    @property
    def _keytab(self):
        return self._folder / "keytab"

    @property
    def _environment(self):
        return {**os.environ, **self._variables}

    @contextmanager
    def _here(self):
        """Have this process look for tickets in this realm."""
        before = dict(os.environ)
        os.environ.update(self._variables)
        try:
            yield
        finally:
            for name in self._variables:
                os.environ.pop(name)
            os.environ.update(before)

    def _log(self):
        log = self._folder / "log"
        return log.read_text() if log.exists() else ""

    def _run(self, *command, **options):
        subprocess.run(command, env=self._environment, check=True, capture_output=True,
                       text=True, **options)

    def _change(self, *commands):
        self._run("kadmin.local", "-r", REALM, input="\n".join(commands) + "\n")
