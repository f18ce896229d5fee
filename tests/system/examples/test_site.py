# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/site-*: a whole site, started and tried with the files as they lie there."""

import email
import poplib
import re
from email import policy

import pytest

from instance.wait import wait_for
from site_example import EXAMPLE, Site, passdbs

pytestmark = pytest.mark.differs("how settings are read")
DENIED = "Este buzon tiene POP3 desactivado. Consulte al administrador."
ANA, JO = "ana@example.org", "jo@example.org"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site")) as running:
        running.doveadm("coexist", "policy", "init")
        yield running


@pytest.fixture(scope="module")
def new_user(site):
    """new_user(**columns) adds a user to the database; returns the name."""
    names = iter(f"user{number}@example.org" for number in range(100))

    def add(**columns):
        row = {"username": next(names), "password": "{PLAIN}change-me", **columns}
        site.sql(f"INSERT INTO mailbox ({', '.join(row)}) "
                 f"VALUES ({', '.join('?' * len(row))})", *row.values())
        return row["username"]
    return add


def message(size=100):
    return b"From: a@example.org\nSubject: hello\n\n" + (b"x" * 70 + b"\n") * (size // 71)


def refusal(site, user):
    """Return what a POP3 client reads that is refused, or None."""
    try:
        site.pop3(user).quit()
    except poplib.error_proto as error:
        return error.args[0].decode()
    return None


def flags(site, user, mailbox="INBOX"):
    """Return {uid: flags}."""
    client = site.imap(user)
    client.select(mailbox, readonly=True)
    answer = client.uid("FETCH", "1:*", "(FLAGS)")[1]
    client.logout()
    return {int(uid): set(words.decode().split())
            for line in answer if line
            for uid, words in re.findall(rb"UID (\d+) FLAGS \(([^)]*)\)", line)
            or [(b, a) for a, b in re.findall(rb"FLAGS \(([^)]*)\) UID (\d+)", line)]}


def newest(client):
    """Return the newest message of INBOX as email.message.EmailMessage."""
    [[_, content], _] = client.fetch("*", "(BODY.PEEK[])")[1]
    return email.message_from_bytes(content, policy=policy.default)


def alert(client):
    """Return the text of the alert that a session says."""
    def said():
        client.noop()
        texts = client.untagged_responses.get("OK", [])
        return [text for text in texts if text.startswith(b"[ALERT]")]
    return wait_for(said, what="an alert")[0].decode()


# What it is


def test_dovecot_takes_the_files_in_silence(site):
    done = site.inside("doveconf", "-n")
    assert done.stderr == ""
    assert passdbs(done.stdout) == ["sql", "coexist"]
    assert "userdb coexist" not in done.stdout and "continue-ok" not in done.stdout
    assert "autoexpunge" in done.stdout


def test_preflight_finds_no_fault(site):
    done = site.doveadm("coexist", "preflight", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search(r" (fail|warn) ", done.stdout), done.stdout


@pytest.mark.parametrize("path", [path for path in sorted(EXAMPLE.rglob("*.*"))
                                  if path.is_file()], ids=lambda path: path.name)
def test_each_paragraph_begins_by_saying_what_it_is_for(path):
    for paragraph in re.split(r"\n\s*\n", path.read_text()):
        assert paragraph.lstrip().startswith(("#", "--", "[")), paragraph


# What it does


def test_a_column_switches_pop3_off(site, new_user):
    user = new_user(enablepop3=0)
    assert refusal(site, user) == f"-ERR [SYS/PERM] {DENIED}"
    site.imap(user).logout()
    site.sql("UPDATE mailbox SET enablepop3 = 1 WHERE username = ?", user)
    assert refusal(site, user) is None


def test_a_policy_switches_pop3_off(site):
    assert refusal(site, ANA) is None
    site.doveadm("coexist", "policy", "set", "-u", ANA, "pop3_access=deny")
    assert refusal(site, ANA) == f"-ERR [SYS/PERM] {DENIED}"
    assert refusal(site, JO) is None
    site.doveadm("coexist", "policy", "unset", "-u", ANA, "pop3_access")
    assert refusal(site, ANA) is None


def test_a_wrong_password_is_told_nothing_of_it(site, new_user):
    user = new_user(enablepop3=0)
    with pytest.raises(poplib.error_proto, match=r"\[AUTH\]"):
        site.pop3(user, password="wrong")


def test_a_download_is_read_in_imap_while_the_session_goes_on(site, new_user):
    user = new_user()
    site.deliver(user, [message(), message()])
    client = site.pop3(user)
    client.retr(1)
    client.noop()
    wait_for(lambda: [r"\Seen" in words for words in flags(site, user).values()]
             == [True, False], what="the download to be read")
    client.quit()


def test_what_pop3_deletes_is_in_the_trash(site, new_user):
    user = new_user()
    site.deliver(user, message())
    client = site.pop3(user)
    client.dele(1)
    client.quit()
    assert flags(site, user) == {}
    assert [r"\Seen" in words for words in flags(site, user, "Trash").values()] == [True]


def test_the_owner_is_warned_in_spanish(site, new_user):
    user = new_user(quota=100_000)
    site.deliver(user, message(10_000))
    site.deliver(user, message(72_000))
    client = site.imap(user)
    assert re.match(r"\[ALERT\] Su buzon esta lleno al 8\d %", alert(client))
    client.select(readonly=True)
    assert re.fullmatch(r"Su buzón está lleno al 8\d %", newest(client)["Subject"])
    client.logout()


def test_a_panel_sets_a_policy_over_http_and_reads_it_back(site, new_user):
    user = new_user()
    assert site.http("coexistPolicySet", user=user, reason="unpaid",
                     values=["pop3_access=deny"]) == ["doveadmResponse", [], "tag"]
    kind, rows, _ = site.http("coexistPolicyGet", user=user, keys=["pop3_access"])
    assert kind == "doveadmResponse"
    assert [(row["key"], row["value"]) for row in rows] == [("pop3_access", "deny")]
    assert refusal(site, user) == f"-ERR [SYS/PERM] {DENIED}"


def test_nothing_went_wrong(site):
    assert site.log_problems() == []


def test_nobody_has_the_http_api_by_a_copy():
    """The key of the example is known to everybody."""
    lines = (EXAMPLE / "dovecot-coexist.conf").read_text().splitlines()
    in_force = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert not any(re.search("api_key|change-me|listener http", line) for line in in_force)
    assert any(line.startswith("#doveadm_api_key = change-me") for line in lines)


# Without it


def test_switched_off_it_is_a_stock_site(tmp_path):
    with Site(tmp_path, switched_on=False) as site:
        done = site.inside("doveconf", "-n")
        assert (done.stderr, passdbs(done.stdout)) == ("", ["sql"])
        ours = r"^\s*coexist|mail_plugins = .*coexist|doveadm_api_key|listener http"
        assert re.findall(ours, done.stdout, re.M) == []
        site.deliver(ANA, message())
        with pytest.raises(OSError):
            site.http("coexistPolicyGet", user=ANA, keys=[])
        client = site.pop3(ANA)
        client.retr(1)
        client.dele(1)
        client.quit()
        assert flags(site, ANA) == {} == flags(site, ANA, "Trash")
        assert site.log_problems() == []
