# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mailboxes whose owners send by real programs, and what Sent must have then."""

from appended import appended


def message_id(text):
    [line] = [line for line in text.split(b"\r\n") if line.lower().startswith(b"message-id:")]
    return line.split()[1]


def is_the_servers(outbox):
    """Fail unless Sent has what was sent, as it was sent, and nothing else."""
    outbox.settle()
    [(_, flags, text)] = outbox.listed()
    assert flags == {r"\Seen"}
    [(_, relayed)] = outbox.relay.messages
    assert text.count(b"\nSubject: ") == 1 and relayed.endswith(text)
    assert appended(outbox.server, outbox.user) == []


def is_the_programs(outbox, folder="Sent"):
    """Fail unless the folder has what the program has stored there, with the UID that it was
    told and its bytes, and nothing else."""
    outbox.settle()
    stored = appended(outbox.server, outbox.user)
    there = [(folder, uid, text) for uid, _, text in outbox.listed(folder)]
    assert [*map(len, (stored, there, outbox.relay.messages))] == [1, 1, 1], outbox.log()
    assert there == stored
    assert message_id(stored[0][2]) == message_id(outbox.relay.messages[0][1])
    if folder != "Sent":
        assert outbox.listed() == []
