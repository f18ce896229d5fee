"""pop3_login_delay: who comes back too early is told so (RFC 2449, LOGIN-DELAY)."""

import base64
import os
import poplib
import re
import signal
import time

import pytest

from instance import PASSWORD, message
from maildrop import large_message, starttls
from wire import send

HOUR = 3600
DELAYS = {"hour": "1h", "short": "2s", "off": "0", "typo": "soon"}
GROUPS = {group: {"coexist_pop3_login_delay": value} for group, value in DELAYS.items()}
GROUPS["marking"] = {**GROUPS["hour"], "coexist_pop3_mark_read": "complete"}
GROUPS["hiding"] = {**GROUPS["hour"], "coexist_pop3_delete": "hide"}
STATE = "dovecot-coexist.state"


@pytest.fixture(scope="module", params=[("maildir", "no"), ("maildir", "yes"),
                                        ("mdbox", "yes"), ("sdbox", "no")],
                ids=lambda storage_lock: "-".join(storage_lock))
def server(start, request):
    """pop3_lock_session changes when Dovecot says +OK."""
    storage, lock = request.param
    return start(storage=storage, groups=GROUPS,
                 conf=f"protocol pop3 {{\n  pop3_lock_session = {lock}\n}}\n")


@pytest.fixture
def maildrop(server):
    """A mailbox that may be visited once an hour."""
    return server.maildrop("hour")


def visit(maildrop, *commands, **how):
    """Log in, say some commands, quit."""
    with maildrop.pop3(**how) as pop:
        for command in commands:
            getattr(pop, command)(1)
        pop.quit()


def refusal(maildrop, **how):
    """Return what a login is refused with."""
    with pytest.raises(poplib.error_proto) as error:
        maildrop.server.pop3(maildrop.user, **how).quit()
    return error.value.args[0].decode()


def is_early(maildrop, **how):
    """The login comes too early."""
    return re.fullmatch(r"-ERR \[LOGIN-DELAY\] Your mail was checked a moment ago\. "
                        r"Please wait \d+ s before checking it again\.",
                        refusal(maildrop, **how)) is not None


def seconds_of(reply):
    return int(re.search(r"wait (\d+) s", reply)[1])


def state(maildrop):
    """Return what is remembered as {name: value}."""
    path = maildrop.folder / STATE
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines)


def write_state(maildrop, text):
    """Let something else have written the file."""
    path = maildrop.folder / STATE
    path.write_bytes(text)
    os.chown(path, maildrop.folder.stat().st_uid, maildrop.folder.stat().st_gid)


def last_login_was(maildrop, ago):
    """Let the last login be so many seconds ago."""
    write_state(maildrop, b"pop3_login=%d\n" % (time.time() - ago))


# Too early, and not

def test_the_second_visit_is_too_early(maildrop):
    visit(maildrop)
    reply = refusal(maildrop)
    assert re.fullmatch(r"-ERR \[LOGIN-DELAY\] Your mail was checked a moment ago\. Please "
                        r"wait \d+ s before checking it again\.", reply)
    assert HOUR - 60 < seconds_of(reply) <= HOUR


def test_the_line_is_all_that_is_said(maildrop):
    visit(maildrop)
    pop = poplib.POP3(maildrop.server.host, maildrop.server.port("pop3"), timeout=60)
    pop.user(maildrop.user)
    send(pop, f"PASS {PASSWORD}", "STAT", "DELE 1", "QUIT")
    assert pop.file.readline().startswith(b"-ERR [LOGIN-DELAY] ")
    assert pop.file.read() == b""
    pop.close()


@pytest.mark.parametrize("how", [{"tls": True}, {"before_login": "stls"}], ids=["TLS", "STLS"])
def test_a_visit_in_tls(maildrop, how):
    if "before_login" in how:
        how = {"before_login": starttls(maildrop.server)}
    visit(maildrop, **how)
    assert is_early(maildrop, **how)
    assert is_early(maildrop)


def test_sasl_gets_the_same_answer(maildrop):
    visit(maildrop)
    pop = poplib.POP3(maildrop.server.host, maildrop.server.port("pop3"), timeout=60)
    plain = base64.b64encode(f"\0{maildrop.user}\0{PASSWORD}".encode()).decode()
    with pytest.raises(poplib.error_proto, match=r"-ERR \[LOGIN-DELAY\] Your mail"):
        pop._shortcmd(f"AUTH PLAIN {plain}")
    pop.close()


def test_when_the_time_is_over_the_visit_is_welcome(server):
    maildrop = server.maildrop("short")
    visit(maildrop)
    first = int(state(maildrop)["pop3_login"])

    def may_visit():
        try:
            visit(maildrop)
        except poplib.error_proto:
            return False
        return True
    server.wait_for(may_visit, 60, "the end of the delay")
    assert int(state(maildrop)["pop3_login"]) >= first + 2


