# SPDX-License-Identifier: LGPL-2.1-or-later
"""One private Dovecot: start it, talk to it, look into it, stop it."""

import imaplib
import os
import poplib
import re
import select
import shlex
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from pathlib import Path

from . import certificate, checker, config, processes, sanitizers, texts, wrapper
from .dovecot import Dovecot
from .gate import STORE, Store, key_file
from .ports import Ports
from .users import PASSWORD, Users
from .wait import PATIENCE, InstanceError, wait_for

BUILT = "the modules of this checkout's build"
LAUNCHER = Path(__file__).with_name("namespace.py")
# Long for a line of the log, and short for a start that is repeated.
LOG_SECS = 5
VALGRIND_LOG_SECS = 60
# How often it is tried to reach an auth process that is in valgrind.
GREETINGS = 10
PEAK = Path(__file__).with_name("peak.py")
# What Dovecot says of a machine that runs a timer late, and where a memory checker lets
# stats begin late.
LATE = re.compile("Time moved forward by 0")
LATE_STATS = re.compile("Timeout waiting for handshake response")


def built_stage():
    """Return the `make install DESTDIR` tree: $COEXIST_STAGE or build/stage."""
    default = Path(__file__).parents[2] / "build" / "stage"
    return Path(os.environ.get("COEXIST_STAGE") or default)


