# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever a site may write: deliveries and logins are those of the policy, and every value
arrives in every process as it was set.

A walk takes random values of all keys in random scopes. What is expected comes from
`doveadm coexist policy get --effective` and `doveadm coexist explain`, which read the store and
the userdb themselves; that they are right about what was set is looked at first.
"""

import imaplib
import json
import poplib
import re
import sqlite3
from contextlib import suppress
from random import Random

import pytest

import logins
import random_values
from instance import PASSWORD, Instance, InstanceError, gate, message
from instance.block import block
from logins import Client
from test_handed_over import lda
from test_other_services import QUOTA_STATUS, policy_server
from wiring import ANVIL, CLIENTS, DOVEADM, GENERATION, NO_PENALTY

KEYS = {key.name: key for key in random_values.keys()}
DATABASE = "/mnt/etc/people.db"
QUERY, PASSWORD_QUERY = ("SELECT {} FROM people WHERE user = '%{{user}}'".format(", ".join(
    [*first, *(f"{name} AS {prefix}coexist_{name}" for name in KEYS)]))
    for first, prefix in (([], ""), (["user", "password"], "userdb_")))
GOES_ON = "result_success = continue-ok"
# The gate is to know the columns, so the passdb says them, too.
CHAIN = {
    23: block("passdb", ["driver = sql", "args = /mnt/etc/people.conf.ext", GOES_ON])
    + block("userdb", ["driver = sql", "args = /mnt/etc/people.conf.ext", GOES_ON]),
    24: block("passdb sql", ["sql_driver = sqlite", f"sqlite_path = {DATABASE}",
                             f"query = {PASSWORD_QUERY}", "default_password_scheme = PLAIN",
                             GOES_ON])
    + block("userdb sql", ["sql_driver = sqlite", f"sqlite_path = {DATABASE}",
                           f"query = {QUERY}", GOES_ON])}
# The gate's configuration, but for the policy in it.
KEY_FILE = gate.key_file({}, {}).replace("[policy]\n", "")
FILES = {"people.conf.ext": (f"driver = sqlite\nconnect = {DATABASE}\n"
                             "default_pass_scheme = PLAIN\nuser_query = "
                             f"{QUERY}\npassword_query = {PASSWORD_QUERY}\n"),
         "coexist.conf.ext": KEY_FILE}
# The userdb half of the gate, alone.
HANDS_OVER = {23: block("userdb", ["driver = coexist", "args = /mnt/etc/coexist.conf.ext"]),
              24: block("userdb coexist", ["driver = coexist"])
              + block("coexist", [block("dict fs", [block("fs posix", [
                  f"prefix = /mnt/{gate.STORE}/"])])])}
BASE = (ANVIL + CLIENTS + NO_PENALTY + QUOTA_STATUS + DOVEADM
        + "log_debug = category=storage\nauth_username_chars =\n")

# 2.4's doveconf panics of "%{" that begins no variable, also in a setting that has none.
NO_VARIABLE = re.compile(r"%\{(?!(?:user|nosuch)\})")
SCOPES = ("dovecot.conf", "default", "domain", "userdb", "mailbox")     # the widest first
# A login by Postfix's socket is not walked: it has no session.
PROTOCOLS = ("imap", "pop3", "submission", "sieve")
DECIDES = re.compile(r"(imap|pop3|submission|sieve|webmail)_(access|networks|until|tls)|deny_text")
GATE_ALONE = re.compile(r"\w+_max_sessions|webmail_\w+|preset")
DELIVERIES = ("lmtp", "lda", "quota-status")
OF_POP3 = ("pop3_login_delay", "pop3_mark_read_days", "pop3_fetcher_networks", "pop3_show",
           "pop3_show_days", "pop3_show_since", "pop3_show_deleted", "pop3_max_messages",
           "pop3_folders", "junk_notice", "junk_notice_list")
MAX_LOGGED = 900
# What the userdb says besides, as protocol-policy.md has it.
FIELDS_MAX_SIZE = 2048
SENTINEL = "pop3_keep_days"     # of everybody's document, so as to know that it is obeyed

# What we may say in the log of such values, and what Dovecot then says of ours.
PROBLEM = re.compile("(Warning|Error|Fatal|Panic): ")
EXPECTED = re.compile(r"coexist: (The policy of user=<|refused user=<|Telling nobody|Ignoring "
                      r"unknown value of template_dir|POP3 is shown INBOX alone)|SIGHUP received|"
                      r"smtp-client: conn")


@pytest.fixture(scope="module", params=["gate", "guard"])
def server(request, tmp_path_factory):
    """The gate decides about logins, or without one each session for itself."""
    is_gated = request.param == "gate"
    with Instance(tmp_path_factory.mktemp("walk"), users={"probe": {}}, conf=BASE, quota="10M",
                  chain=CHAIN[GENERATION] + ("" if is_gated else HANDS_OVER[GENERATION]),
                  gate={} if is_gated else None, passes_on=True, files=FILES,
                  plugins=plugins(), sieve=True) as server:
        with sqlite3.connect(server.folder / "etc/people.db") as database:
            database.execute("CREATE TABLE people (user PRIMARY KEY, password, "
                             f"{', '.join(KEYS)})")
        server.store.mark()
        server.is_gated = is_gated
        yield server
        assert not re.search("Panic:|killed with signal", server.log_text())


def plugins():
    """Ours wherever a session can have them."""
    return {"all": ["coexist", "quota"], "imap": ["imap_quota"]}


# What is set

def random_policy(random):
    """Return {scope: {key: value}} with at least one value of every key."""
    policy = {scope: {} for scope in SCOPES}
    for key in KEYS.values():
        chosen = [scope for scope in SCOPES if random.random() < 0.3]
        for scope in chosen or [random.choice(SCOPES)]:
            policy[scope][key.name] = random_values.value(random, key)
            # most logins pass
            if key.is_access and random.random() < 0.7:
                policy[scope][key.name] = "allow"
    if random.random() < 0.5:
        for values in policy.values():
            values.pop("preset", None)
    shorten(policy["userdb"])
    # the number does not get near any message
    policy["default"][SENTINEL] = str(1000000 + random.randrange(1000000))
    for name, key in KEYS.items():
        if name in ("pop3_keep_days", "pop3_login_delay") and name in policy["mailbox"]:
            policy["mailbox"][name] = "1000000" if name == SENTINEL else "1h"
    if GENERATION == 24:
        policy["dovecot.conf"] = {name: NO_VARIABLE.sub("%(", text)
                                  for name, text in policy["dovecot.conf"].items()}
    return policy


def shorten(fields):
    """Leave as many fields as there is room for beside what we hand over."""
    room = FIELDS_MAX_SIZE
    for name in sorted(fields, key=lambda name: len(fields[name])):
        # a tab and a per cent sign are two bytes on the way
        room -= len(f"coexist_{name}=") + len(padded(Random(0), fields[name]).encode()) + 25 \
            + sum(map(fields[name].count, "\t%"))
        if room < 0:
            del fields[name]


def padded(random, value):
    """Blanks around a value are nothing."""
    return random.choice(["", " ", "  "]) + value + random.choice(["", " ", " " * 20])


def document(values):
    """Return the text of a document."""
    def escaped(text):
        return text.replace("\\", "\\\\").replace("\t", "\\t")
    return "[policy]\n" + "".join(f"{key}={escaped(value)}\n" for key, value in values.items())


def dovecot_conf(values):
    """Return the settings for dovecot.conf."""
    def quoted(text):
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        return '"{}"'.format(text.replace("%", "%%") if GENERATION == 23 else text)
    lines = [f"coexist_{key} = {quoted(value)}" for key, value in values.items()]
    return block("plugin", lines) if GENERATION == 23 else "".join(f"{line}\n" for line in lines)


def column(random, value):
    """Return what the userdb has to say for a value."""
    return padded(random, value.replace("%", "%%") if GENERATION == 23 else value)


def write(server, random, user, policy):
    """Put it everywhere, and wait until it is obeyed."""
    server.store.put("default", document(policy["default"]))
    server.store.put(f"domain/{user.partition('@')[2]}", document(policy["domain"]))
    server.store.put(f"mailbox/{user}", document(
        {key: padded(random, value) for key, value in policy["mailbox"].items()}))
    values = {key: column(random, value) for key, value in policy["userdb"].items()}
    with sqlite3.connect(server.folder / "etc/people.db") as database:
        database.execute("INSERT INTO people (user, password{}) VALUES (?, ?{})".format(
            "".join(f", {key}" for key in values), ", ?" * len(values)),
            [user, PASSWORD, *values.values()])
    server.set_user(user)
    server.reload(coexist={}, extra=BASE + dovecot_conf(policy["dovecot.conf"]))
    if GENERATION == 23:
        (server.folder / "etc/coexist.conf.ext").write_text(
            KEY_FILE + document(policy["dovecot.conf"]))
        server.read_files_again()
    wanted = f"{SENTINEL}={policy['default'][SENTINEL]}"
    server.wait_for(lambda: wanted in server.doveadm("user", "probe", check=False).stdout,
                    what=wanted)


# What is expected

def rows(server, *command):
    """Run doveadm coexist; return its rows."""
    return json.loads(server.doveadm("-f", "json", "coexist", *command))


def effective(server, user):
    """Return {key: value} of those that some scope names."""
    return {row["key"]: row["value"]
            for row in rows(server, "policy", "get", "-u", user, "--effective")
            if row["origin"] != "built-in"}


def model(policy):
    """Return {key: value} by the rules of design.md, for scopes without a preset."""
    found = {}
    for scope in SCOPES:
        for key, value in policy[scope].items():
            if found.get(key, "").lower() != "suspend" or not KEYS[key].is_access:
                found[key] = value
    return found


def passes(server, user, protocol):
    """True if this login from this machine passes, as explain says.

    For a session without the gate, there is no webmail.
    """
    if not server.is_gated and protocol == "imap" and GENERATION == 24:
        return None
    [verdict] = [row for row in rows(server, "explain", "-u", user, "--protocol", protocol,
                                     "--ip", "127.0.0.1") if row["key"] == "login"]
    assert verdict["value"] in ("passes", "refused"), verdict
    return verdict["value"] == "passes"


# What happens

def _pop3(server, user):
    client = server.pop3(user)
    client.stat()
    client.quit()


def _imap(server, user):
    with server.imap(user) as client:
        client.select()


def _sieve(server, user):
    with logins.session(server, "sieve", Client(user, address="127.0.0.1")) as line:
        assert line.ask("NOOP").startswith("OK")


def _submission(server, user):
    """There is no relay behind it to talk to, and so no other command."""
    before = len(server.log_text())
    reply = logins.submission_auth_plain(server, Client(user, address="127.0.0.1"))
    assert logins.passes("submission", reply)
    # the log may be behind with what a session before this one was refused by
    end = re.compile(rf"(coexist: refused) user=<{re.escape(user)}> protocol=submission|"
                     rf"submission\({re.escape(user)}\).*smtp-client: conn")
    assert server.wait_for(lambda: end.search(server.log_text()[before:]))[1] is None


USE = {"imap": _imap, "pop3": _pop3, "submission": _submission, "sieve": _sieve}


def gets_in(server, user, protocol):
    """Log in and do something; True if that works."""
    try:
        USE[protocol](server, user)
    except (AssertionError, OSError, poplib.error_proto, imaplib.IMAP4.error):
        return False
    return True


def differences(server, lines, user, wanted, let_in):
    """Return (service, key, arrived, wanted) where a service that works has another value."""
    found = []
    for service, process in SERVICES.items():
        if not let_in.get(service, True):
            continue
        values = arrived(lines, process, user)
        found += [(service, name, as_logged(values.get(name)), as_logged(value))
                  for name, value in wanted.items()
                  if is_obeyed(KEYS[name], service, server.is_gated)
                  and name not in left_out(lines, service)
                  and as_logged(values.get(name)) != as_logged(value)]
    return found


def arrived(lines, service, user):
    """Return {key: value} that a process of the service has logged for the user."""
    found = {}
    for line in lines:
        said = re.search(rf"\b{service}\(.*{re.escape(user)}.*?Debug: .*?coexist: (\w+)=(.*) "
                         r"\((?:a policy document|userdb|dovecot\.conf)\)$", line)
        if said:
            found[said[1]] = said[2]
    return found


def left_out(lines, service):
    """Return the keys that were too long for the service."""
    found = re.findall(rf"The policy of user=<.*> for service {service} takes .* without "
                       r"(.*?) \(", "\n".join(lines))
    return {key for names in found for key in names.split(", ")}


def as_logged(value):
    """The log has nothing that is not to be printed, and not all of a long value."""
    return value and value.replace("\t", "?")[:MAX_LOGGED]


def is_obeyed(key, service, is_gated):
    """Must the service know the key? Behind the gate nobody decides again."""
    if GATE_ALONE.fullmatch(key.name):
        return False
    if DECIDES.fullmatch(key.name):
        return not is_gated and service in PROTOCOLS and \
            (key.name == "deny_text" or key.name.startswith(f"{service}_"))
    if service in DELIVERIES:
        return key.name == "language" or key.name.startswith("quota_")
    return key.name not in OF_POP3 or service == "pop3"


def deliver(server, user):
    """Deliver and ask in each way that is no login, which works; return what doveadm logs."""
    server.deliver(user, message("by lmtp"))
    lda(server, user, message("by lda"))
    assert policy_server(server, user, 1000) == "action=DUNNO"
    done = server.doveadm("-D", "search", "-u", user, "mailbox", "INBOX", "all", check=False)
    assert done.returncode == 0 and len(done.stdout.splitlines()) >= 2
    return done.stderr.splitlines()


SERVICES = {"lmtp": "lmtp", "lda": "lda", "quota-status": "quota-status", "doveadm": "doveadm",
            "imap": "imap", "pop3": "pop3", "submission": "submission",
            "sieve": "managesieve" if GENERATION == 23 else "sieve"}


def test_every_value_arrives(server, seed):
    random = Random(seed)
    user = f"walker{seed}@walk{seed}.example"
    policy = random_policy(random)
    before = len(server.log_text())
    write(server, random, user, policy)
    written = len(server.log_text())
    wanted = effective(server, user)
    if not any("preset" in values for values in policy.values()):
        assert wanted == model(policy)

    lines = deliver(server, user)
    let_in = {protocol: gets_in(server, user, protocol) for protocol in PROTOCOLS}
    for protocol, was_let_in in let_in.items():
        assert passes(server, user, protocol) in (was_let_in, None), protocol

    def differ():
        return differences(server, lines + server.log_text()[before:].splitlines(), user, wanted,
                           let_in)

    # the log process may be behind the sessions
    with suppress(InstanceError):
        server.wait_for(lambda: differ() == [])
    assert differ() == []
    assert [line for line in server.log_text()[written:].splitlines() if PROBLEM.search(line)
            and not EXPECTED.search(line)] == []