@pytest.mark.parametrize("ago, left", [(HOUR - 60, 60), (1, HOUR - 1)])
def test_so_much_is_left(maildrop, ago, left):
    maildrop.deliver(1)
    last_login_was(maildrop, ago)
    assert left - 30 < seconds_of(refusal(maildrop)) <= left


@pytest.mark.parametrize("ago", [HOUR, 2 * HOUR, 10**9])
def test_a_visit_long_ago_is_forgiven(maildrop, ago):
    maildrop.deliver(1)
    last_login_was(maildrop, ago)
    visit(maildrop)


def test_a_clock_that_was_put_back_locks_nobody_out(maildrop):
    visit(maildrop)
    last_login_was(maildrop, -2 * HOUR)
    visit(maildrop)
    assert is_early(maildrop)


def test_mailboxes_do_not_wait_for_each_other(server, maildrop):
    visit(maildrop)
    visit(server.maildrop("hour"))
    assert is_early(maildrop)


def test_imap_does_not_wait(maildrop):
    visit(maildrop)
    with maildrop.imap() as imap:
        assert imap.select()[0] == "OK"
    assert is_early(maildrop)


# Who does not count

def test_a_session_that_is_shown_new_mail_does_not_count(maildrop):
    maildrop.deliver(2)
    visit(maildrop)
    visit(maildrop)         # was shown nothing new, and counts
    assert is_early(maildrop)


@pytest.mark.parametrize("group", ["marking", "hiding"])
def test_beside_the_other_keys_of_pop3(server, group):
    maildrop = server.maildrop(group)
    maildrop.deliver(2)
    visit(maildrop, "retr")
    visit(maildrop, "dele")
    visit(maildrop, "retr")
    assert is_early(maildrop)
    assert maildrop.log_problems()[:-1] == []


def test_new_mail_does_not_end_the_delay(maildrop):
    visit(maildrop)
    maildrop.deliver(1)
    assert is_early(maildrop)


def test_mail_that_came_during_a_session_is_new_to_the_next(maildrop):
    maildrop.deliver(1)
    visit(maildrop)
    with maildrop.pop3() as pop:
        maildrop.deliver(1)
        pop.quit()
    last_login_was_long_ago = state(maildrop) | {"pop3_login": "1"}
    write_state(maildrop, "".join(f"{name}={value}\n" for name, value in
                                  last_login_was_long_ago.items()).encode())
    visit(maildrop)         # is shown the second message, and does not count
    visit(maildrop)
    assert is_early(maildrop)


def test_a_session_that_deletes_does_not_count(maildrop):
    maildrop.deliver(3)
    visit(maildrop)
    visit(maildrop, "dele")
    visit(maildrop, "dele")
    visit(maildrop, "retr")
    assert is_early(maildrop)


@pytest.mark.parametrize("leave", ["rset", "close"])
def test_a_deletion_that_was_taken_back_counts(maildrop, leave):
    maildrop.deliver(2)
    visit(maildrop)
    with maildrop.pop3() as pop:
        pop.dele(1)
        if leave == "rset":
            pop.rset()
            pop.quit()
    assert is_early(maildrop)


def test_a_mailbox_with_new_uids_is_new(maildrop):
    maildrop.deliver(1)
    visit(maildrop)
    write_state(maildrop, b"pop3_uidvalidity=1\npop3_uid=1000\n")
    visit(maildrop)
    visit(maildrop)
    assert is_early(maildrop)


def test_a_refused_login_does_not_count(maildrop):
    maildrop.deliver(1)
    last_login_was(maildrop, HOUR - 60)
    before = state(maildrop)
    assert is_early(maildrop)
    assert state(maildrop) == before


def test_a_session_without_quit_counts(maildrop):
    with maildrop.pop3():
        pass
    assert is_early(maildrop)


def test_a_session_that_an_administrator_ends_counts(maildrop):
    with maildrop.pop3():
        maildrop.server.kick(maildrop.user)
    assert is_early(maildrop)


def test_a_session_that_is_killed_does_not_count(maildrop):
    with maildrop.pop3():
        maildrop.server.kill(maildrop.pop3_pid(), signal.SIGKILL)
    visit(maildrop)
    assert is_early(maildrop)


# Who must not see it

def test_a_wrong_password_is_just_that(maildrop):
    visit(maildrop)
    assert refusal(maildrop, password="guess") == "-ERR [AUTH] Authentication failed."


# The policy

@pytest.mark.parametrize("group", ["off", "typo", "user"])
def test_without_a_delay_nothing_is_written(server, group):
    maildrop = server.maildrop(group)
    visit(maildrop)
    visit(maildrop)
    assert not (maildrop.folder / STATE).exists()


def capabilities(maildrop):
    with maildrop.pop3() as pop:
        found = pop.capa()
        pop.quit()
    return found


