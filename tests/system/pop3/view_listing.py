# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a POP3 client is shown, by all commands that tell, and changes by IMAP."""

from datetime import datetime, timedelta, timezone

from instance import message


def subjects(pop):
    """Return the subjects of what is listed, and see that all commands agree."""
    count, octets = pop.stat()
    sizes = [line.split() for line in pop.list()[1]]
    uids = [line.split() for line in pop.uidl()[1]]
    assert [int(line[0]) for line in sizes] == list(range(1, count + 1))
    assert [int(line[0]) for line in uids] == list(range(1, count + 1))
    assert len({line[1] for line in uids}) == count
    assert sum(int(line[1]) for line in sizes) == octets
    found = []
    for number in range(1, count + 1):
        lines = pop.top(number, 0)[1]
        found.append(next(line[9:].decode() for line in lines
                          if line.startswith(b"Subject: ")))
    return found


def listed(maildrop):
    """Return the subjects that a session of its own is shown."""
    with maildrop.pop3() as pop:
        found = subjects(pop)
        pop.quit()
    return found


def store(maildrop, numbers, change, flags):
    """Change flags by IMAP."""
    with maildrop.imap() as imap:
        imap.select()
        assert imap.store(numbers, change, f"({flags})")[0] == "OK"


def reads(maildrop, *numbers):
    """The owner reads messages by IMAP."""
    store(maildrop, ",".join(map(str, numbers)), "+FLAGS", "\\Seen")


def unreads(maildrop, *numbers):
    """The owner marks messages as unread."""
    store(maildrop, ",".join(map(str, numbers)), "-FLAGS", "\\Seen")


def names(*numbers):
    """Return the subjects of those that were delivered by number."""
    return [f"number {number}" for number in numbers]


def days_ago(maildrop, *ages):
    """Append messages that were received so many days ago."""
    for age in ages:
        maildrop.append(message(f"{age} days"),
                        received=datetime.now(timezone.utc) - timedelta(days=age))