class Instance:
    """A private Dovecot in `folder`, running inside `with`.

    coexist  site-wide settings without their prefix: {"pop3_mark_read": "quit"}
    users    {name: {userdb field: value}}; the password is always PASSWORD
    modules  tree of `make install DESTDIR=...`; BUILT is what tests/run staged,
             None adds nothing to Dovecot's own modules
    plugins  mail_plugins {"all": [...], "pop3": [...]}; None enables those of
             ours that the tree contains, {} enables nothing
    storage  "maildir", "mdbox" or "sdbox"
    quota    size of the mailbox such as "100K"; True is 1G
    conf, conf23, conf24  text to append to dovecot.conf (both or one generation)
    wrap     {service: command prefix}; "valgrind" reports to valgrind_reports()
    high_performance  processes that serve many sessions one after the other
    gate     site settings {"on_store_error": "allow"} of the gate, {} for none;
             None leaves it out. `store` holds its documents, unless there is a
             "store": the URI on Dovecot 2.3, on 2.4 it is in conf
    gate_for  the protocol for which its passdb is configured; None is all
    gate_lines  more lines of its passdb
    first    passdbs and userdbs for dovecot.conf before the users'
    chain    passdbs and userdbs for dovecot.conf behind the users' and before the
             gate's
    passes_on  ask these also about users that were found: userdbs are in any case.
             With a gate, it is in a chain of passdbs and of userdbs
    sieve    ManageSieve, too, which needs Debian's dovecot-managesieved
    files    {name: text} of files in etc/, for what is read when a process starts
    """

    host = "127.0.0.1"
    config = "/mnt/etc/dovecot.conf"    # what Dovecot reads, as the instance sees it

    def __init__(self, folder, *, coexist=None, users=None, modules=BUILT,
                 plugins=None, storage="maildir", quota=False, conf="",
                 conf23="", conf24="", wrap=None, high_performance=False, gate=None,
                 gate_for=None, gate_lines=(), first="", chain="", passes_on=False,
                 sieve=False, files=None):
        self.dovecot = Dovecot.installed()
        self.version = self.dovecot.version
        self.generation = self.dovecot.generation
        self.folder = Path(folder).resolve()
        self._staged = self._find_modules(modules)
        self._wrap = dict(wrap or {}) if modules is None else checker.wrapped(wrap or {})
        self._settings = {
            "storage": storage,
            "coexist": dict(coexist or {}),
            "quota": "1G" if quota is True else quota,
            "plugins": self._default_plugins(quota) if plugins is None else plugins,
            "extra": conf + (conf23 if self.generation == 23 else conf24),
            "wrap": self._wrap,
            "high_performance": high_performance,
            "gate": gate,
            "gate_for": gate_for,
            "gate_lines": list(gate_lines),
            "first": first,
            "chain": chain,
            "passes_on": passes_on,
            "sieve": sieve,
        }
        self._initial_users = users if users is not None else {"alice": {}, "bob": {}}
        self._files = dict(files or {})
        self._launcher = None
        self._loggers = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # Life

    def start(self):
        """Make the folder and start the server; returns when it listens."""
        self._ports = Ports(config.PORT_NAMES)
        try:
            self._make_folder()
            self._launch()
            # One start in thousands has a log process that reads nothing.
            while not self._is_logging():
                self._end_launcher()
                self._log_file.unlink()
                self._launch()
            self._wait_for_auth()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """End everything that start() began; valgrind gets the time to report."""
        try:
            if self._launcher is not None and self._in_valgrind:
                self._end_gracefully()
        finally:
            self._end_at_once()
            checker.gather(self.folder / "log")

    def reload(self, **settings):
        """Write the configuration again, with e.g. coexist={...} changed, and obey it."""
        unknown = set(settings) - set(self._settings)
        if unknown:
            raise TypeError(f"no such setting: {unknown}")
        self._settings.update(settings)
        self._write_config()
        self.read_files_again()

    def read_files_again(self):
        """Obey what was changed in the configuration's files, from the next client on."""
        self.reload_by(lambda: self.doveadm("reload"))

    def reload_by(self, command):
        """Call what reloads the server; return its result when all obey.

        A process of before takes new clients until it hears of the reload, has the
        old configuration, and a login process drops them.
        """
        old = set(self.pids()) - {self._master} - set(self.pids("anvil"))
        result = command()
        wait_for(lambda: not any(map(processes.is_accepting, old)) and
                 processes.is_accepting(self._master),
                 what=lambda: "the old configuration to be dropped by " + ", ".join(
                     processes.title(pid) for pid in old | {self._master}
                     if processes.is_accepting(pid) == (pid != self._master)) +
                 "; its log ends by:\n" + "".join(
                     self._log_file.read_text(errors="replace").splitlines(True)[-15:]))
        self._loggers = self.pids("log")
        self._wait_for_auth()
        return result

    # Clients

    def port(self, name):
        """Return the port of imap, imaps, pop3, pop3s, submission, sieve, lmtp or http."""
        return self._ports.number[name]

    def pop3(self, user="alice", tls=False, password=PASSWORD, before_login=None):
        """Return a poplib.POP3 that is logged in.

        before_login is called with the client that is connected, no more.
        """
        if tls:
            client = poplib.POP3_SSL(self.host, self.port("pop3s"), timeout=60,
                                     context=self.tls_context())
        else:
            client = poplib.POP3(self.host, self.port("pop3"), timeout=60)
        if before_login:
            before_login(client)
        client.user(user)
        client.pass_(password)
        return client

    def imap(self, user="alice", tls=False, password=PASSWORD):
        """Return an imaplib.IMAP4 that is logged in."""
        if tls:
            client = imaplib.IMAP4_SSL(self.host, self.port("imaps"), timeout=60,
                                       ssl_context=self.tls_context())
        else:
            client = imaplib.IMAP4(self.host, self.port("imap"), timeout=60)
        client.login(user, password)
        return client

    def deliver(self, user, messages, sender="sender@example.org"):
        """Deliver one message (bytes) or a list of them to a user by LMTP."""
        if isinstance(messages, bytes):
            messages = [messages]
        with smtplib.LMTP(self.host, self.port("lmtp"), timeout=60) as client:
            for message in messages:
                client.sendmail(sender, [user], message)

    def tls_context(self):
        """Return an ssl.SSLContext that trusts the server's certificate."""
        return ssl.create_default_context(cafile=str(self.folder / "etc/cert.pem"))

    def set_user(self, name, **fields):
        """Replace the userdb fields of a user (or add one); the next login obeys.

        Takes up to a second. None as value writes the field without "=".
        """
        self._users.set(name, fields)

    # Administration

    def inside(self, *command, check=True, timeout=120, **options):
        """Run a command where the instance sees it; return CompletedProcess (text)."""
        return subprocess.run([*self.enter(options.get("env")), *map(str, command)],
                              check=check, text=True, capture_output=True,
                              timeout=checker.patience(timeout), **options)

    def on_terminal(self, terminal, *command, timeout=120, **options):
        """Run a command there whose output goes to a terminal; it must succeed."""
        subprocess.run([*self.enter(options.get("env")), *map(str, command)], check=True,
                       stdin=terminal, stdout=terminal, stderr=terminal,
                       timeout=checker.patience(timeout), **options)

    def enter(self, environment=None):
        """Return the command that runs what follows it where the instance sees it.

        environment  what it is run with, if not with that of the test
        """
        return ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--root", "--wd",
                *(sanitizers.environment(environment) if self._is_checked_by("sanitizers") else [])]

    def doveadm(self, *arguments, check=True, **options):
        """Run doveadm; return its output. With check=False: the CompletedProcess."""
        program = "/mnt/bin/doveadm" if self._is_checked_by("valgrind") else "doveadm"
        done = self.inside(program, "-c", self.config, *arguments, check=False, **options)
        if not check:
            return done
        if done.returncode != 0:
            raise InstanceError(f"doveadm {shlex.join(map(str, arguments))}: "
                                f"exit {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def doveadm_peak(self, *arguments):
        """Run doveadm; return (most memory in kB, seconds, lines) as peak.py says."""
        done = self.inside(sys.executable, "-I", PEAK, "doveadm", "-c", self.config,
                           *arguments)
        memory, seconds, lines = done.stdout.split()
        return int(memory), float(seconds), int(lines)

    def kick(self, user):
        """End all sessions of a user as an administrator would."""
        return self.doveadm("kick", user)

    # Processes

    @property
    def pid(self):
        """The process id of Dovecot's master, as seen from outside."""
        return self._master

    def pids(self, service=None):
        """Return ids of the instance's living processes, or of one service's."""
        return processes.find(self._master, service)

    def logins(self, service, user):
        """Return the process numbers that the log has of a user's sessions, oldest first."""
        login = re.compile(rf"{service}-login: .*user=<{re.escape(user)}>.* mpid=(\d+)")
        return [int(pid) for pid in login.findall(self.log_text())]

    def session_pid(self, service, user, known=0):
        """Return the process of a user's newest imap, pop3 or submission session.

        known  how many logins the log had before this session: it may be later
               with the newest than the client is
        """
        def newest():
            logged = self.logins(service, user)[known:]
            found = [pid for pid in self.pids(service)
                     if logged and processes.inner_id(pid) == logged[-1]]
            return found and found[0]
        return self.wait_for(newest, what=f"a {service} session of {user}")

    def kill(self, pid, number=signal.SIGKILL):
        """Send a signal to one of the instance's processes."""
        if pid not in self.pids():
            raise InstanceError(f"{pid} is not a process of this instance")
        os.kill(pid, number)

    # What happened

    def log_text(self):
        """Return all that Dovecot logged, also what its log process has yet to write."""
        for pid in self._loggers:
            wait_for(lambda: processes.is_up_to_date(pid), what="the log process")
        path = self._log_file
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def _log_file(self):
        return self.folder / "log" / "dovecot.log"

    def log_problems(self):
        """Return the log lines of level warning and above, but for a late timer."""
        pattern = re.compile(r"(Warning|Error|Fatal|Panic): ")
        lines = [line for line in self.log_text().splitlines() if pattern.search(line)]
        return [line for line in lines if not LATE.search(line) and
                not (checker.name() and LATE_STATS.search(line))]

    def wait_log(self, regex, timeout=PATIENCE):
        """Return the match of regex in the log as soon as there is one."""
        return self.wait_for(lambda: re.search(regex, self.log_text(), re.M), timeout,
                             f"{regex!r} in the log")

    def wait_for(self, predicate, timeout=PATIENCE, what="the condition"):
        """Like wait.wait_for, and shows the processes and the end of the log on failure."""
        try:
            return wait_for(predicate, timeout, what)
        except InstanceError as error:
            raise InstanceError(f"{error}\n{processes.table(self._master)}\n"
                                f"{self._log_tail()}") from None

    def valgrind_reports(self):
        """Return {file name: text} of what valgrind had to say, without the silent."""
        reports = (self.folder / "log").glob("valgrind.*.log")
        return {path.name: path.read_text() for path in reports
                if path.stat().st_size > 0}

    # Inner parts

    def _find_modules(self, modules):
        if modules is None:
            return None
        stage = built_stage() if modules is BUILT else Path(modules)
        staged = self.dovecot.staged(stage.resolve())
        if not staged.is_dir():
            raise InstanceError(f"no modules in {staged}: run tests/build")
        return staged

    @property
    def _in_valgrind(self):
        return any("valgrind" in prefix for prefix in self._wrap.values())

    def _is_checked_by(self, name):
        """True if that is the run's memory checker, and this instance has what to check."""
        return checker.name() == name and self._staged is not None

    def _default_plugins(self, quota):
        return {"all": [*(["coexist"] if self._staged else []), *(["quota"] if quota else [])],
                "imap": ["imap_quota"] if quota else []}

    def _modules(self):
        return sorted(self._staged.glob("lib*_plugin.so")) if self._staged else []

    def _make_folder(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        for name in ("etc", "log", "run", "state", "home", "bin"):
            (self.folder / name).mkdir(exist_ok=True)
        self.store = Store(self.folder / STORE)
        if self._settings["gate"] is not None:
            self.store.mark()
        for name in ("home", "log"):
            (self.folder / name).chmod(0o777)
        certificate.create(self.folder / "etc")
        texts.copy(self.folder)
        for name, text in self._files.items():
            (self.folder / "etc" / name).write_text(text)
        self._users = Users(self.folder / "etc/users", self._initial_users)
        self._write_config()
        for service, prefix in self._wrap.items():
            program = wrapper.PROGRAMS.get(service, service)
            wrapper.write(self.folder / "bin", self.dovecot.libexecdir / program, prefix)
        if self._is_checked_by("valgrind"):
            wrapper.write(self.folder / "bin", Path(shutil.which("doveadm")), self._wrap["doveadm"])
        if self._is_checked_by("sanitizers"):
            sanitizers.put(self.folder / "bin", self.dovecot.headers)

    def _write_config(self):
        if self._settings["gate"] is not None:
            (self.folder / "etc/coexist.conf.ext").write_text(
                key_file(self._settings["gate"], self._settings["coexist"]))
        (self.folder / "etc/dovecot.conf").write_text(
            config.render(self.dovecot, self._ports.number, **self._settings))

    def _launch(self):
        with open(self.folder / "log/start.log", "wb") as output:
            self._launcher = subprocess.Popen(
                [sys.executable, "-I", LAUNCHER, self.folder, self.dovecot.moduledir,
                 self._staged or "", *self._checked_command()],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output,
                start_new_session=True)
        line = self._launcher.stdout.readline()
        if not line:
            raise InstanceError(f"cannot start: {self._log_tail()}")
        self._master = int(line)
        wait_for(self._is_listening, what="Dovecot to start")

    def _command(self):
        """Return what starts Dovecot inside, and becomes it."""
        return ["dovecot", "-F", "-c", self.config]

    def _checked_command(self):
        """Return the same with what the run's memory checker needs."""
        if not self._is_checked_by("sanitizers"):
            return self._command()
        return sanitizers.around(self._command(), self.generation)

    def _is_logging(self):
        """Return whether the log process writes what a login process tells it."""
        before = self.log_text()
        with socket.create_connection((self.host, self.port("imap")), timeout=60):
            pass
        try:
            wait_for(lambda: self.log_text() != before,
                     VALGRIND_LOG_SECS if self._in_valgrind else LOG_SECS)
        except InstanceError:
            return False
        self._loggers = self.pids("log")
        return True

    def _wait_for_auth(self):
        """Let an auth process that is slow begin before a test comes: a login process hangs up
        on who has waited for it for 30 s."""
        for _ in range(GREETINGS if "valgrind" in self._wrap.get("auth", "") else 0):
            with socket.create_connection((self.host, self.port("imap")), timeout=60) as client:
                if client.recv(1):
                    break

    def _is_listening(self):
        if self._launcher.poll() is not None:
            raise InstanceError(f"Dovecot ended at once:\n{self._log_tail()}")
        return " starting up" in self.log_text()

    def _end_gracefully(self):
        if self._launcher.poll() is None:
            os.kill(self._master, signal.SIGTERM)
        ended = select.select([self._launcher.stdout], [], [], checker.patience(30))[0]
        if not ended:
            raise InstanceError("Dovecot did not end within 30 s")

    def _end_at_once(self):
        self._end_launcher()
        self._ports.close()

    def _end_launcher(self):
        if self._launcher is not None:
            self._launcher.stdin.close()
            self._launcher.wait()
            self._launcher.stdout.close()
            self._launcher = None
            self._loggers = []

    def _log_tail(self):
        start = (self.folder / "log/start.log").read_text(errors="replace")
        lines = start.splitlines()[-10:] + self.log_text().splitlines()[-40:]
        return "\n".join(lines)
