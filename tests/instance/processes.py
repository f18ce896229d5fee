# SPDX-License-Identifier: LGPL-2.1-or-later
"""The processes of one instance, with their ids as seen from outside."""

import fcntl
import os
import re
import stat
import struct
import termios


def _namespace(pid):
    """Return which process namespace a process lives in, None if it ended."""
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def _read(pid, name):
    """Return a file of /proc/PID, empty if the process ended."""
    try:
        with open(f"/proc/{pid}/{name}", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def title(pid):
    """Return the command line: "dovecot/pop3 [...]", empty if it ended."""
    return _read(pid, "cmdline").replace("\0", " ").strip()


def inner_id(pid):
    """Return the process id as the instance itself and its log know it."""
    ids = re.search(r"^NSpid:.*\s(\d+)$", _read(pid, "status"), re.M)
    return int(ids[1]) if ids else None


def table(first):
    """Return a line for each process of find(first): its id, state and title."""
    return "\n".join(f"{pid} {state(pid) or '-'} {_read(pid, 'wchan')} {title(pid)}"
                     for pid in find(first))


def state(pid):
    """Return the state as ps shows it: "S" if it waits, empty if it ended."""
    found = re.search(r"^State:\s+(\S)", _read(pid, "status"), re.M)
    return found[1] if found else ""


def _unread_bytes(path):
    """Return how much is in the pipe of a descriptor to read from, 0 if it is none."""
    try:
        readable = os.lstat(path).st_mode & stat.S_IRUSR
        if not readable or not os.readlink(path).startswith("pipe:"):
            return 0
        pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]
    finally:
        os.close(pipe)


def is_up_to_date(pid):
    """True if a process has done with all that was written to its pipes.

    Or cannot: it ended, or somebody has stopped it.
    """
    if state(pid) in ("", "T", "Z"):
        return True
    try:
        pipes = [entry.path for entry in os.scandir(f"/proc/{pid}/fd")]
    except OSError:
        return True
    return not any(map(_unread_bytes, pipes)) and state(pid) == "S"


def _listening(pid):
    """Return the inodes of the sockets in a process's network that listen."""
    tcp = [line.split() for line in _read(pid, "net/tcp").splitlines()[1:]]
    unix = [line.split() for line in _read(pid, "net/unix").splitlines()[1:]]
    return ({line[9] for line in tcp if line[3] == "0A"} |
            {line[6] for line in unix if int(line[3], 16) & 0x10000})


def _waited_for(pid):
    """Return the descriptors that a process's epoll waits for, as their numbers."""
    found = set()
    for entry in os.scandir(f"/proc/{pid}/fdinfo"):
        found |= set(re.findall(r"^tfd:\s*(\d+)", _read(pid, f"fdinfo/{entry.name}"), re.M))
    return found


def is_accepting(pid):
    """Return whether a process waits for new connections; not if it ended."""
    try:
        links = {os.readlink(f"/proc/{pid}/fd/{number}") for number in _waited_for(pid)}
    except OSError:
        # something is closed at this moment: look again
        return title(pid) != ""
    return any(f"socket:[{inode}]" in links for inode in _listening(pid))


def find(first, service=None):
    """Return the living processes in the namespace of process `first`, sorted.

    service "pop3" takes only those of that service, also when wrapped.
    """
    wanted = _namespace(first)
    if wanted is None:
        return []
    found = []
    of_service = re.compile(rf"/{re.escape(service)}( |$)" if service else ".")
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        if _namespace(pid) == wanted and of_service.search(title(pid)):
            found.append(pid)
    return found
