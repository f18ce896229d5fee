# SPDX-License-Identifier: LGPL-2.1-or-later
"""A private Dovecot for tests and for trying things by hand.

    from instance import Instance
    with Instance(folder, coexist={"pop3_mark_read": "complete"}) as dc:
        dc.deliver("alice", message(subject="hello"))
        dc.pop3("alice").retr(1)

Needs root, because the server runs in a mount namespace of its own.
Everything it writes is below `folder`; it listens on 127.0.0.1 only.
"""

from .dovecot import Dovecot
from .instance import BUILT, Instance
from .mail import message
from .texts import NOTICE_TEXTS, REFUSAL_TEXTS
from .users import PASSWORD
from .wait import InstanceError, wait_for

__all__ = ["BUILT", "Dovecot", "Instance", "InstanceError", "NOTICE_TEXTS", "PASSWORD",
           "REFUSAL_TEXTS", "message", "wait_for"]
