# SPDX-License-Identifier: LGPL-2.1-or-later
"""Trees of modules in which one is of no use, or that have those of old names."""

import re
import shutil

from instance import Dovecot
from instance.instance import built_stage


def stage_without(name, folder):
    """Return a copy of the built modules from which one is missing."""
    shutil.copytree(built_stage(), folder)
    for path in folder.rglob(name):
        path.unlink()
    return folder


def stage_with_stale(name, folder):
    """Return a copy in which one module says that it is for another Dovecot."""
    shutil.copytree(built_stage(), folder)
    [path] = folder.rglob(name)
    stale, count = re.subn(rb"(?<=ABIv)\d+", lambda number: b"9" * len(number[0]),
                           path.read_bytes())
    assert count > 0
    path.write_bytes(stale)
    return folder


def stage_with_old_names(folder):
    """Return a copy with the modules that `make install-old-names` installs."""
    shutil.copytree(built_stage(), folder)
    for path in (built_stage().parent / ".libs").glob("lib2[15]_*coexist*_plugin.so"):
        shutil.copy(path, Dovecot.installed().staged(folder))
    return folder
