# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which mail plugins are loaded beside ours, and what each needs to do its work.

The lists are the names that public configurations have, as of 2026; a name that
this Dovecot has no module for is left out, and test_which_plugins.py says so.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from instance import Dovecot

DOVECOT = Dovecot.installed()
IS_23 = DOVECOT.generation == 23
PROTOCOLS = ("imap", "pop3", "lmtp", "lda")


@dataclass(frozen=True)
class Plugin:
    """The settings of a plugin; `needs` are plugins without which it does nothing.

    only  the protocols that it is for, if not for all
    """

    conf23: str = ""
    conf24: str = ""
    needs: tuple = ()
    only: tuple = ()


def _setting(*lines):
    return "plugin {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _namespace(name, prefix, *lines):
    return (f"namespace {name} {{\n  prefix = {prefix}\n  separator = /\n"
            + "".join(f"  {line}\n" for line in lines) + "}\n")


# The replicator itself would try to copy all mailboxes to where nobody listens.
_REPLICATION = _setting("mail_replica = tcp:127.0.0.1:1") + """service aggregator {
  executable = /bin/sleep 1d
  fifo_listener replication-notify-fifo {
    mode = 0666
  }
}
"""
_WELCOME = """service welcome {
  executable = script /bin/true
  unix_listener welcome {
    mode = 0666
  }
}
"""
_CRYPT_24 = """crypt_global_public_key_file = /mnt/etc/crypt-public.pem
crypt_global_private_key main {
  crypt_private_key_file = /mnt/etc/crypt-private.pem
}
"""

PLUGINS = {
    "acl": Plugin(_setting("acl = vfile"), "acl_driver = vfile\n"),
    "charset_alias": Plugin(_setting("charset_aliases = iso-8859-1=windows-1252"),
                            "charset_aliases {\n  iso-8859-1 = windows-1252\n}\n"),
    "fts": Plugin(),
    "imap_acl": Plugin(needs=("acl",), only=("imap",)),
    "imap_filter_sieve": Plugin(needs=("sieve",), only=("imap",)),
    "imap_old_stats": Plugin(needs=("old_stats",), only=("imap",)),
    "imap_quota": Plugin(only=("imap",)),
    "imap_sieve": Plugin(needs=("sieve",), only=("imap",)),
    "imap_zlib": Plugin(needs=("zlib",), only=("imap",)),
    "last_login": Plugin(_setting("last_login_dict = file:%h/last-login"),
                         "last_login {\n  dict file {\n    path = ~/last-login\n  }\n}\n"),
    "lazy_expunge": Plugin(_setting("lazy_expunge = EXPUNGED"),
                           "lazy_expunge_mailbox = EXPUNGED\n"),
    "listescape": Plugin(_setting('listescape_char = "\\\\"')),
    "mail_compress": Plugin(conf24="mail_compress_write_method = gz\n"),
    "mail_crypt": Plugin(_setting(
        "mail_crypt_save_version = 2",
        "mail_crypt_global_private_key = </mnt/etc/crypt-private.pem",
        "mail_crypt_global_public_key = </mnt/etc/crypt-public.pem"), _CRYPT_24),
    "mail_crypt_acl": Plugin(needs=("acl", "mail_crypt")),
    "mail_log": Plugin(
        _setting("mail_log_events = delete undelete expunge copy save flag_change",
                 "mail_log_fields = uid box msgid size flags"),
        "mail_log_events = delete undelete expunge copy save flag_change\n"
        "mail_log_fields = uid box msgid size flags\n", needs=("notify",)),
    "mailbox_alias": Plugin(_setting("mailbox_alias_old = Sent",
                                     "mailbox_alias_new = Sent Messages")),
    "notify": Plugin(),
    "notify_status": Plugin(
        _setting("notify_status_dict = file:%h/notify-status"),
        "notify_status {\n  dict file {\n    path = ~/notify-status\n  }\n}\n",
        needs=("notify",)),
    "old_stats": Plugin(),
    "push_notification": Plugin(
        _setting("push_notification_driver = dlog"),
        "push_notification dlog {\n  driver = dlog\n}\n", needs=("notify",)),
    "quota": Plugin(),
    "quota_clone": Plugin(
        _setting("quota_clone_dict = file:%h/quota-clone"),
        "quota_clone {\n  dict file {\n    path = ~/quota-clone\n  }\n}\n",
        needs=("quota",)),
    "replication": Plugin(_REPLICATION, needs=("notify",)),
    "sieve": Plugin(only=("lmtp", "lda")),
    "trash": Plugin(
        _setting("trash = /mnt/etc/trash.conf"),
        "namespace inbox {\n  mailbox Trash {\n    trash_priority = 1\n  }\n}\n",
        needs=("quota",)),
    "virtual": Plugin(
        _namespace("virtual", "virtual/", "location = virtual:~/virtual"),
        _namespace("virtual", "virtual/", "mail_driver = virtual",
                   "mail_path = ~/virtual")),
    "welcome": Plugin(_setting("welcome_script = welcome %u") + _WELCOME,
                      "welcome {\n  execute welcome {\n    args = %{user}\n  }\n}\n"
                      + _WELCOME),
    "zlib": Plugin(_setting("zlib_save = gz", "zlib_save_level = 6")),
}

