# SPDX-License-Identifier: LGPL-2.1-or-later
"""A mailbox that two users share, each with \\Seen of his own (INDEXPVT)."""

import shutil

from instance import config

CONF23 = """mail_location = {storage}:~/mail:INDEXPVT=~/pvt
namespace inbox {{
  type = {type}
}}
namespace public {{
  type = public
  prefix = Public/
  separator = /
  location = {storage}:~/public:INDEXPVT=~/pvt-public
}}
namespace plain {{
  type = public
  prefix = Plain/
  separator = /
  location = {storage}:~/plain
}}
"""
CONF24 = """mail_index_private_path = ~/pvt
namespace inbox {{
  type = {type}
}}
namespace public {{
  type = public
  prefix = Public/
  separator = /
  mail_path = ~/public
  mail_index_private_path = ~/pvt-public
}}
namespace plain {{
  type = public
  prefix = Plain/
  separator = /
  mail_path = ~/plain
  mail_index_private_path =
}}
"""
SHARED = ("mail", "public", "plain")


def settings(storage, inbox_type="private"):
    """Return what a Server needs all of whose users may share. Each has a namespace
    Public/ with, and Plain/ without \\Seen of his own."""
    values = {"storage": storage, "type": inbox_type}
    return {"storage": storage, "conf23": CONF23.format(**values),
            "conf24": CONF24.format(**values)}


def impersonal(storage):
    """Return the userdb fields of one who has no flags of his own."""
    return {"mail": f"{storage}:~/mail", "mail_index_private_path": ""}


class Team:
    """One INBOX: `reader` uses POP3 and IMAP, `other` IMAP, and what `nobody` sees in
    it are the flags that everybody shares. Nobody is of the group "impersonal"."""

    def __init__(self, server, group):
        self.server = server
        self.reader, self.other = server.maildrop(group), server.maildrop(group)
        self.nobody = server.maildrop("impersonal")
        home = self.reader.folder.parent
        _make(home, *(home / name for name in SHARED))
        for member in (self.other, self.nobody):
            _make(member.folder.parent)
            for name in SHARED:
                member.folder.with_name(name).symlink_to(f"../{self.reader.user}/{name}")

    def limit(self, rights):
        """Let the ACL of INBOX, which is a maildir, give these rights only. In a private
        namespace all are owners, and what anyone may do is not theirs."""
        (self.reader.folder / "dovecot-acl").write_text(f"anyone {rights}\nowner {rights}\n")

    def seen(self, mailbox="INBOX"):
        """Return the subjects of what is read to the reader, the other and nobody."""
        return tuple(seen(member, mailbox)
                     for member in (self.reader, self.other, self.nobody))


def _make(*folders):
    for folder in folders:
        folder.mkdir()
        shutil.chown(folder, *config.owner())


def seen(maildrop, mailbox="INBOX"):
    """Return the subjects of what is read to this user."""
    flags = maildrop.flags(mailbox)
    return [subject for number, subject in enumerate(maildrop.subjects(mailbox), 1)
            if "\\Seen" in flags[number]]


def mark(maildrop, numbers, change="+FLAGS", flag="\\Seen", mailbox="INBOX"):
    """Change flags by IMAP."""
    with maildrop.imap() as imap:
        imap.select(mailbox)
        imap.store(numbers, change, flag)
