# SPDX-License-Identifier: LGPL-2.1-or-later
"""policy set --dry-run and --tell: whom a change refuses, and that owners hear of it first."""

import json
import re
from contextlib import ExitStack
from itertools import count

import pytest

import logins
from administrator import Administrator
from instance import NOTICE_TEXTS, Instance
from logins import Client
from mailboxes import date, used
from wiring import ANVIL, CLIENTS, DOVEADM

DOMAINS = (f"d{number}.example" for number in count())
USERS = {f"{name}@d{number}.example": {} for number in range(40)
         for name in ("lately", "longago", "never", "unknown")}
EX_TEMPFAIL, EX_CONFIG = 75, 78     # sysexits


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Instance(tmp_path_factory.mktemp("effect"), users=USERS, gate={},
                  conf=CLIENTS + ANVIL + DOVEADM, coexist={
                      "note_last_use": "address", "template_dir": str(NOTICE_TEXTS)}) as server:
        yield server
        assert not re.search("Panic|killed with signal", server.log_text())


@pytest.fixture
def domain(server):
    """A domain of four mailboxes: used by POP3 lately, long ago, never, and nobody knows."""
    domain = next(DOMAINS)
    used(server, f"lately@{domain}", since=90, pop3=(3, "192.0.2.1"), imap=3)
    used(server, f"longago@{domain}", since=60, pop3=31)
    used(server, f"never@{domain}", since=50, imap=1)
    used(server, f"unknown@{domain}")
    return domain


def later(days):
    """Return a date in the future."""
    return date(-days)


def dry_run(server, *arguments):
    """Return {protocol: the other columns}."""
    rows = json.loads(server.doveadm("-f", "json", "coexist", "policy", "set", "--dry-run",
                                     *arguments))
    return {row["protocol"]: tuple(row.values())[1:] for row in rows}


def notices(server, user):
    """Return the subjects of the notices in INBOX."""
    with server.imap(user) as imap:
        imap.select("INBOX", readonly=True)
        found = imap.search(None, "HEADER", "Subject", "ends")[1][0].split()
        return [imap.fetch(number, "(BODY.PEEK[])")[1][0][1].decode() for number in found]


def subjects(server, user):
    return [re.search("^Subject: (.*)\r$", text, re.M)[1] for text in notices(server, user)]


def stored(server, *scope):
    return server.doveadm("coexist", "policy", "get", *scope)


# --dry-run

@pytest.mark.differs("how mailboxes are opened, and anvil")
def test_whom_a_change_of_a_domain_refuses(server, domain):
    assert dry_run(server, "-d", domain, "pop3_access=deny") == \
        {"pop3": (date(0), 0, 4, 1, 1, date(90))}
    assert "pop3_access" not in stored(server, "-d", domain)
    assert notices(server, f"lately@{domain}") == []


def test_of_a_mailbox_from_a_date_on(server, domain):
    assert dry_run(server, "-u", f"lately@{domain}", f"pop3_until={later(40)}",
                   f"imap_until={later(20)}") == \
        {"pop3": (later(40), 0, 1, 1, 0, date(90)), "imap": (later(20), 0, 1, 1, 0, date(90))}


def test_open_sessions(server, domain):
    user = f"longago@{domain}"
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(logins.session(server, "imap", Client(user)))
        stack.enter_context(logins.session(server, "imap", Client(f"never@{domain}")))
        stack.enter_context(logins.session(server, "imap", Client(f"never@{next(DOMAINS)}")))
        assert dry_run(server, "-d", domain, "imap_access=deny")["imap"][1] == 3
        assert dry_run(server, "-u", user, "imap_access=deny")["imap"][1] == 2


def test_what_was_refused_before_is_no_effect(server, domain):
    server.doveadm("coexist", "policy", "set", "-d", domain, "pop3_access=deny")
    assert dry_run(server, "-d", domain, "pop3_access=suspend") == {}
    assert dry_run(server, "-u", f"lately@{domain}", "pop3_access=deny") == {}
    assert dry_run(server, "-d", domain, f"pop3_until={later(5)}") == {}


def test_a_narrower_permission_is_obeyed(server, domain):
    server.doveadm("coexist", "policy", "set", "-u", f"lately@{domain}", "pop3_access=allow")
    assert dry_run(server, "-d", domain, "pop3_access=deny")["pop3"][2:4] == (3, 0)
    assert dry_run(server, "-d", domain, "pop3_access=suspend")["pop3"][2:4] == (4, 1)