# What is a part of Dovecot 2.4 itself, or has another name there.
RENAMED_24 = {"zlib": "mail_compress"}
# Each ends a process that used to hang behind it in the chain.
KILLERS = {"lazy_expunge", "quota_clone"}

_MAILCOW_IMAP = ("quota imap_quota imap_acl acl zlib imap_zlib imap_sieve mail_crypt "
                 "mail_crypt_acl notify listescape replication mail_log")
_MAILCOW_LMTP = "quota sieve acl zlib mail_crypt mail_crypt_acl notify listescape replication"
_IREDMAIL = "quota mailbox_alias acl mail_log notify"

# {source: {protocol, or "all" for the others: names}}
LISTS = {
    # mailcow-dockerized, data/conf/dovecot/config_templates/mail_plugins*.j2
    "mailcow": {
        "all": "quota acl zlib mail_crypt mail_crypt_acl mail_log notify listescape "
               "replication lazy_expunge",
        "imap": _MAILCOW_IMAP, "lmtp": _MAILCOW_LMTP},
    # the same with usage in the panel's database
    "mailcow-quota_clone": {
        "all": "quota quota_clone acl zlib mail_crypt mail_crypt_acl mail_log notify "
               "listescape lazy_expunge",
        "imap": f"{_MAILCOW_IMAP} quota_clone", "lmtp": f"{_MAILCOW_LMTP} quota_clone"},
    # iRedMail, samples/dovecot/dovecot23.conf
    "iRedMail": {
        "all": _IREDMAIL, "imap": f"{_IREDMAIL} imap_quota imap_acl last_login",
        "pop3": f"{_IREDMAIL} last_login", "lmtp": f"{_IREDMAIL} sieve last_login",
        "lda": f"{_IREDMAIL} sieve last_login"},
    # iRedMail, samples/dovecot/dovecot-2.4-mariadb.conf
    "iRedMail-2.4": {
        "all": "acl mail_log notify quota quota_clone",
        "imap": "acl mail_log notify quota quota_clone imap_quota imap_acl imap_sieve "
                "last_login",
        "pop3": "acl mail_log notify quota quota_clone last_login",
        "lmtp": "acl mail_log notify quota quota_clone sieve last_login",
        "lda": "acl mail_log notify quota quota_clone sieve last_login"},
    # ispconfig3, install/tpl/debian6_dovecot2.conf.master
    "ISPConfig": {
        "all": "quota", "imap": "quota imap_quota", "lmtp": "quota sieve",
        "lda": "sieve quota"},
    # docker-mailserver, target/dovecot/*.conf, with its spam training
    "docker-mailserver": {
        "all": "quota", "imap": "quota imap_quota imap_sieve", "lmtp": "quota sieve",
        "lda": "quota sieve"},
    # modoboa-installer, files/dovecot/2.4/conf.d
    "modoboa": {
        "all": "quota quota_clone", "imap": "quota quota_clone imap_quota imap_sieve",
        "lmtp": "quota quota_clone sieve"},
    # Debian, /usr/share/dovecot/conf.d: what 20-*.conf and 90-*.conf are about
    "Debian": {
        "all": "quota acl trash", "imap": "quota acl trash imap_quota imap_acl imap_sieve",
        "lmtp": "quota acl trash sieve", "lda": "quota acl trash sieve"},
}


