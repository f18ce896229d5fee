# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mount namespace for a command: a folder on /mnt, and modules over Dovecot's own.

What is installed of ours is hidden: modules, and the texts that they would read.

    python3 namespace.py FOLDER MODULEDIR STAGED COMMAND [ARGUMENT...]

The command becomes the first process of new mount and process namespaces, so
nothing of this is visible outside and ending it ends all that it started.
STAGED may be empty: no modules are added. Prints the command's process id.
Ends the command when it reaches the end of its standard input, that is when
whoever started it closes the pipe or dies.
"""

import ctypes
import errno
import os
import select
import shutil
import signal
import sys
from pathlib import Path

MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
CLONE_NEWNS, CLONE_NEWPID = 0x20000, 0x20000000
PR_SET_PDEATHSIG = 1

# What the modules' files have in their names, and where `make install` and the
# package put texts.
OURS = "*coexist*"
TEXTS = ("/usr/local/share/dovecot-coexist", "/usr/share/dovecot-coexist")

libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    """Call a libc function; OSError if it fails."""
    if getattr(libc, function)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


def mount(source, target, kind, flags=0):
    """mount(2)."""
    call("mount", os.fsencode(source), os.fsencode(target), os.fsencode(kind),
         ctypes.c_ulong(flags), None)


def make_private():
    """Keep the mounts that follow from reaching any other namespace."""
    try:
        mount("none", "/", "", MS_REC | MS_PRIVATE)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        make_private_from_chroot()


def make_private_from_chroot():
    """The same in a chroot whose root is not a mount point.

    Entering the own namespace leads to its real root, from where every mount
    can be made private, and then back.
    """
    root = os.open("/", os.O_RDONLY)
    call("setns", os.pidfd_open(os.getpid()), CLONE_NEWNS)
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    os.fchdir(root)
    os.chroot(".")


def lay_over(moduledir, staged):
    """Put a copy of the stock modules plus the staged ones, if any, on moduledir.

    Modules of ours that are installed there would stand in for staged ones.
    """
    if not staged and not any(Path(moduledir).rglob(OURS)):
        return
    stock = os.open(moduledir, os.O_RDONLY)
    mount("modules", moduledir, "tmpfs")
    os.chmod(moduledir, 0o755)
    os.fchdir(stock)
    shutil.copytree(".", moduledir, symlinks=True, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(OURS))
    if staged:
        shutil.copytree(staged, moduledir, symlinks=True, dirs_exist_ok=True)


def hide_texts():
    """Hide the texts that are installed: the staged modules would read them."""
    for folder in TEXTS:
        if os.path.isdir(folder):
            mount("texts", folder, "tmpfs")


def enter():
    """Go to new namespaces: mounts for this process, processes for its children."""
    call("unshare", CLONE_NEWNS | CLONE_NEWPID)
    make_private()


def _become(command, root):
    """Turn this process into the command, in the root."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chroot(root)
    os.chdir("/")
    mount("proc", "/proc", "proc")
    mount("shm", "/dev/shm", "tmpfs")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.execvp(command[0], command)


def start(command, root="/"):
    """Return the process id of the command, which ends when this process does."""
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        _become(command, root)
    except OSError as error:
        print(error, file=sys.stderr)
    os._exit(127)


def main(folder, moduledir, staged, *command):
    """Return the command's exit status, which is a failure if it was ended here."""
    enter()
    lay_over(moduledir, staged)
    hide_texts()
    mount(folder, "/mnt", "", MS_BIND)
    output = os.dup(1)
    os.dup2(2, 1)
    pid = start(command)
    os.write(output, b"%d\n" % pid)
    poll = select.poll()
    poll.register(os.pidfd_open(pid), select.POLLIN)
    poll.register(0, select.POLLIN)
    poll.poll()
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