def test_an_earlier_date_and_a_later_one(server, domain):
    server.doveadm("coexist", "policy", "set", "-d", domain, f"pop3_until={later(30)}")
    assert dry_run(server, "-d", domain, f"pop3_until={later(10)}")["pop3"][0] == later(10)
    assert dry_run(server, "-d", domain, f"pop3_until={later(90)}") == {}
    assert dry_run(server, "-d", domain, "pop3_access=allow") == {}


def test_networks_keep_out_who_came_from_elsewhere(server, domain):
    assert dry_run(server, "-d", domain, "pop3_networks=198.51.100.0/24")["pop3"][2:4] == (1, 1)
    assert dry_run(server, "-d", domain, "pop3_networks=192.0.2.0/24") == {}
    server.doveadm("coexist", "policy", "set", "-d", domain, "pop3_networks=192.0.2.0/24")
    assert dry_run(server, "-d", domain, "pop3_networks=192.0.2.64/26")["pop3"][2:4] == (1, 1)


def test_what_refuses_nobody(server, domain):
    assert dry_run(server, "-d", domain, "pop3_delete=trash") == {}


def test_a_wrong_value_is_an_error_and_all_that_happens(server, domain):
    done = server.doveadm("coexist", "policy", "set", "--dry-run", "-d", domain,
                          "pop3_access=perhaps", check=False)
    assert done.returncode == 65 and done.stdout == ""
    assert done.stderr.count("pop3_access: Not a value") == 1


def test_a_value_of_everybody_that_is_none_is_said_once(server, domain):
    """And not for each mailbox of the domain."""
    default = server.store.folder / "default"
    default.write_text("[policy]\npop3_access=perhaps\n")
    done = server.doveadm("coexist", "policy", "set", "--dry-run", "-d", domain, "imap_access=deny",
                          check=False)
    default.unlink()
    assert done.returncode == 0 and "imap" in done.stdout
    assert done.stderr.count("Ignoring unknown value in default: pop3_access=perhaps") == 1


@pytest.mark.parametrize("what", ["pop3_access", "--all"])
def test_of_unset(server, domain, what):
    """What a wider scope refuses then."""
    user = f"lately@{domain}"
    server.doveadm("coexist", "policy", "set", "-u", user, "pop3_access=allow")
    server.doveadm("coexist", "policy", "set", "-d", domain, "pop3_access=deny")
    rows = json.loads(server.doveadm("-f", "json", "coexist", "policy", "unset", "--dry-run",
                                     "-u", user, what))
    assert [tuple(row.values())[:5] for row in rows] == [("pop3", date(0), 0, 1, 1)]
    assert "allow" in stored(server, "-u", user)


# --tell

def test_unset_tells_too(server, domain):
    user = f"lately@{domain}"
    server.doveadm("coexist", "policy", "set", "-u", user, "pop3_access=allow")
    server.doveadm("coexist", "policy", "set", "-d", domain, f"pop3_until={date(-3)}")
    server.doveadm("coexist", "policy", "set", "-u", user, f"pop3_until={date(-30)}")
    done = server.doveadm("coexist", "policy", "unset", "--tell", "-u", user, "--all", check=False)
    assert "1 owners were told that POP3 ends" in done.stderr
    assert len(subjects(server, user)) == 1
    assert "pop3_until" not in stored(server, "-u", user)


@pytest.mark.parametrize("values", [["pop3_access=deny", "deny_text=" + "x" * 400,
                                     "pop3_fetcher_networks=" + "10.0.0.0/8 " * 600],
                                    ["pop3_access=deny", "nosuch=1"]], ids=["too long", "no key"])
def test_nobody_is_told_of_what_can_not_be_stored(server, domain, values):
    user = f"lately@{domain}"
    done = server.doveadm("coexist", "policy", "set", "--tell", "-u", user, *values, check=False)
    assert done.returncode == 65 and done.stderr.count("Error") == 1
    assert notices(server, user) == []


