# SPDX-License-Identifier: LGPL-2.1-or-later
"""sent_copy beside other plugins: one copy, nothing that somebody stored is lost, no error."""

import re

import pytest

import plugin_lists
from outbox import Outbox, letter
from plugin_lists import KILLERS, LISTS, Loaded, singles
from relay import relay_of

pytestmark = pytest.mark.differs("what plugins do with what is saved and expunged")
# What is freed gets this byte, so that a second look at it ends the process.
PERTURB = "env MALLOC_PERTURB_=165"
BAD = re.compile(r"^.*(?:Error:|Fatal:|Can't).*$", re.M)


def served(start, conf, **settings):
    """Return a server whose processes serve one session each."""
    return start(plugins={}, coexist={"sent_copy": "always"}, quota="100M", conf=conf,
                 conf23="service imap {\n  service_count = 1\n}\n",
                 conf24="service imap {\n  restart_request_count = 1\n}\n",
                 wrap={"imap": PERTURB, "submission": PERTURB}, **settings)


def outbox_of(server, relay):
    return Outbox(server, server.maildrop().user, relay)


def problems(outbox):
    # where the script lies, Sieve may not write what it has compiled
    return [line for line in BAD.findall(outbox.log()) if ".svbin" not in line]


# The lists of mail systems, and at night each plugin alone

CASES = [pytest.param(names, id=name) for name, names in LISTS.items()]
CASES += [pytest.param(plugin_lists.single(name), id=name,
                       marks=[] if name in KILLERS else pytest.mark.night)
          for name in singles()]


@pytest.mark.parametrize("names", CASES)
def test_one_copy_beside(start, names):
    """By submission and then by IMAP, the other way round, with a flag that a phone has set."""
    server = served(start, Loaded(names).conf, files=plugin_lists.files())
    with relay_of(server) as relay:
        outbox = outbox_of(server, relay)
        one, two, three = letter(), letter(), letter()
        outbox.send(one)
        with outbox.imap() as client:
            client.select("Sent")
            client.store("1", "+FLAGS", r"(\Flagged $Label1)")
        outbox.append(one, two)
        outbox.send(two, three, three)
        assert outbox.texts() == [one, two, three], outbox.log()
        assert outbox.listed()[0][1] == {r"\Seen", r"\Flagged", "$Label1"}
        assert len(relay.messages) == 4
        assert problems(outbox) == []
    server.stop()


# lazy_expunge

LAZY = {"all": "quota lazy_expunge"}


def test_lazy_expunge_keeps_the_servers_copy(start):
    """What went for the program's copy is where the site keeps what was expunged."""
    server = served(start, Loaded(LAZY).conf)
    with relay_of(server) as relay:
        outbox = outbox_of(server, relay)
        message = letter()
        outbox.send(message)
        [uid] = outbox.append(message)
        assert outbox.listed() == [(uid, {r"\Seen"}, message)]
        assert outbox.texts("EXPUNGED") == [message]
        assert problems(outbox) == []


# ACLs

@pytest.fixture(scope="module")
def acl_server(start):
    server = served(start, Loaded({"all": "quota acl"}).conf)
    with relay_of(server) as server.relay:
        yield server


def with_rights(server, rights):
    """Return an outbox whose owner has these rights to Sent, which is there."""
    outbox = outbox_of(server, server.relay)
    with outbox.imap() as client:
        client.create("Sent")
    acl = outbox.ring.parent / ".Sent/dovecot-acl"
    acl.write_text(f"owner {rights}\n")
    acl.chmod(0o644)
    return outbox


def test_an_owner_who_may_not_expunge_has_one(acl_server):
    outbox = with_rights(acl_server, "lrwsip")
    message = letter()
    outbox.send(message)
    with outbox.imap() as client:
        client.select("Sent")
        client.store("1", "+FLAGS", r"(\Deleted)")
        client.expunge()
    [uid] = outbox.append(message)
    assert [one for one, _, _ in outbox.listed()] == [uid] and uid > 1
    assert problems(outbox) == []


def test_an_owner_who_may_not_insert_has_none_and_the_message_went(acl_server):
    outbox = with_rights(acl_server, "lrwste")
    outbox.relay.messages.clear()
    outbox.send(letter())
    assert outbox.listed() == [] and len(outbox.relay.messages) == 1
    acl_server.wait_log("Can't keep a copy of a sent message: .*Permission denied")


# Sieve that looks at what programs store

SIEVE = {"all": "quota", "imap": "quota imap_sieve", "lmtp": "quota sieve"}
SIEVE23 = """plugin {
  sieve_plugins = sieve_imapsieve
  imapsieve_mailbox1_name = Sent
  imapsieve_mailbox1_causes = APPEND COPY FLAG
  imapsieve_mailbox1_before = file:/mnt/etc/sent.sieve
}
"""
SIEVE24 = """sieve_plugins {
  sieve_imapsieve = yes
}
mailbox Sent {
  sieve_script sent {
    type = before
    cause = append copy flag
    path = /mnt/etc/sent.sieve
  }
}
"""
SCRIPTS = {
    # a label, as those have it who train a filter
    "label": 'require "imap4flags";\naddflag "$Label2";\n',
    "elsewhere": 'require ["fileinto", "mailbox"];\nfileinto :create "Elsewhere";\n',
    # as those have it who keep copies by Sieve
    "discard": "discard;\n",
    "discard at once": "discard;\n",
}
# else Sieve only marks what it discards as deleted
AT_ONCE = ("plugin {\n  imapsieve_expunge_discarded = yes\n}\n" if plugin_lists.IS_23 else
           "imapsieve_expunge_discarded = yes\n")


@pytest.fixture(params=SCRIPTS)
def script(request):
    return request.param


@pytest.fixture
def sieved(start, script):
    conf = Loaded(SIEVE).conf + (SIEVE23 if plugin_lists.IS_23 else SIEVE24)
    if script == "discard at once":
        conf += AT_ONCE
    server = served(start, conf, files={"sent.sieve": SCRIPTS[script]})
    with relay_of(server) as relay:
        yield outbox_of(server, relay)


def test_a_script_sees_what_the_program_stores(sieved, script):
    """What it does is done to the program's; the server's stays where that does not."""
    outbox, message = sieved, letter()
    outbox.send(message)
    outbox.append(message)
    kept = [(flags - {r"\Deleted"}, text) for _, flags, text in outbox.listed()
            if r"\Deleted" not in flags]
    seen = {r"\Seen"}
    assert kept == {"label": [(seen | {"$Label2"}, message)], "elsewhere": [(seen, message)],
                    "discard": [(seen, message)],
                    "discard at once": [(seen, message)]}[script], outbox.log()
    assert len(outbox.texts("Elsewhere")) == (1 if script == "elsewhere" else 0)
    assert problems(outbox) == []
