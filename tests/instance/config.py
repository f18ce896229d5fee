# SPDX-License-Identifier: LGPL-2.1-or-later
"""The text of dovecot.conf, for Dovecot 2.3 and 2.4."""

import grp
import pwd
import re
from pathlib import Path

from . import gate as gates
from .block import block
from .wrapper import PROGRAMS

TEMPLATES = Path(__file__).parent
API_KEY = "testkey"

# Listener name -> (service, TLS from the first byte).
LISTENERS = {
    "imap": ("imap-login", False), "imaps": ("imap-login", True),
    "pop3": ("pop3-login", False), "pop3s": ("pop3-login", True),
    "submission": ("submission-login", False),
    "lmtp": ("lmtp", False), "http": ("doveadm", False),
}
SUBMISSIONS = {"submissions": ("submission-login", True)}
SIEVE = {"sieve": ("managesieve-login", False)}
PORT_NAMES = (*LISTENERS, *SIEVE, "relay")


def listeners(ports, listeners):
    """Return the services' listeners: {name: (service, TLS from the first byte)}."""
    services = {}
    for name, (service, tls) in listeners.items():
        services.setdefault(service, []).append(block(
            f"inet_listener {name}",
            [f"port = {ports[name]}", f"ssl = {'yes' if tls else 'no'}"]))
    return "".join(block(f"service {name}", lines) for name, lines in services.items())


def _plugins(plugins):
    """mail_plugins for all, and the whole list again where a protocol adds some."""
    everywhere = plugins.get("all", [])
    text = f"mail_plugins = {' '.join(everywhere)}\n" if everywhere else ""
    for protocol, more in plugins.items():
        if protocol != "all" and more:
            names = " ".join([*everywhere, *more])
            text += block(f"protocol {protocol}", [f"mail_plugins = {names}"])
    return text


def _quota(generation, size):
    """A quota root that a userdb field can override."""
    if generation == 23:
        return block("plugin", ["quota = count:User quota", "quota_vsizes = yes",
                                "quota_grace = 0", f"quota_rule = *:storage={size}"])
    return (f"quota_storage_size = {size}\nquota_storage_grace = 0\n"
            + block("quota user", ["driver = count"]))


def _sieve(generation):
    """Where ManageSieve keeps scripts; Dovecot 2.3 has a default."""
    return "" if generation == 23 else block("sieve_script personal", [
        "driver = file", "path = ~/sieve", "active_path = ~/.dovecot.sieve"])


def _coexist(generation, settings):
    """The suite's site-wide settings."""
    lines = [f"coexist_{name} = {value}" for name, value in settings.items()]
    if generation == 23:
        return block("plugin", lines)
    return "".join(f"{line}\n" for line in lines)


def _wrapped(generation, services):
    """Services that are started through a script in /mnt/bin."""
    unlimited = "0" if generation == 23 else "unlimited"
    return "".join(block(f"service {name}", [f"executable = /mnt/bin/{PROGRAMS.get(name, name)}",
                                             f"vsz_limit = {unlimited}"])
                   for name in services)


def _high_performance(generation):
    """Processes that serve many sessions, instead of one process for each."""
    endless = ("service_count = 0" if generation == 23
               else "restart_request_count = unlimited")
    many = "service_count = 256" if generation == 23 else "restart_request_count = 256"
    text = ""
    for protocol in ("imap", "pop3"):
        text += block(f"service {protocol}-login", [endless, "process_min_avail = 2"])
        text += block(f"service {protocol}", [many, "process_min_avail = 2"])
    return text


def owner():
    """Return (user, group) that own the mails: unprivileged and on every Debian."""
    user = pwd.getpwnam("nobody")
    return user.pw_name, grp.getgrgid(user.pw_gid).gr_name


def render(dovecot, ports, *, storage, plugins, coexist, quota, wrap, extra,
           high_performance, gate, gate_for, gate_lines, first, chain,
           passes_on, sieve):
    """Return the whole dovecot.conf."""
    user, group = owner()
    values = {
        "protocols": " ".join([*dovecot.protocols, *SIEVE] if sieve
                              else dovecot.protocols),
        "config_version": ".".join(map(str, dovecot.version)),
        "storage": storage, "user": user, "group": group,
        "relay_port": ports["relay"], "api_key": API_KEY,
    }
    generation = dovecot.generation
    template = (TEMPLATES / f"dovecot{generation}.conf.in").read_text()
    text = re.sub(r"@(\w+)@", lambda name: str(values[name[1]]), template)
    text = re.sub(r"^(?=passdb)", lambda _: first, text, count=1, flags=re.M)
    if chain or passes_on:
        text = gates.continue_after(text, ["userdb", *["passdb"] * passes_on])
    text += chain
    if gate is not None:
        text += gates.render(generation, gate, in_chain=passes_on, protocol=gate_for,
                             lines=gate_lines)
    # on our ports and on no other
    text += listeners({**ports, "submissions": 0},
                      {**LISTENERS, **SUBMISSIONS, **(SIEVE if sieve else {})})
    text += _plugins(plugins)
    if sieve:
        text += _sieve(generation)
    if quota:
        text += _quota(generation, quota)
    text += _coexist(generation, coexist) + _wrapped(generation, wrap)
    if high_performance:
        text += _high_performance(generation)
    return text + extra
