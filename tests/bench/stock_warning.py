# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stock Dovecot's quota_warning: a level that is reached runs a script.

The script mails the owner by dovecot-lda, as Dovecot's documentation has it.
"""

from instance import Dovecot
from instance.block import block
from instance.config import owner

PATH = "/mnt/quota-warning"
LEVELS = (95, 80)  # the first one that was crossed is told
NOT_ENFORCED = {23: '-o "plugin/quota=count:User quota:noenforcing"',
                24: "-o quota_enforce=no"}

TEXT = f"""#!/bin/sh
{Dovecot.installed().libexecdir}/dovecot-lda -c /mnt/etc/dovecot.conf -d "$2" \\
	-o log_path=/mnt/log/quota-warning.log \
	{NOT_ENFORCED[Dovecot.installed().generation]} <<END
From: postmaster@localhost
Subject: Your mailbox is $1 % full

The mailbox $2 is $1 % full. When nothing is left, no more mail can arrive.
Please delete what you do not need any more, and empty the trash.
END
"""


def _warnings():
    if Dovecot.installed().generation == 23:
        return block("plugin", [
            f"quota_warning{number if number > 1 else str()} = storage={level}%% quota-warning {level} %u"
            for number, level in enumerate(LEVELS, 1)])
    return block("quota user", [block(f"warning at{level}", [
        f"quota_storage_percentage = {level}",
        block("execute quota-warning", [f"args = {level} %{{user}}"])])
        for level in LEVELS])


def conf():
    """Return what dovecot.conf needs more; the script is TEXT at PATH."""
    user = owner()[0]
    return _warnings() + block("service quota-warning", [
        f"executable = script {PATH}", f"user = {user}",
        block("unix_listener quota-warning", [f"user = {user}", "mode = 0600"])])