def test_capa_after_login_announces_the_delay(server, maildrop):
    stock = capabilities(server.maildrop("off"))
    assert capabilities(maildrop) == {**stock, "LOGIN-DELAY": ["3600"]}


def test_capa_is_whole(server, maildrop):
    """As it goes over the wire: one more line, and the last one stays the last."""
    with server.maildrop("off").transcript() as stock:
        stock.say("CAPA", "QUIT")
    with maildrop.transcript() as ours:
        ours.say("CAPA", "QUIT")
    assert ours.text.count(b"LOGIN-DELAY 3600\r\n.\r\n") == 1
    assert ours.text.replace(b"LOGIN-DELAY 3600\r\n", b"") == stock.text


CAPA_LIKE = message("x", "+OK\r\nCAPA\r\nTOP\r\n..\r\n")


def test_a_large_message_arrives_whole(server, maildrop):
    """Through our changes to the output."""
    content = large_message()
    maildrop.deliver(content, CAPA_LIKE)
    plain_maildrop = server.maildrop("off")
    plain_maildrop.deliver(content, CAPA_LIKE)
    for number in (1, 2):
        bodies = []
        for where in (maildrop, plain_maildrop):
            with where.pop3() as pop:
                lines = pop.retr(number)[1]
                bodies.append(lines[lines.index(b""):])
                pop.quit()
            if where is maildrop:
                (maildrop.folder / STATE).unlink()
        assert bodies[0] == bodies[1]


# The file

@pytest.mark.parametrize("text", [
    b"\0\1\2 garbage", b"pop3_login=yesterday\n", b"pop3_login=-5\n", b"pop3_login=9" * 99,
    b"pop3_login=\n", b"x" * 70000], ids=["NUL", "word", "negative", "long", "empty", "large"])
def test_garbage_is_no_delay_and_one_warning(maildrop, text):
    visit(maildrop)
    write_state(maildrop, text)
    visit(maildrop)
    assert len(maildrop.log_problems()) == 1
    assert STATE in maildrop.log_problems()[0] and "Warning" in maildrop.log_problems()[0]
    assert is_early(maildrop)       # what was written then is right again


def test_what_others_keep_there_stays(maildrop):
    visit(maildrop)
    write_state(maildrop, b"quota_told=80\nnot ours at all\npop3_login=1\n")
    visit(maildrop)
    text = (maildrop.folder / STATE).read_text()
    assert text.startswith("quota_told=80\nnot ours at all\npop3_login=")
    assert text.count("\n") == 3


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "FIFO"])
def test_something_else_of_that_name(maildrop, make):
    visit(maildrop)
    (maildrop.folder / STATE).unlink()
    make(maildrop.folder / STATE)
    visit(maildrop)
    assert "is not a small file" in maildrop.log_problems()[0]


INDEX23 = "mail_location = %s:~/mail:INDEX=~/index\n"
INDEX24 = "mail_index_path = ~/index\n"


@pytest.mark.parametrize("storage", ["maildir", "mdbox", "sdbox"])
def test_an_index_folder_of_its_own(start, storage):
    """It is made for the state if need be."""
    server = start(storage=storage, groups=GROUPS, conf23=INDEX23 % storage, conf24=INDEX24)
    maildrop = server.maildrop("hour")
    visit(maildrop)
    assert is_early(maildrop)
    assert (maildrop.folder.with_name("index") / STATE).exists()


def test_indexes_in_memory(start):
    """The state is with the mails then."""
    server = start(groups=GROUPS, conf23=INDEX23.replace("~/index", "MEMORY") % "maildir",
                   conf24=INDEX24.replace("~/index", "MEMORY"))
    maildrop = server.maildrop("hour")
    visit(maildrop)
    assert is_early(maildrop)
    assert (maildrop.folder / STATE).exists()


def test_a_folder_that_cannot_be_written(start):
    """No delay, and each session warns once."""
    server = start(groups=GROUPS, conf23=INDEX23 % "maildir", conf24=INDEX24)
    maildrop = server.maildrop("hour")
    visit(maildrop)
    index = maildrop.folder.with_name("index")
    (index / STATE).unlink()
    os.chown(index, 0, 0)
    index.chmod(0o555)
    visit(maildrop)
    visit(maildrop)
    assert len([line for line in maildrop.log_problems() if STATE in line]) == 2


def test_a_lock_that_a_dead_process_left_is_taken_over(start):
    server = start(groups=GROUPS)
    maildrop = server.maildrop("hour")
    visit(maildrop)
    last_login_was(maildrop, 2 * HOUR)
    (maildrop.folder / f"{STATE}.lock").touch()

    def is_noted():
        visit(maildrop)
        return int(state(maildrop)["pop3_login"]) > time.time() - HOUR
    server.wait_for(is_noted, 60, "the end of the lock")
    assert is_early(maildrop)
