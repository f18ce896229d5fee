# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages to deliver."""

from email.message import Message
from email.utils import format_datetime, make_msgid
from datetime import datetime, timezone


def message(subject="test", body="Hello.\n", sender="sender@example.org",
            to="owner@example.org", date=None, **headers):
    """Return an RFC 5322 message as bytes; X_Test="1" becomes "X-Test: 1".

    date is a datetime with a zone; None means now.
    """
    mail = Message()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(date or datetime.now(timezone.utc))
    mail["Message-ID"] = make_msgid(domain="example.org")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_payload(body, "us-ascii" if body.isascii() else "utf-8")
    return mail.as_bytes()
