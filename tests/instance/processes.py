"""The processes of one instance, with their ids as seen from outside."""

import os
import re
from pathlib import Path


def _namespace(pid):
    """Return which process namespace a process lives in, None if it ended."""
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def _read(pid, name):
    """Return a file of /proc/PID, empty if the process ended."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
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
    states = {pid: re.search(r"^State:\s+(\S+)", _read(pid, "status"), re.M)
              for pid in find(first)}
    return "\n".join(f"{pid} {state[1] if state else '-'} {_read(pid, 'wchan')} {title(pid)}"
                     for pid, state in states.items())


def find(first, service=None):
    """Return the living processes in the namespace of process `first`, sorted.

    service "pop3" takes only those of that service, also when wrapped.
    """
    wanted = _namespace(first)
    if wanted is None:
        return []
    found = []
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        if _namespace(pid) != wanted or not title(pid):
            continue
        if service and not re.search(rf"/{re.escape(service)}( |$)", title(pid)):
            continue
        found.append(pid)
    return found
