# SPDX-License-Identifier: LGPL-2.1-or-later
"""What IMAP shows after POP3 did something, with and without the plugins.

    python3 demo.py [--once]

Stays for a mail program to connect until Ctrl-C; --once ends by itself.
"""

import signal
import socket
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from instance import Instance, message  # noqa: E402
from instance.guide import how_to_connect  # noqa: E402

# A mailbox for each value of pop3_mark_read, with that value as its name.
VALUES = ("stock", "complete", "quit", "never")

# What the client does with which message; the last one has a large attachment.
LETTERS = (
    ("downloads it, then says QUIT", "Minutes of Monday", 1),
    ("only looks at its head (TOP)", "Menu of the week", 1),
    ("downloads it, goes on, is cut off", "Your invoice", 1),
    ("is cut off while downloading it", "Photographs", 100_000),
    ("leaves it alone", "Welcome", 1),
)
LINE = "A line of a letter, long enough to be one, and then it is repeated.\n"

ROW = "{:<36}{:<10}{:<9}{:<10}{:<9}{}".format


def deliver(dc, user):
    """Put the letters into a mailbox."""
    dc.deliver(user, [message(subject, body=LINE * lines)
                      for _, subject, lines in LETTERS])


def download(dc, user):
    """Do in two POP3 sessions what LETTERS says."""
    client = dc.pop3(user)
    client.retr(1)
    client.top(2, 0)
    client.quit()
    client = dc.pop3(user)
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.retr(3)
    client.noop()
    client.sock.sendall(b"RETR 4\r\n")
    client.sock.recv(1000)
    client.close()
    dc.wait_for(lambda: not dc.pids("pop3"), what="the POP3 session to end")


def imap_view(dc, user):
    """Return "read" or "unread" for each message, as an IMAP client sees it."""
    client = dc.imap(user)
    client.select(readonly=True)
    seen = client.search(None, "SEEN")[1][0].split()
    client.logout()
    return ["read" if b"%d" % (number + 1) in seen else "unread"
            for number in range(len(LETTERS))]


def show(before, after):
    """Print what was seen as a table, a line for each message."""
    print(ROW("", "IMAP", "IMAP after, with pop3_mark_read =", "", "", "").rstrip())
    print(ROW("The POP3 client ...", "before", *VALUES))
    print(ROW("-" * 34, *["-" * len(word) for word in ("before", *VALUES)]))
    for number, (action, _, _) in enumerate(LETTERS):
        print(ROW(action, before[number], *[after[value][number] for value in VALUES]))


def run(dc):
    """Deliver, look, download, look again, and show both looks."""
    print(f"\n{len(LETTERS)} messages for each of {len(VALUES)} mailboxes come in by"
          " LMTP, and a POP3 client fetches them.\n")
    for user in VALUES:
        deliver(dc, user)
    before = imap_view(dc, VALUES[0])
    for user in VALUES:
        download(dc, user)
    show(before, {user: imap_view(dc, user) for user in VALUES})


def main(arguments):
    """Run the demonstration in a folder that is gone afterwards."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    users = {value: {"coexist_pop3_mark_read": value} for value in VALUES}
    with tempfile.TemporaryDirectory(prefix="coexist-demo.") as folder, \
            Instance(folder, users=users) as dc:
        print(f"== A private Dovecot {'.'.join(map(str, dc.version))} is running")
        run(dc)
        if "--once" in arguments:
            return
        remarks = {value: f"pop3_mark_read = {value}" for value in VALUES}
        print("\nNow it is your mail program's turn, until Ctrl-C.\n")
        print("\n".join(how_to_connect(dc, remarks)), flush=True)
        signal.pause()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        print()
