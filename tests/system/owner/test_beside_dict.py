# SPDX-License-Identifier: LGPL-2.1-or-later
"""Choices beside the annotations that Dovecot itself keeps, where a site has those."""

import pytest

from choices import ENTRIES, Owner

CONF23 = ("mail_attribute_dict = file:%h/attributes\n"
          "protocol imap {\n  imap_metadata = yes\n}\n")
CONF24 = ("mail_attribute {\n  dict file {\n    path = %{home}/attributes\n  }\n}\n"
          "protocol imap {\n  imap_metadata = yes\n}\n")


@pytest.fixture(scope="module")
def server(start):
    return start(coexist={"owner_may_change": "pop3_delete pop3_keep_days"}, conf23=CONF23,
                 conf24=CONF24)


@pytest.fixture
def owner(maildrop):
    return Owner(maildrop)


def comment(metadata):
    """Return an annotation that is none of ours, or None."""
    client = metadata.client
    typ, data = client._simple_command("GETMETADATA", '""', "(/private/comment)")
    assert typ == "OK", data
    line = b"".join(part for item in client._untagged_response(typ, data, "METADATA")[1]
                    for part in (item if isinstance(item, tuple) else (item,)))
    return "mine" if b"mine" in line else None


@pytest.mark.parametrize("mailbox", ["INBOX", "Drafts"])
def test_the_wrong_place_is_refused_with_the_right_one(owner, mailbox):
    """Without us it would be stored, answered by OK, and obeyed by nobody."""
    with owner.session() as metadata:
        metadata.client.create("Drafts")
        for place in (ENTRIES, ENTRIES.replace("private", "shared")):
            reply = metadata.set(mailbox=mailbox, entries={f"{place}pop3_delete": "hide"})
            assert reply.startswith('NO [CANNOT] This belongs to the server, not to a mailbox: '
                                    'SETMETADATA "" (/private/vendor/'), reply
        assert metadata.get("pop3_delete") == {"pop3_delete": None}


def test_one_command_may_set_both_or_neither(owner):
    with owner.session() as metadata:
        other = "/private/comment"
        assert metadata.set(entries={other: "mine", f"{ENTRIES}pop3_delete": "shred"}) \
            .startswith("NO [CANNOT] pop3_delete can be: ")
        assert comment(metadata) is None
        assert metadata.set(entries={other: "mine", f"{ENTRIES}pop3_delete": "hide"}) \
            .startswith("OK ")
        assert metadata.get("pop3_delete") == {"pop3_delete": "hide"}
        assert comment(metadata) == "mine"
    assert owner.lines() == ["pop3_delete=hide"]
