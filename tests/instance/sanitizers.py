# SPDX-License-Identifier: LGPL-2.1-or-later
"""gcc's sanitizers in the processes of an instance, whose modules `tests/build --sanitize` made.

AddressSanitizer is preloaded into each process, as modules that were made with it need. With
it come a data stack and pools whose allocations are separate ones: in those of libdovecot it
sees neither an overrun nor a use after the end.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
SOURCES = ("fuzz/data-stack.c", "fuzz/alloconly-pool.c", "instance/ubsan-log.c")
FLAGS = ("-fsanitize=address,undefined", "-fno-omit-frame-pointer")
# In the folder of the instance, as each process there may read it.
LIBRARY = "separate-memory.so"
DOVECONF, DOVECONF_ITSELF = "sanitized-doveconf", "doveconf"
OVER = Path(__file__).with_name("over.py")
LOG = "/mnt/log/sanitizers"
# Of the second sanitizer, which has not the first one's log by itself. Of the names it knows
# only titles.
UBSAN = (f'-DUBSAN_LOG="{LOG}.undefined"', '-DUBSAN_OPTIONS="print_stacktrace=1'
         f':log_path={LOG}.address"', "-Wl,--no-as-needed", "-lubsan")
# Dovecot's leaks are its own, and its modules have equal variables of the policy core.
VARIABLES = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=0:detect_odr_violation=0"
                    ":detect_stack_use_after_return=1:quarantine_size_mb=32"
                    f":log_exe_name=1:log_path={LOG}.address",
    # as in wrapper.py: modules stay loaded, and so their symbols known
    "GDB": "1",
}


def are_in(stage):
    """Return whether modules are there, and were all made with them."""
    modules = list(stage.rglob("*.so"))
    return bool(modules) and all(b"__asan_init" in path.read_bytes() for path in modules)


@lru_cache(maxsize=None)
def _runtime():
    """Return the library that has to come first in each process."""
    found = subprocess.run(["gcc", "-print-file-name=libasan.so"], check=True,
                           capture_output=True, text=True).stdout.strip()
    return Path(found).resolve()


@lru_cache(maxsize=None)
def _separate_memory(headers):
    """Return the library with Dovecot's allocators, made once for each process of pytest."""
    folder = Path(tempfile.mkdtemp())
    library = folder / LIBRARY
    try:
        subprocess.run(["gcc", "-std=gnu11", "-g", "-O1", "-fno-omit-frame-pointer", "-shared",
                        "-fPIC", "-DHAVE_CONFIG_H", f"-I{headers}",
                        "-D_GNU_SOURCE", *[TESTS / name for name in SOURCES], *UBSAN,
                        "-o", library], check=True)
        return library.read_bytes()
    finally:
        library.unlink(missing_ok=True)
        folder.rmdir()


def put(folder, headers):
    """Put what is preloaded, by Dovecot's headers, into a folder, which is /mnt/bin inside; and
    a doveconf that preloads it, as preflight calls one without an environment."""
    (folder / LIBRARY).write_bytes(_separate_memory(headers))
    program = shutil.copy(shutil.which("doveconf"), folder / DOVECONF_ITSELF).read_bytes()
    script = folder / DOVECONF
    given = " ".join(f"{name}={shlex.quote(value)}" for name, value in _variables({}).items())
    # the switch looks for the version in it
    version = re.search(rb"[0-9.]+ABIv[0-9]+", program)[0].decode()
    script.write_text(f'#!/bin/sh\n# {version}\n[ -n "$LD_PRELOAD" ] ||\n'
                      f'\texport {given}\nexec /mnt/bin/{DOVECONF_ITSELF} "$@"\n')
    script.chmod(0o755)


def _preloaded(more=""):
    """Return what is preloaded: AddressSanitizer has to be the first."""
    return ":".join([str(_runtime()), f"/mnt/bin/{LIBRARY}", *filter(None, [more])])


def _variables(given):
    ours = {**VARIABLES, "LD_PRELOAD": _preloaded(given.get("LD_PRELOAD"))}
    kept = [*ours, *given.get("DOVECOT_PRESERVE_ENVS", "").split()]
    return {**ours, "DOVECOT_PRESERVE_ENVS": " ".join(dict.fromkeys(kept))}


def environment(given=None):
    """Return the start of a command that runs what follows with them; its environment is
    given, if it is not that of the test."""
    return ["env", *(f"{name}={value}" for name, value in
                     _variables(os.environ if given is None else given).items())]


def wrapped(prefix):
    """Return a test's prefix of a service, with what it preloads behind ours; no process is in
    valgrind, too."""
    prefix = re.sub(r"\S*\bvalgrind\b.*", "", prefix)
    return re.sub(r"\bLD_PRELOAD=(\S+)", lambda found: f"LD_PRELOAD={_preloaded(found[1])}",
                  prefix).strip()


def _options(generation):
    """Return options of the command `dovecot`, whose master gives all processes what is ours."""
    given = {name: value for name, value in _variables({}).items()
             if name != "DOVECOT_PRESERVE_ENVS"}
    # AddressSanitizer reserves terabytes of addresses
    if generation == 23:
        known = "TZ CORE_OUTOFMEM CORE_ERROR LISTEN_PID LISTEN_FDS NOTIFY_SOCKET"
        settings = {"default_vsz_limit": "0", "import_environment": " ".join(
            [known, *(f"{name}={value}" for name, value in given.items())])}
    else:
        settings = {"service_vsz_limit": "unlimited",
                    **{f"import_environment/{name}": value for name, value in given.items()}}
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def around(command, generation):
    """Return the command that starts Dovecot with them, from that which does without."""
    return [sys.executable, "-B", OVER, f"/mnt/bin/{DOVECONF}={shutil.which('doveconf')}", "--",
            *environment({}), *command, *_options(generation)]
