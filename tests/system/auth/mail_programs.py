# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mail programs of the command line: what they say when they log in once.

Each function has a folder of its own, and the host, port, user and password to log in with;
it returns (exit status, what was printed). The program of PROGRAMS is the first word of a
row of doc/clients.md.
"""

import os
import pty
import select
import shutil
import subprocess
import time

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": "200",
               "LINES": "50"}
PATIENCE = 60


def run(folder, *command):
    done = subprocess.run(command, env={**ENVIRONMENT, "HOME": str(folder)}, text=True,
                          capture_output=True, check=False, stdin=subprocess.DEVNULL,
                          timeout=PATIENCE)
    return done.returncode, done.stdout + done.stderr


def configured(folder, name, text):
    """Write a configuration that nobody else may read; return its path."""
    path = folder / name
    path.write_text(text)
    path.chmod(0o600)
    return path


def curl(folder, protocol, host, port, user, password, *options):
    return run(folder, "curl", "-sS", *options, f"{protocol}://{host}:{port}/", "-u",
               f"{user}:{password}")


def fetchmail(folder, protocol, host, port, user, password):
    config = configured(folder, "fetchmailrc", (
        f"set no syslog\nset no bouncemail\npoll {host} protocol {protocol} port {port} "
        f"timeout 30\n  user {user} password {password} keep sslproto \"\"\n"
        f"  mda \"cat >>{folder}/stored\"\n"))
    return run(folder, "fetchmail", "-f", config, "--idfile", folder / "ids", "--pidfile",
               folder / "pid")


def getmail(folder, protocol, host, port, user, password):
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    configured(folder, "getmailrc", (
        f"[retriever]\ntype = Simple{protocol.upper()}Retriever\nserver = {host}\n"
        f"port = {port}\nusername = {user}\npassword = {password}\n"
        f"[destination]\ntype = Maildir\npath = {folder}/mail/\n"))
    return run(folder, "getmail", f"--getmaildir={folder}", "--rcfile=getmailrc")


def mpop(folder, protocol, host, port, user, password):
    return run(folder, "mpop", f"--host={host}", f"--port={port}", f"--user={user}",
               f"--passwordeval=echo {password}", "--tls=off", "--auth=user",
               f"--delivery=mbox,{folder}/mail", f"--uidls-file={folder}/uidls")


def mbsync(folder, protocol, host, port, user, password):
    (folder / "mail").mkdir()
    config = configured(folder, "mbsyncrc", (
        f"IMAPAccount far\nHost {host}\nPort {port}\nUser {user}\nPass {password}\n"
        "SSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount far\n\n"
        f"MaildirStore near\nPath {folder}/mail/\nInbox {folder}/mail/INBOX\n\n"
        "Channel all\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\n"))
    return run(folder, "mbsync", "-c", config, "all")


def php(folder, protocol, host, port, user, password):
    """PHP's functions for mail, which are c-client's."""
    script = configured(folder, "login.php", (
        f"<?php\nimap_open('{{{host}:{port}/{protocol}/notls}}INBOX', '{user}', '{password}');\n"
        "foreach (imap_errors() ?: [] as $error) echo \"$error\\n\";\n"))
    return run(folder, "php", script)


def neomutt(folder, protocol, host, port, user, password):
    """At a terminal, which sees what was on the screen until a minute is over."""
    config = configured(folder, "neomuttrc", (
        f"set folder = {folder}\nset ssl_starttls = no\nset ssl_force_tls = no\n"
        f"set {protocol if protocol == 'imap' else 'pop'}_user = {user}\n"
        f"set {protocol if protocol == 'imap' else 'pop'}_pass = {password}\n"
        "set sleep_time = 3\n"))
    scheme = "imap" if protocol == "imap" else "pop"
    return at_terminal(folder, "neomutt", "-n", "-F", str(config), "-f",
                       f"{scheme}://{user}@{host}:{port}/", until=b"ogin failed")


def alpine(folder, protocol, host, port, user, password):
    """At a terminal, with the password typed once."""
    config = configured(folder, "pinerc", (
        f"inbox-path={{{host}:{port}/{protocol}/notls/user={user}}}INBOX\n"
        "last-version-used=99.99\n"))     # without its greeting
    return at_terminal(folder, "alpine", "-p", str(config), "-i", until=b"ENTER PASSWORD",
                       times=2, press={b"ENTER PASSWORD": f"{password}\r".encode(),
                                       b"Preserve password on DISK": b"n"})


def at_terminal(folder, *command, until, times=1, press=None):
    """Run it at a terminal until it has shown this so many times, and a minute at most; press
    keys once it has shown what they are for."""
    press = dict(press or {})
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, {**ENVIRONMENT, "HOME": str(folder)})
    shown, deadline = b"", time.monotonic() + PATIENCE
    while time.monotonic() < deadline and shown.count(until) < times:
        if select.select([terminal], [], [], 1)[0]:
            try:
                shown += os.read(terminal, 65536)
            except OSError:     # it has ended
                break
            for word in [word for word in press if word in shown]:
                os.write(terminal, press.pop(word))
    os.kill(child, 9)
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode(errors="replace")


def is_here(program):
    """True if the program of PROGRAMS is installed; PHP's functions are a package of their own."""
    if program == "PHP":
        return shutil.which("php") and subprocess.run(
            ["php", "-r", "exit(!function_exists('imap_open'));"], check=False).returncode == 0
    return shutil.which(program) is not None


# {first word: (function, protocols)}
PROGRAMS = {"curl": (curl, ("imap", "pop3")), "fetchmail": (fetchmail, ("imap", "pop3")),
            "getmail": (getmail, ("pop3",)), "mpop": (mpop, ("pop3",)),
            "mbsync": (mbsync, ("imap",)), "neomutt": (neomutt, ("imap", "pop3")),
            "PHP": (php, ("imap", "pop3")), "alpine": (alpine, ("imap", "pop3"))}