def installed():
    """Return the names of the plugins that this Dovecot has."""
    names = {path.name for path in DOVECOT.moduledir.glob("lib*_plugin.so")}
    return {re.fullmatch(r"lib\d\d_(.*)_plugin\.so", name)[1] for name in names}


def singles():
    """Return the names of the plugins that are there and need no foreign service."""
    return sorted(set(PLUGINS) & installed())


def single(name):
    """Return the list that loads this plugin, and what it needs."""
    return {"all": " ".join(["quota", *_with_needs(name)])}


def everything():
    """Return the list that loads all of these plugins, each where it is for."""
    return {"all": " ".join(["quota", *singles()])}


def _with_needs(name):
    return [*(more for needed in PLUGINS[name].needs for more in _with_needs(needed)), name]


def _for_this_dovecot(names):
    """Return those that are there, by their names here, each once."""
    if not IS_23:
        names = [RENAMED_24.get(name, name) for name in names]
    return list(dict.fromkeys(name for name in names if name in installed()))


def _is_for(name, protocol):
    """Return whether the plugin can be loaded there; doveadm has the list "all"."""
    only = PLUGINS[name].only
    return not only or protocol in only


class Loaded:
    """A list, for this Dovecot and with ours."""

    def __init__(self, names):
        self.missing = set()
        self._names = {}
        for protocol in ("all", *PROTOCOLS):
            wanted = names.get(protocol, names["all"]).split()
            self._names[protocol] = [name for name in _for_this_dovecot(wanted)
                                     if _is_for(name, protocol)]
            self.missing |= {name for name in wanted if not _for_this_dovecot([name])}

    @property
    def all_names(self):
        """The names of the plugins beside ours, of all protocols."""
        return sorted(set().union(*self._names.values()))

    @property
    def conf(self):
        """The text for dovecot.conf."""
        attribute = "conf23" if IS_23 else "conf24"
        settings = "".join(getattr(PLUGINS[name], attribute) for name in self.all_names)
        own = {protocol: ["coexist"] for protocol in self._names}
        lines = {protocol: f"mail_plugins = {' '.join([*names, *own[protocol]])}\n"
                 for protocol, names in self._names.items()}
        return lines["all"] + "".join(
            f"protocol {protocol} {{\n  {lines[protocol]}}}\n" for protocol in PROTOCOLS
        ) + settings


def files():
    """Return {name: text} of the files that the settings name."""
    private = _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout")
    return {"trash.conf": "1 Trash\n",
            "crypt-private.pem": _openssl("pkey", stdin=private),
            "crypt-public.pem": _openssl("pkey", "-pubout", stdin=private)}


def _openssl(*arguments, stdin=""):
    return subprocess.run(["openssl", *arguments], input=stdin, text=True, check=True,
                          capture_output=True).stdout


def stage(folder, source, numbers):
    """Copy our modules to where `numbers` are in their names, which is when they are
    loaded: {"coexist": 98}."""
    for path in Path(source).rglob("*"):
        if path.is_dir():
            continue
        target = folder / path.relative_to(source)
        name = re.fullmatch(r"lib\d\d_(.*)_plugin\.so", path.name)
        if name and path.parent.name == "modules" and name[1] in numbers:
            target = target.with_name(f"lib{numbers[name[1]]}_{name[1]}_plugin.so")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder
