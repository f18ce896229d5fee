# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests rely on when they use an Instance."""

import os
import poplib
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from instance import Dovecot, Instance, InstanceError, message, wait_for, wait

HERE = Path(__file__).parents[1]


def is_running(pid):
    """True if there is such a process and it is more than a zombie."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in status


def subjects(dc, user):
    """Return how many messages IMAP shows the user."""
    client = dc.imap(user)
    count = int(client.select(readonly=True)[1][0])
    client.logout()
    return count


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Dovecot without our modules, in a folder that no unix socket would fit in."""
    folder = tmp_path_factory.mktemp("a folder with spaces") / ("x" * 120)
    with Instance(folder, modules=None) as dc:
        yield dc


def test_mail_comes_in_by_lmtp_and_out_by_pop3_and_imap(bare):
    bare.deliver("alice", [message("one"), message("two")])
    for tls in (False, True):
        client = bare.pop3("alice", tls=tls)
        assert client.stat()[0] == 2
        client.quit()
        client = bare.imap("alice", tls=tls)
        assert client.select()[1] == [b"2"]
        client.logout()
    assert bare.doveadm("search", "-u", "alice", "subject", "two").count("\n") == 1


def test_instances_do_not_meet(bare, tmp_path):
    bare.deliver("bob", message())
    with Instance(tmp_path, modules=None) as other:
        assert subjects(bare, "bob") == 1
        assert subjects(other, "bob") == 0
        assert not set(bare.pids()) & set(other.pids())


def test_bare_means_stock_modules_only(bare):
    seen = bare.inside("ls", "-R", bare.dovecot.moduledir).stdout
    assert "lib10_quota_plugin.so" in seen
    assert "coexist" not in seen


def test_staged_files_lie_over_the_stock_modules(tmp_path):
    moduledir = Dovecot.installed().moduledir
    staged = Dovecot.installed().staged(tmp_path / "stage")
    (staged / "settings").mkdir(parents=True)
    (staged / "settings" / "added").touch()
    before = sorted(os.listdir(moduledir))
    with Instance(tmp_path / "run", modules=tmp_path / "stage") as dc:
        assert dc.inside("ls", moduledir / "settings/added").returncode == 0
        assert dc.inside("ls", moduledir / "lib10_quota_plugin.so").returncode == 0
        assert sorted(os.listdir(moduledir)) == before
    assert not (moduledir / "settings/added").exists()


def test_a_stage_without_modules_is_an_error(tmp_path):
    with pytest.raises(InstanceError, match="no modules"):
        Instance(tmp_path, modules=tmp_path)


def test_session_pid_is_the_process_that_serves_the_user(bare):
    alice, bob = bare.pop3("alice"), bare.pop3("bob")
    bare.kill(bare.session_pid("pop3", "alice"))
    with pytest.raises((EOFError, OSError, poplib.error_proto)):
        alice.noop()
        alice.noop()
    assert bob.noop().startswith(b"+OK")
    bob.quit()


def test_session_pid_waits_until_the_log_has_the_newest_session(bare):
    older = bare.pop3("alice")
    older_pid = bare.session_pid("pop3", "alice")
    known = len(bare.logins("pop3", "alice"))
    [log] = bare.pids("log")
    bare.kill(log, signal.SIGSTOP)
    newer = bare.pop3("alice")
    resume = threading.Timer(0.3, bare.kill, (log, signal.SIGCONT))
    resume.start()
    assert bare.session_pid("pop3", "alice", known) != older_pid
    resume.join()
    for client in older, newer:
        client.quit()


def test_log_text_has_what_the_log_process_has_yet_to_write(bare):
    [log] = bare.pids("log")
    bare.wait_for(lambda: not bare.pids("pop3"))
    before = bare.log_text().count("pop3-login: ")
    for number in range(1, 21):
        bare.kill(log, signal.SIGSTOP)
        with socket.create_connection((bare.host, bare.port("pop3")), timeout=60) as client:
            client.sendall(b"QUIT\r\n")
            # it is in the log before the connection ends
            client.makefile("rb").read()
        bare.kill(log, signal.SIGCONT)
        assert bare.log_text().count("pop3-login: ") == before + number


def test_kick_ends_the_sessions_of_a_user(bare):
    client = bare.imap("alice")
    bare.kick("alice")
    bare.wait_for(lambda: not bare.pids("imap"))
    client.shutdown()


def test_a_changed_user_counts_at_once(bare):
    for value in ("first", "second", "third"):
        bare.set_user("carol", test_field=value)
        assert bare.doveadm("user", "-f", "test_field", "carol").strip() == value


def test_white_space_in_a_user_field_is_refused(bare):
    with pytest.raises(ValueError):
        bare.set_user("carol", test_field="two words")


def test_reload_obeys_the_new_configuration(tmp_path):
    with Instance(tmp_path, modules=None) as dc:
        dc.deliver("alice", message())
        dc.reload(extra="login_greeting = Reloaded.\n")
        client = dc.pop3("alice")
        assert client.getwelcome() == b"+OK Reloaded."
        client.quit()


def test_reload_waits_for_who_has_not_heard_of_it(tmp_path):
    with Instance(tmp_path, modules=None) as dc:
        dc.doveadm("user", "alice")
        auth, = dc.pids("auth")
        dc.kill(auth, signal.SIGSTOP)
        reload = threading.Thread(target=dc.reload)
        reload.start()
        reload.join(0.5)
        assert reload.is_alive()
        dc.kill(auth, signal.SIGCONT)
        reload.join(wait.PATIENCE)
        assert not reload.is_alive() and not is_running(auth)


def test_stop_ends_every_process(tmp_path):
    with Instance(tmp_path, modules=None) as dc:
        client = dc.imap("alice")
        pids = dc.pids()
        # who serves no more logins ends by itself
        assert sum(map(is_running, pids)) > 4
    assert not any(map(is_running, pids))
    client.shutdown()


def test_the_server_ends_with_its_owner(tmp_path):
    program = ("import sys; from instance import Instance\n"
               "dc = Instance(sys.argv[1], modules=None)\n"
               "dc.start()\n"
               "print(dc.pid, flush=True)\n"
               "input()\n")
    owner = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             env={**os.environ, "PYTHONPATH": str(HERE)})
    master = int(owner.stdout.readline())
    assert is_running(master)
    owner.kill()
    owner.communicate()
    wait_for(lambda: not is_running(master))


def test_a_server_that_cannot_start_says_why(tmp_path):
    with pytest.raises(InstanceError, match="no_such_setting"):
        Instance(tmp_path, modules=None, conf="no_such_setting = yes\n").start()


class DeafAtFirst(Instance):
    """A server whose log process reads nothing, the first time that it is started."""

    starts = 0

    def _launch(self):
        super()._launch()
        self.starts += 1
        if self.starts == 1:
            os.kill(self.wait_for(lambda: self.pids("log"))[0], signal.SIGSTOP)


def test_a_server_that_does_not_log_is_started_again(tmp_path):
    with DeafAtFirst(tmp_path, modules=None) as server:
        assert server.starts == 2
        server.pop3("alice")
        server.wait_log("pop3-login: .*user=<alice>")


def test_waiting_has_a_deadline():
    started = time.monotonic()
    with pytest.raises(InstanceError, match="waited 0.1 s for the impossible"):
        wait_for(lambda: False, 0.1, "the impossible")
    assert time.monotonic() - started < 1


def test_the_next_second_is_waited_for():
    before = int(time.time())
    wait.wait_for_next_second()
    assert int(time.time()) > before


def test_a_second_that_ends_between_two_looks_is_over(monkeypatch):
    looks = iter([5.9, 5.999, 6.2, 6.2])
    monkeypatch.setattr(time, "time", lambda: next(looks))
    wait.wait_for_next_second()
    assert next(looks, None) is None


LAY_OVER = """
import os, sys
import namespace
namespace.enter()
namespace.lay_over(*sys.argv[1:])
print(*sorted(os.listdir(sys.argv[1])))
"""


def test_modules_that_are_installed_do_not_stand_in_for_staged_ones(tmp_path):
    installed, staged = tmp_path / "modules", tmp_path / "staged"
    for path in (installed / "lib10_quota_plugin.so", installed / "lib20_coexist_plugin.so",
                 staged / "lib25_pop3_coexist_plugin.so"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    shown = subprocess.run([sys.executable, "-c", LAY_OVER, installed, staged], check=True,
                           capture_output=True, text=True, cwd=HERE / "instance").stdout
    assert shown.split() == ["lib10_quota_plugin.so", "lib25_pop3_coexist_plugin.so"]