def tell(server, *arguments):
    """Make the change; return what is said."""
    done = server.doveadm("coexist", "policy", "set", "--tell", *arguments, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.differs("how mailboxes are opened")
def test_who_used_it_lately_is_told_and_nobody_else(server, domain):
    said = tell(server, "-d", domain, f"pop3_until={later(30)}")
    assert f"1 owners were told that POP3 ends on {later(30)}" in said
    assert subjects(server, f"lately@{domain}") == [f"POP3 ends on {later(30)}"]
    for other in ("longago", "never", "unknown"):
        assert notices(server, f"{other}@{domain}") == []
    assert "pop3_until" in stored(server, "-d", domain)


def test_the_document_is_as_without_telling(server, domain):
    tell(server, "-u", f"lately@{domain}", "pop3_access=deny")
    server.doveadm("coexist", "policy", "set", "-u", f"never@{domain}", "pop3_access=deny")
    files = [server.store.folder / "mailbox" / f"{name}@{domain}" for name in ("lately", "never")]
    told, other = [(file.owner(), file.group(), file.stat().st_mode) for file in files]
    assert told == other
    assert logins.pop3_user_pass(server, Client(f"lately@{domain}")).startswith("-ERR [SYS/PERM]")


def test_what_is_said(server, domain):
    user = f"lately@{domain}"
    tell(server, "-u", user, f"pop3_until={later(30)}", "deny_text=The help desk: 555-0100")
    [text] = notices(server, user)
    assert "Use IMAP instead: choose it" in re.sub(r"\s+", " ", text)
    assert "The help desk: 555-0100" in text
    assert "text/html" in text


def test_nothing_is_recommended_that_is_not_there(server, domain):
    user = f"lately@{domain}"
    tell(server, "-u", user, f"pop3_until={later(30)}", f"imap_until={later(10)}")
    texts = notices(server, user)
    assert len(texts) == 2
    assert not any("Use IMAP" in text for text in texts)
    assert sum("Use POP3" in text for text in texts) == 1       # that ends later than IMAP


def test_in_the_language_of_the_owner(server, domain):
    user = f"lately@{domain}"
    server.doveadm("coexist", "policy", "set", "-u", user, "language=es")
    tell(server, "-d", domain, f"pop3_until={later(30)}")
    with server.imap(user) as imap:
        imap.select("INBOX")
        assert imap.search(None, "SUBJECT", "dejar")[1] != [b""]


def test_a_second_change_replaces_the_notice(server, domain):
    user = f"lately@{domain}"
    tell(server, "-u", user, f"pop3_until={later(30)}")
    tell(server, "-u", user, f"pop3_until={later(20)}")
    assert subjects(server, user) == [f"POP3 ends on {later(20)}"]


def test_telling_again_what_holds_tells_nobody(server, domain):
    user = f"lately@{domain}"
    tell(server, "-u", user, f"pop3_until={later(30)}")
    assert "told" not in tell(server, "-u", user, f"pop3_until={later(30)}")


def test_of_networks_nobody_is_told(server, domain):
    assert "told" not in tell(server, "-d", domain, "pop3_networks=198.51.100.0/24")
    assert notices(server, f"lately@{domain}") == []


def test_the_change_is_not_made_if_a_mailbox_can_not_be_opened(server, domain):
    user = f"lately@{domain}"
    home = server.folder / "home" / user
    away = home.rename(home.with_name(f"{user}.away"))
    home.write_text("a file")
    done = server.doveadm("coexist", "policy", "set", "--tell", "-u", user, "pop3_access=deny",
                          check=False)
    home.unlink()
    away.rename(home)
    assert (done.returncode, "Nothing is stored" in done.stderr) == (EX_TEMPFAIL, True)
    assert "pop3_access" not in stored(server, "-u", user)


def test_the_change_is_not_made_if_an_owner_can_not_be_told(server, domain):
    user = f"lately@{domain}"
    inbox = server.folder / "home" / user / "mail/tmp"
    inbox.rename(inbox.with_name("tmp.away"))
    inbox.write_text("a file")
    done = server.doveadm("coexist", "policy", "set", "--tell", "-d", domain, "pop3_access=deny",
                          check=False)
    assert (done.returncode, "Nothing is stored" in done.stderr) == (EX_TEMPFAIL, True)
    assert "pop3_access" not in stored(server, "-d", domain)


def test_with_log_only_nobody_is_told(tmp_path):
    with Instance(tmp_path, users={"jo": {}}, gate={"log_only": "yes"}, conf=DOVEADM) as server:
        done = server.doveadm("coexist", "policy", "set", "--tell", "-u", "jo", "pop3_access=deny",
                              check=False)
        assert (done.returncode, "log_only is set" in done.stderr) == (EX_CONFIG, True)
        assert stored(server, "-u", "jo").count("pop3") == 0


def test_over_http(server, domain):
    user = f"lately@{domain}"
    answer = Administrator(server, key_file=None).http("coexistPolicySet", user=user, dryRun=True,
                                        values=["pop3_access=deny"])
    assert answer[0] == "doveadmResponse", answer
    assert [(row["protocol"], row["used"]) for row in answer[1]] == [("pop3", 1)]
